//! How a run of a task can end.

use std::{any, fmt, time::Duration};

use crate::{error::Error, python::PyException};

/// What `run` returns.
///
/// ```
/// use bondhu_tasks::{TaskError, TaskResult};
///
/// fn half(number: i64) -> TaskResult<i64> {
///     if number % 2 == 0 { Ok(number / 2) } else { Err(TaskError::fail("an odd number")) }
/// }
/// assert!(half(3).is_err());
/// ```
pub type TaskResult<T = ()> = Result<T, TaskError>;

/// Any error.
///
/// ```
/// use bondhu_tasks::{BoxError, TaskError};
///
/// let text: BoxError = "the shop is closed".into();
/// assert!(matches!(TaskError::retry(text), TaskError::Retry { .. }));
/// ```
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Every end of a run but success. `?` on any error makes it a [`TaskError::Retry`].
///
/// ```
/// use bondhu_tasks::TaskError;
/// use std::{io, time::Duration};
///
/// fn read() -> Result<String, TaskError> {
///     match std::fs::read_to_string("/no/such/file") {
///         Ok(text) => Ok(text),
///         Err(error) if error.kind() == io::ErrorKind::NotFound => Err(TaskError::fail(error)),
///         Err(error) => Err(TaskError::retry_after(error, Duration::from_secs(5))),
///     }
/// }
/// assert!(matches!(read(), Err(TaskError::Fail(_))));
///
/// // For good, to the dead letters; and later, without counting as a retry.
/// assert!(matches!(TaskError::reject("not for us"), TaskError::Reject { requeue: false, .. }));
/// assert!(matches!(TaskError::snooze(Duration::from_secs(60)), TaskError::Snooze(wait) if wait.as_secs() == 60));
/// ```
#[derive(Debug)]
pub enum TaskError {
    /// Try again after the backoff of the task, or after `wait`; counts against `max_retries`.
    Retry {
        /// What went wrong; stored with the state RETRY, and as the failure once the retries are used up.
        cause: Cause,
        /// Waits this long instead of the backoff.
        wait: Option<Duration>,
    },
    /// Give up now.
    Fail(Cause),
    /// End without a result, as if it had not run (Celery's `Ignore`).
    Ignore,
    /// Refuse the message (Celery's `Reject`): back to its queue, or to the dead letters.
    Reject {
        /// Why.
        reason: String,
        /// Back to its queue.
        requeue: bool,
    },
    /// Not yet: run it again after this time; does not count as a retry.
    Snooze(Duration),
}

impl TaskError {
    /// Try again after the backoff; for errors that `?` does not take, such as text.
    pub fn retry<E: Into<BoxError>>(error: E) -> Self {
        Self::Retry { cause: Cause::new(error), wait: None }
    }

    /// Try again after this long.
    pub fn retry_after<E: Into<BoxError>>(error: E, wait: Duration) -> Self {
        Self::Retry { cause: Cause::new(error), wait: Some(wait) }
    }

    /// Give up. A [`PyException`] chooses the class that a Python caller sees.
    pub fn fail<E: Into<BoxError>>(error: E) -> Self {
        Self::Fail(Cause::new(error))
    }

    /// Refuse the message for good.
    pub fn reject(reason: impl Into<String>) -> Self {
        Self::Reject { reason: reason.into(), requeue: false }
    }

    /// Run it again later, without counting.
    pub const fn snooze(wait: Duration) -> Self {
        Self::Snooze(wait)
    }
}

/// `?` means "try again". This type is no `std::error::Error` itself, or this could not hold for all errors.
impl<E: std::error::Error + Send + Sync + 'static> From<E> for TaskError {
    fn from(error: E) -> Self {
        Self::retry(error)
    }
}

/// An error, with the name of its type for the `exc_type` of the stored result.
///
/// ```
/// use bondhu_tasks::Cause;
///
/// let cause = Cause::new("three".parse::<i64>().unwrap_err());
/// assert_eq!(cause.exception().exc_type, "ParseIntError");
/// assert!(cause.error().is::<std::num::ParseIntError>());
/// ```
pub struct Cause {
    error: BoxError,
    type_name: &'static str,
}

impl Cause {
    /// Keeps the error and the name of its type.
    pub fn new<E: Into<BoxError>>(error: E) -> Self {
        Self { error: error.into(), type_name: any::type_name::<E>() }
    }

    /// The error itself.
    pub fn error(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        &*self.error
    }

    /// What is stored for Python: the exception if the cause is one, `TypeError` for arguments that do not fit, else
    /// a class named like the Rust type in a module named like its path, or `RuntimeError` for mere text.
    pub fn exception(&self) -> PyException {
        if let Some(exception) = self.error.downcast_ref::<PyException>() {
            return exception.clone();
        }
        match self.error.downcast_ref::<Error>() {
            Some(Error::Arguments { .. }) => return PyException::builtin("TypeError", self.error.to_string()),
            Some(Error::UnknownTask(task)) => return PyException::not_registered(task),
            _ => {}
        }
        let (module, class) = python_name(self.type_name);
        PyException::new(&module, class, self.error.to_string())
    }
}

/// `core::num::ParseIntError` is `ParseIntError` of `core.num`; text and boxed errors are a `RuntimeError`.
fn python_name(type_name: &str) -> (String, &str) {
    let path = type_name.split('<').next().unwrap_or_default();
    match path.rsplit_once("::") {
        Some((module, class)) if !["&", "alloc::", "anyhow::"].iter().any(|known| path.starts_with(known)) => {
            (module.replace("::", "."), class)
        }
        _ => ("builtins".to_owned(), "RuntimeError"),
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?})", self.type_name, self.error)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question_mark() -> TaskResult<u8> {
        Ok("x".parse::<u8>()?)
    }

    #[test]
    fn the_question_mark_asks_for_a_retry_with_the_name_of_the_error() {
        let Err(TaskError::Retry { cause, wait: None }) = question_mark() else { panic!("not a retry") };
        let exception = cause.exception();
        assert_eq!(exception.exc_type, "ParseIntError");
        assert!(exception.exc_module.unwrap().starts_with("core.num"));
        assert_eq!(exception.exc_message, ["invalid digit found in string"]);
    }

    #[test]
    fn text_is_a_runtime_error_and_an_exception_stays_itself() {
        let exception = |error: TaskError| match error {
            TaskError::Fail(cause) => cause.exception(),
            other => panic!("{other:?}"),
        };
        assert_eq!(exception(TaskError::fail("no")), PyException::builtin("RuntimeError", "no"));
        assert_eq!(exception(TaskError::fail(String::from("no"))), PyException::builtin("RuntimeError", "no"));
        let own = PyException::builtin("ValueError", "bad");
        assert_eq!(exception(TaskError::fail(own.clone())), own);
        let arguments = Error::Arguments { task: "t".into(), reason: "missing required argument 'x'".into() };
        assert_eq!(
            exception(TaskError::fail(arguments)),
            PyException::builtin("TypeError", "t() missing required argument 'x'")
        );
    }
}
