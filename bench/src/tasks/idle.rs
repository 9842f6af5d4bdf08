//! What it costs to have nothing to do.

use std::time::Duration;

use anyhow::Result;
use bondhu_testkit::redis::RedisServer;
use tokio::time::sleep;

use super::{
    Effort, Figures,
    process::{Contender, Process, memory},
};

/// How often the quick schedule sends while it is watched.
const RUNS: u32 = 6;
const HOUR: Duration = Duration::from_hours(1);
/// What the start of a schedule costs is over by then.
const START: Duration = Duration::from_secs(3);

/// Memory, and Redis commands a day, of a worker that has nothing to do; if `contender` says how, beside a schedule whose
/// next task is an hour away. What such a task costs, with its run, is measured by itself: an hour is longer than anybody
/// wants to watch.
pub(crate) async fn rest(
    figures: &mut Figures,
    server: &RedisServer,
    worker: &Process,
    contender: Option<Contender<'_>>,
    effort: Effort,
) -> Result<()> {
    let hourly = contender.map(|contender| contender.beat(server, HOUR)).transpose()?;
    sleep(effort.settle).await;
    figures.memory_mib = memory(worker.0.id());
    let idle = during(server, effort.idle).await?;
    drop(hourly);
    figures.idle_commands_a_day = idle * (HOUR * 24).div_duration_f64(effort.idle);
    if let Some(contender) = contender {
        let quick = contender.beat(server, effort.beat / RUNS)?;
        sleep(START).await;
        let busy = during(server, effort.beat).await?;
        let idle = idle * effort.beat.div_duration_f64(effort.idle);
        figures.commands_a_run = (busy - idle).max(0.0) / f64::from(RUNS);
        drop(quick);
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a count of commands")]
async fn during(server: &RedisServer, time: Duration) -> Result<f64> {
    let before = server.commands()?;
    sleep(time).await;
    Ok((server.commands()? - before) as f64)
}
