//! Writes what this library sends, for `golden/check.py`, in which Celery's own code reads it.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{fs, path::Path, time::Duration};

use bondhu_tasks::{
    Call, Fresh, Message, Priority, ResultTuple, Sender, Signature, StoredResult, TaskOptions,
    python::{Decimal, PyException, Python},
};
use jiff::{Timestamp, civil};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

const ID: &str = "6fd68c47-f6bc-4c0d-9254-a59ae5212355";

fn seal(call: Call) -> Message {
    let sender = Sender { origin: Some("gen1@rust".into()), reply_to: ID.into(), ..Sender::default() };
    let now = "2031-02-03T04:05:06.789Z".parse().unwrap();
    let fresh = Fresh { now, id: ID.into(), delivery_tag: "0fdc371c-f2b5-4a96-981a-28d5530b1223".into() };
    call.seal(&sender, fresh).unwrap().message
}

/// Every type that kombu wraps.
#[derive(Serialize)]
struct Typed {
    datetime: Python<Timestamp>,
    naive: Python<civil::DateTime>,
    date: Python<civil::Date>,
    time: Python<civil::Time>,
    decimal: Python<Decimal>,
    uuid: Python<Uuid>,
    bytes: Python<Vec<u8>>,
    base64: Python<Vec<u8>>,
}

fn typed() -> Typed {
    Typed {
        datetime: Python("2026-11-22T19:58:00.103378Z".parse().unwrap()),
        naive: Python(civil::datetime(2026, 11, 22, 19, 58, 0, 0)),
        date: Python(civil::date(2026, 11, 22)),
        time: Python(civil::time(19, 58, 1, 0)),
        decimal: Python(Decimal("12.340".into())),
        uuid: Python("3f2504e0-4f89-11d3-9a0c-0305e82c3301".parse().unwrap()),
        bytes: Python(b"abc".to_vec()),
        base64: Python(vec![0xff, 0, 1]),
    }
}

fn messages() -> Vec<(&'static str, Message)> {
    let add = || Call::named("t.add");
    let sig = |x: i64| Signature::named("t.add").arg(x);
    let with = |edit: &dyn Fn(&mut Message)| {
        let mut message = seal(add().arg(2).arg(3));
        edit(&mut message);
        message
    };
    let any = |value: Value| {
        value.as_object().unwrap().clone().into_iter().fold(Call::named("t.any"), |call, (k, v)| call.kwarg(k, v))
    };
    vec![
        ("positional", seal(add().arg(2).arg(3))),
        ("keyword", seal(add().kwarg("x", 2).kwarg("y", 3))),
        ("mixed", seal(add().arg(2).kwarg("y", 3))),
        ("countdown", seal(add().arg(2).arg(3).after(Duration::from_secs(10)))),
        ("expires", seal(add().arg(2).arg(3).expires_after(Duration::from_mins(1)))),
        ("options", seal(add().arg(2).arg(3).queue("other").priority(Priority::LOWEST).header("x-my", "1"))),
        ("links", seal(add().arg(2).arg(3).link(sig(1)).link_error(Signature::named("t.fail").arg("e")))),
        ("typed", seal(any(serde_json::to_value(typed()).unwrap()))),
        ("unicode", seal(Call::named("t.any").arg("মন ভালো 'q' \"r\"\n").arg(1e100).arg(Value::Null))),
        ("retried", with(&|message| *message = message.retried(Timestamp::UNIX_EPOCH, "tag-2".into()))),
        (
            "limits",
            with(&|message| {
                message.headers.timelimit.hard_secs = Some(10.0);
                message.headers.timelimit.soft_secs = Some(2.5);
            }),
        ),
        ("chain", with(&|message| message.embed.chain = Some(vec![sig(4), sig(3)]))),
        (
            "chord",
            with(&|message| {
                message.headers.group = Some("g".into());
                message.headers.group_index = Some(1);
                message.embed.chord = Some(sig(1).option("task_id", "body").option("group_id", "g"));
            }),
        ),
        (
            "stamps",
            with(&|message| {
                message.headers.stamped_headers = Some(vec!["st".into()]);
                message.headers.stamps.insert("st".into(), "v".into());
            }),
        ),
    ]
}

fn results(message: &Message) -> Vec<(&'static str, StoredResult)> {
    let now = "2031-02-03T04:05:06Z".parse().unwrap();
    let failed = |exception| StoredResult::failure(message, &exception, now).traceback("in rust");
    vec![
        ("success", StoredResult::success(message, json!(5), now)),
        ("typed", StoredResult::success(message, serde_json::to_value(typed()).unwrap(), now)),
        (
            "children",
            StoredResult::success(message, json!(5), now).children(vec![
                ResultTuple::task("child".into()),
                ResultTuple::group("g".into(), vec![ResultTuple::task("a".into()), ResultTuple::task("b".into())]),
            ]),
        ),
        ("value_error", failed(PyException::builtin("ValueError", "bad"))),
        ("rust_error", failed(bondhu_tasks::Cause::new("x".parse::<u8>().unwrap_err()).exception())),
        ("not_registered", failed(PyException::not_registered("t.x"))),
        ("chord_error", failed(PyException::chord_error("m", &PyException::builtin("KeyError", "k")))),
        ("max_retries", failed(PyException::max_retries_exceeded("too often"))),
        ("soft_limit", failed(PyException::soft_time_limit())),
        ("hard_limit", failed(PyException::time_limit(10.0))),
        ("worker_lost", failed(PyException::worker_lost("gone"))),
        ("rejected", failed(PyException::rejected("no", false))),
        ("revoked", StoredResult::revoked(message, "expired", now)),
        ("retry", StoredResult::retry(message, &PyException::builtin("KeyError", "later"))),
        ("started", StoredResult::started(message, 12, "w@h")),
        ("progress", StoredResult::progress(message, json!({"cur": 1, "total": 2}))),
        ("extended", StoredResult::success(message, json!(5), now).extended(message, "w@h")),
    ]
}

fn signatures() -> Value {
    let add = |x: i64| Signature::named("t.add").arg(x);
    json!({
        "chain": Signature::chain([add(1).arg(1), add(2), add(3)]),
        "group": Signature::group([add(1), add(2)]),
        "chord": Signature::chord([add(1), add(2)], &add(3)),
        "nested": Signature::chain([add(1), Signature::chord([Signature::chain([add(2), add(3)]), add(4)], &add(5))]),
        "map": Signature::map(&Signature::named("t.add"), [json!(1), json!(2)]),
        "starmap": Signature::starmap(&Signature::named("t.add"), [json!([1, 2])]),
        "chunks": Signature::chunks(&Signature::named("t.add"), [json!([1, 2]), json!([3, 4])], 1),
        "link": add(1).link(&add(2)).link_error(&add(3)).queue("q").immutable(),
    })
}

#[test]
fn what_python_is_to_read_is_written() {
    assert_eq!(TaskOptions::new().max_retries, 3, "Celery's default");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("to-python");
    fs::create_dir_all(&folder).unwrap();
    let text = |bytes: Vec<u8>| Value::from(String::from_utf8(bytes).unwrap());
    let sent: Value = messages()
        .iter()
        .map(|(name, message)| {
            assert_eq!(&Message::decode(&message.encode().unwrap()).unwrap(), message, "{name}");
            ((*name).to_owned(), text(message.encode().unwrap()))
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    let stored: Value = results(&seal(Call::named("t.add").arg(2).arg(3)))
        .iter()
        .map(|(name, result)| {
            assert_eq!(&StoredResult::decode(&result.encode().unwrap()).unwrap(), result, "{name}");
            ((*name).to_owned(), text(result.encode().unwrap()))
        })
        .collect::<serde_json::Map<_, _>>()
        .into();
    for (name, value) in [("messages", sent), ("results", stored), ("signatures", signatures())] {
        fs::write(folder.join(format!("{name}.json")), value.to_string()).unwrap();
    }
}
