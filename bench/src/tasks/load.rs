//! The load: enqueueing, draining, and tasks at a steady rate.

use std::{process::Command, time::Duration};

use anyhow::{Context, Result, ensure};
use bondhu_tasks::{Call, Clock};
use bondhu_testkit::redis::RedisServer;
use tokio::time::{Instant, sleep, timeout};

use super::{
    ours::{Late, Noop, queue, seconds},
    process::{Contender, Process},
};

const PATIENCE: Duration = Duration::from_mins(3);

/// How many a second one producer enqueues that waits for each.
pub(crate) async fn enqueue(contender: Contender<'_>, server: &RedisServer, count: u64) -> Result<f64> {
    match contender {
        Contender::Rust { .. } => {
            let queue = queue(&server.url(), false)?;
            let begun = Instant::now();
            for number in 0..count {
                queue.enqueue(Noop { number }).await?;
            }
            #[expect(clippy::cast_precision_loss, reason = "a small count")]
            Ok(count as f64 / begun.elapsed().as_secs_f64())
        }
        Contender::Celery { python, .. } => {
            let output = Command::new(python)
                .args(["bench/peer-python/celery_peer.py", "send", &count.to_string()])
                .env("BENCH_REDIS", server.url())
                .output()?;
            Ok(String::from_utf8_lossy(&output.stdout).trim().parse()?)
        }
    }
}

pub(crate) struct Drained {
    pub(crate) rate: f64,
    pub(crate) commands_a_task: f64,
    pub(crate) worker: Process,
}

/// Fills the queue, starts the worker, and times it from the first task on.
#[expect(clippy::cast_precision_loss, reason = "small counts")]
pub(crate) async fn drained(
    contender: Contender<'_>,
    server: &RedisServer,
    results: bool,
    tasks: u64,
) -> Result<Drained> {
    let queue = queue(&server.url(), results)?;
    for from in (0..tasks).step_by(500) {
        queue.send_all((from..from + 500).map(|number| Call::of(&Noop { number }).expect("a number is JSON"))).await?;
    }
    let before = server.commands()?;
    let worker = contender.work(server, results)?;
    let left = || -> Result<u64> {
        let text = server.cli(["eval", "return redis.call('llen','celery') + redis.call('hlen','unacked')", "0"])?;
        Ok(text.trim_start_matches("(integer) ").parse()?)
    };
    let (mut begun, mut looks) = (None, 0_u64);
    let all = async {
        loop {
            let left = left()?;
            looks += 1;
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
    // Each look is three commands, too.
    let commands_a_task = (server.commands()? - before - looks * 3) as f64 / tasks as f64;
    Ok(Drained { rate, commands_a_task, worker })
}

/// From the call to the start of its task, at a steady hundred a second.
pub(crate) async fn latency(server: &RedisServer, timed: u32) -> Result<(f64, f64)> {
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
