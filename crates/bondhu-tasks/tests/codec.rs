//! Properties of the codecs: whatever goes in comes out, and nothing that comes in makes them panic.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::Write;

use base64::{Engine, prelude::BASE64_STANDARD};
use bondhu_tasks::{
    Call, Fresh, Message, Priority, ResultTuple, Sender, Signature, State, StoredResult, message::Fault, python::plain,
    timestamp,
};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        proptest::num::f64::NORMAL.prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,6}", inner, 0..4).prop_map(|map| Value::Object(Map::from_iter(map))),
        ]
    })
}

fn any_map() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("[a-z_]{1,8}", any_json(), 0..4).prop_map(Map::from_iter)
}

fn any_signature() -> impl Strategy<Value = Signature> {
    let task = ("[a-z.]{1,12}", prop::collection::vec(any_json(), 0..3), any_map(), any::<bool>());
    let task = task.prop_map(|(name, args, kwargs, immutable)| {
        let mut signature = Signature::named(format!("t.{name}"));
        (signature.args, signature.kwargs, signature.immutable) = (args, kwargs, immutable);
        signature
    });
    task.prop_recursive(2, 8, 3, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            list.clone().prop_map(Signature::chain),
            list.clone().prop_map(Signature::group),
            (list, inner.clone()).prop_map(|(header, body)| Signature::chord(header, &body)),
            (inner.clone(), inner).prop_map(|(task, callback)| task.link(&callback)),
        ]
    })
}

/// Microseconds, as Python's `datetime` has, between the years 1 and 9999.
fn any_time() -> impl Strategy<Value = Timestamp> {
    (-62_135_596_800_000_000_i64..=253_370_764_800_000_000)
        .prop_map(|micros| Timestamp::from_microsecond(micros).unwrap())
}

prop_compose! {
    fn any_message()(
        args in prop::collection::vec(any_json(), 0..4),
        kwargs in any_map(),
        links in prop::collection::vec(any_signature(), 0..3),
        eta in prop::option::of(any_time()),
        priority in 0_u8..=9,
        retries in any::<u32>(),
        group in prop::option::of(".{0,8}"),
        chain in prop::option::of(prop::collection::vec(any_signature(), 0..3)),
        stamps in any_map(),
        hard in prop::option::of(0.0..1e6),
    ) -> Message {
        let call = links.into_iter().fold(Call::named("t").priority(Priority::new(priority)), Call::link);
        let fresh = Fresh { now: Timestamp::UNIX_EPOCH, id: "id".into(), delivery_tag: "tag".into() };
        let mut message = call.seal(&Sender::default(), fresh).unwrap().message;
        (message.args, message.kwargs, message.embed.chain) = (args, kwargs, chain);
        (message.headers.eta, message.headers.retries, message.headers.group) = (eta, retries, group);
        (message.headers.timelimit.hard_secs, message.headers.stamps) = (hard, stamps);
        message
    }
}

proptest! {
    #[test]
    fn a_message_survives_the_wire(message in any_message()) {
        prop_assert_eq!(Message::decode(&message.encode().unwrap()).unwrap(), message);
    }

    #[test]
    fn a_signature_survives_the_wire(signature in any_signature()) {
        let text = serde_json::to_string(&signature).unwrap();
        prop_assert_eq!(serde_json::from_str::<Signature>(&text).unwrap(), signature.clone());
        prop_assert!(signature.kind().is_ok());
    }

    #[test]
    fn a_result_survives_the_wire(message in any_message(), value in any_json(), at in any_time(), state in "[A-Z]{1,9}") {
        let group = ResultTuple::group("g".into(), vec![ResultTuple::task("a".into()), ResultTuple::task("b".into())]);
        let mut result = StoredResult::success(&message, value, at).children(vec![group]);
        result.status = State::from(state);
        prop_assert_eq!(StoredResult::decode(&result.encode().unwrap()).unwrap(), result);
    }

    #[test]
    fn a_time_survives_pythons_form(at in any_time()) {
        prop_assert_eq!(timestamp::parse(&timestamp::format(at)).unwrap(), at);
    }

    #[test]
    fn plain_values_stay_what_they_are(value in any_json()) {
        prop_assert_eq!(plain(value.clone()), value);
    }

    #[test]
    fn any_bytes_are_a_message_or_come_back(raw in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(Message::decode(&raw).unwrap_err().raw, raw);
    }

    #[test]
    fn any_envelope_is_a_message_or_comes_back(
        message in any_message(),
        at in prop::sample::select(vec!["body", "content-type", "content-encoding", "headers", "properties"]),
        inner in prop::sample::select(vec!["", "task", "id", "eta", "retries", "timelimit", "delivery_info", "stamps"]),
        odd in any_json(),
    ) {
        let mut envelope: Value = serde_json::from_slice(&message.encode().unwrap()).unwrap();
        match envelope[at].as_object_mut() {
            Some(map) if !inner.is_empty() => { map.insert(inner.to_owned(), odd); }
            _ => envelope[at] = odd,
        }
        let raw = envelope.to_string().into_bytes();
        if let Err(poison) = Message::decode(&raw) {
            prop_assert_eq!(poison.raw, raw);
        }
    }

    #[test]
    fn any_body_is_read_or_refused(body in any_json()) {
        let raw = with_body(body.to_string().as_bytes(), &json!({}));
        if let Err(poison) = Message::decode(&raw) {
            prop_assert!(matches!(poison.fault, Fault::Body(_)), "{}", poison.fault);
        }
    }
}

fn with_body(body: &[u8], more: &Value) -> Vec<u8> {
    let mut headers = json!({"task": "t", "id": "i"});
    headers.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let envelope = json!({
        "body": BASE64_STANDARD.encode(body), "content-type": "application/json", "content-encoding": "utf-8",
        "headers": headers, "properties": {"body_encoding": "base64", "delivery_tag": "d"},
    });
    envelope.to_string().into_bytes()
}

fn fault(raw: &[u8]) -> Fault {
    Message::decode(raw).unwrap_err().fault
}

#[test]
fn the_smallest_message_that_a_python_worker_takes_is_read() {
    let message = Message::decode(&with_body(b"[[1], {}, {}]", &json!({}))).unwrap();
    assert_eq!((message.args, message.headers.retries, message.headers.root_id), (vec![json!(1)], 0, None));
    // Older clients send null where newer ones send a default, or nothing at all.
    let nulls = json!({"retries": null, "timelimit": null, "stamps": null, "argsrepr": null, "group": null});
    assert!(Message::decode(&with_body(b"[[], {}, null]", &nulls)).is_ok());
}

#[test]
fn each_kind_of_poison_is_named() {
    assert!(matches!(fault(b"not json"), Fault::Envelope(_)));
    assert!(matches!(fault(b"[]"), Fault::Envelope(_)));
    assert!(matches!(fault(&with_body(b"{}", &json!({}))), Fault::Body(_)));
    assert!(matches!(fault(&with_body(b"[[NaN], {}, {}]", &json!({}))), Fault::Body(_)));
    assert!(matches!(fault(&with_body(b"[[], {}, {\"chord\": 5}]", &json!({}))), Fault::Body(_)));
    let late = fault(&with_body(b"[[], {}, {}]", &json!({"eta": "my secret"})));
    assert_eq!(late.to_string(), "the headers hold a time that is not an ISO 8601 date and time");
    assert_eq!(
        fault(&with_body(b"[[], {}, {}]", &json!({"id": null}))).to_string(),
        "the headers have another form than those of protocol 2"
    );
    let headless = |body: &str| {
        fault(
            json!({"body": BASE64_STANDARD.encode(body), "properties": {"body_encoding": "base64"}})
                .to_string()
                .as_bytes(),
        )
    };
    assert_eq!(headless("{}").to_string(), "the headers do not name a task");
    assert_eq!(headless("[[], {}, {}]").to_string(), "the headers do not name a task");
    assert_eq!(headless(r#"{"task": "t", "args": [], "kwargs": {}}"#).to_string(), "the headers lack `id`");
    assert!(matches!(headless(r#"{"task": "t", "id": "i", "args": 5, "kwargs": {}}"#), Fault::Body(_)));
    let poison = Message::decode(&with_body(b"\"my secret\"", &json!({}))).unwrap_err();
    assert!(!format!("{poison} {poison:?}").contains("secret"));
}

#[test]
fn a_message_of_protocol_1_is_read_as_one_of_protocol_2() {
    let body = json!({
        "task": "t", "id": "i", "args": [1], "kwargs": {"a": 2}, "group": null, "taskset": "g", "group_index": 3,
        "retries": 4, "eta": "2026-11-22T20:00:10", "expires": null, "utc": true, "callbacks": [{"task": "then"}],
        "errbacks": null, "timelimit": [10, null], "chord": {"task": "body"},
    });
    let one = json!({"body": BASE64_STANDARD.encode(body.to_string()), "content-type": "application/json",
        "headers": {}, "properties": {"body_encoding": "base64"}});
    let message = Message::decode(one.to_string().as_bytes()).unwrap();
    let headers = &message.headers;
    assert_eq!((headers.task.as_str(), headers.id.as_str(), headers.retries), ("t", "i", 4));
    assert_eq!((headers.group.as_deref(), headers.group_index), (Some("g"), Some(3)));
    assert_eq!(headers.eta.unwrap().to_string(), "2026-11-22T20:00:10Z");
    assert_eq!(headers.timelimit.hard_secs, Some(10.0));
    assert_eq!((message.args.len(), message.kwargs["a"].as_i64()), (1, Some(2)));
    assert_eq!(message.embed.callbacks.as_ref().unwrap()[0].task, "then");
    assert_eq!(message.embed.chord.as_ref().unwrap().task, "body");
    let again = Message::decode(&message.encode().unwrap()).unwrap();
    assert_eq!(again.headers.task, "t");
}

#[test]
fn zlib_and_gzip_are_opened_and_a_bomb_is_not() {
    let body = b"[[1], {}, {}]";
    let header = json!({"compression": "application/x-gzip"});
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(body).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(body).unwrap();
    for packed in [zlib.finish().unwrap(), gzip.finish().unwrap()] {
        assert_eq!(Message::decode(&with_body(&packed, &header)).unwrap().args, [json!(1)]);
    }
    let mut bomb = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    let block = vec![b' '; 1 << 20];
    for _ in 0..=64 {
        bomb.write_all(&block).unwrap();
    }
    let refused = fault(&with_body(&bomb.finish().unwrap(), &header));
    assert_eq!(refused, Fault::Body(format!("is larger than {} bytes", bondhu_tasks::message::MAX_BODY_BYTES)));
    assert!(matches!(fault(&with_body(b"xx", &header)), Fault::Body(_)));
}
