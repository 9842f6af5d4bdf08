//! References to results of other tasks: Celery's `as_tuple()`.

use serde::{Deserialize, Serialize};

use crate::{
    error::{Error, json_fault},
    id::TaskId,
};

/// `[[id, parent], children]`: a task (no children) or a group (its members) and the result it came after.
///
/// ```
/// use bondhu_tasks::ResultTuple;
/// use serde_json::json;
///
/// let group = ResultTuple::group("g".into(), vec![ResultTuple::task("a".into())]);
/// assert_eq!(json!(group), json!([["g", null], [[["a", null], null]]]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Wire", into = "Wire")]
pub struct ResultTuple {
    /// Of the task or the group.
    pub id: TaskId,
    /// The result before it in a chain.
    pub parent: Option<Box<ResultTuple>>,
    /// The members of a group; none for a task.
    pub members: Option<Vec<ResultTuple>>,
}

type Wire = ((TaskId, Option<Box<ResultTuple>>), Option<Vec<ResultTuple>>);

impl ResultTuple {
    /// One task.
    pub const fn task(id: TaskId) -> Self {
        Self { id, parent: None, members: None }
    }

    /// A group.
    pub const fn group(id: TaskId, members: Vec<Self>) -> Self {
        Self { id, parent: None, members: Some(members) }
    }
}

impl From<Wire> for ResultTuple {
    fn from(((id, parent), members): Wire) -> Self {
        Self { id, parent, members }
    }
}

impl From<ResultTuple> for Wire {
    fn from(tuple: ResultTuple) -> Self {
        ((tuple.id, tuple.parent), tuple.members)
    }
}

/// A saved group, stored under `celery-taskset-meta-<group id>`.
///
/// ```
/// use bondhu_tasks::GroupRecord;
///
/// let saved = br#"{"result": [["g", null], [[["a", null], null]]]}"#;
/// assert_eq!(GroupRecord::decode(saved)?.result.members.unwrap()[0].id.as_str(), "a");
/// # Ok::<(), bondhu_tasks::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// The group and its members.
    pub result: ResultTuple,
}

impl GroupRecord {
    /// Reads what a backend holds.
    pub fn decode(raw: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(raw)
            .map_err(|error| Error::Malformed { what: "saved group", reason: format!("it {}", json_fault(&error)) })
    }
}
