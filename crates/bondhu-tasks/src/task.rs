//! The trait that makes a struct a task.

use serde::{Serialize, de::DeserializeOwned};

use crate::{context::TaskContext, options::TaskOptions, outcome::TaskResult};

/// A unit of background work. The struct is the message: its fields are the arguments, in the order of the
/// declaration for callers that pass them by position.
///
/// Delivery is at least once: a worker that dies in the middle leaves the task to another, so `run` must be
/// idempotent.
///
/// ```
/// use bondhu_tasks::{Task, TaskContext, TaskOptions, TaskResult};
/// use serde::{Deserialize, Serialize};
/// use std::time::Duration;
///
/// #[derive(Serialize, Deserialize)]
/// struct Summarize { conversation_id: u64, #[serde(default)] max_words: Option<u32> }
///
/// impl Task for Summarize {
///     const NAME: &'static str = "core.tasks.memory.summarize";
///     const OPTIONS: TaskOptions = TaskOptions::new().queue("memory").max_retries(5).time_limit(Duration::from_secs(120));
///     type State = ();
///     type Output = String;
///     async fn run(self, cx: TaskContext<()>) -> TaskResult<String> {
///         Ok(format!("{} in {} words, attempt {}", self.conversation_id, self.max_words.unwrap_or(50), cx.attempt()))
///     }
/// }
/// ```
pub trait Task: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Name on the wire. Callers in other processes and languages use it, so it never changes.
    const NAME: &'static str;
    /// How the task is sent and run.
    const OPTIONS: TaskOptions = TaskOptions::new();
    /// What the worker hands to each run: connections, configuration.
    type State: Clone + Send + Sync + 'static;
    /// What a success stores; any JSON.
    type Output: Serialize + Send;

    /// Does the work. `?` asks for a retry; giving up has to be said by [`crate::TaskError::fail`].
    fn run(self, cx: TaskContext<Self::State>) -> impl Future<Output = TaskResult<Self::Output>> + Send;
}
