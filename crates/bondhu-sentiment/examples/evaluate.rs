//! Measures what `analyze` says on public data: `cargo run --release -p bondhu-sentiment --example evaluate -- DATA_DIR`.
//!
//! Looks for the development parts and, where they are there, for test files (`*_test.tsv`, `test.tsv`) beside them.
//! Own cases are read from the crate.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "figures and times are what this program is for")]
#![expect(clippy::cast_precision_loss, reason = "counts of rows")]

#[path = "train/data.rs"]
#[expect(dead_code, reason = "shared with the trainer, which uses the rest")]
mod data;
#[path = "train/figures.rs"]
mod figures;

use std::{
    env,
    error::Error,
    path::{Path, PathBuf},
    time::Instant,
};

use bondhu_sentiment::{Analysis, Hints, Mood, Polarity, analyze, training::Register};
use data::{Example, Target};
use figures::{Confusion, correlation};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(env::args_os().nth(1).ok_or("name the folder with the data sets")?);
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["tweeteval/sentiment_val.tsv", "tweeteval/sentiment_test.tsv"] {
        polarity(name, &folder, |path| data::polarity(path, Register::Tweet))?;
    }
    for name in ["goemotions/dev.tsv", "goemotions/test.tsv"] {
        polarity(name, &folder, data::forum)?;
        moods(name, &folder)?;
    }
    for name in ["tweeteval/emotion_val.tsv", "tweeteval/emotion_test.tsv"] {
        emotions(name, &folder)?;
    }
    for (name, register) in [
        ("sentimix_hinglish/test.tsv", Register::Hinglish),
        ("sentimix_hinglish/trial.tsv", Register::Hinglish),
        ("bnsentmix/test.tsv", Register::Banglish),
    ] {
        polarity(name, &folder, |path| data::polarity(path, register))?;
    }
    for set in ["tweets", "amazon", "nyt", "movie"] {
        for name in [format!("vader_gt/{set}.tsv"), format!("vader_gt/{set}_test.tsv")] {
            ratings(&name, &folder)?;
        }
    }
    own_moods(&own.join("tests/cases/moods_dev.tsv"))?;
    speed(&folder)?;
    Ok(())
}

fn read(text: &str) -> Analysis {
    analyze(text, Hints::default())
}

type Load<'a> = dyn Fn(&Path) -> std::io::Result<Vec<Example>> + 'a;

/// The rows of a file that may be missing.
fn load(name: &str, folder: &Path, how: &Load<'_>) -> std::io::Result<Option<Vec<Example>>> {
    let path = folder.join(name);
    if path.exists() { how(&path).map(Some) } else { Ok(None) }
}

fn polarity(
    name: &str,
    folder: &Path,
    how: impl Fn(&Path) -> std::io::Result<Vec<Example>>,
) -> Result<(), Box<dyn Error>> {
    let Some(examples) = load(name, folder, &how)? else { return Ok(()) };
    let mut confusion = Confusion::new(3);
    for example in &examples {
        let class = match read(&example.text).polarity {
            Polarity::Negative => 0,
            Polarity::Neutral => 1,
            Polarity::Positive => 2,
        };
        for target in &example.targets {
            if let Target::Polarity(right) = target {
                confusion.add(*right, class);
            }
        }
    }
    println!(
        "{name}: polarity AvgRec {:.4}, macro-F1 {:.4}, accuracy {:.4}",
        confusion.mean_recall(),
        confusion.macro_f1(),
        confusion.accuracy()
    );
    Ok(())
}

fn best(said: &Analysis, groups: &[u16]) -> usize {
    let share = |group: u16| -> f64 {
        said.moods.iter().filter(|(mood, _)| group & data::bits(&[*mood]) != 0).map(|(_, share)| share).sum()
    };
    (0..groups.len()).max_by(|a, b| share(groups[*a]).total_cmp(&share(groups[*b]))).unwrap_or(0)
}

/// Macro-F1 over the eight moods that `GoEmotions` can tell, on rows with one of them.
fn moods(name: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let Some(examples) = load(name, folder, &data::forum)? else { return Ok(()) };
    let eight = Mood::ALL.iter().filter(|mood| !matches!(mood, Mood::Lonely | Mood::Tired | Mood::Curious));
    let eight: Vec<u16> = eight.map(|mood| data::bits(&[*mood])).collect();
    of_groups(name, "mood-8", &examples, &eight);
    Ok(())
}

/// Macro-F1 over the four labels of `TweetEval`, each by the sum of the shares of its moods.
fn emotions(name: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let Some(examples) = load(name, folder, &data::tweet_emotions)? else { return Ok(()) };
    of_groups(name, "emotion", &examples, &data::tweet_moods());
    Ok(())
}

fn of_groups(name: &str, what: &str, examples: &[Example], groups: &[u16]) {
    let mut confusion = Confusion::new(groups.len());
    for example in examples {
        for target in &example.targets {
            let Target::Mood { right, .. } = target else { continue };
            if let Some(class) = groups.iter().position(|group| group == right) {
                confusion.add(class, best(&read(&example.text), groups));
            }
        }
    }
    println!("{name}: {what} macro-F1 {:.4}, accuracy {:.4}", confusion.macro_f1(), confusion.accuracy());
}

fn ratings(name: &str, folder: &Path) -> Result<(), Box<dyn Error>> {
    let path = folder.join(name);
    if !path.exists() {
        return Ok(());
    }
    let rows = data::ratings(&path)?;
    let pairs: Vec<(f64, f64)> =
        rows.iter().map(|(text, valence)| (read(text).sentiment, f64::from(*valence))).collect();
    println!(
        "{name}: r {:.4} (nine in ten of these rows were learned from, unless this is a test file)",
        correlation(&pairs)
    );
    Ok(())
}

fn own_moods(path: &Path) -> Result<(), Box<dyn Error>> {
    let (mut right, mut all) = ([0.0; 2], [0.0; 2]);
    for row in data::rows(path)? {
        let said = read(&row[5]);
        let which = usize::from(row[2] != "en");
        all[which] += 1.0;
        if Some(said.mood) == data::mood_named(&row[3]) {
            right[which] += 1.0;
        } else {
            println!("{} {}: expected {}, found {:?}: {}", row[0], row[2], row[3], said.mood, row[5]);
        }
    }
    println!("own moods: English {:.3}, other languages {:.3}", right[0] / all[0], right[1] / all[1]);
    Ok(())
}

fn speed(folder: &Path) -> Result<(), Box<dyn Error>> {
    let rows = data::rows(&folder.join("tweeteval/sentiment_val.tsv"))?;
    let mut micros: Vec<f64> = Vec::new();
    for _ in 0..5 {
        for row in &rows {
            let began = Instant::now();
            std::hint::black_box(read(&row[1]));
            micros.push(began.elapsed().as_secs_f64() * 1e6);
        }
    }
    micros.sort_by(f64::total_cmp);
    println!("time: median {:.1} us, p99 {:.1} us a tweet", micros[micros.len() / 2], micros[micros.len() * 99 / 100]);
    Ok(())
}
