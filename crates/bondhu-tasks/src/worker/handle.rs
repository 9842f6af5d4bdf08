//! One message, from the moment it is taken to its end.

use std::{panic::AssertUnwindSafe, sync::Arc, sync::atomic::Ordering, time::Duration};

use futures_util::FutureExt;
use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    builtins,
    desk::{Abandoned, Desk, persist},
    outcome::{Ended, Reason},
    status::{Running, Slot},
};
use crate::{
    broker::{Delivery, End},
    context::{Run, Stop, TaskContext},
    message::Message,
    outcome::{TaskError, TaskResult},
    registry::RegisteredTask,
    result::StoredResult,
};

/// Sees a message to its end, and lets its slot go then.
pub(super) async fn handle<S: Clone + Send + Sync + 'static>(desk: Arc<Desk<S>>, slot: Slot, delivery: Delivery) {
    let span =
        tracing::info_span!("task", queue = delivery.queue, task = tracing::field::Empty, id = tracing::field::Empty);
    let done = see_through(&desk, &delivery).instrument(span).await;
    desk.status.let_go(&delivery.tag);
    if done.is_err()
        && let Err(error) = desk.queue.broker().give_back(&delivery, End::Front).await
    {
        tracing::warn!(%error, "a message could not be given back; it comes back when its lease ends");
    }
    drop(slot);
}

async fn see_through<S: Clone + Send + Sync + 'static>(
    desk: &Arc<Desk<S>>,
    delivery: &Delivery,
) -> Result<(), Abandoned> {
    let message = match Message::decode(&delivery.raw) {
        Ok(message) => message,
        Err(poison) => return desk.poisoned(delivery, &poison).await,
    };
    let headers = &message.headers;
    tracing::Span::current().record("task", &headers.task).record("id", headers.id.as_str());
    if delivery.crashes >= desk.settings.crashes {
        let reason = format!("it was being worked on {} times when its worker vanished", delivery.crashes);
        return desk.failed(delivery, &message, Reason::Lost(reason)).await;
    }
    let now = desk.now();
    if message.is_expired(now) {
        return desk.revoked(delivery, &message, "expired").await;
    }
    if desk.status.is_revoked(headers, now) {
        return desk.revoked(delivery, &message, "revoked").await;
    }
    if let Some(eta) = headers.eta.filter(|eta| *eta > now) {
        let later = Message { properties: message.properties.clone(), ..message.clone() };
        let later = later.snoozed(eta, desk.queue.clock().new_id().to_string());
        return desk.park(delivery, &later).await;
    }
    desk.events.received(&message);
    let Ok(task) = desk.registry.get(&headers.task) else {
        return builtins::run(desk, delivery, &message).await;
    };
    if let Some(wait) = desk.has_to_wait(&message, task).await? {
        let later = message.snoozed(wait, desk.queue.clock().new_id().to_string());
        return desk.park(delivery, &later).await;
    }
    run(desk, delivery, message, task).await
}

async fn run<S: Clone + Send + Sync + 'static>(
    desk: &Arc<Desk<S>>,
    delivery: &Delivery,
    mut message: Message,
    task: &RegisteredTask<S>,
) -> Result<(), Abandoned> {
    if delivery.redelivered {
        message.mark_redelivered();
    }
    let message = Arc::new(message);
    let queue = desk.queue.clone();
    let run = Arc::new(Run::new(message.clone(), queue, desk.status.hostname.clone(), CancellationToken::new()));
    let kill = CancellationToken::new();
    desk.status.begin(Running { run: run.clone(), started: desk.now(), kill: kill.clone() });
    desk.events.started(&message);
    if desk.settings.track_started && !message.headers.ignore_result {
        let started = StoredResult::started(&message, std::process::id(), &desk.status.hostname);
        desk.store(started).await?;
    }
    let begun = Instant::now();
    let ended = watch_over(desk, &run, &kill, task).await;
    let runtime = begun.elapsed();
    desk.status.end(&message.headers.id);
    desk.status.counts.processed.fetch_add(1, Ordering::Relaxed);
    desk.conclude(delivery, &run, &task.options, ended, runtime).await
}

/// Runs the task within its limits.
async fn watch_over<S: Clone + Send + Sync + 'static>(
    desk: &Arc<Desk<S>>,
    run: &Arc<Run>,
    kill: &CancellationToken,
    task: &RegisteredTask<S>,
) -> Ended {
    let future = AssertUnwindSafe(task.run(TaskContext::new(desk.state.clone(), run.clone()))).catch_unwind();
    let mut handle = if task.options.blocking {
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || runtime.block_on(future))
    } else {
        tokio::spawn(future.in_current_span())
    };
    let (soft, hard) = limits(desk, &run.message, task);
    let begun = Instant::now();
    let at = |limit: Option<Duration>| async move {
        match limit {
            Some(limit) => tokio::time::sleep_until(begun + limit).await,
            None => std::future::pending().await,
        }
    };
    let mut soft = std::pin::pin!(at(soft));
    let mut hard_limit = std::pin::pin!(at(hard));
    let mut told = false;
    loop {
        tokio::select! {
            done = &mut handle => return match done {
                Ok(Ok(result)) => finished(run, result),
                Ok(Err(panic)) => Ended::Panicked(panic_text(&*panic)),
                Err(error) => Ended::Panicked(error.to_string()),
            },
            () = &mut soft, if !told => {
                told = true;
                run.stop(Stop::SoftTimeLimit);
            }
            () = &mut hard_limit => {
                handle.abort();
                return Ended::HardLimit(hard.unwrap_or_default());
            }
            () = kill.cancelled() => {
                handle.abort();
                return Ended::Killed(run.stop_reason().unwrap_or(Stop::Shutdown));
            }
        }
    }
}

/// An error after the soft limit has passed is that limit, unless the task has chosen its end itself.
fn finished(run: &Run, result: TaskResult<Value>) -> Ended {
    match (run.stop_reason(), result) {
        (Some(Stop::SoftTimeLimit), Err(TaskError::Retry { .. })) => Ended::SoftLimit,
        (Some(Stop::Shutdown), Err(TaskError::Retry { .. })) => Ended::Killed(Stop::Shutdown),
        (_, result) => Ended::Returned(result),
    }
}

/// The limits of the call, else those that remote control has set, else those of the task.
fn limits<S>(desk: &Desk<S>, message: &Message, task: &RegisteredTask<S>) -> (Option<Duration>, Option<Duration>)
where
    S: Clone + Send + Sync + 'static,
{
    let of_call = message.headers.timelimit;
    let secs = |secs: Option<f64>| secs.and_then(|secs| Duration::try_from_secs_f64(secs).ok());
    let set = desk.status.limits(task.name).unwrap_or_default();
    let soft = secs(of_call.soft_secs).or(set.soft).or(task.options.soft_time_limit);
    let hard = secs(of_call.hard_secs).or(set.hard).or(task.options.time_limit);
    (soft, hard)
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "the task panicked".to_owned())
}

impl<S: Clone + Send + Sync + 'static> Desk<S> {
    /// When a task may start whose rate is used up; none if it may now.
    async fn has_to_wait(
        &self,
        message: &Message,
        task: &RegisteredTask<S>,
    ) -> Result<Option<jiff::Timestamp>, Abandoned> {
        let now = self.now();
        if let Some(at) = self.status.reserve(task.name, &message.headers.id, now) {
            return Ok(Some(at));
        }
        let Some(rate) = task.options.shared_rate_limit else { return Ok(None) };
        let admitted: Result<Option<Duration>, Abandoned> =
            persist!(self, self.queue.broker().admit(task.name, rate).await);
        // Spread, or all that wait would ask again at the same time.
        let wait = admitted?.map(|wait| wait + wait.mul_f64(self.queue.clock().random()));
        Ok(wait.map(|wait| now.checked_add(wait).unwrap_or(jiff::Timestamp::MAX)))
    }
}
