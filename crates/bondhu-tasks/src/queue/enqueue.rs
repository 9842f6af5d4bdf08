//! Sending a Rust task, with options before the `await`.

use std::{future::IntoFuture, marker::PhantomData, pin::Pin, time::Duration};

use jiff::Timestamp;
use serde_json::Value;

use super::Queue;
use crate::{
    async_result::AsyncResult, call::Call, canvas::Signature, context::Run, error::Error, id::TaskId,
    priority::Priority, result::ResultTuple, task::Task,
};

/// A task that is about to be sent. `await` sends it.
///
/// ```
/// # use bondhu_tasks::{Broker, Clock, Message, Priority, Queue, Sender, Signature, Task, TaskContext, TaskResult};
/// # use jiff::SignedDuration;
/// # use std::time::Duration;
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
/// let sum = queue.enqueue(Add { x: 2, y: 3 }).after(Duration::from_secs(10)).priority(Priority::HIGH).id("sum-1");
/// let sent = sum.await?;
/// assert_eq!(sent.id().as_str(), "sum-1");
///
/// let now = queue.clock().now();
/// let once = || queue.enqueue(Add { x: 2, y: 3 }).queue("sums").unique("the sum", Duration::from_secs(600));
/// let sent = once()
///     .at(now + SignedDuration::from_mins(5))
///     .expires(now + SignedDuration::from_hours(1))
///     .header("ordered_by", "the tests")
///     .link(Signature::named("tell"))
///     .link_error(Signature::named("sorry"))
///     .await?;
/// assert!(!sent.is_duplicate());
/// assert!(once().await?.is_duplicate(), "the first one holds the key");
///
/// let waiting = queue.broker().scheduled(0, 10).await?.items;
/// let message = Message::decode(&waiting[1])?; // the one in five minutes comes after the one in ten seconds
/// assert_eq!(message.headers.other["ordered_by"], "the tests");
/// assert_eq!(message.embed.errbacks.unwrap()[0].task, "sorry");
/// # Ok(())
/// # }
/// ```
#[must_use = "a task is sent when this is awaited"]
#[derive(Debug)]
pub struct Enqueue<'a, T> {
    queue: &'a Queue,
    call: Result<Call, Error>,
    parent: Option<&'a Run>,
    task: PhantomData<fn() -> T>,
}

impl<'a, T: Task> Enqueue<'a, T> {
    pub(crate) const fn new(queue: &'a Queue, call: Result<Call, Error>) -> Self {
        Self { queue, call, parent: None, task: PhantomData }
    }

    /// As a child of the task that runs.
    pub(crate) fn child_of(mut self, run: &'a Run) -> Self {
        self.parent = Some(run);
        self.with(|call| call.child_of(&run.message))
    }

    fn with(mut self, change: impl FnOnce(Call) -> Call) -> Self {
        self.call = self.call.map(change);
        self
    }

    /// Not before this long from now.
    pub fn after(self, wait: Duration) -> Self {
        self.with(|call| call.after(wait))
    }

    /// Not before this time.
    pub fn at(self, at: Timestamp) -> Self {
        self.with(|call| call.at(at))
    }

    /// Not started at or after this time.
    pub fn expires(self, at: Timestamp) -> Self {
        self.with(|call| call.expires(at))
    }

    /// How urgent it is.
    pub fn priority(self, priority: Priority) -> Self {
        self.with(|call| call.priority(priority))
    }

    /// The queue it goes to.
    pub fn queue(self, queue: &str) -> Self {
        self.with(|call| call.queue(queue))
    }

    /// Only if no other task holds this key; it holds the key until it has ended, at most for `hold`.
    pub fn unique(self, key: impl Into<String>, hold: Duration) -> Self {
        self.with(|call| call.unique(key, hold))
    }

    /// A header of the caller's own.
    pub fn header(self, name: &str, value: impl Into<Value>) -> Self {
        self.with(|call| call.header(name, value))
    }

    /// Sent with the result when the task succeeds.
    pub fn link(self, callback: Signature) -> Self {
        self.with(|call| call.link(callback))
    }

    /// Sent when the task fails.
    pub fn link_error(self, errback: Signature) -> Self {
        self.with(|call| call.link_error(errback))
    }

    /// The id; otherwise a random one.
    pub fn id(self, id: impl Into<TaskId>) -> Self {
        self.with(|call| call.id(id))
    }
}

impl<'a, T: Task> IntoFuture for Enqueue<'a, T> {
    type Output = Result<AsyncResult<T::Output>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let result = self.queue.send(self.call?).await?;
            if let Some(parent) = self.parent {
                parent.add_child(ResultTuple::task(result.id().clone()));
            }
            Ok(result.typed())
        })
    }
}
