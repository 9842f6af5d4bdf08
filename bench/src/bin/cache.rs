//! Measures the cache beside redis-py and a dictionary in Python, on one Redis server, one after the other.
//!
//! `bondhu-bench-cache --python PYTHON [--quick] [--write FILE]` prints a table.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::hint::black_box;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use std::{fmt, io};

use anyhow::{Context, Result, ensure};
use bondhu_cache::redis::RedisOptions;
use bondhu_cache::{Cache, CacheKey};
use bondhu_testkit::redis::RedisServer;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// About what a reply needs to know of a person: a kilobyte of JSON.
#[derive(Clone, Serialize, Deserialize)]
struct PersonContext {
    style: String,
    needs_consistency: bool,
    moods: BTreeMap<String, f64>,
    traits: Vec<Trait>,
    notes: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Trait {
    name: String,
    mean: f64,
    band: String,
}

struct ContextKey(usize);

impl fmt::Display for ContextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl CacheKey for ContextKey {
    type Value = PersonContext;
    const NAMESPACE: &'static str = "personality:context";
    const TTL: Duration = Duration::from_mins(30);
}

fn context() -> PersonContext {
    let traits = ["openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism"];
    let moods = ["happy", "sad", "calm", "anxious", "angry", "tired", "curious", "neutral"];
    PersonContext {
        style: "gentle".to_owned(),
        needs_consistency: true,
        moods: moods.iter().map(|mood| ((*mood).to_owned(), 0.125)).collect(),
        traits: traits.map(|name| Trait { name: name.to_owned(), mean: 61.25, band: "moderate".to_owned() }).to_vec(),
        notes: vec!["Likes to be asked before advice is given.".to_owned(); 12],
    }
}

/// The command line.
#[derive(clap::Parser)]
struct Arguments {
    /// A Python interpreter that has redis-py.
    #[arg(long)]
    python: PathBuf,
    /// Puts the table between the `bench-cache` markers of this file as well.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// A run of seconds that shows that everything works; its figures mean little.
    #[arg(long)]
    quick: bool,
}

/// What one contender did, in microseconds.
struct Figures {
    held: f64,
    cold: (f64, f64),
    loaded: (f64, f64),
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the table is the answer")]
async fn main() -> Result<()> {
    let arguments = <Arguments as clap::Parser>::parse();
    let keys = if arguments.quick { 200 } else { 10_000 };
    let server = RedisServer::start().await?;
    let ours = ours(&server, keys).await?;
    server.cli(["flushall"])?;
    let peer = peer(&server, &arguments.python, keys)?;
    let row = |name: &str, figures: &Figures| {
        let Figures { held, cold, loaded } = figures;
        format!(
            "| {name} | {held:.2} µs | {:.0} µs | {:.0} µs | {:.0} µs | {:.0} µs |\n",
            cold.0, cold.1, loaded.0, loaded.1
        )
    };
    let head = "| | held in the process | from Redis p50 | from Redis p99 | loaded and stored p50 | p99 |\n\
                |---|---:|---:|---:|---:|---:|\n";
    let table = [head.to_owned(), row("bondhu-cache", &ours), row("redis-py and a dictionary", &peer)].concat();
    print!("{table}");
    if let Some(file) = &arguments.write {
        bondhu_bench::write_between(file, "bench-cache", &format!("{}\n\n{table}", bondhu_bench::machine()))?;
    }
    Ok(())
}

async fn ours(server: &RedisServer, keys: usize) -> Result<Figures> {
    let open = || Cache::shared(&server.url(), RedisOptions::default(), 100_000);
    let writer = open()?;
    let mut loaded = Vec::with_capacity(keys);
    for n in 0..keys {
        let begun = Instant::now();
        let made = writer.get_or_load(&ContextKey(n), async || Ok::<_, Infallible>(context())).await;
        loaded.push(begun.elapsed());
        black_box(made.map_err(|never| match *never {})?);
    }
    // Another process, which holds nothing yet.
    let reader = open()?;
    let missing = async || Err::<PersonContext, _>(io::Error::other("the value is not on Redis"));
    reader.get(&ContextKey(0)).await.context("the value is not on Redis")?;
    let mut cold = Vec::with_capacity(keys);
    for n in 1..keys {
        let begun = Instant::now();
        let read = reader.get_or_load(&ContextKey(n), missing).await;
        cold.push(begun.elapsed());
        black_box(read.map_err(|error| anyhow::anyhow!("{error}"))?);
    }
    let rounds: u32 = 200_000;
    let begun = Instant::now();
    for _ in 0..rounds {
        black_box(reader.get_or_load(&ContextKey(0), missing).await.is_ok());
    }
    let held = begun.elapsed().as_secs_f64() * 1e6 / f64::from(rounds);
    Ok(Figures { held, cold: spread(cold), loaded: spread(loaded) })
}

/// The median and the 99th of a hundred, in microseconds.
fn spread(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e6;
    (at(50), at(99))
}

fn peer(server: &RedisServer, python: &PathBuf, keys: usize) -> Result<Figures> {
    let value = serde_json::to_string(&context())?;
    let output = Command::new(python)
        .args(["bench/peer-python/cache_peer.py", &server.url(), &keys.to_string(), &value])
        .output()
        .with_context(|| format!("{} does not start", python.display()))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = said.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    ensure!(numbers.len() == 5, "the peer said {said:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(Figures { held: numbers[0], cold: (numbers[1], numbers[2]), loaded: (numbers[3], numbers[4]) })
}
