//! The errors of this library.

use crate::message::Poison;

/// What can go wrong without any broker being involved.
///
/// No variant's text repeats an argument of a task: arguments may be something that a person wrote.
///
/// ```
/// use bondhu_tasks::{Error, Registry, Task, TaskContext, TaskResult};
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Add { x: i64, y: i64 }
/// # impl Task for Add {
/// #     const NAME: &'static str = "sums.add";
/// #     type State = ();
/// #     type Output = i64;
/// #     async fn run(self, _: TaskContext<()>) -> TaskResult<i64> { Ok(self.x + self.y) }
/// # }
///
/// let twice = Registry::builder().register::<Add>().register::<Add>().build();
/// assert!(matches!(twice, Err(Error::DuplicateTask("sums.add"))));
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Bytes from a queue that are not a task message; they are kept inside.
    #[error(transparent)]
    Poison(#[from] Box<Poison>),
    /// The message is well formed, but the task cannot be called with these arguments.
    #[error("{task}() {reason}")]
    Arguments {
        /// Name of the task.
        task: String,
        /// What is wrong, in the words that Python uses for a call.
        reason: String,
    },
    /// Two task types claim one name; one of them would never run.
    #[error("the task name `{0}` is registered twice; give one of the two types another NAME")]
    DuplicateTask(&'static str),
    /// A task type whose constants contradict each other.
    #[error("the task `{name}` cannot be registered: {reason}")]
    InvalidTask {
        /// Name of the task.
        name: &'static str,
        /// What is wrong and what to change.
        reason: &'static str,
    },
    /// No task type of this name is registered here.
    #[error("no task named `{0}` is registered in this worker")]
    UnknownTask(String),
    /// A value has no JSON form, for instance a map whose keys are not strings.
    #[error("`{what}` has no JSON form")]
    Encode {
        /// Name of the task or part whose value cannot be written.
        what: String,
        /// The serializer's own error.
        source: serde_json::Error,
    },
    /// The broker or the result backend could not do its part.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// A signature, result or time that does not have the form Celery gives it.
    #[error("not a Celery {what}: {reason}")]
    Malformed {
        /// What was expected: `result`, `signature`, `time`, ...
        what: &'static str,
        /// Where it differs.
        reason: String,
    },
}

/// Where a JSON error lies, without the text around it: that text may be private.
pub(crate) fn json_fault(error: &serde_json::Error) -> String {
    let kind = match error.classify() {
        serde_json::error::Category::Syntax => "is not JSON",
        serde_json::error::Category::Eof => "ends in the middle of a JSON value",
        serde_json::error::Category::Data => "has another shape than expected",
        serde_json::error::Category::Io => "could not be read",
    };
    match error.line() {
        0 => kind.to_owned(),
        line => format!("{kind} (line {line}, column {})", error.column()),
    }
}

/// What can go wrong between this process and the server that keeps messages or results.
///
/// ```
/// use bondhu_tasks::{Broker, RedisOptions, TransportError};
///
/// let error = Broker::redis("http://localhost", RedisOptions::default()).unwrap_err();
/// assert!(matches!(error, TransportError::Config(_)));
/// assert!(!error.is_temporary(), "trying again does not help");
/// println!("{error}"); // the address of the Redis server must begin with redis://, ...
/// ```
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The server cannot be reached, did not answer in time, or is still loading. Trying again may help.
    #[error("{server} cannot be reached: {reason}")]
    Unavailable {
        /// Where it should be, without the password.
        server: String,
        /// What the connection says.
        reason: String,
    },
    /// The server refuses: it is out of memory or read-only, the password is wrong, a right is missing. Trying again
    /// helps only once somebody has seen to it.
    #[error("{server} refuses: {reason}")]
    Refused {
        /// Where it is, without the password.
        server: String,
        /// The server's own words.
        reason: String,
    },
    /// The address or an option makes no sense.
    #[error("{0}")]
    Config(String),
    /// What the server holds is not what was put there.
    #[error("{server} holds something unexpected: {reason}")]
    Corrupt {
        /// Where it is, without the password.
        server: String,
        /// What was found, without its content.
        reason: String,
    },
    /// The message or result could not be written.
    #[error(transparent)]
    Encode(#[from] std::sync::Arc<Error>),
}

impl TransportError {
    /// True if trying again by itself may help.
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Refused { .. })
    }
}

impl From<Error> for TransportError {
    fn from(error: Error) -> Self {
        Self::Encode(std::sync::Arc::new(error))
    }
}
