//! Messages of the bus: JSON in the same envelope as tasks, without the headers of a task.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A message from the bus.
#[derive(Debug, Deserialize)]
pub(crate) struct Envelope {
    body: String,
    /// What the sender says about it.
    #[serde(default)]
    pub(crate) headers: Map<String, Value>,
    #[serde(default)]
    properties: Map<String, Value>,
}

impl Envelope {
    /// Reads a message; none if it is something else.
    pub(crate) fn read(payload: &[u8]) -> Option<Self> {
        serde_json::from_slice(payload).ok()
    }

    /// What it carries.
    pub(crate) fn content(&self) -> Option<Value> {
        let is_base64 = self.properties.get("body_encoding").and_then(Value::as_str) == Some("base64");
        let bytes = if is_base64 { BASE64_STANDARD.decode(&self.body).ok()? } else { self.body.clone().into_bytes() };
        serde_json::from_slice(&bytes).ok()
    }
}

/// Writes a message.
pub(crate) fn write(content: &Value, headers: &Value, exchange: &str, routing_key: &str, tag: Uuid) -> Vec<u8> {
    let envelope = json!({
        "body": BASE64_STANDARD.encode(content.to_string()),
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": headers,
        "properties": {
            "delivery_mode": 1,
            "delivery_info": {"exchange": exchange, "routing_key": routing_key},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": tag,
        },
    });
    envelope.to_string().into_bytes()
}
