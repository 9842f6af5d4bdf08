//! Workers and schedules as processes.

use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::Result;
use bondhu_testkit::redis::RedisServer;

/// Who is measured.
#[derive(Clone, Copy)]
pub(crate) enum Contender<'a> {
    /// This project; `tracks` if it may use client tracking.
    Rust { tracks: bool },
    /// Python's Celery with this interpreter and these options for its pool.
    Celery { python: &'a str, pool: &'static [&'static str] },
}

/// A process that ends with its owner.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = Command::new("pkill").args(["-KILL", "-P", &self.0.id().to_string()]).status();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Contender<'_> {
    /// Starts its worker.
    pub(crate) fn work(self, server: &RedisServer, results: bool) -> Result<Process> {
        let results = if results { "1" } else { "0" };
        let command = match self {
            Self::Rust { tracks } => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["work", &server.url(), results, if tracks { "1" } else { "0" }]);
                command
            }
            Self::Celery { python, pool } => {
                let mut command = celery(python, server);
                command.args(["worker", "-l", "ERROR"]).args(pool).env("BENCH_RESULTS", results);
                command
            }
        };
        started(command)
    }

    /// Starts its schedule, with one task that is sent again and again.
    pub(crate) fn beat(self, server: &RedisServer, every: Duration) -> Result<Process> {
        let secs = every.as_secs_f64().to_string();
        let command = match self {
            Self::Rust { .. } => {
                let mut command = Command::new(std::env::current_exe()?);
                command.args(["beat", &server.url(), &secs]);
                command
            }
            Self::Celery { python, .. } => {
                let mut command = celery(python, server);
                command.args(["beat", "-l", "ERROR", "--scheduler", "celery.beat:Scheduler", "--pidfile", ""]);
                command.env("BENCH_BEAT_SECS", secs);
                command
            }
        };
        started(command)
    }
}

fn celery(python: &str, server: &RedisServer) -> Command {
    let mut command = Command::new(python);
    command.args(["-m", "celery", "-A", "celery_peer", "--workdir", "bench/peer-python"]);
    command.env("BENCH_REDIS", server.url());
    command
}

fn started(mut command: Command) -> Result<Process> {
    Ok(Process(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?))
}

/// Resident memory of a process and its children.
pub(crate) fn memory(pid: u32) -> f64 {
    let of = |pid: &str| -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().split(' ').next().and_then(|kib| kib.parse::<f64>().ok()).unwrap_or_default() / 1024.0
    };
    let children = Command::new("pgrep").args(["-P", &pid.to_string()]).output().map(|output| output.stdout);
    let children = String::from_utf8_lossy(&children.unwrap_or_default()).into_owned();
    of(&pid.to_string()) + children.lines().map(of).sum::<f64>()
}
