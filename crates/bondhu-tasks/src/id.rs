//! The id of a task.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Names one task on the wire and in the result store.
///
/// Celery's own ids are UUIDs, but a caller may choose any text (`apply_async(task_id="my-own-id")`).
///
/// ```
/// use bondhu_tasks::TaskId;
///
/// assert_eq!(TaskId::from("my-own-id").as_str(), "my-own-id");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TaskId(String);

impl TaskId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Uuid> for TaskId {
    fn from(id: Uuid) -> Self {
        Self(id.to_string())
    }
}

impl From<String> for TaskId {
    fn from(id: String) -> Self {
        Self(id)
    }
}

impl From<&str> for TaskId {
    fn from(id: &str) -> Self {
        Self(id.to_owned())
    }
}
