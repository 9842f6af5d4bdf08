//! Requests: a body with a command or several, or a path that is a command.

use std::borrow::Cow;

use bondhu_cache::engine::Command;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::texts;

/// Where commands are posted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PostedTo {
    /// `/`
    Command,
    /// `/pipeline`
    Pipeline,
    /// `/multi-exec`
    Transaction,
}

impl PostedTo {
    /// By the first part of the path.
    pub(crate) fn of(name: &str) -> Option<Self> {
        match name {
            "" => Some(Self::Command),
            "pipeline" => Some(Self::Pipeline),
            "multi-exec" => Some(Self::Transaction),
            _ => None,
        }
    }
}

/// A request that was posted, with the headers that matter.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Posted<'a> {
    pub(crate) to: PostedTo,
    /// `Authorization`
    pub(crate) bearer: Option<&'a [u8]>,
    /// `Upstash-Encoding`
    pub(crate) encoding: Option<&'a [u8]>,
    /// `Upstash-Response-Format`
    pub(crate) format: Option<&'a [u8]>,
    pub(crate) body: &'a [u8],
}

/// A body with one command, `["set", "key", "value"]`. The error is the text of the answer.
pub fn command(body: &[u8]) -> Result<Command, String> {
    let words: Vec<&RawValue> = list(body)?;
    words_of(&words, texts::EMPTY_COMMAND)
}

/// A body with commands, `[["get", "a"], ["get", "b"]]`. What is wrong with one of them is its own answer; the outer
/// error is that of the whole request.
pub fn pipeline(body: &[u8]) -> Result<Vec<Result<Command, String>>, String> {
    let rows: Vec<&RawValue> = list(body)?;
    if rows.is_empty() {
        return Err(texts::EMPTY_PIPELINE.to_owned());
    }
    let row = |row: &&RawValue| {
        let words: Vec<&RawValue> = serde_json::from_str(row.get()).map_err(|_| texts::NOT_A_LIST.to_owned())?;
        words_of(&words, texts::EMPTY_PIPELINE_COMMAND)
    };
    Ok(rows.iter().map(row).collect())
}

/// A path with one command, `/set/key/value?EX=100`: its parts, then the body if there is one, then the query's.
///
/// `path` begins after the slash and is as it was sent: parts are parted before escapes are undone, so `%2F` is a
/// slash inside a part.
pub fn path_command(path: &str, query: Option<&str>, body: &[u8]) -> Result<Command, String> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut command = Command::of(path.split('/').map(|part| Cow::from(percent_decode_str(part))));
    if command.name().is_empty() {
        return Err(texts::EMPTY_COMMAND.to_owned());
    }
    if std::str::from_utf8(command.name()).is_err() {
        return Err(texts::BAD_PATH.to_owned());
    }
    if !body.is_empty() {
        command.push(body);
    }
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value)));
        if name == "_token" {
            continue;
        }
        command.push(&form(name));
        if let Some(value) = value {
            command.push(&form(value));
        }
    }
    Ok(command)
}

/// The channels or patterns of a subscription, `/subscribe/a/b`: the part of the path behind the name, and the query.
///
/// `@upstash/redis` does not escape them, so a `?` in a pattern arrives as the beginning of a query.
pub fn topics(path: &str, query: Option<&str>) -> Vec<Vec<u8>> {
    let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
    let rest = query.unwrap_or_default().split('&').filter(|pair| !pair.starts_with("_token="));
    let rest = rest.collect::<Vec<_>>().join("&");
    if let Some(last) = parts.last_mut().filter(|_| !rest.is_empty()) {
        last.push('?');
        last.push_str(&rest);
    }
    let parts = parts.iter().filter(|part| !part.is_empty());
    parts.map(|part| percent_decode_str(part).collect()).collect()
}

/// The token of a query, `?_token=...`.
pub fn query_token(query: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("_token="))?;
    String::from_utf8(form(value)).ok()
}

/// Undoes the escapes of a query, where `+` is a space.
fn form(text: &str) -> Vec<u8> {
    percent_decode_str(&text.replace('+', " ")).collect()
}

fn list<'a>(body: &'a [u8]) -> Result<Vec<&'a RawValue>, String> {
    let text = std::str::from_utf8(body).map_err(|_| texts::NOT_PARSED.to_owned())?;
    serde_json::from_str(text).map_err(|_| {
        let told = if text.trim().is_empty() {
            texts::NO_BODY
        } else if serde_json::from_str::<&'a RawValue>(text).is_ok() {
            texts::NOT_A_LIST
        } else {
            texts::NOT_PARSED
        };
        told.to_owned()
    })
}

fn words_of(words: &[&RawValue], if_empty: &str) -> Result<Command, String> {
    if words.is_empty() {
        return Err(if_empty.to_owned());
    }
    let mut command = Command::new();
    for word in words {
        command.push(&argument(word)?);
    }
    Ok(command)
}

/// Numbers and booleans go as they were written: no number passes through a float.
fn argument(value: &RawValue) -> Result<Cow<'_, [u8]>, String> {
    let text = value.get();
    match text.as_bytes()[0] {
        b'"' if !text.contains('\\') => Ok(text.as_bytes()[1..text.len() - 1].into()),
        b'"' => text_of(text).map(Cow::from).ok_or_else(|| texts::NOT_PARSED.to_owned()),
        b'n' => Err(texts::NULL_ARGUMENT.to_owned()),
        b'[' => Err(texts::LIST_ARGUMENT.to_owned()),
        b'{' => Err(texts::OBJECT_ARGUMENT.to_owned()),
        _ => Ok(text.as_bytes().into()),
    }
}

/// A JSON string, in which half of a surrogate pair is the replacement character, as in other languages' readers.
fn text_of(json: &str) -> Option<Vec<u8>> {
    if let Ok(text) = String::deserialize(&mut serde_json::Deserializer::from_str(json)) {
        return Some(text.into_bytes());
    }
    let bytes = serde_json::from_str::<Surrogates>(json).ok()?.0;
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    // A lone surrogate comes as the three bytes ED A0..BF 80..BF, which are no UTF-8.
    while let Some(at) = rest.windows(3).position(|three| three[0] == 0xed && three[1] >= 0xa0) {
        text.extend_from_slice(&rest[..at]);
        text.extend_from_slice("\u{fffd}".as_bytes());
        rest = &rest[at + 3..];
    }
    text.extend_from_slice(rest);
    Some(text)
}

/// Reads a string as bytes, which is how `serde_json` lets lone surrogates through.
struct Surrogates(Vec<u8>);

impl<'de> Deserialize<'de> for Surrogates {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl serde::de::Visitor<'_> for Bytes {
            type Value = Surrogates;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Surrogates, E> {
                Ok(Surrogates(bytes.to_vec()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(command: &Command) -> Vec<String> {
        command.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect()
    }

    #[test]
    fn arguments_go_as_they_were_written() {
        let body = br#"["SET", "k", 9007199254740993, 1e+21, 0.10, -0, true, false, "\u00e9\n", ""]"#;
        let expected = ["SET", "k", "9007199254740993", "1e+21", "0.10", "-0", "true", "false", "é\n", ""];
        assert_eq!(words(&command(body).unwrap()), expected);
        assert_eq!(words(&command(br#"["a", "x\ud800y"]"#).unwrap())[1], "x\u{fffd}y");
        assert_eq!(words(&command(br#"["a", "\ud83d\ude00"]"#).unwrap())[1], "😀");
    }

    #[test]
    fn what_is_no_command_is_told_in_the_words_of_the_protocol() {
        for (body, text) in [
            ("", texts::NO_BODY),
            ("[", texts::NOT_PARSED),
            ("{}", texts::NOT_A_LIST),
            ("\"get\"", texts::NOT_A_LIST),
            ("[]", texts::EMPTY_COMMAND),
            (r#"["get", null]"#, texts::NULL_ARGUMENT),
            (r#"["get", ["a"]]"#, texts::LIST_ARGUMENT),
            (r#"["get", {"a": 1}]"#, texts::OBJECT_ARGUMENT),
        ] {
            assert_eq!(command(body.as_bytes()).unwrap_err(), text, "{body}");
        }
        assert_eq!(command(b"[\"\xff\"]").unwrap_err(), texts::NOT_PARSED);
    }

    #[test]
    fn a_fault_in_a_pipeline_is_the_answer_of_its_own_command() {
        let rows = pipeline(br#"[["get", "a"], ["get", null], [], 5]"#).unwrap();
        assert_eq!(words(rows[0].as_ref().unwrap()), ["get", "a"]);
        assert_eq!(rows[1].as_ref().unwrap_err(), texts::NULL_ARGUMENT);
        assert_eq!(rows[2].as_ref().unwrap_err(), texts::EMPTY_PIPELINE_COMMAND);
        assert_eq!(rows[3].as_ref().unwrap_err(), texts::NOT_A_LIST);
        assert_eq!(pipeline(b"[]").unwrap_err(), texts::EMPTY_PIPELINE);
        assert_eq!(pipeline(b"{}").unwrap_err(), texts::NOT_A_LIST);
    }

    #[test]
    fn a_path_is_a_command() {
        let at = |path, query, body: &str| words(&path_command(path, query, body.as_bytes()).unwrap());
        assert_eq!(at("get/foo", None, ""), ["get", "foo"]);
        assert_eq!(at("set/foo", Some("EX=100"), "va/lue"), ["set", "foo", "va/lue", "EX", "100"]);
        assert_eq!(at("set/a", Some("test&EX=10&_token=secret"), ""), ["set", "a", "test", "EX", "10"]);
        assert_eq!(at("set/a%2Fb/c%20d//e/", None, ""), ["set", "a/b", "c d", "", "e"]);
        assert_eq!(at("set/k", Some("v=a+b%26"), ""), ["set", "k", "v", "a b&"]);
        assert_eq!(path_command("", None, b"").unwrap_err(), texts::EMPTY_COMMAND);
        assert_eq!(topics("a/b%20c", Some("_token=x")), [b"a".to_vec(), b"b c".to_vec()]);
        assert_eq!(topics("h", Some("llo")), [b"h?llo".to_vec()]);
        assert!(topics("", None).is_empty());
        assert_eq!(query_token("a=1&_token=T%2B1&b").as_deref(), Some("T+1"));
        assert_eq!(query_token("token=1"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_cause_a_panic(body in prop::collection::vec(any::<u8>(), 0..60), path in ".{0,40}", query in ".{0,40}") {
            let _ = command(&body);
            let _ = pipeline(&body);
            let _ = path_command(&path, Some(&query), &body);
            let _ = query_token(&query);
        }

        #[test]
        fn text_arrives_as_it_was_sent(text in prop::collection::vec(".*", 1..5)) {
            let body = serde_json::to_vec(&text).unwrap();
            prop_assert_eq!(words(&command(&body).unwrap()), text);
        }
    }
}
