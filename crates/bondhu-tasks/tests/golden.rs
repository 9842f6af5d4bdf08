//! What a real Celery wrote, read and written again. `golden/make.py` makes the fixtures.

#![expect(clippy::unwrap_used, reason = "tests")]

use base64::{Engine, prelude::BASE64_STANDARD};
use bondhu_tasks::{
    GroupRecord, Message, Routes, Signature, State, StoredResult,
    canvas::Kind,
    message::Fault,
    python::{PyException, args_repr, kwargs_repr, plain},
    timestamp,
};
use serde_json::{Map, Value, json};

/// What Celery of one version wrote.
macro_rules! recorded {
    ($version:literal) => {
        (
            $version,
            [
                include_str!(concat!("golden/", $version, "/messages.json")),
                include_str!(concat!("golden/", $version, "/results.json")),
                include_str!(concat!("golden/", $version, "/signatures.json")),
                include_str!(concat!("golden/", $version, "/reprs.json")),
                include_str!(concat!("golden/", $version, "/routes.json")),
            ],
        )
    };
}

/// Every supported line of Celery: version, messages, results, signatures, reprs, routes.
const VERSIONS: [(&str, [&str; 5]); 5] =
    [recorded!("5.7.0"), recorded!("5.6.3"), recorded!("5.5.3"), recorded!("5.4.0"), recorded!("5.3.6")];

/// Calls that cannot be read, and why.
const REFUSED: [&str; 2] = ["bz2", "pickle"];

fn fixture(version: &str, part: usize) -> Value {
    let (_, parts) = VERSIONS.iter().find(|(name, _)| *name == version).unwrap();
    serde_json::from_str(parts[part]).unwrap()
}

/// Every message of a version: its name, the list it was found on, and its bytes.
fn payloads(version: &str) -> Vec<(String, String, Vec<u8>)> {
    let all = fixture(version, 0);
    let found = all.as_object().unwrap().iter().flat_map(|(name, messages)| {
        messages.as_array().unwrap().iter().map(move |message| {
            let text = |key: &str| message[key].as_str().unwrap();
            (name.clone(), text("list").to_owned(), text("payload").as_bytes().to_vec())
        })
    });
    found.collect()
}

fn first(version: &str, name: &str) -> Message {
    let (_, _, raw) = payloads(version).into_iter().find(|(found, ..)| found == name).unwrap();
    Message::decode(&raw).unwrap()
}

/// The envelope with its body opened, and with the freedom that the documentation of `message` claims.
fn normal_envelope(raw: &[u8]) -> Value {
    let mut envelope: Value = serde_json::from_slice(raw).unwrap();
    let mut body = BASE64_STANDARD.decode(envelope["body"].as_str().unwrap()).unwrap();
    if envelope["headers"].as_object_mut().unwrap().remove("compression").is_some() {
        let mut plain = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(body.as_slice()), &mut plain).unwrap();
        body = plain;
    }
    envelope["body"] = serde_json::from_slice(&body).unwrap();
    let headers = &mut envelope["headers"];
    for name in ["eta", "expires"] {
        if let Some(text) = headers[name].as_str() {
            headers[name] = timestamp::format(timestamp::parse(text).unwrap()).into();
        }
    }
    if headers["ignore_result"].is_null() {
        headers["ignore_result"] = false.into();
    }
    envelope
}

#[test]
fn every_message_is_read_and_written_again_as_it_was() {
    for (version, _) in VERSIONS {
        let mut read = 0;
        for (name, list, raw) in payloads(version) {
            if REFUSED.contains(&name.as_str()) {
                continue;
            }
            let message = Message::decode(&raw).unwrap_or_else(|poison| panic!("{version} {name}: {poison}"));
            let again = message.encode().unwrap();
            assert_eq!(normal_envelope(&again), normal_envelope(&raw), "{version} {name}");
            assert_eq!(Message::decode(&again).unwrap(), message, "{version} {name}");
            // The list that Celery chose is the one this library would choose.
            let step = message.properties.priority.unwrap_or_default().step().level();
            let suffix = if step == 0 { String::new() } else { format!("\u{6}\u{16}{step}") };
            assert_eq!(list, format!("{}{suffix}", message.properties.delivery_info.routing_key), "{version} {name}");
            read += 1;
        }
        assert!(read >= 35, "{version}: only {read} messages");
    }
}

#[test]
fn what_cannot_be_read_says_why_and_keeps_everything() {
    for (version, _) in VERSIONS {
        for (name, _, raw) in payloads(version).into_iter().filter(|(name, ..)| REFUSED.contains(&name.as_str())) {
            let poison = Message::decode(&raw).unwrap_err();
            let fault = match name.as_str() {
                "bz2" => Fault::Compression("application/x-bz2".into()),
                _ => Fault::ContentType("application/x-python-serialize".into()),
            };
            assert_eq!((poison.fault, poison.raw), (fault, raw), "{version} {name}");
            assert_eq!(poison.task.as_deref(), Some("t.add"));
            assert!(poison.id.is_some() && poison.delivery_tag.is_some());
        }
    }
}

#[test]
fn each_option_of_a_python_caller_arrives() {
    for (version, _) in VERSIONS {
        let call = |name: &str| first(version, name);
        assert_eq!(call("positional").args, [json!(2), json!(3)]);
        assert_eq!(Value::Object(call("keyword").kwargs), json!({"x": 2, "y": 3}));
        assert_eq!((call("mixed").args, call("mixed").kwargs["y"].clone()), (vec![json!(2)], json!(3)));
        let eta = "2031-02-03T04:05:06.789Z".parse().unwrap();
        assert_eq!(call("eta").headers.eta, Some(eta));
        assert_eq!(call("eta_offset").headers.eta.unwrap().to_string(), "2031-11-22T14:28:00Z");
        assert_eq!(call("eta_naive").headers.eta.unwrap().to_string(), "2031-02-03T04:05:06Z");
        assert!(call("countdown").headers.eta.is_some());
        assert_eq!(call("expires_time").headers.expires, Some(eta));
        assert!(call("expires_time").is_expired(eta) && !call("eta").is_expired(eta));
        assert!(call("expires_seconds").properties.other.contains_key("expiration"));
        assert_eq!(call("queue").properties.delivery_info.routing_key, "other");
        assert_eq!(call("priority_5").properties.priority.unwrap().level(), 5);
        let limits = call("time_limits").headers.timelimit;
        assert_eq!((limits.hard_secs, limits.soft_secs), (Some(10.0), Some(5.0)));
        assert!(call("ignore_result").headers.ignore_result);
        assert_eq!(call("shadow").headers.shadow.as_deref(), Some("other-name"));
        assert_eq!(call("task_id").headers.id.as_str(), "my-own-id");
        assert_eq!(call("headers").headers.other["x-my"], "1");
        assert_eq!(call("stamps").headers.stamps["mystamp"], "v");
        assert_eq!(call("zlib").args, [json!(2), json!(3)]);
        let link = call("link").embed.callbacks.unwrap();
        assert_eq!((link[0].task.as_str(), link[0].args.as_slice()), ("t.add", &[json!(10)][..]));
        assert!(call("links").embed.callbacks.unwrap()[1].immutable);
        assert_eq!(call("link_error").embed.errbacks.unwrap()[0].task, "t.fail");
    }
}

#[test]
fn python_types_become_plain_json() {
    for (version, _) in VERSIONS {
        let values = plain(Value::Object(first(version, "typed").kwargs));
        assert_eq!(
            values,
            json!({
                "datetime": "2026-11-22T19:58:00.103378+00:00", "naive": "2026-11-22T19:58:00",
                "offset": "2026-11-22T19:58:00+05:30", "date": "2026-11-22", "time": "19:58:01", "decimal": "12.340",
                "uuid": "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "bytes": [97, 98, 99], "base64": [255, 0, 1],
            }),
            "{version}"
        );
    }
}

#[test]
fn workflows_arrive_with_their_continuations() {
    for (version, _) in VERSIONS {
        let chain = first(version, "chain").embed.chain.unwrap();
        let left: Vec<_> = chain.iter().map(|task| task.args[0].clone()).collect();
        assert_eq!(left, [json!(3), json!(2)], "the next task is the last element");

        let members: Vec<Message> = payloads(version)
            .into_iter()
            .filter(|(name, ..)| name == "chord")
            .map(|(_, _, raw)| Message::decode(&raw).unwrap())
            .collect();
        let places: Vec<_> = members.iter().map(|member| member.headers.group_index.unwrap()).collect();
        assert_eq!(places, [0, 1]);
        assert_eq!(members[0].headers.group, members[1].headers.group);
        assert_eq!(members[0].embed.chord.as_ref().unwrap().task, "t.fail");

        let body = first(version, "group_in_chain").embed.chord.unwrap();
        assert!(matches!(body.kind().unwrap(), Kind::Chain(tasks) if tasks.len() == 2));
    }
}

#[test]
fn signatures_are_built_as_celery_builds_them() {
    let add = |x: i64| Signature::named("t.add").arg(x);
    let add2 = |x: i64, y: i64| add(x).arg(y);
    let fail = || Signature::named("t.fail").arg("e");
    let built = [
        ("plain", add(1).kwarg("y", 2)),
        ("immutable", add2(1, 2).immutable()),
        (
            "options",
            add(1)
                .queue("q")
                .priority(bondhu_tasks::Priority::HIGH)
                .countdown_secs(5)
                .option("expires", 60)
                .option("task_id", "a"),
        ),
        ("link", add(1).kwarg("link", 1).link(&add(2)).link_error(&fail())),
        ("link_method", add(1).link(&add(2)).link_error(&fail())),
        ("chain", Signature::chain([add2(1, 1), add(2), add(3)])),
        ("group", Signature::group([add2(1, 1), add2(2, 2)])),
        ("chord", Signature::chord([add2(1, 1), add2(2, 2)], &add(1))),
        ("chain_of_group", Signature::chain([add2(1, 1), Signature::group([add(1), add(2)])])),
        ("map", Signature::map(&Signature::named("t.add"), [json!(1), json!(2)])),
        ("starmap", Signature::starmap(&Signature::named("t.add"), [json!([1, 2]), json!([3, 4])])),
        ("chunks", Signature::chunks(&Signature::named("t.add"), [json!([1, 2]), json!([3, 4])], 1)),
    ];
    for (version, _) in VERSIONS {
        let celerys = fixture(version, 2);
        for (name, signature) in &built {
            assert_eq!(signature.to_value(), celerys[name], "{version} {name}");
        }
        for (name, value) in celerys.as_object().unwrap() {
            let read: Signature = serde_json::from_value(value.clone()).unwrap();
            assert_eq!(&read.to_value(), value, "{version} {name}");
            assert!(read.kind().is_ok(), "{version} {name}");
        }
    }
}

#[test]
fn every_result_is_read_and_written_again_as_it_was() {
    for (version, _) in VERSIONS {
        let results = fixture(version, 1);
        for (name, value) in results.as_object().unwrap().iter().filter(|(name, _)| *name != "taskset") {
            let stored = StoredResult::decode(value.to_string().as_bytes()).unwrap();
            let again: Value = serde_json::from_slice(&stored.encode().unwrap()).unwrap();
            let mut expected = value.clone();
            if let Some(text) = expected["date_done"].as_str() {
                expected["date_done"] = timestamp::format(timestamp::parse(text).unwrap()).into();
            }
            assert_eq!(again, expected, "{version} {name}");
        }
        let group = GroupRecord::decode(results["taskset"].to_string().as_bytes()).unwrap();
        assert_eq!(group.result.members.as_ref().unwrap().len(), 2);
        assert_eq!(serde_json::to_value(&group).unwrap(), results["taskset"]);
    }
}

#[test]
fn results_are_written_as_celery_writes_them() {
    for (version, _) in VERSIONS {
        let results = fixture(version, 1);
        let celerys = |name: &str| StoredResult::decode(results[name].to_string().as_bytes()).unwrap();
        let message = |like: &StoredResult| {
            let mut message = first(version, "positional");
            message.headers.id = like.task_id.clone();
            message.headers.parent_id.clone_from(&like.parent_id);
            message.headers.group.clone_from(&like.group_id);
            message
        };
        let same = |name: &str, make: &dyn Fn(&Message, &StoredResult) -> StoredResult| {
            let expected = celerys(name);
            let mut made = make(&message(&expected), &expected);
            made.traceback.clone_from(&expected.traceback);
            assert_eq!(
                serde_json::to_value(made).unwrap(),
                serde_json::to_value(&expected).unwrap(),
                "{version} {name}"
            );
        };
        same("success", &|message, like| StoredResult::success(message, json!(5), like.date_done.unwrap()));
        same("chain_last", &|message, like| StoredResult::success(message, json!(4), like.date_done.unwrap()));
        same("group_member", &|message, like| StoredResult::success(message, json!(2), like.date_done.unwrap()));
        same("children", &|message, like| {
            StoredResult::success(message, like.result.clone(), like.date_done.unwrap())
                .children(like.children.clone().unwrap())
        });
        let mut bad = PyException::builtin("ValueError", "bad");
        bad.exc_message.push(json!(7));
        same("failure", &|message, like| StoredResult::failure(message, &bad, like.date_done.unwrap()));
        same("retry", &|message, _| StoredResult::retry(message, &PyException::builtin("KeyError", "later")));
        same("revoked_expired", &|message, like| StoredResult::revoked(message, "expired", like.date_done.unwrap()));
        same("progress", &|message, _| StoredResult::progress(message, json!({"cur": 1, "total": 2})));
        same("not_registered", &|message, like| {
            StoredResult::failure(message, &PyException::not_registered("t.missing"), like.date_done.unwrap())
        });
        assert_eq!(celerys("started").status, State::Started);
        assert_eq!(celerys("chord_error").exception().unwrap().exc_type, "ChordError");
        let extended = celerys("extended");
        assert_eq!((&extended.other["args"], &extended.other["mystamp"]), (&json!([2, 3]), &json!("v")));
    }
}

#[test]
fn calls_are_shown_as_celery_shows_them() {
    for (version, _) in VERSIONS {
        for case in fixture(version, 3).as_array().unwrap() {
            if let Some(args) = case["args"].as_array() {
                assert_eq!(args_repr(args), case["argsrepr"], "{version}");
            } else {
                let kwargs: &Map<String, Value> = case["kwargs"].as_object().unwrap();
                assert_eq!(kwargs_repr(kwargs), case["kwargsrepr"], "{version}");
            }
        }
    }
}

#[test]
fn routes_lead_where_celery_sends() {
    for (version, _) in VERSIONS {
        let fixture = fixture(version, 4);
        let table = fixture["table"]
            .as_array()
            .unwrap()
            .iter()
            .fold(Routes::new(), |routes, row| routes.route(row[0].as_str().unwrap(), row[1].as_str().unwrap()));
        for (task, queue) in fixture["names"].as_object().unwrap() {
            assert_eq!(table.find(task).map(|route| route.queue.as_str()), queue.as_str(), "{version} {task}");
        }
    }
}
