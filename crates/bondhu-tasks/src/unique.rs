//! At most one waiting or running task of a kind.

use std::{fmt::Write, time::Duration};

use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// Which calls of a task count as the same.
///
/// ```
/// use bondhu_tasks::{TaskOptions, Unique};
/// use std::time::Duration;
///
/// // One of them for each set of arguments; the key is free again when the task ends, at the latest after ten minutes.
/// const OPTIONS: TaskOptions = TaskOptions::new().unique(Unique::ByArguments(Duration::from_secs(600)));
/// assert_eq!(OPTIONS.unique, Unique::ByArguments(Duration::from_secs(600)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unique {
    /// Each call is its own.
    #[default]
    No,
    /// Calls with equal arguments are the same until the task has ended, at most for this long.
    ByArguments(Duration),
    /// All calls of the task are the same until it has ended, at most for this long.
    ByTask(Duration),
}

/// A lock that at most one task holds, across all workers. It travels in the header [`UniqueKey::HEADER`], so that
/// whichever worker ends the task can let it go.
///
/// ```
/// use bondhu_tasks::{Unique, UniqueKey};
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender};
/// use std::time::Duration;
///
/// let hold = Unique::ByTask(Duration::from_secs(60));
/// let one = UniqueKey::of(hold, "tidy", &[], &Default::default()).unwrap();
/// let other = UniqueKey::of(hold, "tidy", &[serde_json::json!(1)], &Default::default()).unwrap();
/// assert_eq!(one.key, other.key, "whatever the arguments");
///
/// let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// let message = queue.seal(Call::named("tidy").unique(one.key, one.hold))?.message;
/// assert_eq!(message.headers.other[UniqueKey::HEADER], "tidy");
/// # Ok::<(), bondhu_tasks::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UniqueKey {
    /// Name of the lock.
    pub key: String,
    /// How long it is held at most, should every worker die.
    pub hold: Duration,
}

impl UniqueKey {
    /// The message header that holds the name of the lock.
    pub const HEADER: &str = "unique_key";

    /// The lock for a call of `task`, if `unique` asks for one. Arguments enter it as a hash: they may be private.
    pub fn of(unique: Unique, task: &str, args: &[Value], kwargs: &Map<String, Value>) -> Option<Self> {
        match unique {
            Unique::No => None,
            Unique::ByTask(hold) => Some(Self { key: task.to_owned(), hold }),
            Unique::ByArguments(hold) => Some(Self { key: format!("{task}:{}", fingerprint(args, kwargs)), hold }),
        }
    }
}

/// 128 bits of a hash over the arguments, whatever the order of the names.
fn fingerprint(args: &[Value], kwargs: &Map<String, Value>) -> String {
    let mut value = json!([args, kwargs]);
    value.sort_all_objects();
    let hash = Sha256::digest(value.to_string());
    hash.iter().take(16).fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string cannot fail");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_arguments_share_a_key_and_others_do_not() {
        let key = |json: &str| {
            let kwargs: Map<String, Value> = serde_json::from_str(json).unwrap();
            UniqueKey::of(Unique::ByArguments(Duration::from_secs(1)), "t", &[], &kwargs).unwrap().key
        };
        assert_eq!(key(r#"{"a": 1, "b": {"c": 1, "d": 2}}"#), key(r#"{"b": {"d": 2, "c": 1}, "a": 1}"#));
        assert_ne!(key(r#"{"a": 1}"#), key(r#"{"a": "1"}"#));
        assert_eq!(key(r#"{"a": 1}"#).len(), "t:".len() + 32);
        assert_eq!(UniqueKey::of(Unique::No, "t", &[], &Map::new()), None);
    }
}
