//! Task messages: Celery's protocol 2 inside kombu's envelope for Redis.
//!
//! A list element on Redis is JSON: `body` (base64 of `[args, kwargs, embed]`), `content-type`, `content-encoding`,
//! `headers` (who, when, how often) and `properties` (where to). [`Message::decode`] reads what Celery 5.3 to 5.7
//! send, [`Message::encode`] writes what they accept.
//!
//! What is written again after being read means the same to Celery but need not be the same bytes: times are written
//! with `+00:00`, a missing or null `retries`, `ignore_result`, `stamps` or `replaced_task_nesting` as its default, a
//! compressed body uncompressed, and a priority within 0 to 9. Unknown headers, properties and parts of the body stay.
//!
//! Two limits come from JSON in Rust: integers beyond 64 bits become floats, and `NaN` and `Infinity` (which Python
//! writes although JSON has no such words) make a message [`Poison`].

mod body;
mod headers;
mod poison;
mod properties;

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

pub use body::{Embed, MAX_BODY_BYTES};
pub use headers::{Headers, TimeLimits};
pub use poison::{Fault, Poison};
pub use properties::{DeliveryInfo, Properties};

use crate::error::Error;

/// One call of a task, as it waits in a queue.
///
/// ```
/// use bondhu_tasks::Message;
///
/// let raw = br#"{"body": "W1syLCAzXSwge30sIHt9XQ==", "headers": {"task": "add", "id": "1"},
///     "properties": {"delivery_tag": "t", "delivery_info": {"exchange": "", "routing_key": "celery"},
///     "body_encoding": "base64"}}"#;
/// let message = Message::decode(raw).unwrap();
/// assert_eq!((message.headers.task.as_str(), message.args.len()), ("add", 2));
/// let poison = Message::decode(b"not json").unwrap_err();
/// assert_eq!(poison.raw, b"not json");
/// ```
///
/// A worker that stops gives its message back; one whose task failed sends it again:
///
/// ```
/// # use bondhu_tasks::{Call, Fresh, Sender};
/// # use jiff::{SignedDuration, Timestamp};
/// # use std::time::Duration;
/// # let now: Timestamp = "2026-11-22T20:00:00Z".parse()?;
/// # let fresh = Fresh { now, id: "call-1".into(), delivery_tag: "tag-1".into() };
/// let call = Call::named("add").arg(2).expires_after(Duration::from_secs(60));
/// # let mut message = call.seal(&Sender::default(), fresh)?.message;
/// message.mark_redelivered();
/// assert!(message.is_redelivered());
///
/// let again = message.retried(now + SignedDuration::from_secs(10), "tag-2".to_owned());
/// assert_eq!((message.attempt(), again.attempt(), again.is_redelivered()), (1, 2, false));
/// let later = again.snoozed(now + SignedDuration::from_secs(70), "tag-3".to_owned());
/// assert_eq!(later.attempt(), 2, "a snooze is no retry");
/// assert!(!later.is_expired(now) && later.is_expired(now + SignedDuration::from_secs(60)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Message {
    /// Which task, when, as part of what.
    pub headers: Headers,
    /// How it travels.
    pub properties: Properties,
    /// Positional arguments, with kombu's extras as they came.
    pub args: Vec<Value>,
    /// Keyword arguments, with kombu's extras as they came.
    pub kwargs: Map<String, Value>,
    /// What happens afterwards.
    pub embed: Embed,
}

impl Message {
    /// Reads a list element (or the message inside an `unacked` entry). What cannot be read comes back whole inside
    /// [`Poison`], for a dead-letter list.
    pub fn decode(raw: &[u8]) -> Result<Self, Box<Poison>> {
        poison::read(raw)
    }

    /// Writes the envelope that goes onto the queue.
    pub fn encode(&self) -> Result<Vec<u8>, Error> {
        let failed = |source| Error::Encode { what: self.headers.task.clone(), source };
        let body = serde_json::to_vec(&(&self.args, &self.kwargs, &self.embed)).map_err(failed)?;
        let envelope = json!({
            "body": BASE64_STANDARD.encode(body),
            "content-type": "application/json",
            "content-encoding": "utf-8",
            "headers": serde_json::to_value(&self.headers).map_err(failed)?,
            "properties": serde_json::to_value(&self.properties).map_err(failed)?,
        });
        serde_json::to_vec(&envelope).map_err(failed)
    }

    /// How often the task has been started, this run included.
    pub fn attempt(&self) -> u32 {
        self.headers.retries.saturating_add(1)
    }

    /// True once the task may no longer run.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.headers.expires.is_some_and(|expires| expires <= now)
    }

    /// The message that Celery sends for a retry: same id, root, queue, priority and continuation; one more retry;
    /// the task itself as parent. `delivery_tag` is a fresh UUID.
    #[must_use]
    pub fn retried(&self, due: Timestamp, delivery_tag: String) -> Self {
        let mut next = self.snoozed(due, delivery_tag);
        next.headers.retries = next.headers.retries.saturating_add(1);
        next.headers.parent_id = Some(self.headers.id.clone());
        next
    }

    /// The same call at a later time, without counting as a retry.
    #[must_use]
    pub fn snoozed(&self, due: Timestamp, delivery_tag: String) -> Self {
        let mut next = self.clone();
        next.headers.eta = Some(due);
        next.headers.other.remove("redelivered");
        next.properties.delivery_tag = delivery_tag;
        next.properties.delivery_info.other.remove("redelivered");
        next
    }

    /// Marks it as kombu marks a message that was given back.
    pub fn mark_redelivered(&mut self) {
        self.headers.other.insert("redelivered".to_owned(), true.into());
        self.properties.delivery_info.other.insert("redelivered".to_owned(), true.into());
    }

    /// True if a worker took this message before and gave it back (kombu marks it so on redelivery).
    pub fn is_redelivered(&self) -> bool {
        let flag = |map: &Map<String, Value>| map.get("redelivered").and_then(Value::as_bool) == Some(true);
        flag(&self.headers.other) || flag(&self.properties.delivery_info.other)
    }
}

/// Names the call and leaves its arguments out: they may be private.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("task", &self.headers.task)
            .field("id", &self.headers.id)
            .field("retries", &self.headers.retries)
            .field("queue", &self.properties.delivery_info.routing_key)
            .finish_non_exhaustive()
    }
}

/// Reads null like a missing field: several clients send null for a default.
pub(crate) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}
