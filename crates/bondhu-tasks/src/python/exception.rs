//! Exceptions as Celery stores them: a class by name, and the arguments it is made with.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// The `result` of a task that failed: `{"exc_type", "exc_message", "exc_module"}`.
///
/// A Python client looks `exc_type` up in `exc_module` if that module is loaded there, and makes up a class of that
/// name if not. A name that is something other than an exception class raises `SecurityError` in the client, so the
/// constructors below name real classes.
///
/// ```
/// use bondhu_tasks::python::PyException;
///
/// let error = PyException::builtin("ValueError", "seven is too many");
/// assert_eq!(error.to_string(), "ValueError('seven is too many')");
///
/// // Those of Celery's own, as a Python caller sees them.
/// let shown = |exception: PyException| exception.to_string();
/// let of_a_member = shown(PyException::chord_error("a", &error));
/// assert!(of_a_member.starts_with("ChordError('Dependency a raised ValueError"), "{of_a_member}");
/// assert_eq!(shown(PyException::revoked("expired")), "TaskRevokedError('expired')");
/// assert_eq!(shown(PyException::not_registered("tidy")), "NotRegistered('tidy')");
/// assert_eq!(shown(PyException::max_retries_exceeded("no more")), "MaxRetriesExceededError('no more')");
/// assert_eq!(shown(PyException::rejected("not for us", false)), "Reject('not for us', False)");
/// assert_eq!(shown(PyException::soft_time_limit()), "SoftTimeLimitExceeded()");
/// assert_eq!(shown(PyException::time_limit(30.0)), "TimeLimitExceeded(30.0)");
/// assert_eq!(shown(PyException::worker_lost("killed")), "WorkerLostError('killed')");
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PyException {
    /// Name of the class, with its outer classes (`__qualname__`).
    pub exc_type: String,
    /// Arguments of the constructor; the first is usually the text.
    #[serde(default, deserialize_with = "list_or_single")]
    pub exc_message: Vec<Value>,
    /// Module of the class; none makes the client invent a class.
    #[serde(default)]
    pub exc_module: Option<String>,
}

impl PyException {
    /// Any class with one text argument.
    pub fn new(module: &str, class: &str, message: impl Into<String>) -> Self {
        Self {
            exc_type: class.to_owned(),
            exc_message: vec![Value::String(message.into())],
            exc_module: Some(module.to_owned()),
        }
    }

    /// A built-in class such as `ValueError`.
    pub fn builtin(class: &str, message: impl Into<String>) -> Self {
        Self::new("builtins", class, message)
    }

    /// What Celery stores for a task that it refused to run: `revoked`, `expired` or `terminated`.
    pub fn revoked(reason: &str) -> Self {
        Self::new("celery.exceptions", "TaskRevokedError", reason)
    }

    /// The worker knows no task of this name.
    pub fn not_registered(task: &str) -> Self {
        Self::new("celery.exceptions", "NotRegistered", task)
    }

    /// The retries are used up and there is no cause to report.
    pub fn max_retries_exceeded(message: impl Into<String>) -> Self {
        Self::new("celery.exceptions", "MaxRetriesExceededError", message)
    }

    /// A member of a chord's header failed with `cause`, so its body cannot run.
    pub fn chord_error(member: &str, cause: &Self) -> Self {
        Self::new("celery.exceptions", "ChordError", format!("Dependency {member} raised {cause}"))
    }

    /// The task was rejected: Celery 5.7 stores `Reject(reason, requeue)`.
    pub fn rejected(reason: impl Into<String>, requeue: bool) -> Self {
        let mut exception = Self::new("celery.exceptions", "Reject", reason);
        exception.exc_message.push(requeue.into());
        exception
    }

    /// The task outlived its soft time limit; the class takes no arguments.
    pub fn soft_time_limit() -> Self {
        Self { exc_message: Vec::new(), ..Self::new("billiard.exceptions", "SoftTimeLimitExceeded", "") }
    }

    /// The task outlived its hard time limit, in seconds.
    pub fn time_limit(seconds: f64) -> Self {
        Self { exc_message: vec![seconds.into()], ..Self::new("billiard.exceptions", "TimeLimitExceeded", "") }
    }

    /// The process that ran the task is gone.
    pub fn worker_lost(message: impl Into<String>) -> Self {
        Self::new("billiard.exceptions", "WorkerLostError", message)
    }
}

/// `ValueError('bad', 7)`, as Python's `repr` shows it.
impl fmt::Display for PyException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments = super::args_repr(&self.exc_message);
        let arguments = arguments.strip_suffix(",)").map_or(arguments.clone(), |open| format!("{open})"));
        write!(f, "{}{arguments}", self.exc_type)
    }
}

impl std::error::Error for PyException {}

/// Results of old clients hold one text instead of the list of arguments.
fn list_or_single<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Value>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        single => vec![single],
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_chord_error_reads_like_celerys() {
        let cause = PyException { exc_message: vec!["q".into(), 7.into()], ..PyException::builtin("ValueError", "") };
        assert_eq!(
            PyException::chord_error("id-1", &cause).exc_message,
            [json!("Dependency id-1 raised ValueError('q', 7)")]
        );
        assert_eq!(PyException::builtin("KeyError", "k").to_string(), "KeyError('k')");
        assert_eq!(PyException::soft_time_limit().to_string(), "SoftTimeLimitExceeded()");
    }

    #[test]
    fn a_single_text_is_one_argument() {
        let old: PyException = serde_json::from_value(json!({"exc_type": "E", "exc_message": "bad"})).unwrap();
        assert_eq!((old.exc_message, old.exc_module), (vec![json!("bad")], None));
    }
}
