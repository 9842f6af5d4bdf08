//! The queue of this project: two tasks, a worker and a schedule.

use std::time::Duration;

use anyhow::Result;
use bondhu_tasks::{
    Backend, Broker, Call, Clock, Queue, RedisOptions, Sender, Task, TaskContext, TaskOptions, TaskResult, Worker,
    backend::RESULT_EXPIRES,
    beat::{Beat, Entry},
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(crate) struct Noop {
    pub(crate) number: u64,
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
pub(crate) struct Late {
    pub(crate) sent: f64,
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
pub(crate) fn seconds(clock: &Clock) -> f64 {
    clock.now().as_microsecond() as f64 / 1e6
}

pub(crate) fn queue(url: &str, results: bool) -> Result<Queue> {
    let broker = Broker::redis(url, RedisOptions::default())?;
    let queue = Queue::new(broker, Sender::default(), Clock::system());
    Ok(if results { queue.with_backend(Backend::redis(url, RedisOptions::default(), RESULT_EXPIRES)?) } else { queue })
}

/// A worker until it is killed. `tracks` is off to behave as on a server that does not tell of changes.
pub(crate) async fn work(url: &str, results: bool, tracks: bool) -> Result<()> {
    let broker = Broker::redis(url, RedisOptions { tracking: tracks, ..RedisOptions::default() })?;
    let mut queue = Queue::new(broker, Sender::default(), Clock::system());
    if results {
        queue = queue.with_backend(Backend::redis(url, RedisOptions::default(), RESULT_EXPIRES)?);
    }
    let worker = Worker::new(queue, Clock::system()).register::<Noop>().register::<Late>();
    worker.concurrency(100).run_until(std::future::pending()).await?;
    Ok(())
}

/// A schedule until it is killed.
pub(crate) async fn beat(url: &str, every: Duration) -> Result<()> {
    let entry = Entry::new("noop", every, Call::of(&Noop { number: 0 })?);
    Beat::new(queue(url, false)?, "bench", "one").entry(entry).run_until(std::future::pending()).await?;
    Ok(())
}
