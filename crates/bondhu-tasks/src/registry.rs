//! The tasks that a worker can run.

use std::{collections::BTreeMap, fmt, pin::Pin};

use serde_json::Value;

use crate::{
    arguments::{Arguments, Shape},
    context::TaskContext,
    error::Error,
    options::TaskOptions,
    outcome::{TaskError, TaskResult},
    task::Task,
};

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// One task type, with its own type forgotten.
///
/// ```
/// use bondhu_tasks::{Registry, Task, TaskContext, TaskResult, arguments::Shape};
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Run, Sender};
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
///
/// let registry = Registry::builder().register::<Add>().build()?;
/// let add = registry.get("sums.add")?;
/// assert_eq!((add.options.max_retries, add.shape), (3, Shape::Fields(&["x", "y"])));
///
/// // What a worker does with a message.
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// let message = queue.seal(Call::named("sums.add").arg(2).arg(3))?.message;
/// let run = Run::new(message.into(), queue, "me@here".to_owned(), Default::default());
/// assert_eq!(add.run(TaskContext::new((), run.into())).await.ok(), Some(5.into()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy)]
pub struct RegisteredTask<S> {
    /// Name on the wire.
    pub name: &'static str,
    /// Its options.
    pub options: TaskOptions,
    /// What its arguments look like.
    pub shape: Shape,
    run: fn(TaskContext<S>) -> BoxFuture<TaskResult<Value>>,
}

impl<S> RegisteredTask<S> {
    /// Runs the call in the context's message. Arguments that do not fit fail without a retry, and so does an output
    /// that has no JSON form.
    pub fn run(&self, cx: TaskContext<S>) -> BoxFuture<TaskResult<Value>> {
        (self.run)(cx)
    }
}

impl<S> fmt::Debug for RegisteredTask<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredTask").field("name", &self.name).field("shape", &self.shape).finish_non_exhaustive()
    }
}

/// The tasks of a worker by name. Made once, at the start, by [`Registry::builder`].
///
/// ```
/// # use bondhu_tasks::{Registry, Task, TaskContext, TaskResult};
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Add { x: i64, y: i64 }
/// # impl Task for Add {
/// #     const NAME: &'static str = "sums.add";
/// #     type State = ();
/// #     type Output = i64;
/// #     async fn run(self, _: TaskContext<()>) -> TaskResult<i64> { Ok(self.x + self.y) }
/// # }
///
/// let registry = Registry::builder().register::<Add>().build()?;
/// assert_eq!(registry.get("sums.add")?.name, "sums.add");
/// assert!(registry.tasks().all(|task| task.options.max_retries == 3));
/// let twice = Registry::builder().register::<Add>().register::<Add>().build();
/// assert!(twice.is_err(), "one of the two would never run");
/// # Ok::<(), bondhu_tasks::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Registry<S> {
    tasks: BTreeMap<&'static str, RegisteredTask<S>>,
}

impl<S: Clone + Send + Sync + 'static> Registry<S> {
    /// Starts an empty registry.
    pub const fn builder() -> RegistryBuilder<S> {
        RegistryBuilder { tasks: Vec::new() }
    }

    /// All names in alphabetical order, as `celery inspect registered` lists them.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.tasks.keys().copied()
    }

    /// All tasks in alphabetical order of their names.
    pub fn tasks(&self) -> impl Iterator<Item = &RegisteredTask<S>> {
        self.tasks.values()
    }

    /// The task of this name.
    pub fn get(&self, name: &str) -> Result<&RegisteredTask<S>, Error> {
        self.tasks.get(name).ok_or_else(|| Error::UnknownTask(name.to_owned()))
    }
}

/// Collects task types.
///
/// ```
/// use bondhu_tasks::{Registry, RegistryBuilder, Task, TaskContext, TaskResult};
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Add { x: i64, y: i64 }
/// # impl Task for Add {
/// #     const NAME: &'static str = "sums.add";
/// #     type State = ();
/// #     type Output = i64;
/// #     async fn run(self, _: TaskContext<()>) -> TaskResult<i64> { Ok(self.x + self.y) }
/// # }
///
/// /// What one part of a program can do.
/// fn sums() -> RegistryBuilder<()> {
///     Registry::builder().register::<Add>()
/// }
/// assert_eq!(Registry::builder().and(sums()).build()?.names().count(), 1);
/// # Ok::<(), bondhu_tasks::Error>(())
/// ```
#[must_use = "nothing is registered before `build`"]
pub struct RegistryBuilder<S> {
    tasks: Vec<RegisteredTask<S>>,
}

impl<S: Clone + Send + Sync + 'static> RegistryBuilder<S> {
    /// Adds a task type.
    pub fn register<T: Task<State = S>>(mut self) -> Self {
        self.tasks.push(RegisteredTask {
            name: T::NAME,
            options: T::OPTIONS,
            shape: Shape::of::<T>(),
            run: |cx| Box::pin(run::<T>(cx)),
        });
        self
    }

    /// Adds the task types of another.
    pub fn and(mut self, other: Self) -> Self {
        self.tasks.extend(other.tasks);
        self
    }

    /// Fails if two types share a name, or if the constants of one contradict each other.
    pub fn build(self) -> Result<Registry<S>, Error> {
        let mut tasks = BTreeMap::new();
        for task in self.tasks {
            let name = task.name;
            let invalid = |reason| Error::InvalidTask { name, reason };
            if name.is_empty() {
                return Err(invalid("its name is empty"));
            }
            if let Some(reason) = task.options.fault() {
                return Err(invalid(reason));
            }
            if tasks.insert(name, task).is_some() {
                return Err(Error::DuplicateTask(name));
            }
        }
        Ok(Registry { tasks })
    }
}

async fn run<T: Task>(cx: TaskContext<T::State>) -> TaskResult<Value> {
    let message = cx.message();
    let task: T = Arguments::decode(T::NAME, &message.args, &message.kwargs).map_err(TaskError::fail)?;
    let output = task.run(cx).await?;
    serde_json::to_value(output)
        .map_err(|source| TaskError::fail(Error::Encode { what: format!("output of {}", T::NAME), source }))
}
