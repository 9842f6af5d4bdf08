//! Measures the task queue beside Python's Celery, on one Redis server each, one after the other.
//!
//! `bondhu-bench-tasks --python .venv/bin/python` prints a table; `work URL RESULTS` is the worker that it starts.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use bondhu_tasks::{
    Backend, Broker, Call, Clock, Queue, RedisOptions, Sender, Task, TaskContext, TaskOptions, TaskResult, Worker,
    backend::RESULT_EXPIRES,
};
use bondhu_testkit::redis::RedisServer;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep, timeout};

/// Tasks that are drained.
const TASKS: u64 = 10_000;
/// Tasks that are enqueued one after the other.
const ENQUEUED: u64 = 3_000;
/// Tasks whose start is timed, ten milliseconds apart.
const TIMED: u32 = 600;
/// How long idle workers are watched.
const IDLE: Duration = Duration::from_secs(30);
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

/// What one contender did.
#[derive(Default)]
struct Figures {
    drain: f64,
    drain_with_results: f64,
    commands_a_task: f64,
    enqueue: f64,
    p50_ms: f64,
    p99_ms: f64,
    idle_commands_a_day: f64,
    memory_mib: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["work", url, results] => work(url, results == "1").await,
        ["--python", python] => compare(python).await,
        _ => bail!("usage: bondhu-bench-tasks --python .venv/bin/python"),
    }
}

async fn work(url: &str, results: bool) -> Result<()> {
    let worker = Worker::new(queue(url, results)?, Clock::system()).register::<Noop>().register::<Late>();
    worker.concurrency(100).run_until(std::future::pending()).await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the table is the answer")]
async fn compare(python: &str) -> Result<()> {
    let contenders = [
        ("bondhu-tasks", Contender::Rust),
        ("Celery, prefork", Contender::Celery(&["-P", "prefork", "-c", "2"])),
        ("Celery, solo", Contender::Celery(&["-P", "solo"])),
    ];
    println!(
        "| | drain/s | drain/s with results | Redis commands a task, with results | enqueue/s | start p50 | start p99 | \
         idle commands a day | memory |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|"
    );
    for (name, contender) in contenders {
        let f = measure(contender, python).await.with_context(|| name.to_owned())?;
        println!(
            "| {name} | {:.0} | {:.0} | {:.1} | {:.0} | {:.1} ms | {:.1} ms | {:.0} | {:.0} MiB |",
            f.drain,
            f.drain_with_results,
            f.commands_a_task,
            f.enqueue,
            f.p50_ms,
            f.p99_ms,
            f.idle_commands_a_day,
            f.memory_mib
        );
    }
    Ok(())
}

async fn measure(contender: Contender, python: &str) -> Result<Figures> {
    let mut figures = Figures::default();
    {
        let server = RedisServer::start().await?;
        figures.enqueue = enqueue(contender, &server, python).await?;
        server.cli(["flushall"])?;
        (figures.drain, _) = drain(contender, &server, python, false).await?;
    }
    let server = RedisServer::start().await?;
    let worker;
    (figures.drain_with_results, figures.commands_a_task, worker) = {
        let (rate, (commands, worker)) = drain_keeping(contender, &server, python).await?;
        (rate, commands, worker)
    };
    (figures.p50_ms, figures.p99_ms) = latency(&server).await?;
    sleep(Duration::from_secs(5)).await;
    figures.memory_mib = memory(worker.0.id());
    let before = server.commands()?;
    sleep(IDLE).await;
    #[expect(clippy::cast_precision_loss, reason = "a count of commands")]
    let idle = (server.commands()? - before) as f64;
    figures.idle_commands_a_day = idle * 86_400.0 / IDLE.as_secs_f64();
    Ok(figures)
}

async fn enqueue(contender: Contender, server: &RedisServer, python: &str) -> Result<f64> {
    match contender {
        Contender::Rust => {
            let queue = queue(&server.url(), false)?;
            let begun = Instant::now();
            for number in 0..ENQUEUED {
                queue.enqueue(Noop { number }).await?;
            }
            #[expect(clippy::cast_precision_loss, reason = "a small count")]
            Ok(ENQUEUED as f64 / begun.elapsed().as_secs_f64())
        }
        Contender::Celery(_) => {
            let output = Command::new(python)
                .args(["bench/peer-python/celery_peer.py", "send", &ENQUEUED.to_string()])
                .env("BENCH_REDIS", server.url())
                .output()?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
        }
    }
}

async fn drain(contender: Contender, server: &RedisServer, python: &str, results: bool) -> Result<(f64, f64)> {
    let (rate, (commands, worker)) = drained(contender, server, python, results).await?;
    drop(worker);
    Ok((rate, commands))
}

async fn drain_keeping(contender: Contender, server: &RedisServer, python: &str) -> Result<(f64, (f64, Process))> {
    drained(contender, server, python, true).await
}

/// Fills the queue, starts the worker, and times it from the first task on.
#[expect(clippy::cast_precision_loss, reason = "small counts")]
async fn drained(
    contender: Contender,
    server: &RedisServer,
    python: &str,
    results: bool,
) -> Result<(f64, (f64, Process))> {
    let queue = queue(&server.url(), results)?;
    for from in (0..TASKS).step_by(500) {
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
            if left < TASKS && begun.is_none() {
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
    let commands = ((server.commands()? - before) as f64 - polls) / TASKS as f64;
    Ok((rate, (commands, worker)))
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
async fn latency(server: &RedisServer) -> Result<(f64, f64)> {
    let (queue, clock) = (queue(&server.url(), true)?, Clock::system());
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    let mut sent = Vec::new();
    for _ in 0..TIMED {
        ticks.tick().await;
        sent.push(queue.enqueue(Late { sent: seconds(&clock) }).await?);
    }
    let mut late = Vec::new();
    for result in sent {
        late.push(result.get(PATIENCE).await? * 1000.0);
    }
    late.sort_by(f64::total_cmp);
    ensure!(late.len() == TIMED as usize);
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
