//! Canvas: tasks to be sent later, alone or combined, as data.
//!
//! A signature is the JSON object that Celery's `Signature` serialises to, everywhere on the wire: callbacks,
//! errbacks, the rest of a chain, the body of a chord, and arguments of tasks that build workflows.

mod kind;
pub(crate) mod plan;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use kind::Kind;

use crate::{arguments::Arguments, error::Error, message::null_is_default, priority::Priority, task::Task, timestamp};

/// A call that has not been made: which task, with what, and how to send it.
///
/// ```
/// use bondhu_tasks::{Signature, canvas::Kind};
///
/// let add = |y: i64| Signature::named("add").arg(y);
/// let sums = Signature::group([add(1).arg(1), add(2).arg(2)]);
/// let all = Signature::chain([sums, Signature::named("total"), add(100)]).link(&Signature::named("tell"));
/// let Kind::Chain(steps) = all.kind()? else { panic!() };
/// assert_eq!(steps.len(), 3);
/// assert_eq!(all.to_value()["task"], "celery.chain");
/// # Ok::<(), bondhu_tasks::Error>(())
/// ```
///
/// How to send it stands in its options, by the names of Celery's `apply_async`:
///
/// ```
/// use bondhu_tasks::{Priority, Signature};
/// use serde_json::json;
///
/// let sorry = Signature::named("sorry").immutable().kwarg("to", "ops");
/// let report = Signature::named("report").arg("weekly").queue("slow").priority(Priority::LOW).countdown_secs(60)
///     .option("shadow", "the weekly report").link_error(&sorry);
/// assert_eq!(report.options["countdown"], 60);
/// assert_eq!((&report.options["queue"], &report.options["priority"]), (&json!("slow"), &json!(6)));
/// assert_eq!(report.options["link_error"], json!([sorry.to_value()]));
/// let at_eight = Signature::named("report").eta("2026-11-23T08:00:00Z".parse()?);
/// assert_eq!(at_eight.options["eta"], "2026-11-23T08:00:00+00:00");
///
/// // The result of the task before it comes first, unless it is immutable.
/// assert_eq!(report.with_result(json!(5)).args, [json!(5), json!("weekly")]);
/// assert!(sorry.with_result(json!(5)).args.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use = "a signature does nothing until it is sent"]
pub struct Signature {
    /// Name of the task; `celery.chain`, `celery.group`, ... for combinations.
    pub task: String,
    /// Positional arguments.
    #[serde(default, deserialize_with = "null_is_default")]
    pub args: Vec<Value>,
    /// Keyword arguments.
    #[serde(default, deserialize_with = "null_is_default")]
    pub kwargs: Map<String, Value>,
    /// How to send it: the keyword arguments of Celery's `apply_async`.
    #[serde(default, deserialize_with = "null_is_default")]
    pub options: Map<String, Value>,
    /// What kind of combination it is; none for a single task.
    #[serde(default)]
    pub subtask_type: Option<String>,
    /// It does not take the result of the task before it.
    #[serde(default, deserialize_with = "null_is_default")]
    pub immutable: bool,
    /// Keys that this library does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Signature {
    /// A call of a task by its name, which may be one that only Python knows.
    pub fn named(task: impl Into<String>) -> Self {
        Self {
            task: task.into(),
            args: Vec::new(),
            kwargs: Map::new(),
            options: Map::new(),
            subtask_type: None,
            immutable: false,
            other: Map::new(),
        }
    }

    /// A call of `task` with its fields as arguments, sent to the queue its options name.
    ///
    /// ```
    /// # use bondhu_tasks::{Signature, Task, TaskContext, TaskOptions, TaskResult};
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Add { x: i64, y: i64 }
    ///
    /// impl Task for Add {
    ///     const NAME: &'static str = "sums.add";
    ///     const OPTIONS: TaskOptions = TaskOptions::new().queue("sums");
    /// #   type State = ();
    /// #   type Output = i64;
    /// #   async fn run(self, _: TaskContext<()>) -> TaskResult<i64> { Ok(self.x + self.y) }
    ///     // ...
    /// }
    ///
    /// let add = Signature::of(&Add { x: 2, y: 3 })?;
    /// assert_eq!((add.task.as_str(), &add.kwargs["y"]), ("sums.add", &3.into()));
    /// assert_eq!(add.options["queue"], "sums");
    /// # Ok::<(), bondhu_tasks::Error>(())
    /// ```
    pub fn of<T: Task>(task: &T) -> Result<Self, Error> {
        let Arguments { args, kwargs } = Arguments::of(task)?;
        let mut signature = Self { args, kwargs, ..Self::named(T::NAME) };
        if let Some(queue) = T::OPTIONS.queue {
            signature = signature.queue(queue);
        }
        Ok(signature)
    }

    /// Adds a positional argument.
    pub fn arg(mut self, value: impl Into<Value>) -> Self {
        self.args.push(value.into());
        self
    }

    /// Adds a keyword argument.
    pub fn kwarg(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.kwargs.insert(name.into(), value.into());
        self
    }

    /// Sets an option by the name it has in Celery's `apply_async`.
    pub fn option(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.options.insert(name.to_owned(), value.into());
        self
    }

    /// Keeps its arguments: the result of the task before it is not passed on (Python's `.si()`).
    pub fn immutable(mut self) -> Self {
        self.immutable = true;
        self
    }

    /// Sends it to this queue.
    pub fn queue(self, queue: &str) -> Self {
        self.option("queue", queue)
    }

    /// Sends it with this priority.
    pub fn priority(self, priority: Priority) -> Self {
        self.option("priority", priority.level())
    }

    /// Sends it to run so many seconds after it is sent.
    pub fn countdown_secs(self, secs: u64) -> Self {
        self.option("countdown", secs)
    }

    /// Sends it to run at this time.
    pub fn eta(self, at: Timestamp) -> Self {
        self.option("eta", timestamp::format(at))
    }

    /// Adds a callback, sent with the result.
    pub fn link(self, callback: &Self) -> Self {
        self.push_option("link", callback)
    }

    /// Adds an errback, sent when the task fails.
    pub fn link_error(self, errback: &Self) -> Self {
        self.push_option("link_error", errback)
    }

    /// The call with the result of the task before it as first argument, unless it is immutable.
    pub fn with_result(mut self, result: Value) -> Self {
        if !self.immutable {
            self.args.insert(0, result);
        }
        self
    }

    /// The signature as the JSON that Celery sends.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("all parts of a signature are JSON already")
    }

    fn push_option(mut self, name: &str, signature: &Self) -> Self {
        let list = self.options.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        // Celery also accepts a single signature here.
        if !list.is_array() {
            *list = Value::Array(vec![list.take()]);
        }
        if let Value::Array(items) = list {
            items.push(signature.to_value());
        }
        self
    }
}
