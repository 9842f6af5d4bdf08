//! Tasks that shall not run, remembered as long as Celery's workers remember them.

use std::{collections::HashMap, hash::Hash};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::id::TaskId;

/// Celery's `REVOKES_MAX` and `REVOKE_EXPIRES`.
const MOST: usize = 50_000;
const KEEP: SignedDuration = SignedDuration::from_secs(10_800);

/// Ids and stamps by the time at which they were revoked.
#[derive(Debug, Default)]
pub(super) struct Revoked {
    ids: HashMap<TaskId, Timestamp>,
    /// By name and value of a stamp. The value as JSON text, by which it can be found.
    stamps: HashMap<(String, String), Timestamp>,
}

impl Revoked {
    pub(super) fn add(&mut self, id: TaskId, now: Timestamp) {
        insert(&mut self.ids, id, now);
    }

    pub(super) fn add_stamp(&mut self, name: &str, value: &Value, now: Timestamp) {
        insert(&mut self.stamps, (name.to_owned(), value.to_string()), now);
    }

    /// True if one of these stamps is revoked. A stamp that was given more than once is a list of values.
    pub(super) fn contains_stamp(&self, stamps: &Map<String, Value>, now: Timestamp) -> bool {
        !self.stamps.is_empty()
            && stamps.iter().any(|(name, value)| {
                let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                values.iter().any(|value| {
                    let at = self.stamps.get(&(name.clone(), value.to_string()));
                    at.is_some_and(|at| now.duration_since(*at) < KEEP)
                })
            })
    }

    pub(super) fn contains(&self, id: &TaskId, now: Timestamp) -> bool {
        self.ids.get(id).is_some_and(|at| now.duration_since(*at) < KEEP)
    }

    pub(super) fn list(&self, now: Timestamp) -> Vec<TaskId> {
        self.ids.iter().filter(|(_, at)| now.duration_since(**at) < KEEP).map(|(id, _)| id.clone()).collect()
    }
}

fn insert<K: Clone + Eq + Hash>(revoked: &mut HashMap<K, Timestamp>, key: K, now: Timestamp) {
    if revoked.len() >= MOST {
        revoked.retain(|_, at| now.duration_since(*at) < KEEP);
    }
    if revoked.len() >= MOST
        && let Some(oldest) = revoked.iter().min_by_key(|(_, at)| **at).map(|(key, _)| key.clone())
    {
        revoked.remove(&oldest);
    }
    revoked.insert(key, now);
}
