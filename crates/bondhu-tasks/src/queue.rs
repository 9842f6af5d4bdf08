//! The sending side: what a producer, and a task that sends others, holds.

mod enqueue;

use std::sync::Arc;

use serde_json::Value;

pub use enqueue::Enqueue;

use crate::{
    async_result::AsyncResult,
    backend::Backend,
    broker::{Broker, Sent},
    call::{Call, Fresh, Outgoing, Sender},
    canvas::{Signature, plan::plan},
    clock::Clock,
    continuation::no_backend,
    error::Error,
    id::TaskId,
    message::Message,
    result::{GroupRecord, ResultTuple},
    task::Task,
};

/// Sends tasks and finds their results. Cheap to clone.
///
/// ```
/// use bondhu_tasks::{Backend, Broker, Call, Clock, Queue, Sender, Signature, State};
/// use jiff::SignedDuration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let broker = Broker::memory(Clock::system()); // or Broker::sqlite(path, clock), Broker::redis(url, options)
/// let results = Backend::memory(Clock::system());
/// let sender = Sender { origin: Some("gen4711@host".to_owned()), ..Sender::default() };
/// let queue = Queue::new(broker, sender, Clock::system()).with_backend(results);
/// assert_eq!(queue.sender().origin.as_deref(), Some("gen4711@host"));
///
/// let tomorrow = queue.clock().now() + SignedDuration::from_hours(24);
/// let sent = queue.send(Call::named("reports.render").arg(7).at(tomorrow)).await?; // another process knows the task
/// let both = Signature::chain([Signature::named("fetch").arg(1), Signature::named("store")]);
/// let last = queue.apply(both).await?;
/// assert_ne!(sent.id(), last.id());
/// assert_eq!(queue.broker().depths(&["celery".to_owned()]).await?[0].scheduled, 1);
///
/// // Who knows the id finds the result.
/// let found = queue.result(sent.id().clone());
/// assert_eq!(found.state().await?, State::Pending);
/// assert!(queue.backend().is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Queue {
    broker: Broker,
    backend: Option<Backend>,
    sender: Arc<Sender>,
    clock: Clock,
}

impl Queue {
    /// A queue on this broker, without results.
    pub fn new(broker: Broker, sender: Sender, clock: Clock) -> Self {
        Self { broker, backend: None, sender: Arc::new(sender), clock }
    }

    /// Keeps results there.
    #[must_use]
    pub fn with_backend(mut self, backend: Backend) -> Self {
        self.backend = Some(backend);
        self
    }

    /// The broker.
    pub const fn broker(&self) -> &Broker {
        &self.broker
    }

    /// The result backend, if there is one.
    pub const fn backend(&self) -> Option<&Backend> {
        self.backend.as_ref()
    }

    /// The clock.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Makes the message of a call without sending it.
    pub fn seal(&self, call: Call) -> Result<Outgoing, Error> {
        let fresh = Fresh {
            now: self.clock.now(),
            id: self.clock.new_id().into(),
            delivery_tag: self.clock.new_id().to_string(),
        };
        call.seal(&self.sender, fresh)
    }

    /// Sends a Rust task; options may follow before the `await`.
    ///
    /// ```
    /// # use bondhu_tasks::{Broker, Clock, Queue, Sender, Task, TaskContext, TaskResult};
    /// # use serde::{Deserialize, Serialize};
    /// # use std::time::Duration;
    /// # #[derive(Serialize, Deserialize)]
    /// # struct Nudge { user: u64 }
    /// # impl Task for Nudge {
    /// #     const NAME: &'static str = "nudge";
    /// #     type State = ();
    /// #     type Output = ();
    /// #     async fn run(self, _: TaskContext<()>) -> TaskResult { Ok(()) }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), bondhu_tasks::Error> {
    /// let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
    /// let (wait, hold) = (Duration::from_hours(3), Duration::from_hours(4));
    /// let first = queue.enqueue(Nudge { user: 42 }).after(wait).unique("nudge:42", hold).await?;
    /// let second = queue.enqueue(Nudge { user: 42 }).after(wait).unique("nudge:42", hold).await?;
    /// assert!(second.is_duplicate());
    /// assert_eq!(first.id(), second.id());
    /// # Ok(())
    /// # }
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "a task that is sent is gone")]
    pub fn enqueue<T: Task>(&self, task: T) -> Enqueue<'_, T> {
        Enqueue::new(self, Call::of(&task))
    }

    /// Sends a call and says which task does the work: its own, or the one that holds its unique key.
    pub async fn send(&self, call: Call) -> Result<AsyncResult<Value>, Error> {
        let results = self.send_all([call]).await?;
        Ok(results.into_iter().next().expect("one call gives one result"))
    }

    /// Sends many calls in one round trip, in their order.
    pub async fn send_all(&self, calls: impl IntoIterator<Item = Call>) -> Result<Vec<AsyncResult<Value>>, Error> {
        let outgoing = calls.into_iter().map(|call| self.seal(call)).collect::<Result<Vec<_>, _>>()?;
        let sent = self.broker.send(&outgoing).await?;
        let results = outgoing.into_iter().zip(sent).map(|(one, sent)| match sent {
            Sent::Queued => AsyncResult::new(self.clone(), one.message.headers.id),
            Sent::Duplicate { holder } => AsyncResult::new(self.clone(), holder).duplicate(),
        });
        Ok(results.collect())
    }

    /// Sends a signature, single or combined. The result is that of the last task of a chain, of the body of a chord;
    /// for a group see [`AsyncResult::members`].
    pub async fn apply(&self, signature: Signature) -> Result<AsyncResult<Value>, Error> {
        Ok(AsyncResult::of_tuple(self.clone(), self.execute(signature, None).await?))
    }

    /// Sends a signature as a child of the task that `parent` called.
    pub(crate) async fn apply_child(&self, signature: Signature, parent: &Message) -> Result<ResultTuple, Error> {
        self.execute(signature, Some(parent)).await
    }

    /// Sends a signature in the place of a task: with its root and its parent.
    pub(crate) async fn apply_in_place(&self, signature: Signature, message: &Message) -> Result<(), Error> {
        let mut parent = message.clone();
        if let Some(id) = message.headers.parent_id.clone() {
            parent.headers.id = id;
        }
        self.execute(signature, Some(&parent)).await.map(drop)
    }

    async fn execute(&self, signature: Signature, parent: Option<&Message>) -> Result<ResultTuple, Error> {
        let plan = plan(signature, &mut || self.clock.new_id().to_string())?;
        for (group, members) in &plan.chords {
            let backend = self.backend.as_ref().ok_or_else(no_backend)?;
            backend.size_chord(group, *members).await?;
        }
        for result in plan.headers {
            let backend = self.backend.as_ref().ok_or_else(no_backend)?;
            backend.save_group(&GroupRecord { result }).await?;
        }
        let mut calls = Vec::with_capacity(plan.calls.len());
        for signature in plan.calls {
            let call = Call::from_signature(signature)?;
            calls.push(match parent {
                Some(parent) => call.child_of(parent),
                None => call,
            });
        }
        self.send_all(calls).await?;
        Ok(plan.result)
    }

    /// Sends a dead letter again, as if it had never been tried; false if it is gone. A message that cannot be read is
    /// sent as it is.
    pub async fn replay_dead(&self, id: &str) -> Result<bool, Error> {
        let Some(letter) = self.broker.dead_letter(id).await? else { return Ok(false) };
        let raw = letter.message();
        let raw = match Message::decode(&raw) {
            Err(_) => raw,
            Ok(mut message) => {
                message.headers.retries = 0;
                message.headers.eta = None;
                message.headers.expires = None;
                message.properties.delivery_tag = self.clock.new_id().to_string();
                message.encode()?
            }
        };
        Ok(self.broker.replay(id, &letter.queue, &raw).await?)
    }

    /// The result of a task that was sent before.
    pub fn result(&self, id: impl Into<TaskId>) -> AsyncResult<Value> {
        AsyncResult::new(self.clone(), id.into())
    }

    /// What all calls of this process share.
    pub fn sender(&self) -> &Sender {
        &self.sender
    }
}
