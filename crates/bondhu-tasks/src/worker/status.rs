//! What a worker is doing, shared by its parts and by remote control.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::{rates::Bucket, revoked::Revoked};
use crate::{
    context::{Run, Stop},
    id::TaskId,
    message::Headers,
    options::TaskOptions,
    rate_limit::RateLimit,
};

/// What a worker is doing.
pub(crate) struct Status {
    /// `name@host`.
    pub(crate) hostname: String,
    /// The tasks that are registered, with their options.
    pub(crate) tasks: BTreeMap<&'static str, TaskOptions>,
    /// The queues and slots; the first pool is the one that remote control changes.
    pub(crate) pools: Vec<Arc<Pool>>,
    /// When it started.
    pub(crate) started: Timestamp,
    /// Cancelled to have it end what runs and then stop.
    pub(crate) closing: CancellationToken,
    pub(crate) counts: Counts,
    running: Mutex<HashMap<TaskId, Running>>,
    held: Mutex<HashSet<String>>,
    totals: Mutex<BTreeMap<String, u64>>,
    revoked: Mutex<Revoked>,
    rates: Mutex<HashMap<String, Bucket>>,
    limits: Mutex<HashMap<String, Limits>>,
    default_rate: Option<RateLimit>,
}

/// How many runs ended how.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) processed: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) retried: AtomicU64,
}

/// Queues that share slots.
#[derive(Debug)]
pub(crate) struct Pool {
    queues: Mutex<BTreeSet<String>>,
    slots: AtomicUsize,
    busy: AtomicUsize,
    /// A slot is free, or the queues or slots have changed.
    pub(crate) changed: Notify,
    /// The queues have changed. Apart from `changed`, which every end of a run wakes: those who wait for messages
    /// would ask the broker each time.
    pub(crate) requeued: Notify,
}

/// A run in progress.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) run: Arc<Run>,
    pub(crate) started: Timestamp,
    /// Cancelled to drop it at once.
    pub(crate) kill: CancellationToken,
}

/// Time limits that remote control has set for a task type.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    pub(crate) soft: Option<Duration>,
    pub(crate) hard: Option<Duration>,
}

impl Pool {
    pub(crate) fn new(queues: impl IntoIterator<Item = String>, slots: usize) -> Self {
        Self {
            queues: Mutex::new(queues.into_iter().collect()),
            slots: AtomicUsize::new(slots.max(1)),
            busy: AtomicUsize::new(0),
            changed: Notify::new(),
            requeued: Notify::new(),
        }
    }

    pub(crate) fn queues(&self) -> Vec<String> {
        lock(&self.queues).iter().cloned().collect()
    }

    pub(crate) fn slots(&self) -> usize {
        self.slots.load(Ordering::Relaxed)
    }

    pub(crate) fn busy(&self) -> usize {
        self.busy.load(Ordering::Relaxed)
    }

    pub(crate) fn free(&self) -> usize {
        self.slots().saturating_sub(self.busy())
    }

    /// Takes a slot until the guard is dropped.
    pub(crate) fn occupy(self: &Arc<Self>) -> Slot {
        self.busy.fetch_add(1, Ordering::Relaxed);
        Slot(self.clone())
    }

    pub(crate) fn grow(&self, by: usize) {
        self.slots.fetch_add(by, Ordering::Relaxed);
        self.changed.notify_one();
    }

    /// At least one slot stays.
    pub(crate) fn shrink(&self, by: usize) {
        let _ = self
            .slots
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |slots| Some(slots.saturating_sub(by).max(1)));
    }

    /// False if it was there.
    pub(crate) fn add_queue(&self, queue: &str) -> bool {
        let is_new = lock(&self.queues).insert(queue.to_owned());
        self.changed.notify_one();
        self.requeued.notify_one();
        is_new
    }

    /// False if it was not there.
    pub(crate) fn cancel_queue(&self, queue: &str) -> bool {
        let was = lock(&self.queues).remove(queue);
        self.changed.notify_one();
        self.requeued.notify_one();
        was
    }
}

/// A slot that is taken.
#[derive(Debug)]
pub(crate) struct Slot(Arc<Pool>);

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.busy.fetch_sub(1, Ordering::Relaxed);
        self.0.changed.notify_one();
    }
}

impl Status {
    pub(crate) fn new(
        hostname: String,
        tasks: BTreeMap<&'static str, TaskOptions>,
        pools: Vec<Arc<Pool>>,
        started: Timestamp,
        default_rate: Option<RateLimit>,
    ) -> Self {
        Self {
            hostname,
            tasks,
            pools,
            started,
            closing: CancellationToken::new(),
            counts: Counts::default(),
            running: Mutex::default(),
            held: Mutex::default(),
            totals: Mutex::default(),
            revoked: Mutex::default(),
            rates: Mutex::default(),
            limits: Mutex::default(),
            default_rate,
        }
    }

    /// Notes a delivery whose lease has to be renewed.
    pub(crate) fn hold(&self, tag: &str) {
        lock(&self.held).insert(tag.to_owned());
    }

    pub(crate) fn let_go(&self, tag: &str) {
        lock(&self.held).remove(tag);
    }

    pub(crate) fn held(&self) -> Vec<String> {
        lock(&self.held).iter().cloned().collect()
    }

    pub(crate) fn begin(&self, running: Running) {
        let message = &running.run.message;
        *lock(&self.totals).entry(message.headers.task.clone()).or_default() += 1;
        lock(&self.running).insert(message.headers.id.clone(), running);
    }

    pub(crate) fn end(&self, id: &TaskId) {
        lock(&self.running).remove(id);
    }

    pub(crate) fn running(&self) -> Vec<Running> {
        lock(&self.running).values().cloned().collect()
    }

    /// How often each task has been started.
    pub(crate) fn totals(&self) -> BTreeMap<String, u64> {
        lock(&self.totals).clone()
    }

    /// Has these tasks not run.
    pub(crate) fn revoke(&self, ids: impl IntoIterator<Item = TaskId>, now: Timestamp) {
        let mut revoked = lock(&self.revoked);
        ids.into_iter().for_each(|id| revoked.add(id, now));
    }

    /// Has tasks with one of these values of a stamp not run.
    pub(crate) fn revoke_stamp(&self, name: &str, values: &[Value], now: Timestamp) {
        let mut revoked = lock(&self.revoked);
        for value in values {
            revoked.add_stamp(name, value, now);
        }
    }

    /// True if the task is revoked by its id or by one of its stamps.
    pub(crate) fn is_revoked(&self, headers: &Headers, now: Timestamp) -> bool {
        let revoked = lock(&self.revoked);
        revoked.contains(&headers.id, now) || revoked.contains_stamp(&headers.stamps, now)
    }

    pub(crate) fn revoked(&self, now: Timestamp) -> Vec<TaskId> {
        lock(&self.revoked).list(now)
    }

    /// Stops a run at once; false if it does not run here.
    pub(crate) fn terminate(&self, id: &TaskId) -> bool {
        lock(&self.running).get(id).is_some_and(|running| {
            running.run.stop(Stop::Revoked);
            running.kill.cancel();
            true
        })
    }

    /// Takes one start of the task out of its rate: none if it may start, else when its turn is.
    pub(crate) fn reserve(&self, task: &str, id: &TaskId, now: Timestamp) -> Option<Timestamp> {
        let own = self.tasks.get(task).and_then(|options| options.rate_limit);
        let mut rates = lock(&self.rates);
        let bucket = rates.entry(task.to_owned()).or_insert_with(|| Bucket::new(own.or(self.default_rate)));
        bucket.reserve(id, now)
    }

    /// Changes a rate; none for no limit.
    pub(crate) fn set_rate(&self, task: &str, rate: Option<RateLimit>) {
        lock(&self.rates).insert(task.to_owned(), Bucket::new(rate));
    }

    /// The rate that counts now.
    pub(crate) fn rate(&self, task: &str) -> Option<RateLimit> {
        let own = self.tasks.get(task).and_then(|options| options.rate_limit).or(self.default_rate);
        lock(&self.rates).get(task).map_or(own, Bucket::rate)
    }

    pub(crate) fn set_limits(&self, task: &str, limits: Limits) {
        lock(&self.limits).insert(task.to_owned(), limits);
    }

    /// Limits that remote control has set.
    pub(crate) fn limits(&self, task: &str) -> Option<Limits> {
        lock(&self.limits).get(task).copied()
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Status").field("hostname", &self.hostname).field("pools", &self.pools).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing here can be left half-done by a panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
