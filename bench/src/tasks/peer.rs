//! Other queues in Rust, which measure themselves.

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use bondhu_testkit::redis::RedisServer;

use super::{Effort, Figures, idle::rest, process::Process};

/// More waiting tasks than this end the worker of apalis 1.0 at its start: its script unpacks them all at once.
const APALIS_TASKS: u64 = 3_000;

/// A queue of `bench/peer-rust`, which measures itself.
pub(crate) async fn measure_peer(program: &PathBuf, which: &str, effort: Effort) -> Result<Figures> {
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
    rest(&mut figures, &server, &worker, None, effort).await?;
    drop(worker);
    let server = RedisServer::start().await?;
    let (late, _) = say("late", &server, effort.timed.into())?;
    (figures.p50_ms, figures.p99_ms) = (late[0], *late.get(1).context("no p99")?);
    Ok(figures)
}
