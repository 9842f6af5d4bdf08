//! Results as Celery's Redis backend stores them under `celery-task-meta-<id>`.
//!
//! A writer sets the key (with the lifetime `result_expires`, one day by default) and publishes the same bytes on
//! the channel of the same name, both in one transaction; it never replaces a `SUCCESS`.

mod tuple;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use tuple::{GroupRecord, ResultTuple};

use crate::{
    error::{Error, json_fault},
    id::TaskId,
    message::Message,
    python::PyException,
    timestamp,
};

/// How far a task has come, by Celery's names.
///
/// ```
/// use bondhu_tasks::State;
///
/// assert_eq!(State::from("PROGRESS".to_owned()), State::Progress);
/// assert_eq!(State::Progress.name(), "PROGRESS");
/// assert!(State::Failure.is_final() && !State::Retry.is_final());
/// assert!(State::Retry.is_exception() && !State::Progress.is_exception(), "what the result holds");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum State {
    /// Nothing is known: it waits, or it does not exist.
    Pending,
    /// A worker has it.
    Received,
    /// It runs (stored only if `task_track_started` is on).
    Started,
    /// It runs and tells how far it is; Celery's documents use this name for such a state.
    Progress,
    /// It failed and will run again.
    Retry,
    /// It ended well.
    Success,
    /// It ended badly.
    Failure,
    /// It will not run: revoked, expired or terminated.
    Revoked,
    /// The worker refused it.
    Rejected,
    /// It ended without a result.
    Ignored,
    /// A state that the task made up.
    Custom(String),
}

impl State {
    const NAMED: [(&'static str, Self); 10] = [
        ("PENDING", Self::Pending),
        ("RECEIVED", Self::Received),
        ("STARTED", Self::Started),
        ("PROGRESS", Self::Progress),
        ("RETRY", Self::Retry),
        ("SUCCESS", Self::Success),
        ("FAILURE", Self::Failure),
        ("REVOKED", Self::Revoked),
        ("REJECTED", Self::Rejected),
        ("IGNORED", Self::Ignored),
    ];

    /// The name on the wire.
    pub fn name(&self) -> &str {
        match self {
            Self::Custom(name) => name,
            known => Self::NAMED.iter().find(|(_, state)| state == known).map_or("", |(name, _)| name),
        }
    }

    /// True once it cannot change any more: only then is `date_done` set (Celery's `READY_STATES`).
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Success | Self::Failure | Self::Revoked)
    }

    /// True if `result` holds an exception.
    pub const fn is_exception(&self) -> bool {
        matches!(self, Self::Retry | Self::Failure | Self::Revoked)
    }
}

impl From<String> for State {
    fn from(name: String) -> Self {
        let known = Self::NAMED.into_iter().find(|(known, _)| *known == name);
        known.map_or(Self::Custom(name), |(_, state)| state)
    }
}

impl From<State> for String {
    fn from(state: State) -> Self {
        state.name().to_owned()
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The stored state of one task. Field names are those on the wire.
///
/// ```
/// use bondhu_tasks::{State, StoredResult, python::PyException};
/// use serde_json::json;
///
/// let error = json!(PyException::builtin("ValueError", "bad"));
/// let stored = StoredResult::new("1".into(), State::Failure, error);
/// let read = StoredResult::decode(&stored.encode()?)?;
/// assert_eq!(read.exception().unwrap().exc_type, "ValueError");
/// # Ok::<(), bondhu_tasks::Error>(())
/// ```
///
/// What a worker stores of a task, from its start to one of its ends:
///
/// ```
/// # use bondhu_tasks::{Call, Fresh, ResultTuple, Sender, State, StoredResult, python::PyException};
/// # use serde_json::json;
/// # let now = "2026-11-22T20:00:00Z".parse()?;
/// # let fresh = Fresh { now, id: "call-1".into(), delivery_tag: "tag-1".into() };
/// let message = Call::named("tidy").arg("kitchen").seal(&Sender::default(), fresh)?.message;
/// let error = PyException::builtin("OSError", "the door is locked");
///
/// assert_eq!(StoredResult::started(&message, 4711, "me@here").result["pid"], 4711);
/// assert_eq!(StoredResult::progress(&message, json!("half")).status, State::Progress);
/// assert_eq!(StoredResult::retry(&message, &error).date_done, None, "it goes on");
///
/// let done = StoredResult::success(&message, json!("tidy"), now)
///     .children(vec![ResultTuple::task("call-2".into())])
///     .extended(&message, "me@here");
/// assert_eq!((done.date_done, &done.other["args"]), (Some(now), &json!(["kitchen"])));
/// let failed = StoredResult::failure(&message, &error, now).traceback("in the kitchen");
/// assert_eq!((failed.exception(), failed.traceback.as_deref()), (Some(error), Some("in the kitchen")));
/// assert_eq!(StoredResult::revoked(&message, "expired", now).status, State::Revoked);
///
/// // One that a task made up.
/// let own = StoredResult::new("call-1".into(), State::Custom("SWEPT".to_owned()), json!(null)).done_at(now);
/// assert_eq!(own.date_done, Some(now));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[must_use]
pub struct StoredResult {
    /// How far it has come.
    pub status: State,
    /// What it returned, the exception, or what it said about its progress.
    #[serde(default)]
    pub result: Value,
    /// The Python traceback, or what stands in its place.
    #[serde(default)]
    pub traceback: Option<String>,
    /// The tasks that it sent.
    #[serde(default)]
    pub children: Option<Vec<ResultTuple>>,
    /// When it came to its final state.
    #[serde(default, with = "timestamp::optional")]
    pub date_done: Option<Timestamp>,
    /// The task.
    pub task_id: TaskId,
    /// The group that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// The task that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<TaskId>,
    /// Everything else: with `result_extended` name, args, kwargs, worker, retries, queue and the stamps.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl StoredResult {
    /// Any state of a task; [`StoredResult::success`] and the others below say it shorter.
    pub fn new(task_id: TaskId, status: State, result: Value) -> Self {
        Self {
            status,
            result,
            traceback: None,
            children: Some(Vec::new()),
            date_done: None,
            task_id,
            group_id: None,
            parent_id: None,
            other: Map::new(),
        }
    }

    /// The task returned `result`.
    pub fn success(message: &Message, result: Value, now: Timestamp) -> Self {
        Self::of(message, State::Success, result).done(now)
    }

    /// The task ended with `exception`.
    pub fn failure(message: &Message, exception: &PyException, now: Timestamp) -> Self {
        Self::of(message, State::Failure, exception_value(exception)).done(now)
    }

    /// The task ended with `exception` and will run again. As in Celery, it is then a child of its own.
    pub fn retry(message: &Message, exception: &PyException) -> Self {
        let own = ResultTuple::task(message.headers.id.clone());
        Self { children: Some(vec![own]), ..Self::of(message, State::Retry, exception_value(exception)) }
    }

    /// The task will not run; the reason is `revoked`, `expired` or `terminated`.
    pub fn revoked(message: &Message, reason: &str, now: Timestamp) -> Self {
        Self::of(message, State::Revoked, exception_value(&PyException::revoked(reason))).done(now)
    }

    /// The task runs, in this process of this worker (`name@host`).
    pub fn started(message: &Message, pid: u32, hostname: &str) -> Self {
        Self::of(message, State::Started, serde_json::json!({"pid": pid, "hostname": hostname}))
    }

    /// The task runs and says how far it is, in any form.
    pub fn progress(message: &Message, progress: Value) -> Self {
        Self::of(message, State::Progress, progress)
    }

    /// With the tasks that it sent.
    pub fn children(mut self, children: Vec<ResultTuple>) -> Self {
        self.children = Some(children);
        self
    }

    /// With the text that Python shows as the traceback.
    pub fn traceback(mut self, text: impl Into<String>) -> Self {
        self.traceback = Some(text.into());
        self
    }

    /// With what `result_extended` adds: the call and who ran it. Arguments are stored in the open.
    pub fn extended(mut self, message: &Message, worker: &str) -> Self {
        let headers = &message.headers;
        let mut add = |name: &str, value: Value| self.other.insert(name.to_owned(), value);
        add("name", headers.task.clone().into());
        add("args", message.args.clone().into());
        add("kwargs", message.kwargs.clone().into());
        add("worker", worker.into());
        add("retries", headers.retries.into());
        add("queue", message.properties.delivery_info.routing_key.clone().into());
        if let Some(names) = headers.stamped_headers.as_ref().filter(|_| !headers.stamps.is_empty()) {
            add("stamped_headers", names.clone().into());
            for (name, stamp) in headers.stamps.iter().filter(|(name, _)| names.contains(name)) {
                add(name, stamp.clone());
            }
        }
        self
    }

    /// The exception, if the state has one.
    pub fn exception(&self) -> Option<PyException> {
        self.status.is_exception().then(|| serde_json::from_value(self.result.clone()).ok()).flatten()
    }

    /// Reads what a backend holds.
    pub fn decode(raw: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(raw)
            .map_err(|error| Error::Malformed { what: "result", reason: format!("it {}", json_fault(&error)) })
    }

    /// Writes what a backend holds and publishes.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(self).map_err(|source| Error::Encode { what: "result".to_owned(), source })
    }

    fn of(message: &Message, status: State, result: Value) -> Self {
        let headers = &message.headers;
        Self {
            group_id: headers.group.clone(),
            parent_id: headers.parent_id.clone(),
            ..Self::new(headers.id.clone(), status, result)
        }
    }

    /// With the time of its end.
    pub fn done_at(self, now: Timestamp) -> Self {
        self.done(now)
    }

    fn done(mut self, now: Timestamp) -> Self {
        self.date_done = Some(now);
        self
    }
}

/// Leaves the result itself out: it may be private.
impl fmt::Debug for StoredResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredResult")
            .field("task_id", &self.task_id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

fn exception_value(exception: &PyException) -> Value {
    serde_json::to_value(exception).expect("an exception consists of JSON values")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_have_celerys_names() {
        for (name, state) in State::NAMED {
            assert_eq!((State::from(name.to_owned()), state.name()), (state.clone(), name));
        }
        assert_eq!(State::from("HALF".to_owned()).name(), "HALF");
    }

    #[test]
    fn what_is_no_result_is_refused_without_being_repeated() {
        let error = StoredResult::decode(br#"{"status": 5, "secret": 1}"#).unwrap_err().to_string();
        assert!(error.starts_with("not a Celery result: it has another shape") && !error.contains("secret"), "{error}");
    }
}
