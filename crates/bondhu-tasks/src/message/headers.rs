//! The headers of protocol 2.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::null_is_default;
use crate::{id::TaskId, timestamp};

/// Which task to run, when, and as part of what. Field names are those on the wire.
///
/// Only `task` and `id` must be there; older clients leave several others out.
///
/// ```
/// use bondhu_tasks::message::Headers;
///
/// let headers = Headers::new("sums.add", "call-1".into());
/// assert_eq!((headers.retries, headers.root_id), (0, Some("call-1".into())));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Headers {
    /// Language of the sender: `py` or `rust`.
    #[serde(default, deserialize_with = "null_is_default")]
    pub lang: String,
    /// Name of the task.
    pub task: String,
    /// Id of the task; a retry keeps it.
    pub id: TaskId,
    /// Another name to show in monitors.
    #[serde(default)]
    pub shadow: Option<String>,
    /// Not to be started before this time.
    #[serde(default, with = "timestamp::optional")]
    pub eta: Option<Timestamp>,
    /// Not to be started at or after this time.
    #[serde(default, with = "timestamp::optional")]
    pub expires: Option<Timestamp>,
    /// The group it belongs to.
    #[serde(default)]
    pub group: Option<String>,
    /// Its place in the group, from 0; a chord returns its results in this order.
    #[serde(default)]
    pub group_index: Option<u64>,
    /// How often it has been retried.
    #[serde(default, deserialize_with = "null_is_default")]
    pub retries: u32,
    /// Time limits of this call, which replace those of the task.
    #[serde(default, deserialize_with = "null_is_default")]
    pub timelimit: TimeLimits,
    /// The first task of the whole workflow; its own id if it is the first.
    #[serde(default)]
    pub root_id: Option<TaskId>,
    /// The task that sent this one.
    #[serde(default)]
    pub parent_id: Option<TaskId>,
    /// Positional arguments as Python shows them; for monitors only.
    #[serde(default, deserialize_with = "null_is_default")]
    pub argsrepr: String,
    /// Keyword arguments as Python shows them; for monitors only.
    #[serde(default, deserialize_with = "null_is_default")]
    pub kwargsrepr: String,
    /// The sender, for instance `gen4711@host`.
    #[serde(default)]
    pub origin: Option<String>,
    /// The result shall not be stored.
    #[serde(default, deserialize_with = "null_is_default")]
    pub ignore_result: bool,
    /// How often the task has replaced itself by another.
    #[serde(default, deserialize_with = "null_is_default")]
    pub replaced_task_nesting: u32,
    /// Names of the stamps; tasks sent by this one inherit them.
    #[serde(default)]
    pub stamped_headers: Option<Vec<String>>,
    /// The stamps by name.
    #[serde(default, deserialize_with = "null_is_default")]
    pub stamps: Map<String, Value>,
    /// Headers that the caller added, and any this library does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Headers {
    /// The headers of a call that is its own root, with nothing special about it.
    pub fn new(task: impl Into<String>, id: TaskId) -> Self {
        Self {
            lang: "rust".to_owned(),
            task: task.into(),
            root_id: Some(id.clone()),
            id,
            shadow: None,
            eta: None,
            expires: None,
            group: None,
            group_index: None,
            retries: 0,
            timelimit: TimeLimits::default(),
            parent_id: None,
            argsrepr: String::new(),
            kwargsrepr: String::new(),
            origin: None,
            ignore_result: false,
            replaced_task_nesting: 0,
            stamped_headers: None,
            stamps: Map::new(),
            other: Map::new(),
        }
    }
}

/// `[hard, soft]` in seconds: when the task is stopped, and when it is asked to come to an end.
///
/// ```
/// use bondhu_tasks::message::TimeLimits;
///
/// let limits = TimeLimits { hard_secs: Some(10.0), soft_secs: None };
/// assert_eq!(serde_json::to_string(&limits)?, "[10,null]");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TimeLimits {
    /// The task is stopped.
    pub hard_secs: Option<f64>,
    /// The task is told, by `SoftTimeLimitExceeded` in Python and by its cancellation token here.
    pub soft_secs: Option<f64>,
}

impl Serialize for TimeLimits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.hard_secs, self.soft_secs].map(|secs| secs.map(whole_if_possible)).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TimeLimits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let [hard_secs, soft_secs] = Deserialize::deserialize(deserializer)?;
        Ok(Self { hard_secs, soft_secs })
    }
}

/// `10` rather than `10.0`, as callers write it in Python.
#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
pub(crate) fn whole_if_possible(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 { Value::from(number as i64) } else { Value::from(number) }
}
