//! Trains the weights: `cargo run --release -p bondhu-sentiment --example train -- DATA_DIR [OUT]`.
//!
//! Everything is seeded and runs on one thread: the same data give the same bytes. What is chosen is chosen and measured
//! on the development parts by weights that never saw them; the weights that are written learn from those too. Test files
//! are never opened.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "figures and times are what this program is for")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of rows and shares of one, far from the limits"
)]

mod data;
mod figures;
mod fit;
mod margin;
mod measure;
mod pack;
mod romanised;
mod vectors;

use std::{
    collections::HashSet,
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use bondhu_sentiment::training::{self, REGISTERS, ROMANISED, ROMANISED_REGISTERS, Register};
use data::{Example, Target};
use fit::{ClassWeights, Fit, Row, Settings};
use romanised::Romanised;
use vectors::Vectors;

/// Chosen on the development parts.
const SETTINGS: Settings =
    Settings { rows: [229_376, 32_768, 131_072, 16_384], epochs: 6, rate: 0.12, decay: 2e-5, drop: 0.15, seed: 1 };
/// The weights of so many seeds are averaged.
const SEEDS: u64 = 2;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name the folder with the data sets")?);
    let out =
        arguments.next().map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("weights/model.bin"), PathBuf::from);
    let began = Instant::now();
    let parts = Parts::read(&folder)?;
    let vectors = Vectors::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data/words/vectors.tsv"))?;
    println!("{} training rows, {:?}", parts.train.len(), began.elapsed());
    let registers = pack::registers(&parts.train, SETTINGS);
    let rows = to_rows(&parts.train, &registers);
    let romanised = learn_romanised(&rows);
    let fit = learn(&rows, &vectors)?;
    println!("fitted without the development parts, {:?}", began.elapsed());
    let (bytes, chosen) = pack::pack(&fit, &romanised, &registers, &parts, None);
    measure::report(&training::Model::parse(&bytes)?, &parts);
    // What was chosen and measured on the development parts is settled: now they may teach as well.
    let all = parts.all();
    let registers = pack::registers(&all, SETTINGS);
    let rows = to_rows(&all, &registers);
    let (bytes, _) = pack::pack(&learn(&rows, &vectors)?, &learn_romanised(&rows), &registers, &parts, Some(chosen));
    fs::write(&out, &bytes)?;
    println!("{} bytes from {} rows in {}, {:?}", bytes.len(), all.len(), out.display(), began.elapsed());
    Ok(())
}

/// What each register of Hindi or Bengali in Latin letters learns.
fn learn_romanised(rows: &[Row]) -> [Romanised; ROMANISED_REGISTERS] {
    ROMANISED.map(|register| romanised::learn(rows, register, SETTINGS.rows[2], SETTINGS.seed))
}

/// The mean of what several seeds learn.
fn learn(rows: &[Row], vectors: &Vectors) -> Result<Fit, &'static str> {
    let weights = class_weights(rows);
    let start = vectors.start(rows, &weights, Fit::zero([SETTINGS.rows[0], SETTINGS.rows[1]]), SETTINGS.seed);
    let mut sum: Option<Fit> = None;
    for seed in 0..SEEDS {
        let fit = start.clone().learn(rows, &weights, Settings { seed: SETTINGS.seed + seed, ..SETTINGS });
        sum = Some(sum.map_or_else(|| fit.clone(), |sum| sum.plus(&fit)));
    }
    let mut fit = sum.ok_or("no seed")?.over(SEEDS as f32);
    margin::add(&mut fit, rows, SETTINGS.seed);
    Ok(fit)
}

/// The data, split.
pub(crate) struct Parts {
    pub(crate) train: Vec<Example>,
    pub(crate) ratings_held: Vec<(&'static str, Vec<(String, f32)>)>,
    pub(crate) dev: Vec<(&'static str, Vec<Example>)>,
    pub(crate) moods: Vec<Vec<String>>,
}

/// One row in ten of a set without a development part is kept for choosing.
fn is_held(text: &str) -> bool {
    training::crc32(text.as_bytes()).is_multiple_of(10)
}

impl Parts {
    fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let mut train = Vec::new();
        let mut dev = Vec::new();
        train.extend(data::forum(&folder.join("goemotions/train.tsv"))?);
        dev.push(("forum", data::forum(&folder.join("goemotions/dev.tsv"))?));
        train.extend(data::polarity(&folder.join("tweeteval/sentiment_train_semeval13-16.tsv"), Register::Tweet)?);
        dev.push(("tweets", data::polarity(&folder.join("tweeteval/sentiment_val.tsv"), Register::Tweet)?));
        train.extend(data::tweet_emotions(&folder.join("tweeteval/emotion_train.tsv"))?);
        dev.push(("emotion", data::tweet_emotions(&folder.join("tweeteval/emotion_val.tsv"))?));
        for (name, path, register) in [
            ("sentimix", "sentimix_hinglish/train.tsv", Register::Hinglish),
            ("bnsentmix", "bnsentmix/train.tsv", Register::Banglish),
        ] {
            let all = data::polarity(&folder.join(path), register)?;
            let (held, kept): (Vec<_>, Vec<_>) = all.into_iter().partition(|example| is_held(&example.text));
            dev.push((name, held));
            train.extend(kept);
        }
        let all = data::bengali_emotions(&folder.join("bangla_emotion/train.tsv"))?;
        let (held, kept): (Vec<_>, Vec<_>) = all.into_iter().partition(|example| is_held(&example.text));
        dev.push(("bangla", held));
        train.extend(kept);
        let mut ratings_held = Vec::new();
        for name in ["tweets", "amazon", "nyt", "movie"] {
            let all = data::ratings(&folder.join(format!("vader_gt/{name}.tsv")))?;
            let (held, kept): (Vec<_>, Vec<_>) = all.into_iter().partition(|(text, _)| is_held(text));
            ratings_held.push((name, held));
            train.extend(kept.iter().map(|rating| rated(name, rating)));
        }
        let seen: HashSet<String> = dev.iter().flat_map(|(_, examples)| examples).map(|e| key(&e.text)).collect();
        train.retain(|example| !seen.contains(&key(&example.text)));
        let own = Path::new(env!("CARGO_MANIFEST_DIR"));
        for row in data::rows(&own.join("data/moods/sentences.tsv")).unwrap_or_default() {
            let [language, mood, text] = &row[..] else { continue };
            let mood = data::mood_named(mood).ok_or_else(|| format!("unknown mood {mood}"))?;
            let targets = vec![Target::Mood { right: data::bits(&[mood]), among: data::ALL_MOODS }];
            train.push(Example { text: text.clone(), targets, register: data::register_named(language), weight: 4.0 });
        }
        let moods = data::rows(&own.join("tests/cases/moods_dev.tsv")).unwrap_or_default();
        Ok(Self { train, ratings_held, dev, moods })
    }

    /// The training and the development rows.
    fn all(&self) -> Vec<Example> {
        let held = self.ratings_held.iter().flat_map(|(name, held)| held.iter().map(|rating| rated(name, rating)));
        let dev = self.dev.iter().flat_map(|(_, examples)| examples.iter().cloned());
        self.train.iter().cloned().chain(dev).chain(held).collect()
    }
}

fn rated(set: &str, (text, valence): &(String, f32)) -> Example {
    let register = if set == "tweets" { Register::Tweet } else { Register::Chat };
    Example { text: text.clone(), targets: vec![Target::Valence(*valence)], register, weight: 1.0 }
}

/// Letters and digits alone: the same text under another spelling of names and addresses.
fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn to_rows(examples: &[Example], registers: &pack::Registers) -> Vec<Row> {
    examples
        .iter()
        .map(|example| {
            let reading = training::reading(&example.text, |features, extra| registers.of(features, extra));
            Row { reading, origin: example.register, targets: example.targets.clone(), weight: example.weight }
        })
        .collect()
}

/// Square root of the inverse share of each class, by register.
fn class_weights(rows: &[Row]) -> ClassWeights {
    let mut counts = [[1.0_f32; 3]; REGISTERS];
    for row in rows {
        for target in &row.targets {
            if let Target::Polarity(class) = target {
                counts[row.reading.register as usize][*class] += 1.0;
            }
        }
    }
    counts.map(|counts| {
        let sum: f32 = counts.iter().sum();
        counts.map(|count| (sum / (3.0 * count)).sqrt())
    })
}
