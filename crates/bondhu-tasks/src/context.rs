//! What a run knows about itself.

use std::{
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use serde::Serialize;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    async_result::AsyncResult,
    canvas::Signature,
    error::Error,
    id::TaskId,
    message::Message,
    outcome::TaskError,
    queue::{Enqueue, Queue},
    result::{ResultTuple, StoredResult},
    task::Task,
};

/// Why a run is asked to come to an end.
///
/// ```
/// use bondhu_tasks::{Stop, TaskContext, TaskError, TaskResult};
///
/// /// Goes on later where it stopped, and gives up where nobody wants it any more.
/// async fn work_until_stopped(cx: TaskContext<()>) -> TaskResult {
///     cx.cancellation().cancelled().await;
///     match cx.stop_reason() {
///         Some(Stop::Shutdown) => Err(TaskError::snooze(std::time::Duration::ZERO)),
///         _ => Err(TaskError::Ignore),
///     }
/// }
/// # let _ = work_until_stopped;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Its soft time limit has passed.
    SoftTimeLimit,
    /// It was revoked with `terminate`.
    Revoked,
    /// The worker shuts down and will not wait longer.
    Shutdown,
}

/// One run of a task, shared by its context and the worker.
///
/// ```
/// # use bondhu_tasks::{
/// #     Broker, Call, Clock, Queue, ResultTuple, Run, Sender, Signature, Stop, Task, TaskContext, TaskResult,
/// # };
/// # use std::sync::Arc;
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
/// // A task can be tested without a worker.
/// let message = Arc::new(queue.seal(Call::of(&Add { x: 2, y: 3 })?)?.message);
/// let run = Arc::new(Run::new(message, queue, "test@here".to_owned(), Default::default()));
/// let sum = Add { x: 2, y: 3 }.run(TaskContext::new((), run.clone())).await;
/// assert_eq!(sum.ok(), Some(5));
///
/// // What it sends is noted for its result.
/// let cx = TaskContext::new((), run.clone());
/// let child = cx.enqueue(Add { x: 1, y: 1 }).await?;
/// cx.apply(Signature::named("tell")).await?;
/// cx.queue().send(Call::named("tidy")).await?; // this one goes its own way
/// run.add_child(ResultTuple::task("sent-elsewhere".into()));
/// assert_eq!((run.children().len(), &run.children()[0].id), (3, child.id()));
///
/// run.stop(Stop::Revoked);
/// assert!(run.cancellation.is_cancelled());
/// assert_eq!((run.stop_reason(), cx.run().stop_reason()), (Some(Stop::Revoked), Some(Stop::Revoked)));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Run {
    /// The call.
    pub message: Arc<Message>,
    /// For tasks that send others, and for progress.
    pub queue: Queue,
    /// `name@host` of the worker.
    pub hostname: String,
    /// Cancelled when the run is to come to an end.
    pub cancellation: CancellationToken,
    stop: OnceLock<Stop>,
    children: Mutex<Vec<ResultTuple>>,
}

impl Run {
    /// A run that is about to start.
    pub fn new(message: Arc<Message>, queue: Queue, hostname: String, cancellation: CancellationToken) -> Self {
        Self { message, queue, hostname, cancellation, stop: OnceLock::new(), children: Mutex::default() }
    }

    /// Asks the run to come to an end. The first reason counts.
    pub fn stop(&self, why: Stop) {
        let _ = self.stop.set(why);
        self.cancellation.cancel();
    }

    /// Why it was asked to come to an end.
    pub fn stop_reason(&self) -> Option<Stop> {
        self.stop.get().copied()
    }

    /// Notes a task that the run has sent.
    pub fn add_child(&self, child: ResultTuple) {
        self.children.lock().unwrap_or_else(PoisonError::into_inner).push(child);
    }

    /// The tasks that the run has sent, for the stored result.
    pub fn children(&self) -> Vec<ResultTuple> {
        self.children.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Handed to each run of a task by the worker.
///
/// ```
/// use bondhu_tasks::{Task, TaskContext, TaskError, TaskResult};
/// use serde::{Deserialize, Serialize};
/// use serde_json::json;
///
/// /// Copies pages, and tells how far it is.
/// #[derive(Serialize, Deserialize)]
/// struct Copy { pages: u32 }
///
/// impl Task for Copy {
///     const NAME: &'static str = "copy";
///     type State = ();
///     type Output = u32;
///     async fn run(self, cx: TaskContext<()>) -> TaskResult<u32> {
///         for page in 0..self.pages {
///             if cx.cancellation().is_cancelled() {
///                 return Err(TaskError::snooze(std::time::Duration::from_secs(60)));
///             }
///             cx.progress(json!({"page": page, "of": self.pages, "attempt": cx.attempt()})).await?;
///         }
///         Ok(self.pages)
///     }
/// }
/// ```
///
/// What the message says, and what the worker has:
///
/// ```
/// # use bondhu_tasks::{Backend, Broker, Call, Clock, Queue, Sender, Task, TaskContext, TaskResult, Worker};
/// # use std::time::Duration;
/// /// Says who ordered what.
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Order { what: String }
///
/// impl Task for Order {
///     const NAME: &'static str = "order";
///     type State = &'static str; // the name of the shop
///     type Output = String;
///     async fn run(self, cx: TaskContext<&'static str>) -> TaskResult<String> {
///         let customer = cx.header("customer").and_then(|name| name.as_str()).unwrap_or("somebody");
///         let whole = cx.id() == cx.root_id(); // not a part of a workflow
///         let queue = &cx.message().properties.delivery_info.routing_key;
///         Ok(format!("{}: {} for {customer}, {whole}, {queue}", cx.state(), self.what))
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// # let queue = queue.with_backend(Backend::memory(Clock::system()));
/// tokio::spawn(Worker::new(queue.clone(), "the bakery").register::<Order>().run_until(std::future::pending()));
/// let order = queue.enqueue(Order { what: "bread".to_owned() }).header("customer", "Ann").await?;
/// assert_eq!(order.get(Duration::from_secs(5)).await?, "the bakery: bread for Ann, true, celery");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TaskContext<S> {
    state: S,
    run: Arc<Run>,
}

impl<S> TaskContext<S> {
    /// Made by the worker; by hand in tests of a task.
    pub const fn new(state: S, run: Arc<Run>) -> Self {
        Self { state, run }
    }

    /// The run, as the worker knows it.
    pub const fn run(&self) -> &Arc<Run> {
        &self.run
    }

    /// Sends tasks. What a task sends with [`TaskContext::enqueue`] instead is also noted as its child.
    pub fn queue(&self) -> &Queue {
        &self.run.queue
    }

    /// Why the run is asked to come to an end; none while it is not.
    pub fn stop_reason(&self) -> Option<Stop> {
        self.run.stop_reason()
    }

    /// The worker's state.
    pub fn state(&self) -> &S {
        &self.state
    }

    /// Id of the task; the same in each attempt.
    pub fn id(&self) -> &TaskId {
        &self.run.message.headers.id
    }

    /// 1 in the first run, one more in each retry.
    pub fn attempt(&self) -> u32 {
        self.run.message.attempt()
    }

    /// The whole message: headers, properties, raw arguments, continuation.
    pub fn message(&self) -> &Arc<Message> {
        &self.run.message
    }

    /// The first task of the workflow; itself if there is none before it.
    pub fn root_id(&self) -> &TaskId {
        self.run.message.headers.root_id.as_ref().unwrap_or_else(|| self.id())
    }

    /// Sends a task as a child of this one: same root, same stamps, named among the children of its result.
    pub fn enqueue<T: Task>(&self, task: T) -> Enqueue<'_, T> {
        self.run.queue.enqueue(task).child_of(&self.run)
    }

    /// Sends a signature, single or combined, as a child of this task.
    pub async fn apply(&self, signature: Signature) -> Result<AsyncResult<Value>, Error> {
        let tuple = self.run.queue.apply_child(signature, &self.run.message).await?;
        self.run.add_child(tuple.clone());
        Ok(AsyncResult::of_tuple(self.run.queue.clone(), tuple))
    }

    /// Says how far the task is, in any form; whoever watches its result sees it with the state PROGRESS.
    pub async fn progress(&self, progress: impl Serialize) -> Result<(), Error> {
        let Some(backend) = self.run.queue.backend() else { return Ok(()) };
        let what = || format!("progress of {}", self.run.message.headers.task);
        let progress = serde_json::to_value(progress).map_err(|source| Error::Encode { what: what(), source })?;
        Ok(backend.store(&[StoredResult::progress(&self.run.message, progress)]).await?)
    }

    /// Puts a signature in the place of this task: it runs under the same id, and what was to follow this task follows
    /// it. End the task with the error that comes back: `return Err(cx.replace(signature).await)`.
    ///
    /// ```
    /// # use bondhu_tasks::{Backend, Broker, Clock, Queue, Sender, Signature, Task, TaskContext, TaskResult, Worker};
    /// # use std::time::Duration;
    /// /// Adds up the numbers from `start` to before `end`.
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Sum { start: i64, end: i64 }
    ///
    /// impl Task for Sum {
    ///     const NAME: &'static str = "sum";
    ///     type State = ();
    ///     type Output = i64;
    ///     async fn run(self, cx: TaskContext<()>) -> TaskResult<i64> {
    ///         let Self { start, end } = self;
    ///         if end - start <= 50 {
    ///             return Ok((start..end).sum());
    ///         }
    ///         let half = (start + end) / 2;
    ///         let halves = [Signature::of(&Self { start, end: half })?, Signature::of(&Self { start: half, end })?];
    ///         Err(cx.replace(Signature::chord(halves, &Signature::named("total"))).await)
    ///     }
    /// }
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Total { parts: Vec<i64> }
    /// # impl Task for Total {
    /// #     const NAME: &'static str = "total";
    /// #     type State = ();
    /// #     type Output = i64;
    /// #     async fn run(self, _: TaskContext<()>) -> TaskResult<i64> { Ok(self.parts.iter().sum()) }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
    /// # let queue = queue.with_backend(Backend::memory(Clock::system()));
    /// # let worker = Worker::new(queue.clone(), ()).register::<Sum>().register::<Total>();
    /// # tokio::spawn(worker.run_until(std::future::pending()));
    ///
    /// let sum = queue.enqueue(Sum { start: 0, end: 100 }).await?;
    /// assert_eq!(sum.get(Duration::from_secs(5)).await?, 4950);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn replace(&self, signature: Signature) -> TaskError {
        match crate::continuation::replace(&self.run.queue, &self.run.message, signature).await {
            Ok(()) => TaskError::Ignore,
            Err(error) => TaskError::fail(error),
        }
    }

    /// Adds a task to the header of the chord that this task belongs to.
    ///
    /// ```
    /// # use bondhu_tasks::{Backend, Broker, Clock, Queue, Sender, Signature, Task, TaskContext, TaskResult, Worker};
    /// # use std::time::Duration;
    /// /// Reads a page, and finds there whether another one follows.
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Read { page: i64 }
    ///
    /// impl Task for Read {
    ///     const NAME: &'static str = "read";
    ///     type State = ();
    ///     type Output = i64;
    ///     async fn run(self, cx: TaskContext<()>) -> TaskResult<i64> {
    ///         if self.page < 3 {
    ///             cx.add_to_chord(Signature::of(&Self { page: self.page + 1 })?).await?;
    ///         }
    ///         Ok(self.page)
    ///     }
    /// }
    /// # #[derive(serde::Serialize, serde::Deserialize)]
    /// # struct Total { parts: Vec<i64> }
    /// # impl Task for Total {
    /// #     const NAME: &'static str = "total";
    /// #     type State = ();
    /// #     type Output = i64;
    /// #     async fn run(self, _: TaskContext<()>) -> TaskResult<i64> { Ok(self.parts.iter().sum()) }
    /// # }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
    /// # let queue = queue.with_backend(Backend::memory(Clock::system()));
    /// # let worker = Worker::new(queue.clone(), ()).register::<Read>().register::<Total>();
    /// # tokio::spawn(worker.run_until(std::future::pending()));
    ///
    /// let first = Signature::of(&Read { page: 1 })?;
    /// let total = queue.apply(Signature::chord([first], &Signature::named("total"))).await?;
    /// assert_eq!(total.get(Duration::from_secs(5)).await?, 1 + 2 + 3);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn add_to_chord(&self, signature: Signature) -> Result<AsyncResult<Value>, Error> {
        let tuple = crate::continuation::add_to_chord(&self.run.queue, &self.run.message, signature).await?;
        Ok(AsyncResult::of_tuple(self.run.queue.clone(), tuple))
    }

    /// A header that the caller added.
    pub fn header(&self, name: &str) -> Option<&Value> {
        self.run.message.headers.other.get(name)
    }

    /// Cancelled when the soft time limit passes, when the task is revoked with `terminate`, and on a cold shutdown.
    /// A task that awaits long should `select!` on it.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.run.cancellation
    }
}

/// Shows the message, which hides its arguments, and nothing of the state.
impl<S> fmt::Debug for TaskContext<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskContext").field("message", &self.run.message).finish_non_exhaustive()
    }
}
