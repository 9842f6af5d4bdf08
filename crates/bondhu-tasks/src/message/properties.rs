//! The properties of a message: what kombu needs to deliver it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::null_is_default;
use crate::{id::TaskId, priority::Priority};

/// How a message travels. Field names are those on the wire.
///
/// A Python consumer fails without `delivery_info` (both parts), `delivery_tag` and `body_encoding`, so these are
/// always written; for reading nothing is required.
///
/// ```
/// use bondhu_tasks::message::Properties;
///
/// let properties = Properties::new("sums", "call-1".into(), "tag-1");
/// assert_eq!((properties.delivery_info.routing_key.as_str(), properties.body_encoding.as_str()), ("sums", "base64"));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Properties {
    /// The id of the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<TaskId>,
    /// Identifies the sending application; empty for none.
    #[serde(default, deserialize_with = "null_is_default")]
    pub reply_to: String,
    /// 2 for persistent, as in AMQP; Redis makes no difference.
    #[serde(default = "persistent")]
    pub delivery_mode: u8,
    /// Where it was sent to.
    #[serde(default, deserialize_with = "null_is_default")]
    pub delivery_info: DeliveryInfo,
    /// How urgent it is; none counts as 0.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// How `body` is written: `base64`.
    #[serde(default = "base64")]
    pub body_encoding: String,
    /// Names this delivery: the key in `unacked`. A fresh UUID for each message.
    #[serde(default, deserialize_with = "null_is_default")]
    pub delivery_tag: String,
    /// Everything else, for instance `expiration` (milliseconds as text; nothing enforces it).
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Where a message was sent to.
///
/// ```
/// use bondhu_tasks::message::Properties;
///
/// let info = Properties::new("sums", "call-1".into(), "tag-1").delivery_info;
/// assert!(info.exchange.is_empty(), "the default exchange");
/// assert_eq!(info.routing_key, "sums");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeliveryInfo {
    /// Empty for the default exchange, whose routing key is the queue's name.
    #[serde(default, deserialize_with = "null_is_default")]
    pub exchange: String,
    /// The queue, or what the exchange makes of it.
    #[serde(default, deserialize_with = "null_is_default")]
    pub routing_key: String,
    /// Everything else, for instance `redelivered`.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

impl Properties {
    /// Properties of a new message for `queue`.
    pub fn new(queue: impl Into<String>, id: TaskId, delivery_tag: impl Into<String>) -> Self {
        Self {
            correlation_id: Some(id),
            reply_to: String::new(),
            delivery_mode: persistent(),
            delivery_info: DeliveryInfo { routing_key: queue.into(), ..DeliveryInfo::default() },
            priority: Some(Priority::default()),
            body_encoding: base64(),
            delivery_tag: delivery_tag.into(),
            other: Map::new(),
        }
    }
}

const fn persistent() -> u8 {
    2
}

fn base64() -> String {
    "base64".to_owned()
}
