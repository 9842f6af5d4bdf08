//! The worker: takes messages, runs their tasks, and sees each to its end.
//!
//! A message is acknowledged only after its result is stored and what follows it is sent, so a worker that dies in the
//! middle leaves it to another: delivery is at least once. A worker takes only as many messages as it has free slots,
//! and renews their leases while they run, so long tasks are not delivered twice and short ones do not wait behind
//! long ones. What is not due, or must wait for its rate, waits in the broker.

mod batch;
mod builtins;
mod conclude;
mod desk;
mod handle;
mod outcome;
mod rates;
mod remote;
mod revoked;
mod serve;
mod status;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{
    desk::{Desk, Settings},
    status::{Pool, Status},
};
use crate::{
    error::Error,
    events::Events,
    queue::Queue,
    rate_limit::RateLimit,
    registry::{Registry, RegistryBuilder},
    task::Task,
};

/// Takes messages and runs their tasks.
///
/// ```
/// use bondhu_tasks::{Backend, Broker, Clock, Queue, Sender, Task, TaskContext, TaskResult, Worker};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Add { x: i64, y: i64 }
///
/// impl Task for Add {
///     const NAME: &'static str = "sums.add";
///     type State = ();
///     type Output = i64;
///     async fn run(self, _: TaskContext<()>) -> TaskResult<i64> { Ok(self.x + self.y) }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let broker = Broker::memory(Clock::system());
/// let queue = Queue::new(broker, Sender::default(), Clock::system()).with_backend(Backend::memory(Clock::system()));
/// let sum = queue.enqueue(Add { x: 2, y: 3 }).await?;
///
/// let worker = Worker::new(queue, ()).register::<Add>();
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let work = tokio::spawn(worker.run_until(async { drop(stopped.await) }));
/// assert_eq!(sum.get(std::time::Duration::from_secs(5)).await?, 5);
/// drop(stop);
/// assert_eq!(work.await??.processed, 1);
/// # Ok(())
/// # }
/// ```
///
/// Everything that can be set:
///
/// ```
/// # use bondhu_tasks::{
/// #     Backend, Broker, Clock, Queue, RateLimit, Registry, Sender, Task, TaskContext, TaskResult, Worker,
/// # };
/// # use std::time::Duration;
/// # use tokio_util::sync::CancellationToken;
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Add { x: i64, y: i64 }
/// # impl Task for Add {
/// #     const NAME: &'static str = "sums.add";
/// #     type State = ();
/// #     type Output = i64;
/// #     async fn run(self, _: TaskContext<()>) -> TaskResult<i64> { Ok(self.x + self.y) }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// # let queue = queue.with_backend(Backend::memory(Clock::system()));
/// let now = CancellationToken::new();
/// let worker = Worker::new(queue.clone(), ())
///     .registry(Registry::builder().register::<Add>())
///     .hostname("sums@here")
///     .queues(["celery", "sums"])
///     .concurrency(4) // tasks of these two at a time
///     .pool("slow", 1) // and one of this queue
///     .default_rate_limit(RateLimit::parse("100/s"))
///     .lease(Duration::from_secs(30))
///     .shutdown_grace(Duration::from_secs(5))
///     .track_started(true)
///     .result_extended(true)
///     .send_events(true)
///     .stop_now(now.clone());
/// let work = tokio::spawn(worker.run_until(std::future::pending()));
///
/// let sum = queue.enqueue(Add { x: 2, y: 3 }).queue("slow").await?;
/// assert_eq!(sum.get(Duration::from_secs(5)).await?, 5);
/// let stored = sum.stored().await?.unwrap();
/// assert_eq!((&stored.other["worker"], &stored.other["queue"]), (&"sums@here".into(), &"slow".into()));
/// now.cancel();
/// assert_eq!(work.await??.failed, 0);
/// # Ok(())
/// # }
/// ```
#[must_use = "a worker does nothing until it runs"]
pub struct Worker<S> {
    queue: Queue,
    state: S,
    registry: RegistryBuilder<S>,
    settings: Settings,
    hostname: Option<String>,
    queues: Vec<String>,
    concurrency: usize,
    pools: Vec<(String, usize)>,
    default_rate: Option<RateLimit>,
    now: CancellationToken,
}

/// What a worker has done.
///
/// ```
/// # use bondhu_tasks::{Broker, Clock, Queue, Sender, Worker};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// let summary = Worker::new(queue, ()).run_until(std::future::ready(())).await?;
/// println!("{} tasks, {} of them failed", summary.processed, summary.failed);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Runs that came to an end.
    pub processed: u64,
    /// Of these, those that failed for good.
    pub failed: u64,
    /// Of these, those that will be tried again.
    pub retried: u64,
}

impl<S: Clone + Send + Sync + 'static> Worker<S> {
    /// A worker on the queue's broker, which hands `state` to each run.
    pub fn new(queue: Queue, state: S) -> Self {
        Self {
            queue,
            state,
            registry: Registry::builder(),
            settings: Settings::default(),
            hostname: None,
            queues: vec!["celery".to_owned()],
            concurrency: std::thread::available_parallelism().map_or(1, usize::from),
            pools: Vec::new(),
            default_rate: None,
            now: CancellationToken::new(),
        }
    }

    /// Adds a task type.
    pub fn register<T: Task<State = S>>(mut self) -> Self {
        self.registry = self.registry.register::<T>();
        self
    }

    /// Adds task types that were collected elsewhere.
    pub fn registry(mut self, registry: RegistryBuilder<S>) -> Self {
        self.registry = self.registry.and(registry);
        self
    }

    /// Its name among all workers, `name@host`; otherwise `celery@` and the machine's name.
    pub fn hostname(mut self, hostname: impl Into<String>) -> Self {
        self.hostname = Some(hostname.into());
        self
    }

    /// The queues that share the slots of [`Worker::concurrency`]; otherwise `celery`.
    pub fn queues<Q: Into<String>>(mut self, queues: impl IntoIterator<Item = Q>) -> Self {
        self.queues = queues.into_iter().map(Into::into).collect();
        self
    }

    /// How many tasks run side by side; otherwise one for each CPU.
    pub fn concurrency(mut self, slots: usize) -> Self {
        self.concurrency = slots;
        self
    }

    /// Gives a queue slots of its own, so that its tasks neither hold up others nor are held up.
    pub fn pool(mut self, queue: impl Into<String>, slots: usize) -> Self {
        self.pools.push((queue.into(), slots));
        self
    }

    /// How long the broker keeps a message for this worker without hearing of it; renewed after a third of it.
    /// Otherwise a minute.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self
    }

    /// How long tasks that run may take to end when the worker is asked to stop; otherwise 30 seconds. Then they are
    /// told ([`crate::Stop::Shutdown`]), and a second later given back.
    pub fn shutdown_grace(mut self, grace: Duration) -> Self {
        self.settings.grace = grace;
        self
    }

    /// How often tasks of each type start in this worker that say nothing of it themselves.
    pub fn default_rate_limit(mut self, rate: Option<RateLimit>) -> Self {
        self.default_rate = rate;
        self
    }

    /// Stores the state STARTED when a run begins (`task_track_started`).
    pub fn track_started(mut self, on: bool) -> Self {
        self.settings.track_started = on;
        self
    }

    /// Stores name, arguments, worker and retries with each result (`result_extended`). Arguments are then kept in
    /// the open, so it is off unless asked for.
    pub fn result_extended(mut self, on: bool) -> Self {
        self.settings.result_extended = on;
        self
    }

    /// Sends events from the start, without waiting for a listener to ask (`worker -E`).
    pub fn send_events(mut self, on: bool) -> Self {
        self.settings.send_events = on;
        self
    }

    /// Once cancelled, the worker stops without waiting for the tasks that run; they are given back.
    pub fn stop_now(mut self, token: CancellationToken) -> Self {
        self.now = token;
        self
    }

    /// Works until `shutdown` ends or remote control says so, then lets what runs come to its end. Fails only if
    /// something is configured wrongly; a broker that cannot be reached is waited for.
    pub async fn run_until(self, shutdown: impl Future<Output = ()>) -> Result<Summary, Error> {
        let desk = Arc::new(self.desk()?);
        let background = TaskTracker::new();
        let over = CancellationToken::new();
        background.spawn(desk.clone().renew_leases(over.clone()));
        background.spawn(desk.clone().send_events(over.clone()));
        background.spawn(remote::answer(desk.clone(), over.clone()));

        let runs = TaskTracker::new();
        let pools = TaskTracker::new();
        for pool in &desk.status.pools {
            pools.spawn(serve::serve(desk.clone(), pool.clone(), runs.clone()));
        }
        tracing::info!(
            hostname = desk.status.hostname,
            transport = desk.queue.broker().transport(),
            "the worker is ready"
        );
        tokio::select! {
            () = shutdown => {}
            () = desk.status.closing.cancelled() => {}
            () = desk.now.cancelled() => {}
        }
        desk.status.closing.cancel();
        pools.close();
        pools.wait().await;
        runs.close();
        desk.wind_up(&runs).await;
        over.cancel();
        background.close();
        background.wait().await;
        let summary = desk.summary();
        tracing::info!(hostname = desk.status.hostname, processed = summary.processed, "the worker has stopped");
        Ok(summary)
    }

    fn desk(self) -> Result<Desk<S>, Error> {
        let registry = self.registry.build()?;
        let tasks: BTreeMap<_, _> = registry.tasks().map(|task| (task.name, task.options)).collect();
        let own: Vec<&str> = self.pools.iter().map(|(queue, _)| queue.as_str()).collect();
        let shared = self.queues.into_iter().filter(|queue| !own.contains(&queue.as_str()));
        let mut pools = vec![Arc::new(Pool::new(shared, self.concurrency))];
        pools.extend(self.pools.iter().map(|(queue, slots)| Arc::new(Pool::new([queue.clone()], *slots))));
        let clock = self.queue.clock().clone();
        let hostname = self.hostname.unwrap_or_else(|| format!("celery@{}", machine()));
        let events = Events::new(self.queue.broker().clone(), clock.clone(), hostname.clone());
        if self.settings.send_events {
            events.enable();
        }
        let status = Status::new(hostname, tasks, pools, clock.now(), self.default_rate);
        Ok(Desk::new(self.queue, self.state, registry, self.settings, status, events, self.now))
    }
}

impl<S> std::fmt::Debug for Worker<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker").field("hostname", &self.hostname).field("queues", &self.queues).finish_non_exhaustive()
    }
}

/// The machine's name.
fn machine() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if name.is_empty() { "localhost".to_owned() } else { name.to_owned() }
}
