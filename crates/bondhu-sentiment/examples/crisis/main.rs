//! Trains the second vote of the crisis check:
//! `cargo run --release -p bondhu-sentiment --example crisis -- DATA_DIR [--folds | OUT]`.
//!
//! Learns from the written messages in `data/crisis/messages`, the known cases in `tests/cases`, and public texts of `DATA_DIR` as ordinary talk. With
//! `--folds` nothing is written: each message is measured by weights that never saw it, which is what the limits in
//! `crisis/detect.rs` are chosen on. Seeded, on one thread: the same data give the same bytes.

#![expect(clippy::print_stdout, reason = "figures are what this program is for")]
#![expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "counts of rows, rounded weights")]

mod fit;

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use bondhu_sentiment::training::{self, QUESTIONS, Vote};
use fit::fit;

const FOLDS: usize = 5;
/// What a public text counts beside a written message: there are many, and a few of them are not ordinary.
const PUBLIC: f32 = 0.15;
/// What a known case counts: it went wrong once.
const KNOWN: f32 = 2.0;
/// Limits of the first question that `--folds` prints figures for.
const LIMITS: [f32; 5] = [-1.2, -0.8, -0.4, 0.0, 0.4];
/// Public texts by language, with the file and one in how many of its rows is taken.
const FILES: [(&str, &str, usize); 9] = [
    ("en", "goemotions/train.tsv", 4),
    ("en", "tweeteval/sentiment_train_semeval13-16.tsv", 4),
    ("en", "tweeteval/emotion_train.tsv", 1),
    ("en", "vader_gt/amazon.tsv", 1),
    ("en", "vader_gt/nyt.tsv", 1),
    ("en", "vader_gt/movie.tsv", 2),
    ("hi-en", "sentimix_hinglish/train.tsv", 2),
    ("bn-en", "bnsentmix/train.tsv", 2),
    ("bn", "bangla_emotion/train.tsv", 1),
];

/// A message to learn from.
pub(crate) struct Row {
    language: String,
    is_public: bool,
    pub(crate) level: u8,
    pub(crate) weight: f32,
    pub(crate) features: Vec<u32>,
    /// Which fold measures it.
    fold: usize,
    /// What the phrases say of it.
    phrases: u8,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let folder = PathBuf::from(arguments.first().ok_or("name the folder with the data sets")?);
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut rows = written(&own.join("data/crisis/messages"))?;
    rows.extend(known(&own.join("tests/cases"))?);
    println!("{} written messages and known cases", rows.len());
    rows.extend(public(&folder)?);
    println!("{} rows with public texts", rows.len());
    if arguments.iter().any(|argument| argument == "--folds") {
        report(&measured(&rows));
        return Ok(());
    }
    let out = arguments.get(1).map_or_else(|| own.join("weights/crisis.bin"), PathBuf::from);
    let bytes = fit(&rows.iter().collect::<Vec<_>>());
    fs::write(&out, &bytes)?;
    println!("{} bytes in {}", bytes.len(), out.display());
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

fn written(folder: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for language in ["en", "hi", "hi-en", "bn", "bn-en"] {
        let text = read(&folder.join(format!("{language}.tsv")))?;
        // Neighbours may share words, so they are measured together.
        for (at, line) in text.lines().filter(|line| !line.starts_with('#')).enumerate() {
            let [level, _, text] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
            let row = row(language, text, at / 10 % FOLDS);
            let level = level.parse()?;
            // No public text in Hindi stands beside the written messages, and few of them are short.
            let scarce = language == "hi" || text.split_whitespace().count() < 7;
            let weight = if level == 0 && scarce { 2.0 } else { 1.0 };
            rows.push(Row { level, weight, ..row });
        }
    }
    Ok(rows)
}

/// Cases that the phrase tables were corrected with. The blind files are never learnt from.
fn known(folder: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.retain(|file| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("cases_")));
    files.sort();
    let mut rows = Vec::new();
    for file in files {
        for (at, line) in read(&file)?.lines().enumerate() {
            let [_, _, language, level, _, text] = line.split('\t').collect::<Vec<_>>()[..] else { continue };
            if let Ok(level) = level.parse() {
                rows.push(Row { level, weight: KNOWN, ..row(&format!("known {language}"), text, at / 10 % FOLDS) });
            }
        }
    }
    Ok(rows)
}

fn public(folder: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let mut rows = Vec::new();
    for (language, path, keep) in FILES {
        for line in read(&folder.join(path))?.lines().skip(1) {
            let Some(text) = line.split('\t').max_by_key(|cell| cell.len()) else { continue };
            let number = training::crc32(text.as_bytes()) as usize;
            if number.is_multiple_of(keep) {
                let row = row(language, text, number / 64 % FOLDS);
                rows.push(Row { is_public: true, weight: PUBLIC, ..row });
            }
        }
    }
    Ok(rows)
}

fn row(language: &str, text: &str, fold: usize) -> Row {
    Row {
        language: language.to_owned(),
        is_public: false,
        level: 0,
        weight: 1.0,
        features: training::sight(text),
        fold,
        phrases: training::by_phrases(text).number(),
    }
}

/// What weights that never saw a message say of it.
fn measured(rows: &[Row]) -> Vec<(&Row, [f32; QUESTIONS])> {
    let mut measured = Vec::with_capacity(rows.len());
    for fold in 0..FOLDS {
        let (out, learn): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.fold == fold);
        let bytes = fit(&learn);
        let vote = Vote::parse(&bytes).expect("just written");
        measured.extend(out.into_iter().map(|row| (row, vote.scores(&row.features))));
    }
    measured
}

/// For each language and limit, what phrases and vote find together.
fn report(measured: &[(&Row, [f32; QUESTIONS])]) {
    let languages: BTreeSet<&str> = measured.iter().map(|(row, _)| row.language.as_str()).collect();
    for language in languages {
        let (public, own): (Vec<_>, Vec<_>) =
            measured.iter().filter(|(row, _)| row.language == language).partition(|(row, _)| row.is_public);
        let risk = |row: &Row| row.level >= 2;
        println!("{language}: phrases alone find {:.3} of level 2-3", share(&own, risk, |row, _| row.phrases >= 2));
        for limit in LIMITS {
            let found = |row: &Row, scores: [f32; QUESTIONS]| row.phrases >= 2 || scores[0] > limit;
            println!(
                "  limit {limit:4}: level 2-3 {:.3}, level 3 {:.3}, as 3 {:.3}; level 2 as 3 {:.3}; level 1 raised {:.3}; \
                 level 0 raised {:.3}, to 3 {:.3}; public raised {:.4}",
                share(&own, risk, found),
                share(&own, |row| row.level == 3, found),
                share(&own, |row| row.level == 3, |row, scores| is_acute(row, scores, limit)),
                share(&own, |row| row.level == 2, |row, scores| is_acute(row, scores, limit)),
                share(&own, |row| row.level == 1, found),
                share(&own, |row| row.level == 0, found),
                share(&own, |row| row.level == 0, |row, scores| is_acute(row, scores, limit)),
                share(&public, |_| true, found),
            );
        }
    }
}

fn is_acute(row: &Row, scores: [f32; QUESTIONS], limit: f32) -> bool {
    row.phrases == 3 || (scores[0] > limit.max(training::ACUTE_RISK) && scores[1] > 0.0)
}

fn share(
    rows: &[&(&Row, [f32; QUESTIONS])],
    of: impl Fn(&Row) -> bool,
    yes: impl Fn(&Row, [f32; QUESTIONS]) -> bool,
) -> f64 {
    let of: Vec<_> = rows.iter().filter(|(row, _)| of(row)).collect();
    of.iter().filter(|(row, scores)| yes(row, *scores)).count() as f64 / of.len().max(1) as f64
}
