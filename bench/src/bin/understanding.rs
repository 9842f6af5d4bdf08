//! Measures sentiment beside three Python libraries: messages a second, microseconds a message, and how well each agrees
//! with people, on the same lines, one after the other on one core.
//!
//! `bondhu-bench-understanding --python PYTHON [--data FILE]...`: files with the columns id, valence (-4 to 4), text.
//! Without one, the English mood cases of the repository are read, which are few.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use bondhu_bench::{machine, write_between};
use bondhu_sentiment::{Hints, analyze};
use clap::Parser;

/// How often each message is timed by itself.
const PASSES: usize = 9;

// What the product allocates with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The command line.
#[derive(Debug, Parser)]
struct Arguments {
    /// A Python interpreter that has the packages in `requirements.txt` of the peer's folder.
    #[arg(long)]
    python: PathBuf,
    /// The folder of the Python peer.
    #[arg(long, default_value = "bench/peer-python")]
    peer: PathBuf,
    /// Rated texts: id, valence, text.
    #[arg(long, value_name = "FILE")]
    data: Vec<PathBuf>,
    /// Puts the table between the `understanding` markers of this file as well.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Fewer lines, so that it takes seconds; its figures mean little.
    #[arg(long)]
    quick: bool,
}

/// A text and what people say of it.
struct Rated {
    valence: f64,
    text: String,
}

/// What one library made of the lines.
struct Score {
    name: &'static str,
    micros: f64,
    /// Of single messages; the others are timed as a whole.
    p99_micros: Option<f64>,
    correlation: f64,
    accuracy: f64,
}

/// Where the libraries without a class of their own are neutral.
const NEUTRAL: f64 = 0.05;
/// Where people are neutral, on their scale from -4 to 4.
const RATED_NEUTRAL: f64 = 0.5;

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut rated = Vec::new();
    for path in &arguments.data {
        rated.extend(read(path, 1, 2, 1.0)?);
    }
    if arguments.data.is_empty() {
        let own = Path::new("crates/bondhu-sentiment/tests/cases/moods_dev.tsv");
        rated = read(own, 4, 5, 8.0)?.into_iter().filter(|case| case.text.is_ascii()).collect();
        for case in &mut rated {
            case.valence -= 4.0;
        }
    }
    if arguments.quick {
        rated.truncate(200);
    }
    ensure!(rated.len() > 20, "too few lines to measure");
    let mut results = vec![ours(&rated)];
    for (name, argument) in [("vaderSentiment", "vader"), ("TextBlob", "textblob"), ("AFINN", "afinn")] {
        results.push(theirs(&arguments, name, argument, &rated)?);
    }
    let table = table(&results, rated.len());
    print(&table)?;
    arguments.write.map_or(Ok(()), |file| write_between(&file, "bench-understanding", &table))
}

fn print(table: &str) -> Result<()> {
    std::io::stdout().write_all(table.as_bytes()).context("the table could not be printed")
}

fn read(path: &Path, valence: usize, text: usize, scale: f64) -> Result<Vec<Rated>> {
    let file = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('\t').collect();
        Some(Rated { valence: cells.get(valence)?.parse::<f64>().ok()? * scale, text: (*cells.get(text)?).to_owned() })
    };
    Ok(file.lines().skip(1).filter_map(row).collect())
}

#[expect(clippy::disallowed_methods, reason = "the time of real work is what is measured")]
fn ours(rated: &[Rated]) -> Score {
    // The tables are read at the first message.
    std::hint::black_box(analyze("warm up", Hints::default()));
    let (mut scores, mut best) = (Vec::new(), Duration::MAX);
    for _ in 0..3 {
        let began = Instant::now();
        scores = rated.iter().map(|case| 2.0 * analyze(&case.text, Hints::default()).sentiment - 1.0).collect();
        best = best.min(began.elapsed());
    }
    // The best of a few passes over all, as for the mean: what else the machine did in the same moment is not the
    // message's, and a message that is read twice in a row would find its weights in the caches.
    let mut each = vec![Duration::MAX; rated.len()];
    for _ in 0..PASSES {
        for (case, best) in rated.iter().zip(&mut each) {
            let began = Instant::now();
            std::hint::black_box(analyze(&case.text, Hints::default()));
            *best = began.elapsed().min(*best);
        }
    }
    each.sort_unstable();
    let p99 = each[each.len() * 99 / 100].as_secs_f64() * 1e6;
    let name = "bondhu-sentiment (with mood, language and crisis)";
    Score { p99_micros: Some(p99), ..result(name, best.as_secs_f64(), &scores, rated) }
}

fn theirs(arguments: &Arguments, name: &'static str, library: &str, rated: &[Rated]) -> Result<Score> {
    let mut child = Command::new(&arguments.python)
        .arg(arguments.peer.join("sentiment_peer.py"))
        .arg(library)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("Python could not be started; run scripts/setup.sh python first")?;
    let lines: String = rated.iter().map(|case| case.text.clone() + "\n").collect();
    child.stdin.take().context("no standard input")?.write_all(lines.as_bytes())?;
    let output = child.wait_with_output()?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} failed: {errors}");
    let scores: Vec<f64> =
        String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| line.parse().ok()).collect();
    ensure!(scores.len() == rated.len(), "{name} answered {} of {} lines", scores.len(), rated.len());
    let seconds = errors.lines().last().and_then(|line| line.parse().ok()).context("no time was told")?;
    Ok(result(name, seconds, &scores, rated))
}

#[expect(clippy::cast_precision_loss, reason = "counts of lines")]
fn result(name: &'static str, seconds: f64, scores: &[f64], rated: &[Rated]) -> Score {
    let count = rated.len() as f64;
    let class = |value: f64, neutral: f64| i8::from(value > neutral) - i8::from(value < -neutral);
    let right = scores.iter().zip(rated).filter(|(s, case)| class(**s, NEUTRAL) == class(case.valence, RATED_NEUTRAL));
    let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / count;
    let (x, y) = (mean(&mut scores.iter().copied()), mean(&mut rated.iter().map(|case| case.valence)));
    let pairs = || scores.iter().zip(rated).map(|(s, case)| (s - x, case.valence - y));
    let correlation = pairs().map(|(a, b)| a * b).sum::<f64>()
        / (pairs().map(|(a, _)| a * a).sum::<f64>() * pairs().map(|(_, b)| b * b).sum::<f64>()).sqrt();
    Score { name, micros: seconds * 1e6 / count, p99_micros: None, correlation, accuracy: right.count() as f64 / count }
}

fn table(results: &[Score], lines: usize) -> String {
    let mut table = String::from(
        "| library | messages/s | µs/message | p99 | r with people | three classes right |\n|---|---|---|---|---|---|\n",
    );
    for r in results {
        let rate = 1e6 / r.micros;
        let p99 = r.p99_micros.map_or_else(|| "–".to_owned(), |p99| format!("{p99:.0} µs"));
        let Score { name, micros, correlation, accuracy, .. } = r;
        writeln!(table, "| {name} | {rate:.0} | {micros:.1} | {p99} | {correlation:.3} | {accuracy:.3} |")
            .expect("a string takes any text");
    }
    format!("{table}\n{lines} texts, one core. {}\n", machine())
}
