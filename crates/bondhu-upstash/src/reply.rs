//! Replies: what the server said, as the JSON that clients read.

use std::fmt::Write as _;

use base64::{Engine, prelude::BASE64_STANDARD};

/// A reply of the server, in the forms of protocol 2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A word such as `OK`.
    Status(String),
    /// A fault, without the dash.
    Error(String),
    /// A number.
    Int(i64),
    /// Bytes.
    Bulk(Vec<u8>),
    /// Nothing.
    Nil,
    /// Several.
    Array(Vec<Reply>),
}

/// How text goes into JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// As text; what is no UTF-8 becomes the replacement character.
    #[default]
    Plain,
    /// As base64, which loses nothing (`Upstash-Encoding: base64`).
    Base64,
}

impl Reply {
    /// `{"result": ...}`, or `{"error": ...}` for a fault.
    pub fn to_json(&self, encoding: Encoding) -> String {
        let mut json = String::with_capacity(32);
        self.write_json(encoding, &mut json);
        json
    }

    /// As [`Reply::to_json`], behind what is there already.
    pub fn write_json(&self, encoding: Encoding, json: &mut String) {
        match self {
            Self::Error(text) => {
                json.push_str("{\"error\":");
                string(text, json);
            }
            // Clients leave this one word undecoded, and only where it is the whole result.
            Self::Status(text) if text == "OK" => json.push_str("{\"result\":\"OK\""),
            result => {
                json.push_str("{\"result\":");
                result.write_value(encoding, json);
            }
        }
        json.push('}');
    }

    fn write_value(&self, encoding: Encoding, json: &mut String) {
        match self {
            Self::Nil => json.push_str("null"),
            Self::Int(number) => {
                let _ = write!(json, "{number}");
            }
            Self::Array(items) => {
                json.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        json.push(',');
                    }
                    item.write_value(encoding, json);
                }
                json.push(']');
            }
            Self::Bulk(bytes) => text(bytes, encoding, json),
            // A fault inside a list, which a script can return, has no place of its own in JSON.
            Self::Status(word) | Self::Error(word) => text(word.as_bytes(), encoding, json),
        }
    }

    /// The bytes of protocol 2 (`Upstash-Response-Format: resp2`).
    pub fn to_resp2(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write_resp2(&mut bytes);
        bytes
    }

    fn write_resp2(&self, bytes: &mut Vec<u8>) {
        let mut line = |mark: char, text: &str| bytes.extend_from_slice(format!("{mark}{text}\r\n").as_bytes());
        match self {
            Self::Status(text) => line('+', text),
            Self::Error(text) => line('-', text),
            Self::Int(number) => line(':', &number.to_string()),
            Self::Nil => line('$', "-1"),
            Self::Bulk(content) => {
                line('$', &content.len().to_string());
                bytes.extend_from_slice(content);
                bytes.extend_from_slice(b"\r\n");
            }
            Self::Array(items) => {
                line('*', &items.len().to_string());
                for item in items {
                    item.write_resp2(bytes);
                }
            }
        }
    }
}

/// The replies of a pipeline or a transaction, in order.
pub fn to_json_list(replies: &[Reply], encoding: Encoding) -> String {
    let mut json = String::with_capacity(32 * replies.len() + 2);
    json.push('[');
    for (index, reply) in replies.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        reply.write_json(encoding, &mut json);
    }
    json.push(']');
    json
}

fn text(bytes: &[u8], encoding: Encoding, json: &mut String) {
    match encoding {
        Encoding::Plain => string(&String::from_utf8_lossy(bytes), json),
        Encoding::Base64 => {
            json.push('"');
            BASE64_STANDARD.encode_string(bytes, json);
            json.push('"');
        }
    }
}

fn string(text: &str, json: &mut String) {
    json.push_str(&serde_json::to_string(text).expect("text is JSON"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bulk(text: &str) -> Reply {
        Reply::Bulk(text.as_bytes().to_vec())
    }

    #[test]
    fn only_the_whole_result_ok_stays_undecoded() {
        let json = |reply: &Reply| reply.to_json(Encoding::Base64);
        assert_eq!(json(&Reply::Status("OK".into())), r#"{"result":"OK"}"#);
        assert_eq!(json(&Reply::Status("PONG".into())), r#"{"result":"UE9ORw=="}"#);
        assert_eq!(json(&bulk("OK")), r#"{"result":"T0s="}"#);
        assert_eq!(json(&Reply::Array(vec![Reply::Status("OK".into()), bulk("OK")])), r#"{"result":["T0s=","T0s="]}"#);
        assert_eq!(json(&bulk("")), r#"{"result":""}"#);
        assert_eq!(json(&Reply::Nil), r#"{"result":null}"#);
        assert_eq!(json(&Reply::Int(-5)), r#"{"result":-5}"#);
        assert_eq!(json(&Reply::Error("ERR no \"x\"".into())), r#"{"error":"ERR no \"x\""}"#);
    }

    #[test]
    fn plain_text_is_text_and_nothing_breaks_it() {
        let json = |reply: &Reply| reply.to_json(Encoding::Plain);
        assert_eq!(json(&bulk("é\n\"")), "{\"result\":\"é\\n\\\"\"}");
        assert_eq!(json(&Reply::Bulk(vec![b'a', 0xff, b'b'])), "{\"result\":\"a\u{fffd}b\"}");
        let nested = Reply::Array(vec![Reply::Array(vec![Reply::Nil]), Reply::Error("ERR inside".into())]);
        assert_eq!(json(&nested), r#"{"result":[[null],"ERR inside"]}"#);
        assert_eq!(
            to_json_list(&[Reply::Int(1), Reply::Error("ERR x".into())], Encoding::Plain),
            r#"[{"result":1},{"error":"ERR x"}]"#
        );
        assert_eq!(to_json_list(&[], Encoding::Plain), "[]");
    }

    #[test]
    fn protocol_2_is_written_byte_for_byte() {
        let reply = Reply::Array(vec![Reply::Status("OK".into()), Reply::Int(1), bulk("a\r\nb"), Reply::Nil]);
        assert_eq!(reply.to_resp2(), b"*4\r\n+OK\r\n:1\r\n$4\r\na\r\nb\r\n$-1\r\n");
        assert_eq!(Reply::Error("ERR x".into()).to_resp2(), b"-ERR x\r\n");
    }
}
