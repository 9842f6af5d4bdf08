//! Measures the task queue beside Python's Celery and two Rust queues, each on a Redis server of its own, one after
//! the other.
//!
//! `bondhu-bench-tasks --python PYTHON [--peers PROGRAM] [--quick] [--write FILE]` prints a table; `PROGRAM` is that of
//! `bench/peer-rust`. `work URL RESULTS` is the worker that it starts.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use bondhu_tasks::{
    Backend, Broker, Call, Clock, Queue, RedisOptions, Sender, Task, TaskContext, TaskOptions, TaskResult, Worker,
    backend::RESULT_EXPIRES,
};
use bondhu_testkit::redis::RedisServer;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep, timeout};

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
}

impl Effort {
    const FULL: Self = Self {
        tasks: 10_000,
        enqueued: 3_000,
        timed: 600,
        settle: Duration::from_secs(70),
        idle: Duration::from_mins(1),
    };
    const QUICK: Self =
        Self { tasks: 500, enqueued: 100, timed: 50, settle: Duration::from_secs(1), idle: Duration::from_secs(2) };
}

/// More waiting tasks than this end the worker of apalis 1.0 at its start: its script unpacks them all at once.
const APALIS_TASKS: u64 = 3_000;
const PATIENCE: Duration = Duration::from_mins(3);

#[derive(Serialize, Deserialize)]
struct Noop {
    number: u64,
}

impl Task for Noop {
    const NAME: &'static str = "bench.noop";
    const OPTIONS: TaskOptions = TaskOptions::new();
    type State = Clock;
    type Output = ();
    async fn run(self, _: TaskContext<Clock>) -> TaskResult<()> {
        Ok(())
    }
}

/// How many seconds after it was sent it started.
#[derive(Serialize, Deserialize)]
struct Late {
    sent: f64,
}

impl Task for Late {
    const NAME: &'static str = "bench.late";
    type State = Clock;
    type Output = f64;
    async fn run(self, cx: TaskContext<Clock>) -> TaskResult<f64> {
        Ok(seconds(cx.state()) - self.sent)
    }
}

#[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 fit a float well enough")]
fn seconds(clock: &Clock) -> f64 {
    clock.now().as_microsecond() as f64 / 1e6
}

fn queue(url: &str, results: bool) -> Result<Queue> {
    let broker = Broker::redis(url, RedisOptions::default())?;
    let queue = Queue::new(broker, Sender::default(), Clock::system());
    Ok(if results { queue.with_backend(Backend::redis(url, RedisOptions::default(), RESULT_EXPIRES)?) } else { queue })
}

#[derive(Clone, Copy)]
enum Contender {
    Rust,
    Celery(&'static [&'static str]),
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
        ["work", url, results] => work(url, results == "1").await,
        _ => compare(&<Arguments as clap::Parser>::parse()).await,
    }
}

async fn work(url: &str, results: bool) -> Result<()> {
    let worker = Worker::new(queue(url, results)?, Clock::system()).register::<Noop>().register::<Late>();
    worker.concurrency(100).run_until(std::future::pending()).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the table is the answer")]
async fn compare(arguments: &Arguments) -> Result<()> {
    let effort = if arguments.quick { Effort::QUICK } else { Effort::FULL };
    let python = arguments.python.to_str().context("the path of Python is no text")?;
    let contenders = [
        ("bondhu-tasks", Contender::Rust),
        ("Celery 5.7, prefork, 2 processes", Contender::Celery(&["-P", "prefork", "-c", "2"])),
        ("Celery 5.7, solo", Contender::Celery(&["-P", "solo"])),
    ];
    let mut table =
        "| | drain/s | drain/s with results | Redis commands a task, with results | enqueue/s | start p50 | \
                     start p99 | idle Redis commands a day | memory |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|\n"
            .to_owned();
    for (name, contender) in contenders {
        let figures = measure(contender, python, effort).await.with_context(|| name.to_owned())?;
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
        "| {name} | {:.0} | {} | {} | {:.0} | {:.1} ms | {:.1} ms | {:.0} | {:.0} MiB |\n",
        figures.drain,
        with(|with| format!("{:.0}", with.drain)),
        with(|with| format!("{:.1}", with.commands_a_task)),
        figures.enqueue,
        figures.p50_ms,
        figures.p99_ms,
        figures.idle_commands_a_day,
        figures.memory_mib
    )
}

async fn measure(contender: Contender, python: &str, effort: Effort) -> Result<Figures> {
    let mut figures = Figures::default();
    {
        let server = RedisServer::start().await?;
        figures.enqueue = enqueue(contender, &server, python, effort.enqueued).await?;
        server.cli(["flushall"])?;
        figures.drain = drained(contender, &server, python, false, effort.tasks).await?.rate;
    }
    let server = RedisServer::start().await?;
    let Drained { rate, commands_a_task, worker } = drained(contender, &server, python, true, effort.tasks).await?;
    figures.with_results = Some(WithResults { drain: rate, commands_a_task });
    (figures.p50_ms, figures.p99_ms) = latency(&server, effort.timed).await?;
    rest(&mut figures, &server, &worker, effort).await?;
    Ok(figures)
}

/// What a worker costs that has nothing to do.
async fn rest(figures: &mut Figures, server: &RedisServer, worker: &Process, effort: Effort) -> Result<()> {
    sleep(effort.settle).await;
    figures.memory_mib = memory(worker.0.id());
    let before = server.commands()?;
    sleep(effort.idle).await;
    #[expect(clippy::cast_precision_loss, reason = "a count of commands")]
    let idle = (server.commands()? - before) as f64;
    figures.idle_commands_a_day = idle * 86_400.0 / effort.idle.as_secs_f64();
    Ok(())
}

/// A queue of `bench/peer-rust`, which measures itself.
async fn measure_peer(program: &PathBuf, which: &str, effort: Effort) -> Result<Figures> {
    let say = |what: &str, server: &RedisServer, count: u64| -> Result<(Vec<f64>, Process)> {
        let mut command = Command::new(program);
        command.args([which, what, &server.url(), &count.to_string()]).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = Process(command.spawn().with_context(|| format!("{} does not start", program.display()))?);
        let mut line = String::new();
        BufReader::new(process.0.stdout.take().context("no output")?).read_line(&mut line)?;
        let numbers = line.split_whitespace().map(str::parse).collect::<Result<_, _>>();
        let numbers: Vec<f64> = numbers.with_context(|| format!("{which} {what} said {line:?}"))?;
        ensure!(!numbers.is_empty(), "{which} {what} ended without a figure");
        Ok((numbers, process))
    };
    let tasks = if which == "apalis" { effort.tasks.min(APALIS_TASKS) } else { effort.tasks };
    let mut figures = Figures::default();
    let server = RedisServer::start().await?;
    figures.enqueue = say("send", &server, tasks)?.0[0];
    let (drained, worker) = say("work", &server, tasks)?;
    figures.drain = drained[0];
    rest(&mut figures, &server, &worker, effort).await?;
    drop(worker);
    let server = RedisServer::start().await?;
    let (late, _) = say("late", &server, effort.timed.into())?;
    (figures.p50_ms, figures.p99_ms) = (late[0], *late.get(1).context("no p99")?);
    Ok(figures)
}

async fn enqueue(contender: Contender, server: &RedisServer, python: &str, count: u64) -> Result<f64> {
    match contender {
        Contender::Rust => {
            let queue = queue(&server.url(), false)?;
            let begun = Instant::now();
            for number in 0..count {
                queue.enqueue(Noop { number }).await?;
            }
            #[expect(clippy::cast_precision_loss, reason = "a small count")]
            Ok(count as f64 / begun.elapsed().as_secs_f64())
        }
        Contender::Celery(_) => {
            let output = Command::new(python)
                .args(["bench/peer-python/celery_peer.py", "send", &count.to_string()])
                .env("BENCH_REDIS", server.url())
                .output()?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
        }
    }
}

struct Drained {
    rate: f64,
    commands_a_task: f64,
    worker: Process,
}

/// Fills the queue, starts the worker, and times it from the first task on.
#[expect(clippy::cast_precision_loss, reason = "small counts")]
async fn drained(
    contender: Contender,
    server: &RedisServer,
    python: &str,
    results: bool,
    tasks: u64,
) -> Result<Drained> {
    let queue = queue(&server.url(), results)?;
    for from in (0..tasks).step_by(500) {
        queue.send_all((from..from + 500).map(|number| Call::of(&Noop { number }).expect("a number is JSON"))).await?;
    }
    let before = server.commands()?;
    let worker = Process(start(contender, server, python, results)?);
    let left = || -> Result<u64> {
        let text = server.cli(["eval", "return redis.call('llen','celery') + redis.call('hlen','unacked')", "0"])?;
        Ok(text.trim_start_matches("(integer) ").parse()?)
    };
    let mut begun = None;
    let all = async {
        loop {
            let left = left()?;
            if left < tasks && begun.is_none() {
                begun = Some((Instant::now(), left));
            }
            if left == 0 {
                return Ok::<_, anyhow::Error>(());
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, all).await.context("the queue was not drained in time")??;
    let (begun, first) = begun.context("nothing was drained")?;
    let rate = first as f64 / begun.elapsed().as_secs_f64();
    let polls = begun.elapsed().as_secs_f64() / 0.01 * 3.0;
    let commands_a_task = ((server.commands()? - before) as f64 - polls) / tasks as f64;
    Ok(Drained { rate, commands_a_task, worker })
}

/// A process that ends with its owner.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = Command::new("pkill").args(["-KILL", "-P", &self.0.id().to_string()]).status();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(contender: Contender, server: &RedisServer, python: &str, results: bool) -> Result<Child> {
    let results = if results { "1" } else { "0" };
    let mut command = match contender {
        Contender::Rust => {
            let mut command = Command::new(std::env::current_exe()?);
            command.args(["work", &server.url(), results]);
            command
        }
        Contender::Celery(pool) => {
            let mut command = Command::new(python);
            command.args([
                "-m",
                "celery",
                "-A",
                "celery_peer",
                "--workdir",
                "bench/peer-python",
                "worker",
                "-l",
                "ERROR",
            ]);
            command.args(pool).env("BENCH_REDIS", server.url()).env("BENCH_RESULTS", results);
            command
        }
    };
    Ok(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
}

/// From the call to the start of its task, at a steady hundred a second.
async fn latency(server: &RedisServer, timed: u32) -> Result<(f64, f64)> {
    let (queue, clock) = (queue(&server.url(), true)?, Clock::system());
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let mut sent = Vec::new();
    for _ in 0..timed {
        ticks.tick().await;
        sent.push(queue.enqueue(Late { sent: seconds(&clock) }).await?);
    }
    let mut late = Vec::new();
    for result in sent {
        late.push(result.get(PATIENCE).await? * 1000.0);
    }
    late.sort_by(f64::total_cmp);
    ensure!(late.len() == timed as usize);
    Ok((late[late.len() / 2], late[late.len() * 99 / 100]))
}

/// Resident memory of a process and its children.
fn memory(pid: u32) -> f64 {
    let of = |pid: &str| -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().split(' ').next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or_default() / 1024.0
    };
    let children = Command::new("pgrep").args(["-P", &pid.to_string()]).output().map(|output| output.stdout);
    let children = String::from_utf8_lossy(&children.unwrap_or_default()).into_owned();
    of(&pid.to_string()) + children.lines().map(of).sum::<f64>()
}
