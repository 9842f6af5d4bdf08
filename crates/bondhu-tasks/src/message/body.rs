//! The body of a message: `[args, kwargs, embed]`, base64, perhaps compressed.

use std::io::Read;

use base64::{Engine, prelude::BASE64_STANDARD};
use flate2::read::{GzDecoder, ZlibDecoder};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::poison::Fault;
use crate::{canvas::Signature, error::json_fault};

/// Largest body that is unpacked, in bytes; a small compressed body can otherwise fill the memory.
///
/// ```
/// assert_eq!(bondhu_tasks::message::MAX_BODY_BYTES, 67_108_864);
/// ```
pub const MAX_BODY_BYTES: usize = 64 << 20;

/// What happens after the task, the third part of the body.
///
/// ```
/// use bondhu_tasks::{Signature, message::Embed};
///
/// let embed = Embed { callbacks: Some(vec![Signature::named("notify")]), ..Embed::default() };
/// assert!(embed.chain.is_none());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Embed {
    /// Sent with the result when the task succeeds (`link`).
    #[serde(default)]
    pub callbacks: Option<Vec<Signature>>,
    /// Sent when the task fails (`link_error`).
    #[serde(default)]
    pub errbacks: Option<Vec<Signature>>,
    /// The rest of the chain **in reverse**: the next task is the last element.
    #[serde(default)]
    pub chain: Option<Vec<Signature>>,
    /// The body of the chord whose header this task belongs to.
    #[serde(default)]
    pub chord: Option<Signature>,
    /// Parts that this library does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

type Parts = (Vec<Value>, Map<String, Value>, Embed);

/// Undoes the transport's encoding and then the compression.
pub(super) fn unpacked(body: &str, encoding: Option<&str>, compression: Option<&str>) -> Result<Vec<u8>, Fault> {
    let bytes = match encoding {
        None => body.as_bytes().to_vec(),
        Some("base64") => BASE64_STANDARD.decode(body).map_err(|_| Fault::BodyEncoding("base64".to_owned()))?,
        Some(other) => return Err(Fault::BodyEncoding(other.to_owned())),
    };
    Ok(match compression {
        None => bytes,
        // Kombu gives a zlib stream this name; other clients may send what the name says.
        Some("application/x-gzip") if bytes.starts_with(&[0x1f, 0x8b]) => unpack(GzDecoder::new(bytes.as_slice()))?,
        Some("application/x-gzip") => unpack(ZlibDecoder::new(bytes.as_slice()))?,
        Some(other) => return Err(Fault::Compression(other.to_owned())),
    })
}

fn unpack(reader: impl Read) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BODY_BYTES).expect("the limit fits") + 1;
    reader
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|_| Fault::Body("is damaged: it cannot be decompressed".to_owned()))?;
    if bytes.len() > MAX_BODY_BYTES {
        return Err(Fault::Body(format!("is larger than {MAX_BODY_BYTES} bytes")));
    }
    Ok(bytes)
}

/// Reads `[args, kwargs, embed]`.
pub(super) fn parts(json: &[u8]) -> Result<Parts, Fault> {
    let wrong = |reason: &str| Fault::Body(reason.to_owned());
    let value: Value = serde_json::from_slice(json).map_err(|error| Fault::Body(json_fault(&error)))?;
    let Value::Array(parts) = value else {
        return Err(wrong("is not a list of arguments, keyword arguments and options"));
    };
    let mut parts = parts.into_iter();
    let (Some(Value::Array(args)), Some(Value::Object(kwargs))) = (parts.next(), parts.next()) else {
        return Err(wrong("does not begin with a list and an object"));
    };
    let embed = match parts.next() {
        None | Some(Value::Null) => Embed::default(),
        Some(embed) => serde_json::from_value(embed).map_err(|_| wrong("holds options that are not Celery's"))?,
    };
    Ok((args, kwargs, embed))
}

/// Reads a body of protocol 1 (`task_protocol = 1`): an object with everything, whose headers join `headers` under
/// their names in protocol 2. It has no place for a chain.
pub(super) fn protocol_one(json: &[u8], headers: &mut Map<String, Value>) -> Result<Parts, Fault> {
    let body: Value = serde_json::from_slice(json).map_err(|error| Fault::Body(json_fault(&error)))?;
    let Value::Object(mut body) = body else { return Err(Fault::Headers("do not name a task".to_owned())) };
    if !body.contains_key("task") {
        return Err(Fault::Headers("do not name a task".to_owned()));
    }
    let group = body.remove("taskset");
    if let Some(group) = group.filter(|group| !group.is_null()) {
        body.insert("group".to_owned(), group);
    }
    for name in ["task", "id", "eta", "expires", "group", "group_index", "retries", "timelimit"] {
        headers.extend(body.remove(name).map(|value| (name.to_owned(), value)));
    }
    let parts = ["args", "kwargs"].map(|name| body.remove(name));
    let embed = ["callbacks", "errbacks", "chord"].map(|name| (name.to_owned(), body.remove(name).unwrap_or_default()));
    let [Some(Value::Array(args)), Some(Value::Object(kwargs))] = parts else {
        return Err(Fault::Body("does not hold a list of arguments and an object of keyword arguments".to_owned()));
    };
    let embed = serde_json::from_value(Value::Object(embed.into_iter().collect()))
        .map_err(|_| Fault::Body("holds options that are not Celery's".to_owned()))?;
    Ok((args, kwargs, embed))
}
