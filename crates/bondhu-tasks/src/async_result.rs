//! A handle on a task that was sent.

use std::{fmt, marker::PhantomData, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    control::Control,
    error::{Error, TransportError},
    id::TaskId,
    python::PyException,
    queue::Queue,
    result::{GroupRecord, ResultTuple, State, StoredResult},
};

/// A task that was sent, whose result has the type `T`.
///
/// ```
/// use bondhu_tasks::{Call, State};
/// # use bondhu_tasks::{Backend, Broker, Clock, Queue, Sender, Task, TaskContext, TaskResult, Worker};
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
/// # let broker = Broker::memory(Clock::system());
/// # let backend = Backend::memory(Clock::system());
/// # let queue = Queue::new(broker, Sender::default(), Clock::system()).with_backend(backend);
/// # tokio::spawn(Worker::new(queue.clone(), ()).register::<Add>().run_until(std::future::pending()));
/// let sum = queue.enqueue(Add { x: 2, y: 3 }).await?;
/// assert_eq!(sum.get(Duration::from_secs(5)).await?, 5);
/// assert_eq!(sum.state().await?, State::Success);
/// assert!(sum.children().await?.is_empty());
/// sum.forget().await?;
///
/// let never = queue.send(Call::named("sums.add").after(Duration::from_secs(3600))).await?;
/// never.revoke(false).await?;
/// # Ok(())
/// # }
/// ```
///
/// Of a combination: the members of a group, and what came before in a chain.
///
/// ```
/// # use bondhu_tasks::{
/// #     Backend, Broker, Clock, Queue, Sender, Signature, State, Task, TaskContext, TaskResult, Worker,
/// # };
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
/// # let backend = Backend::memory(Clock::system());
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// # let queue = queue.with_backend(backend.clone());
/// # tokio::spawn(Worker::new(queue.clone(), ()).register::<Add>().run_until(std::future::pending()));
/// # let soon = Duration::from_secs(5);
/// let add = |x: i64| Signature::named("sums.add").arg(x);
/// let both = queue.apply(Signature::group([add(1).arg(2), add(3).arg(4)])).await?;
/// assert_eq!(both.join(soon).await?, [3, 7]);
/// assert_eq!(both.members().unwrap()[1].get(soon).await?, 7);
///
/// // Another process finds the members by the id of the group.
/// both.save().await?;
/// assert_eq!(&backend.group(both.id().as_str()).await?.unwrap().result, both.as_tuple());
///
/// let last = queue.apply(Signature::chain([add(1).arg(2), add(10)])).await?;
/// assert_eq!(last.get(soon).await?, 13);
/// let first = last.parent().unwrap();
/// assert_eq!(first.get(soon).await?, 3);
/// let stored = last.stored().await?.unwrap();
/// assert_eq!((stored.status, stored.parent_id.as_ref()), (State::Success, Some(first.id())));
/// assert_eq!(last.wait(soon).await?.result, 13); // all that is stored, when it has ended
/// # Ok(())
/// # }
/// ```
pub struct AsyncResult<T> {
    queue: Queue,
    tuple: ResultTuple,
    is_duplicate: bool,
    value: PhantomData<fn() -> T>,
}

/// Why there is no result.
///
/// ```
/// # use bondhu_tasks::{Backend, Broker, Call, Clock, Queue, ResultError, Sender};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// # let queue = queue.with_backend(Backend::memory(Clock::system()));
/// let sent = queue.send(Call::named("nobody.does.this")).await?;
/// match sent.get(Duration::from_millis(10)).await {
///     Ok(value) => println!("{value}"),
///     Err(ResultError::Timeout(_)) => println!("not yet"),
///     Err(ResultError::Failed { exception, .. }) => println!("{exception}"),
///     Err(other) => return Err(other.into()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResultError {
    /// It has not come in time; the task may still run.
    #[error("the task has not ended within {0:?}")]
    Timeout(Duration),
    /// The task failed.
    #[error("the task failed: {exception}")]
    Failed {
        /// What it raised.
        exception: PyException,
        /// The Python traceback, or what stands in its place.
        traceback: Option<String>,
    },
    /// The task was revoked, or it expired before it could start.
    #[error("the task was revoked or has expired")]
    Revoked,
    /// The result has another type.
    #[error("the result has another form than expected")]
    Form(#[source] serde_json::Error),
    /// The queue has no result backend, or it cannot be reached.
    #[error(transparent)]
    Backend(#[from] Error),
}

impl From<TransportError> for ResultError {
    fn from(error: TransportError) -> Self {
        Self::Backend(error.into())
    }
}

impl<T> AsyncResult<T> {
    pub(crate) const fn new(queue: Queue, id: TaskId) -> Self {
        Self::of_tuple(queue, ResultTuple::task(id))
    }

    pub(crate) const fn of_tuple(queue: Queue, tuple: ResultTuple) -> Self {
        Self { queue, tuple, is_duplicate: false, value: PhantomData }
    }

    pub(crate) const fn duplicate(mut self) -> Self {
        self.is_duplicate = true;
        self
    }

    pub(crate) fn typed<U>(self) -> AsyncResult<U> {
        AsyncResult { queue: self.queue, tuple: self.tuple, is_duplicate: self.is_duplicate, value: PhantomData }
    }

    /// Id of the task, or of the group.
    pub const fn id(&self) -> &TaskId {
        &self.tuple.id
    }

    /// True if nothing was sent, because the task of this id holds the unique key.
    pub const fn is_duplicate(&self) -> bool {
        self.is_duplicate
    }

    /// The result before it in a chain, and the header of a chord before its body.
    pub fn parent(&self) -> Option<AsyncResult<Value>> {
        let parent = self.tuple.parent.as_deref()?;
        Some(AsyncResult::of_tuple(self.queue.clone(), parent.clone()))
    }

    /// The members of a group; none for a single task.
    pub fn members(&self) -> Option<Vec<AsyncResult<Value>>> {
        let members = self.tuple.members.as_ref()?;
        Some(members.iter().map(|member| AsyncResult::of_tuple(self.queue.clone(), member.clone())).collect())
    }

    /// What Python calls `as_tuple()`: the reference that another process can make a result of.
    pub const fn as_tuple(&self) -> &ResultTuple {
        &self.tuple
    }

    /// What is stored of the task now.
    pub async fn stored(&self) -> Result<Option<StoredResult>, Error> {
        let backend = self.queue.backend().ok_or_else(crate::continuation::no_backend)?;
        Ok(backend.get(self.id()).await?)
    }

    /// How far it is.
    pub async fn state(&self) -> Result<State, Error> {
        Ok(self.stored().await?.map_or(State::Pending, |stored| stored.status))
    }

    /// The tasks that it has sent.
    pub async fn children(&self) -> Result<Vec<AsyncResult<Value>>, Error> {
        let children = self.stored().await?.and_then(|stored| stored.children).unwrap_or_default();
        Ok(children.into_iter().map(|child| AsyncResult::of_tuple(self.queue.clone(), child)).collect())
    }

    /// Forgets the result.
    pub async fn forget(&self) -> Result<(), Error> {
        let backend = self.queue.backend().ok_or_else(crate::continuation::no_backend)?;
        Ok(backend.forget(&[self.id()]).await?)
    }

    /// Has the task not run, if it has not started; and stops it, if `terminate` says so.
    pub async fn revoke(&self, terminate: bool) -> Result<(), Error> {
        let control = Control::new(self.queue.broker().clone(), self.queue.clock().clone());
        Ok(control.revoke(&[self.id().as_str()], terminate).await?)
    }

    /// Saves a group, so that another process can find its members by its id.
    pub async fn save(&self) -> Result<(), Error> {
        let backend = self.queue.backend().ok_or_else(crate::continuation::no_backend)?;
        Ok(backend.save_group(&GroupRecord { result: self.tuple.clone() }).await?)
    }

    /// Waits for the task to end, without asking again and again.
    pub async fn wait(&self, timeout: Duration) -> Result<StoredResult, ResultError> {
        let backend = self.queue.backend().ok_or_else(crate::continuation::no_backend)?;
        let mut known = backend.watch(self.id()).await?;
        let is_over = |stored: &Option<StoredResult>| stored.as_ref().is_some_and(|stored| stored.status.is_final());
        let ended = tokio::time::timeout(timeout, known.wait_for(is_over)).await;
        match ended {
            Ok(Ok(stored)) => Ok(stored.clone().expect("only a stored result is over")),
            _ => Err(ResultError::Timeout(timeout)),
        }
    }
}

impl<T: DeserializeOwned> AsyncResult<T> {
    /// Waits for the result.
    pub async fn get(&self, timeout: Duration) -> Result<T, ResultError> {
        let stored = self.wait(timeout).await?;
        let exception = stored.exception();
        match (stored.status, exception) {
            (State::Success, _) => serde_json::from_value(stored.result).map_err(ResultError::Form),
            (State::Revoked, _) => Err(ResultError::Revoked),
            (_, exception) => Err(ResultError::Failed {
                exception: exception.unwrap_or_else(|| PyException::builtin("Exception", "the task failed")),
                traceback: stored.traceback,
            }),
        }
    }
}

impl AsyncResult<Value> {
    /// Waits for all members of a group, in their order; fails with the first that failed.
    pub async fn join(&self, timeout: Duration) -> Result<Vec<Value>, ResultError> {
        let until = tokio::time::Instant::now() + timeout;
        let mut values = Vec::new();
        for member in self.members().unwrap_or_default() {
            let left = until.saturating_duration_since(tokio::time::Instant::now());
            values.push(match member.members() {
                Some(_) => Box::pin(member.join(left)).await?.into(),
                None => member.get(left).await?,
            });
        }
        Ok(values)
    }
}

impl<T> Clone for AsyncResult<T> {
    fn clone(&self) -> Self {
        let (queue, tuple) = (self.queue.clone(), self.tuple.clone());
        Self { queue, tuple, is_duplicate: self.is_duplicate, value: PhantomData }
    }
}

impl<T> fmt::Debug for AsyncResult<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncResult").field("id", &self.tuple.id).finish_non_exhaustive()
    }
}
