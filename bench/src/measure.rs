//! The measures, in the order in which they are taken from one contender.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::contender::{Contender, Running};
use crate::load::{Bounds, Outcome, Turn, User, repeat, sign_up_all};

/// How many people write at once under load.
pub(crate) const CROWD: usize = 64;

/// How much is asked of each contender.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    starts: usize,
    turns_alone: Bounds,
    turns_of_crowd: Bounds,
    reads: Bounds,
}

impl Effort {
    /// Enough for figures that repeat within a few percent. The turns of both loads store 10,000 messages
    /// and leave every conversation of the crowd with more than the 50 that are read.
    pub(crate) const FULL: Self = Self {
        starts: 7,
        turns_alone: Bounds { count: 1_000, time: Duration::from_secs(15) },
        turns_of_crowd: Bounds { count: 4_000, time: Duration::from_secs(30) },
        reads: Bounds { count: 400_000, time: Duration::from_secs(10) },
    };

    /// Shows in seconds that everything works.
    pub(crate) const QUICK: Self = Self {
        starts: 1,
        turns_alone: Bounds { count: 20, time: Duration::from_secs(2) },
        turns_of_crowd: Bounds { count: 100, time: Duration::from_secs(2) },
        reads: Bounds { count: 500, time: Duration::from_secs(1) },
    };
}

/// What one contender did.
pub(crate) struct Figures {
    pub(crate) name: &'static str,
    /// From the start of the process to its first answer, with data in place; the median.
    pub(crate) start: Duration,
    /// Resident bytes of the process after its start, before any request but one.
    pub(crate) idle_bytes: u64,
    /// Resident bytes after `messages` messages.
    pub(crate) busy_bytes: u64,
    /// Resident bytes of the server beside it at the end.
    pub(crate) companion_bytes: Option<u64>,
    pub(crate) messages: usize,
    pub(crate) alone: Turns,
    pub(crate) crowd: Turns,
    pub(crate) reads_per_sec: f64,
    pub(crate) read: Spread,
}

/// Turns of one number of people.
pub(crate) struct Turns {
    pub(crate) per_sec: f64,
    pub(crate) first_event: Spread,
    pub(crate) done: Spread,
    /// Processor time of the server for each turn.
    pub(crate) processor: Duration,
}

/// The middle and the slow end of many samples.
pub(crate) struct Spread {
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

/// Starts a contender on fresh folders and takes every measure.
pub(crate) async fn measure(contender: &Contender, effort: Effort) -> Result<Figures> {
    let data = tempfile::tempdir().context("no temporary folder")?;
    let beside = tempfile::tempdir().context("no temporary folder")?;
    let companion = contender.start_companion(beside.path()).await?;
    let companion = companion.as_ref();

    // The first start makes the database; the later ones find it, as every restart does.
    contender.start(data.path(), companion).await?.stop().await?;
    let mut starts = Vec::new();
    for _ in 0..effort.starts {
        let server = contender.start(data.path(), companion).await?;
        starts.push(server.started_in);
        server.stop().await?;
    }

    let server = contender.start(data.path(), companion).await?;
    let idle_bytes = server.resident_bytes()?;
    let mut users = sign_up_all(server.address, CROWD).await?;
    let rest = users.split_off(1);

    let before = server.processor_time()?;
    let (alone, turns) = repeat(users, effort.turns_alone, User::send).await?;
    let turns_alone = of_turns(&turns, server.processor_time()?.saturating_sub(before));

    let users = alone.into_iter().chain(rest).collect();
    let before = server.processor_time()?;
    let (users, turns) = repeat(users, effort.turns_of_crowd, User::send).await?;
    let turns_of_crowd = of_turns(&turns, server.processor_time()?.saturating_sub(before));
    let sent = turns_alone.1 + turns_of_crowd.1;
    let busy_bytes = server.resident_bytes()?;

    let warm_up = Bounds { count: 10 * CROWD, time: effort.reads.time };
    let (users, _) = repeat(users, warm_up, User::read_history).await?;
    let (_, reads) = repeat(users, effort.reads, User::read_history).await?;
    let reads_per_sec = reads.rate();

    let companion_bytes = companion.map(Running::resident_bytes).transpose()?;
    server.stop().await?;
    Ok(Figures {
        name: contender.name(),
        start: spread(starts).p50,
        idle_bytes,
        busy_bytes,
        companion_bytes,
        messages: sent * 2,
        alone: turns_alone.0,
        crowd: turns_of_crowd.0,
        reads_per_sec,
        read: spread(reads.samples),
    })
}

/// The figures of a load of turns, and how many they were.
fn of_turns(outcome: &Outcome<Turn>, processor: Duration) -> (Turns, usize) {
    let count = outcome.samples.len();
    let turns = Turns {
        per_sec: outcome.rate(),
        first_event: spread(outcome.samples.iter().map(|turn| turn.first_event).collect()),
        done: spread(outcome.samples.iter().map(|turn| turn.done).collect()),
        processor: processor / u32::try_from(count.max(1)).unwrap_or(u32::MAX),
    };
    (turns, count)
}

/// The percentiles by the nearest-rank method.
fn spread(mut samples: Vec<Duration>) -> Spread {
    samples.sort_unstable();
    let at = |percent: usize| {
        let rank = (samples.len() * percent).div_ceil(100).max(1);
        samples.get(rank - 1).copied().unwrap_or_default()
    };
    Spread { p50: at(50), p99: at(99) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples_at_the_nearest_rank() {
        let spread = spread((1..=200).rev().map(Duration::from_millis).collect());
        assert_eq!((spread.p50, spread.p99), (Duration::from_millis(100), Duration::from_millis(198)));
    }

    #[test]
    fn one_sample_is_every_percentile() {
        let spread = spread(vec![Duration::from_millis(7)]);
        assert_eq!((spread.p50, spread.p99), (Duration::from_millis(7), Duration::from_millis(7)));
    }
}
