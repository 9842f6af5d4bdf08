//! What all parts of a running worker share, and the end of its work.

use std::{sync::atomic::Ordering, time::Duration};

use jiff::Timestamp;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Summary, batch::Batch, status::Status};
use crate::{
    context::Stop,
    error::{Error, TransportError},
    events::{Events, Load},
    queue::Queue,
    registry::Registry,
    result::StoredResult,
};

/// How long a run may take to end once it has been told to.
const LAST_MOMENT: Duration = Duration::from_secs(1);
/// The waits between attempts to reach the broker or the backend.
pub(super) const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Does something that must not be lost, again and again until the server is there. A macro, because an async closure
/// that borrows cannot yet be known to be `Send`.
macro_rules! persist {
    ($desk:expr, $act:expr) => {{
        let mut wait = $crate::worker::desk::FIRST_WAIT;
        loop {
            match $act {
                Ok(value) => break Ok(value),
                Err(error) => {
                    if !$desk.again(error.into(), &mut wait).await? {
                        break Ok(Default::default());
                    }
                }
            }
        }
    }};
}
pub(super) use persist;

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) lease: Duration,
    pub(super) grace: Duration,
    pub(super) track_started: bool,
    pub(super) result_extended: bool,
    pub(super) send_events: bool,
    /// A message whose holder has vanished so often is taken for the cause.
    pub(super) crashes: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_mins(1),
            grace: Duration::from_secs(30),
            track_started: false,
            result_extended: false,
            send_events: false,
            crashes: 5,
        }
    }
}

/// What all parts of a running worker share.
pub(super) struct Desk<S> {
    pub(super) queue: Queue,
    pub(super) state: S,
    pub(super) registry: Registry<S>,
    pub(super) settings: Settings,
    pub(super) status: Status,
    pub(super) events: Events,
    /// Cancelled to stop at once.
    pub(super) now: CancellationToken,
    stores: Batch<StoredResult>,
    acks: Batch<String>,
}

impl<S: Clone + Send + Sync + 'static> Desk<S> {
    pub(super) fn new(
        queue: Queue,
        state: S,
        registry: Registry<S>,
        settings: Settings,
        status: Status,
        events: Events,
        now: CancellationToken,
    ) -> Self {
        let backend = queue.backend().cloned();
        let stores = Batch::new(move |results: Vec<StoredResult>| {
            let backend = backend.clone();
            async move {
                match backend {
                    Some(backend) => backend.store(&results).await,
                    None => Ok(()),
                }
            }
        });
        let broker = queue.broker().clone();
        let acks = Batch::new(move |tags: Vec<String>| {
            let broker = broker.clone();
            async move { broker.ack(&tags.iter().map(String::as_str).collect::<Vec<_>>()).await }
        });
        Self { queue, state, registry, settings, status, events, now, stores, acks }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.queue.clock().now()
    }

    /// Stores a result, if results are kept at all.
    pub(super) async fn store(&self, result: StoredResult) -> Result<(), Abandoned> {
        if self.queue.backend().is_none() {
            return Ok(());
        }
        persist!(self, self.stores.put(result.clone()).await)
    }

    pub(super) async fn ack(&self, tag: &str) -> Result<(), Abandoned> {
        persist!(self, self.acks.put(tag.to_owned()).await)
    }

    /// Whether to try once more what could not be done, after a wait. What can never be done (a result that has no
    /// JSON form) is logged and passed over.
    pub(super) async fn again(&self, error: Error, wait: &mut Duration) -> Result<bool, Abandoned> {
        match error {
            Error::Transport(error) if error.is_temporary() => {
                tracing::warn!(%error, "the end of a task cannot be written yet; trying again");
            }
            error => {
                tracing::error!(%error, "a part of the end of a task cannot be written at all");
                return Ok(false);
            }
        }
        tokio::select! {
            () = tokio::time::sleep(self.spread(*wait)) => {}
            () = self.now.cancelled() => return Err(Abandoned),
        }
        *wait = (*wait * 2).min(LONGEST_WAIT);
        Ok(true)
    }

    /// Between half of a wait and the whole, so that workers do not come back in step.
    pub(super) fn spread(&self, wait: Duration) -> Duration {
        wait.mul_f64(0.5 + self.queue.clock().random() / 2.0)
    }

    /// How long to wait after the n-th failure in a row to reach the broker.
    pub(super) fn pause(&self, failures: u32) -> Duration {
        self.spread((FIRST_WAIT * 2_u32.saturating_pow(failures.saturating_sub(1).min(8))).min(LONGEST_WAIT))
    }

    /// Tells the broker, again and again, that the messages here are still worked on.
    pub(super) async fn renew_leases(self: std::sync::Arc<Self>, over: CancellationToken) {
        let every = self.queue.broker().patience(self.settings.lease) / 3;
        loop {
            tokio::select! {
                () = tokio::time::sleep(every) => {}
                () = over.cancelled() => return,
            }
            let tags = self.status.held();
            if tags.is_empty() {
                continue;
            }
            let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
            if let Err(error) = self.queue.broker().renew(&tags, self.settings.lease).await {
                tracing::warn!(%error, held = tags.len(), "the leases could not be renewed");
            }
        }
    }

    pub(super) async fn send_events(self: std::sync::Arc<Self>, over: CancellationToken) {
        let load = || Load {
            active: self.status.running().len() as u64,
            processed: self.status.counts.processed.load(Ordering::Relaxed),
        };
        self.events.run(load, over.cancelled()).await;
    }

    /// Waits for what runs; then tells it to end, and then drops it, which gives it back.
    pub(super) async fn wind_up(&self, runs: &TaskTracker) {
        let graceful = tokio::select! {
            () = runs.wait() => true,
            () = tokio::time::sleep(self.settings.grace) => false,
            () = self.now.cancelled() => false,
        };
        if graceful {
            return;
        }
        let running = self.status.running();
        tracing::warn!(running = running.len(), "tasks still run at the end of the worker's patience");
        for running in &running {
            running.run.stop(Stop::Shutdown);
        }
        let ended = tokio::time::timeout(LAST_MOMENT, runs.wait()).await;
        if ended.is_err() {
            self.status.running().iter().for_each(|running| running.kill.cancel());
            self.now.cancel();
            runs.wait().await;
        }
    }

    pub(super) fn summary(&self) -> Summary {
        let counts = &self.status.counts;
        Summary {
            processed: counts.processed.load(Ordering::Relaxed),
            failed: counts.failed.load(Ordering::Relaxed),
            retried: counts.retried.load(Ordering::Relaxed),
        }
    }
}

/// The worker had to go before something was written; the message comes back when its lease ends.
#[derive(Debug)]
pub(super) struct Abandoned;

impl From<TransportError> for Abandoned {
    fn from(_: TransportError) -> Self {
        Self
    }
}
