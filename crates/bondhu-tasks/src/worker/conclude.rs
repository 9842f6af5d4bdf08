//! The end of a task: what is stored, what follows, what is let go. In this order, so that a worker that vanishes in
//! between leaves a message that comes back, and never a result that nobody gets.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::{Value, json};

use super::{
    desk::{Abandoned, Desk, persist},
    outcome::{Ended, Reason},
};
use crate::{
    broker::{DeadLetter, Delivery, End},
    context::{Run, Stop},
    continuation,
    message::{Message, Poison},
    options::{ResultPolicy, TaskOptions},
    outcome::{Cause, TaskError},
    python::PyException,
    result::{State, StoredResult},
    unique::UniqueKey,
};

impl<S: Clone + Send + Sync + 'static> Desk<S> {
    /// Does what the end of a run asks for.
    pub(super) async fn conclude(
        &self,
        delivery: &Delivery,
        run: &Run,
        options: &TaskOptions,
        ended: Ended,
        runtime: Duration,
    ) -> Result<(), Abandoned> {
        let message = &*run.message;
        let error = match ended {
            Ended::Returned(Ok(value)) => return self.succeeded(delivery, run, options, value, runtime).await,
            Ended::Returned(Err(error)) => error,
            Ended::Panicked(text) => return self.failed(delivery, message, Reason::Panicked(text)).await,
            Ended::SoftLimit => return self.failed(delivery, message, Reason::SoftLimit).await,
            Ended::HardLimit(limit) => return self.failed(delivery, message, Reason::HardLimit(limit)).await,
            Ended::Killed(Stop::Revoked) => return self.revoked(delivery, message, "terminated").await,
            Ended::Killed(_) => return Err(Abandoned),
        };
        match error {
            TaskError::Retry { cause, wait } if message.headers.retries < options.max_retries => {
                let wait =
                    wait.unwrap_or_else(|| options.backoff.wait(message.headers.retries, self.queue.clock().random()));
                self.retried(delivery, message, &cause, wait).await
            }
            TaskError::Retry { cause, .. } | TaskError::Fail(cause) => {
                self.failed(delivery, message, Reason::Cause(cause)).await
            }
            TaskError::Ignore => self.over(delivery, message).await,
            TaskError::Reject { requeue: true, .. } => {
                self.events.rejected(message, true);
                persist!(self, self.queue.broker().give_back(delivery, End::Back).await)
            }
            TaskError::Reject { reason, requeue: false } => self.rejected(delivery, message, &reason).await,
            TaskError::Snooze(wait) => {
                let due = self.now().checked_add(wait).unwrap_or(jiff::Timestamp::MAX);
                let later = message.snoozed(due, self.queue.clock().new_id().to_string());
                self.park(delivery, &later).await
            }
        }
    }

    async fn succeeded(
        &self,
        delivery: &Delivery,
        run: &Run,
        options: &TaskOptions,
        value: Value,
        runtime: Duration,
    ) -> Result<(), Abandoned> {
        let message = &*run.message;
        let followed: Result<Vec<_>, Abandoned> =
            persist!(self, continuation::after_success(&self.queue, message, &value).await);
        let mut children = followed?;
        children.extend(run.children());
        if !message.headers.ignore_result {
            let result = StoredResult::success(message, value.clone(), self.now()).children(children);
            self.store(self.extended(result, message)).await?;
        }
        self.events.succeeded(message, (!options.private_arguments).then_some(&value), runtime);
        self.join_chord(message, State::Success, value).await?;
        self.over(delivery, message).await
    }

    async fn retried(
        &self,
        delivery: &Delivery,
        message: &Message,
        cause: &Cause,
        wait: Duration,
    ) -> Result<(), Abandoned> {
        let exception = cause.exception();
        let due = self.now().checked_add(wait).unwrap_or(jiff::Timestamp::MAX);
        tracing::info!(exception = exception.exc_type, retries = message.headers.retries, "a task will be tried again");
        self.status.counts.retried.fetch_add(1, Ordering::Relaxed);
        if !message.headers.ignore_result {
            let result = StoredResult::retry(message, &exception).traceback(traceback(message, &exception));
            self.store(self.extended(result, message)).await?;
        }
        self.events.retried(message, &exception);
        let next = message.retried(due, self.queue.clock().new_id().to_string());
        self.park(delivery, &next).await
    }

    /// The task has failed for good: its result, what follows the failure, and a dead letter.
    pub(super) async fn failed(&self, delivery: &Delivery, message: &Message, why: Reason) -> Result<(), Abandoned> {
        let exception = why.exception();
        tracing::warn!(task = message.headers.task, exception = exception.exc_type, "a task has failed for good");
        self.status.counts.failed.fetch_add(1, Ordering::Relaxed);
        let keeps_errors = self
            .status
            .tasks
            .get(message.headers.task.as_str())
            .is_some_and(|options| options.result == ResultPolicy::KeepErrors);
        if !message.headers.ignore_result || keeps_errors {
            let result =
                StoredResult::failure(message, &exception, self.now()).traceback(traceback(message, &exception));
            self.store(self.extended(result, message)).await?;
        }
        self.events.failed(message, &exception);
        let followed: Result<(), Abandoned> =
            persist!(self, continuation::after_failure(&self.queue, message, &exception).await);
        followed?;
        self.join_chord(message, State::Failure, json!(exception)).await?;
        self.release(message).await?;
        self.bury(delivery, Some(message), why.text()).await
    }

    async fn rejected(&self, delivery: &Delivery, message: &Message, reason: &str) -> Result<(), Abandoned> {
        self.events.rejected(message, false);
        let exception = PyException::rejected(reason, false);
        if !message.headers.ignore_result {
            self.store(StoredResult::failure(message, &exception, self.now())).await?;
        }
        self.release(message).await?;
        self.bury(delivery, Some(message), format!("the task refused it: {reason}")).await
    }

    /// The task does not run: `revoked`, `expired` or `terminated`.
    pub(super) async fn revoked(&self, delivery: &Delivery, message: &Message, reason: &str) -> Result<(), Abandoned> {
        tracing::info!(task = message.headers.task, reason, "a task does not run");
        if !message.headers.ignore_result {
            self.store(StoredResult::revoked(message, reason, self.now())).await?;
        }
        self.events.revoked(message, reason);
        self.join_chord(message, State::Failure, json!(PyException::revoked(reason))).await?;
        self.over(delivery, message).await
    }

    /// Bytes that are no task message.
    pub(super) async fn poisoned(&self, delivery: &Delivery, poison: &Poison) -> Result<(), Abandoned> {
        tracing::warn!(queue = delivery.queue, fault = %poison.fault, "a message cannot be read; it is with the dead letters");
        let reason = format!("it cannot be read: {}", poison.fault);
        if let Some(id) = &poison.id {
            let exception = PyException::new("kombu.exceptions", "DecodeError", poison.fault.to_string());
            let result = StoredResult::new(id.clone(), State::Failure, json!(exception));
            self.store(result.done_at(self.now())).await?;
        }
        self.bury(delivery, None, reason).await
    }

    /// Puts a message in the place of the delivery, to come back at its time.
    pub(super) async fn park(&self, delivery: &Delivery, later: &Message) -> Result<(), Abandoned> {
        persist!(self, self.queue.broker().park(&delivery.tag, later).await)
    }

    async fn bury(&self, delivery: &Delivery, message: Option<&Message>, reason: String) -> Result<(), Abandoned> {
        let letter = DeadLetter {
            id: delivery.tag.clone(),
            queue: delivery.queue.clone(),
            task: message.map(|message| message.headers.task.clone()),
            task_id: message.map(|message| message.headers.id.clone()),
            reason,
            died_at: self.now(),
            raw: DeadLetter::text(&delivery.raw),
        };
        persist!(self, self.queue.broker().bury(&delivery.tag, &letter).await)
    }

    /// Nothing is left to do but to let go.
    pub(super) async fn over(&self, delivery: &Delivery, message: &Message) -> Result<(), Abandoned> {
        self.release(message).await?;
        self.ack(&delivery.tag).await
    }

    async fn release(&self, message: &Message) -> Result<(), Abandoned> {
        let Some(key) = message.headers.other.get(UniqueKey::HEADER).and_then(Value::as_str) else { return Ok(()) };
        let id = &message.headers.id;
        persist!(self, self.queue.broker().release(key, id).await)
    }

    async fn join_chord(&self, message: &Message, state: State, value: Value) -> Result<(), Abandoned> {
        if message.embed.chord.is_none() || message.headers.group.is_none() {
            return Ok(());
        }
        persist!(self, continuation::join_chord(&self.queue, message, state.clone(), value.clone()).await)
    }

    fn extended(&self, result: StoredResult, message: &Message) -> StoredResult {
        if self.settings.result_extended { result.extended(message, &self.status.hostname) } else { result }
    }
}

/// What Python shows as the traceback: there is none here, so it names the task and the error.
fn traceback(message: &Message, exception: &PyException) -> String {
    let module = exception.exc_module.as_deref().filter(|module| *module != "builtins");
    let class = module.map_or_else(|| exception.exc_type.clone(), |module| format!("{module}.{}", exception.exc_type));
    let text: Vec<String> = exception
        .exc_message
        .iter()
        .map(|part| part.as_str().map_or_else(|| part.to_string(), ToOwned::to_owned))
        .collect();
    format!(
        "Traceback (most recent call last):\n  in the task {} (Rust)\n{class}: {}\n",
        message.headers.task,
        text.join(", ")
    )
}
