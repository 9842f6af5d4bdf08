//! Messages that cannot be read, and how one is read.

use std::fmt;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Message, body};
use crate::{error::json_fault, id::TaskId};

/// Bytes from a queue that are no task message. They belong on a dead-letter list, never back on the queue.
///
/// ```
/// use bondhu_tasks::Message;
///
/// let poison = Message::decode(b"not json").unwrap_err();
/// assert_eq!(poison.raw, b"not json");
/// println!("{}", poison.fault); // says what is wrong, not what it says
/// ```
pub struct Poison {
    /// Why they cannot be read.
    pub fault: Fault,
    /// The bytes as they came.
    pub raw: Vec<u8>,
    /// Name of the task, if that much could be read.
    pub task: Option<String>,
    /// Id of the task, if that much could be read; its failure can then be stored.
    pub id: Option<TaskId>,
    /// Name of the delivery, if that much could be read.
    pub delivery_tag: Option<String>,
}

/// Why a message cannot be read. The text never repeats its content.
///
/// ```
/// use bondhu_tasks::{Message, message::Fault};
///
/// let poison = Message::decode(b"[]").unwrap_err();
/// assert!(matches!(poison.fault, Fault::Envelope(_)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The list element is not a JSON object with the parts of an envelope.
    #[error("the envelope {0}")]
    Envelope(String),
    /// A header has a wrong form or is missing.
    #[error("the headers {0}")]
    Headers(String),
    /// Only JSON is read.
    #[error("its content type is `{0}`; set `task_serializer = 'json'` in the sender")]
    ContentType(String),
    /// A text encoding other than UTF-8.
    #[error("its content encoding is `{0}`, not utf-8")]
    ContentEncoding(String),
    /// The transport encoded the body in a way that is not known, or wrongly.
    #[error("its body is not readable as `{0}`")]
    BodyEncoding(String),
    /// Only zlib and gzip are read.
    #[error("its compression is `{0}`; set `task_compression = 'gzip'` or none in the sender")]
    Compression(String),
    /// The body is not `[args, kwargs, embed]`.
    #[error("the body {0}")]
    Body(String),
}

impl fmt::Display for Poison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.task {
            Some(task) => write!(f, "a message for `{task}` cannot be read: {}", self.fault),
            None => write!(f, "a message cannot be read: {}", self.fault),
        }
    }
}

/// Shows the size of the bytes, not the bytes: they may hold something private.
impl fmt::Debug for Poison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poison")
            .field("fault", &self.fault)
            .field("task", &self.task)
            .field("id", &self.id)
            .field("raw_bytes", &self.raw.len())
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Poison {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.fault)
    }
}

/// Headers and properties stay JSON here, so that a fault in one part leaves the other readable.
#[derive(Deserialize)]
struct Envelope {
    body: Value,
    #[serde(default, rename = "content-type")]
    content_type: Option<String>,
    #[serde(default, rename = "content-encoding")]
    content_encoding: Option<String>,
    #[serde(default, deserialize_with = "super::null_is_default")]
    headers: Map<String, Value>,
    #[serde(default, deserialize_with = "super::null_is_default")]
    properties: Map<String, Value>,
}

pub(super) fn read(raw: &[u8]) -> Result<Message, Box<Poison>> {
    let poison = |fault| Box::new(Poison { fault, raw: raw.to_vec(), task: None, id: None, delivery_tag: None });
    let envelope: Envelope =
        serde_json::from_slice(raw).map_err(|error| poison(Fault::Envelope(json_fault(&error))))?;
    let text = |map: &Map<String, Value>, key| map.get(key).and_then(Value::as_str).map(ToOwned::to_owned);
    let task = text(&envelope.headers, "task");
    let id = text(&envelope.headers, "id").map(TaskId::from);
    let delivery_tag = text(&envelope.properties, "delivery_tag");
    message(envelope).map_err(|fault| Box::new(Poison { task, id, delivery_tag, ..*poison(fault) }))
}

fn message(mut envelope: Envelope) -> Result<Message, Fault> {
    let encoding = envelope.properties.get("body_encoding").and_then(Value::as_str);
    let compression = envelope.headers.remove("compression");
    match envelope.content_type.as_deref() {
        None | Some("application/json") => {}
        Some(other) => return Err(Fault::ContentType(other.to_owned())),
    }
    match envelope.content_encoding.as_deref() {
        None => {}
        Some(name) if ["utf-8", "utf8"].contains(&name.to_ascii_lowercase().as_str()) => {}
        Some(other) => return Err(Fault::ContentEncoding(other.to_owned())),
    }
    let Value::String(body) = &envelope.body else {
        return Err(Fault::Body("is not text".to_owned()));
    };
    let json = body::unpacked(body, encoding, compression.as_ref().and_then(Value::as_str))?;
    let (args, kwargs, embed) = if envelope.headers.contains_key("task") {
        body::parts(&json)?
    } else {
        body::protocol_one(&json, &mut envelope.headers)?
    };
    let headers = serde_json::from_value(Value::Object(envelope.headers))
        .map_err(|error| Fault::Headers(header_fault(&error)))?;
    let properties = serde_json::from_value(Value::Object(envelope.properties))
        .map_err(|_| Fault::Envelope("has properties of another form than kombu's".to_owned()))?;
    Ok(Message { headers, properties, args, kwargs, embed })
}

/// A missing header by its name; anything else without the value that was found.
fn header_fault(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if let Some(name) = text.strip_prefix("missing field ") {
        return format!("lack {name}");
    }
    if text.starts_with("not a Celery time") {
        return "hold a time that is not an ISO 8601 date and time".to_owned();
    }
    "have another form than those of protocol 2".to_owned()
}
