//! Measures the task queue beside Python's Celery and two Rust queues, each on a Redis server of its own, one after
//! the other.
//!
//! `bondhu-bench-tasks --python PYTHON [--peers PROGRAM] [--untracked] [--quick] [--write FILE]` prints a table;
//! `PROGRAM` is that of `bench/peer-rust`. `work URL RESULTS TRACKS` and `beat URL SECS` are the processes that it starts.

mod idle;
mod load;
mod ours;
mod peer;
mod process;

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use bondhu_testkit::redis::RedisServer;

use self::{
    idle::rest,
    load::{Drained, drained, enqueue, latency},
    peer::measure_peer,
    process::Contender,
};

/// How much is measured.
#[derive(Clone, Copy)]
struct Effort {
    /// Tasks that are drained.
    tasks: u64,
    /// Tasks that are enqueued one after the other.
    enqueued: u64,
    /// Tasks whose start is timed, ten milliseconds apart.
    timed: u32,
    /// How long a worker is left alone after its last task, so that leases and subscriptions have run out.
    settle: Duration,
    /// How long idle workers are watched.
    idle: Duration,
    /// How long a schedule is watched that sends six tasks meanwhile.
    beat: Duration,
}

impl Effort {
    const FULL: Self = Self {
        tasks: 10_000,
        enqueued: 3_000,
        timed: 600,
        settle: Duration::from_secs(70),
        idle: Duration::from_mins(1),
        beat: Duration::from_mins(1),
    };
    const QUICK: Self = Self {
        tasks: 500,
        enqueued: 100,
        timed: 50,
        settle: Duration::from_secs(1),
        idle: Duration::from_secs(2),
        beat: Duration::from_secs(2),
    };
    /// Without client tracking a worker waits for up to ten minutes at a time.
    const LONG: Duration = Duration::from_mins(21);
}

/// The command line.
#[derive(clap::Parser)]
struct Arguments {
    /// A Python interpreter that has Celery.
    #[arg(long)]
    python: PathBuf,
    /// The program of `bench/peer-rust`; those two are left out without it.
    #[arg(long)]
    peers: Option<PathBuf>,
    /// Also measures a server that does not tell of changes. An idle worker has to be watched for twenty minutes there.
    #[arg(long)]
    untracked: bool,
    /// Puts the table between the `bench-tasks` markers of this file as well.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// A run of seconds that shows that everything works; its figures mean little.
    #[arg(long)]
    quick: bool,
}

/// What one contender did.
#[derive(Default)]
struct Figures {
    drain: f64,
    /// None where results are not kept.
    with_results: Option<WithResults>,
    enqueue: f64,
    p50_ms: f64,
    p99_ms: f64,
    idle_commands_a_day: f64,
    /// Zero for those whose schedule was not measured.
    commands_a_run: f64,
    memory_mib: f64,
}

struct WithResults {
    drain: f64,
    commands_a_task: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["work", url, results, tracks] => ours::work(url, results == "1", tracks == "1").await,
        ["beat", url, secs] => ours::beat(url, Duration::from_secs_f64(secs.parse()?)).await,
        _ => compare(&<Arguments as clap::Parser>::parse()).await,
    }
}

#[expect(clippy::print_stdout, reason = "the table is the answer")]
async fn compare(arguments: &Arguments) -> Result<()> {
    let effort = if arguments.quick { Effort::QUICK } else { Effort::FULL };
    let python = arguments.python.to_str().context("the path of Python is no text")?;
    let celery = |pool| Contender::Celery { python, pool };
    let mut contenders = vec![
        ("bondhu-tasks", Contender::Rust { tracks: true }, effort),
        ("Celery 5.7, prefork, 2 processes", celery(&["-P", "prefork", "-c", "2"]), effort),
        ("Celery 5.7, solo", celery(&["-P", "solo"]), effort),
    ];
    if arguments.untracked {
        let idle = if arguments.quick { effort.idle } else { Effort::LONG };
        let row =
            ("bondhu-tasks without client tracking", Contender::Rust { tracks: false }, Effort { idle, ..effort });
        contenders.insert(1, row);
    }
    let mut table =
        "| | drain/s | drain/s with results | Redis commands a task, with results | enqueue/s | start p50 | \
                     start p99 | idle Redis commands a day | Redis commands a scheduled task | memory |\n\
                     |---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
    for (name, contender, effort) in contenders {
        let figures = measure(contender, effort).await.with_context(|| name.to_owned())?;
        table += &row(name, &figures);
    }
    if let Some(peers) = &arguments.peers {
        for (name, which) in [("apalis-redis 1.0, 20 at once", "apalis"), ("celery (rusty-celery) 0.5.5", "celery")] {
            let figures = measure_peer(peers, which, effort).await.with_context(|| name.to_owned())?;
            table += &row(name, &figures);
        }
    }
    print!("{table}");
    if let Some(file) = &arguments.write {
        bondhu_bench::write_between(file, "bench-tasks", &format!("{}\n\n{table}", bondhu_bench::machine()))?;
    }
    Ok(())
}

fn row(name: &str, figures: &Figures) -> String {
    let with = |text: fn(&WithResults) -> String| figures.with_results.as_ref().map_or_else(|| "–".to_owned(), text);
    format!(
        "| {name} | {:.0} | {} | {} | {:.0} | {:.1} ms | {:.1} ms | {:.0} | {} | {:.0} MiB |\n",
        figures.drain,
        with(|with| format!("{:.0}", with.drain)),
        with(|with| format!("{:.1}", with.commands_a_task)),
        figures.enqueue,
        figures.p50_ms,
        figures.p99_ms,
        figures.idle_commands_a_day,
        if figures.commands_a_run > 0.0 { format!("{:.0}", figures.commands_a_run) } else { "–".to_owned() },
        figures.memory_mib
    )
}

async fn measure(contender: Contender<'_>, effort: Effort) -> Result<Figures> {
    let mut figures = Figures::default();
    {
        let server = RedisServer::start().await?;
        figures.enqueue = enqueue(contender, &server, effort.enqueued).await?;
        server.cli(["flushall"])?;
        figures.drain = drained(contender, &server, false, effort.tasks).await?.rate;
    }
    let server = RedisServer::start().await?;
    let Drained { rate, commands_a_task, worker } = drained(contender, &server, true, effort.tasks).await?;
    figures.with_results = Some(WithResults { drain: rate, commands_a_task });
    (figures.p50_ms, figures.p99_ms) = latency(&server, effort.timed).await?;
    rest(&mut figures, &server, &worker, Some(contender), effort).await?;
    Ok(figures)
}
