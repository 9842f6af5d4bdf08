//! Replies as the JSON that clients read.

use base64_simd::STANDARD;
use bondhu_cache::engine::Reply;

/// How text goes into JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// As text; what is no UTF-8 becomes the replacement character.
    #[default]
    Plain,
    /// As base64, which loses nothing (`Upstash-Encoding: base64`).
    Base64,
}

/// Appends `{"result": ...}`, or `{"error": ...}` for a fault.
pub fn write(reply: &Reply, encoding: Encoding, json: &mut Vec<u8>) {
    match reply {
        Reply::Error(text) => {
            json.extend_from_slice(b"{\"error\":");
            string(text, json);
        }
        // Clients leave this one word undecoded, and only where it is the whole result.
        Reply::Status(text) if text.as_ref() == b"OK" => json.extend_from_slice(b"{\"result\":\"OK\""),
        result => {
            json.extend_from_slice(b"{\"result\":");
            value(result, encoding, json);
        }
    }
    json.push(b'}');
}

/// Appends the replies of a pipeline or a transaction, in order.
pub fn write_list(replies: &[Reply], encoding: Encoding, json: &mut Vec<u8>) {
    json.push(b'[');
    for (index, reply) in replies.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        write(reply, encoding, json);
    }
    json.push(b']');
}

/// `{"error": ...}`.
pub fn error(text: &str) -> Vec<u8> {
    let mut json = Vec::with_capacity(text.len() + 16);
    write(&Reply::error(text), Encoding::Plain, &mut json);
    json
}

fn value(reply: &Reply, encoding: Encoding, json: &mut Vec<u8>) {
    match reply {
        Reply::Nil => json.extend_from_slice(b"null"),
        Reply::Int(number) => json.extend_from_slice(itoa::Buffer::new().format(*number).as_bytes()),
        Reply::Array(items) => {
            json.push(b'[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    json.push(b',');
                }
                value(item, encoding, json);
            }
            json.push(b']');
        }
        // A fault inside a list, which a script can return, has no place of its own in JSON.
        Reply::Bulk(bytes) | Reply::Status(bytes) | Reply::Error(bytes) => match encoding {
            Encoding::Plain => string(bytes, json),
            Encoding::Base64 => base64(bytes, json),
        },
    }
}

fn base64(bytes: &[u8], json: &mut Vec<u8>) {
    json.push(b'"');
    STANDARD.encode_append(bytes, json);
    json.push(b'"');
}

fn string(bytes: &[u8], json: &mut Vec<u8>) {
    let text = String::from_utf8_lossy(bytes);
    serde_json::to_writer(json, &text).expect("text is JSON");
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn json(reply: &Reply, encoding: Encoding) -> String {
        let mut json = Vec::new();
        write(reply, encoding, &mut json);
        String::from_utf8(json).unwrap()
    }

    #[test]
    fn only_the_whole_result_ok_stays_undecoded() {
        let json = |reply: &Reply| json(reply, Encoding::Base64);
        assert_eq!(json(&Reply::OK), r#"{"result":"OK"}"#);
        assert_eq!(json(&Reply::Status("PONG".into())), r#"{"result":"UE9ORw=="}"#);
        assert_eq!(json(&Reply::bulk("OK")), r#"{"result":"T0s="}"#);
        assert_eq!(json(&Reply::Array(vec![Reply::OK, Reply::bulk("OK")])), r#"{"result":["T0s=","T0s="]}"#);
        assert_eq!(json(&Reply::bulk("")), r#"{"result":""}"#);
        assert_eq!(json(&Reply::Nil), r#"{"result":null}"#);
        assert_eq!(json(&Reply::Int(i64::MIN)), r#"{"result":-9223372036854775808}"#);
        assert_eq!(json(&Reply::error("ERR no \"x\"")), r#"{"error":"ERR no \"x\""}"#);
    }

    #[test]
    fn plain_text_is_text_and_nothing_breaks_it() {
        let plain = |reply: &Reply| json(reply, Encoding::Plain);
        assert_eq!(plain(&Reply::bulk("é\n\"")), "{\"result\":\"é\\n\\\"\"}");
        assert_eq!(plain(&Reply::Bulk(Bytes::from_static(b"a\xffb"))), "{\"result\":\"a\u{fffd}b\"}");
        let nested = Reply::Array(vec![Reply::Array(vec![Reply::Nil]), Reply::error("ERR inside")]);
        assert_eq!(plain(&nested), r#"{"result":[[null],"ERR inside"]}"#);
        let mut list = Vec::new();
        write_list(&[Reply::Int(1), Reply::error("ERR x")], Encoding::Plain, &mut list);
        assert_eq!(list, br#"[{"result":1},{"error":"ERR x"}]"#);
        assert_eq!(error("EOF"), br#"{"error":"EOF"}"#);
    }
}
