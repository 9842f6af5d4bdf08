//! Tasks as a user of the library writes them: arguments, registry, runs and calls.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bondhu_tasks::{
    Arguments, Broker, Call, Clock, Error, Fresh, Message, Priority, Queue, Registry, Routes, Run, Sender, Signature,
    Task, TaskContext, TaskError, TaskOptions, TaskResult, Unique,
    arguments::Shape,
    python::{PyException, Python},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

macro_rules! task {
    ($type:ty, $name:literal, $options:expr) => {
        impl Task for $type {
            const NAME: &'static str = $name;
            const OPTIONS: TaskOptions = $options;
            type State = i64;
            type Output = Value;
            async fn run(self, cx: TaskContext<i64>) -> TaskResult<Value> {
                Ok(json!([cx.state(), cx.attempt(), self]))
            }
        }
    };
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Summarize {
    conversation_id: u64,
    #[serde(default = "words")]
    max_words: u32,
    title: Option<String>,
}

fn words() -> u32 {
    200
}

task!(Summarize, "memory.summarize", TaskOptions::new().queue("memory").priority(Priority::LOW));

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Address {
    city: String,
    codes: Vec<Option<u16>>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Nested {
    to: Address,
    when: Python<Timestamp>,
    at: Option<Timestamp>,
    id: Uuid,
    data: BTreeMap<String, Value>,
    pair: (u8, Option<bool>),
}

task!(Nested, "nested", TaskOptions::new().unique(Unique::ByArguments(Duration::from_mins(5))));

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Tick;

task!(Tick, "tick", TaskOptions::new());

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Pair(u8, String);

task!(Pair, "pair", TaskOptions::new());

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(Option<Vec<u8>>);

task!(Wrapped, "wrapped", TaskOptions::new().private_arguments());

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Open {
    x: u8,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

task!(Open, "open", TaskOptions::new());

fn decode<T: Task>(args: Value, kwargs: Value) -> Result<T, String> {
    let (Value::Array(args), Value::Object(kwargs)) = (args, kwargs) else { panic!("wrong test") };
    Arguments::decode(T::NAME, &args, &kwargs).map_err(|error| error.to_string())
}

#[test]
fn each_way_of_calling_fills_the_struct() {
    let full = Summarize { conversation_id: 7, max_words: 50, title: Some("t".into()) };
    assert_eq!(decode::<Summarize>(json!([7, 50, "t"]), json!({})).unwrap(), full);
    let named = json!({"conversation_id": 7, "max_words": 50, "title": "t"});
    assert_eq!(decode::<Summarize>(json!([]), named).unwrap(), full);
    assert_eq!(decode::<Summarize>(json!([7]), json!({"title": "t", "max_words": 50})).unwrap(), full);
    let short = Summarize { conversation_id: 7, max_words: 200, title: None };
    assert_eq!(decode::<Summarize>(json!([7]), json!({})).unwrap(), short);
    assert_eq!(decode::<Summarize>(json!([]), json!({"conversation_id": 7, "title": null})).unwrap(), short);
}

#[test]
fn calls_that_do_not_fit_say_so_like_python() {
    let fault = |args, kwargs| decode::<Summarize>(args, kwargs).unwrap_err();
    assert_eq!(
        fault(json!([1, 2, "t", 4]), json!({})),
        "memory.summarize() takes at most 3 positional arguments (conversation_id, max_words, title) but 4 were given"
    );
    assert_eq!(fault(json!([1]), json!({"nope": 1})), "memory.summarize() got an unexpected keyword argument 'nope'");
    assert_eq!(
        fault(json!([1]), json!({"conversation_id": 1})),
        "memory.summarize() got multiple values for argument 'conversation_id'"
    );
    assert_eq!(fault(json!([]), json!({})), "memory.summarize() missing required argument 'conversation_id'");
    assert_eq!(
        fault(json!(["my secret, expected"]), json!({})),
        "memory.summarize() argument 'conversation_id' does not fit: expected u64"
    );
    assert_eq!(fault(json!([1, -5]), json!({})), "memory.summarize() argument 'max_words' does not fit: expected u32");
    let time = json!({"to": {"city": "", "codes": []}, "when": "x, expected my secret"});
    assert_eq!(
        decode::<Nested>(json!([]), time).unwrap_err(),
        "nested() argument 'when' does not fit: it cannot be read as the type of its field"
    );
    let nested = decode::<Nested>(json!([{"city": "Dhaka"}]), json!({})).unwrap_err();
    assert_eq!(nested, "nested() argument 'to' lacks 'codes'");
    assert_eq!(decode::<Tick>(json!([1]), json!({})).unwrap_err(), "tick() takes no arguments but 1 was given");
    assert_eq!(
        decode::<Open>(json!([1]), json!({})).unwrap_err(),
        "open() takes keyword arguments only but 1 was given"
    );
    assert_eq!(
        decode::<Pair>(json!([]), json!({"a": 1})).unwrap_err(),
        "pair() got an unexpected keyword argument 'a'"
    );
}

#[test]
fn nested_and_python_types_fit_by_position_and_by_name() {
    let id = "3f2504e0-4f89-11d3-9a0c-0305e82c3301";
    let when = json!({"__type__": "datetime", "__value__": "2026-11-22T19:58:00"});
    let at = json!({"__type__": "datetime", "__value__": "2026-11-22T19:58:00+00:00"});
    let wire_id = json!({"__type__": "uuid", "__value__": {"hex": id.replace('-', "")}});
    let to = json!({"city": "Dhaka", "codes": [1, null]});
    let args = json!([to, when, at, wire_id, {"k": [1]}, [1, null]]);
    let by_position = decode::<Nested>(args, json!({})).unwrap();
    let kwargs = json!({"to": to, "when": when, "at": at, "id": wire_id, "data": {"k": [1]}, "pair": [1, null]});
    assert_eq!(decode::<Nested>(json!([]), kwargs).unwrap(), by_position);
    assert_eq!(by_position.id.to_string(), id);
    assert_eq!(by_position.at, Some(by_position.when.0));
}

fn survives<T: Task + PartialEq + std::fmt::Debug>(task: &T) -> Arguments {
    let arguments = Arguments::of(task).unwrap();
    assert_eq!(Arguments::decode::<T>(T::NAME, &arguments.args, &arguments.kwargs).unwrap(), *task);
    arguments
}

#[test]
fn every_shape_of_struct_is_sent_and_read_back() {
    assert_eq!(survives(&Tick), Arguments::default());
    assert_eq!(survives(&Pair(1, "b".into())).args, [json!(1), json!("b")]);
    assert_eq!(survives(&Wrapped(Some(vec![1]))).args, [json!([1])]);
    assert_eq!(survives(&Wrapped(None)).args, [json!(null)]);
    let open = survives(&Open { x: 1, rest: Map::from_iter([("y".to_owned(), json!(2))]) });
    assert_eq!(Value::Object(open.kwargs), json!({"x": 1, "y": 2}));
    assert_eq!(survives(&Summarize { conversation_id: 1, max_words: 2, title: None }).kwargs.len(), 3);
    assert_eq!(Shape::of::<Summarize>(), Shape::Fields(&["conversation_id", "max_words", "title"]));
}

#[test]
fn a_registry_lists_names_and_refuses_two_of_one_name() {
    let registry = Registry::builder().register::<Tick>().register::<Summarize>().build().unwrap();
    assert_eq!(registry.names().collect::<Vec<_>>(), ["memory.summarize", "tick"]);
    assert_eq!(registry.get("tick").unwrap().shape, Shape::Unit);
    assert!(matches!(registry.get("tock"), Err(Error::UnknownTask(name)) if name == "tock"));
    let twice = Registry::builder().register::<Tick>().register::<Pair>().register::<Tick>().build();
    assert!(matches!(twice, Err(Error::DuplicateTask("tick"))));
}

#[derive(Serialize, Deserialize)]
struct Limits;

task!(Limits, "limits", TaskOptions::new().soft_time_limit(Duration::from_secs(9)).time_limit(Duration::from_secs(5)));

#[test]
fn limits_that_contradict_each_other_are_refused_at_the_start() {
    let error = Registry::builder().register::<Limits>().build().unwrap_err();
    assert!(error.to_string().contains("soft time limit lies after the hard one"), "{error}");
}

fn fresh() -> Fresh {
    Fresh { now: "2026-11-22T20:00:00Z".parse().unwrap(), id: "id-1".into(), delivery_tag: "tag-1".into() }
}

fn context(message: Message) -> TaskContext<i64> {
    let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
    TaskContext::new(42, Arc::new(Run::new(Arc::new(message), queue, "w1@host".into(), CancellationToken::new())))
}

#[tokio::test]
async fn a_registered_task_runs_from_its_message() {
    let registry = Registry::builder().register::<Summarize>().build().unwrap();
    let call = Call::named("memory.summarize").arg(7).kwarg("title", "t");
    let message = call.seal(&Sender::default(), fresh()).unwrap().message;
    let due = fresh().now;
    let retried = message.retried(due, "tag-2".into());
    let run = |message: Message| registry.get("memory.summarize").unwrap().run(context(message));
    let expected = json!({"conversation_id": 7, "max_words": 200, "title": "t"});
    assert_eq!(run(message.clone()).await.unwrap(), json!([42, 1, expected]));
    assert_eq!(run(retried.clone()).await.unwrap(), json!([42, 2, expected]));
    assert_eq!(retried.headers.parent_id, Some(message.headers.id.clone()));
    assert_eq!((retried.headers.eta, retried.properties.delivery_tag.as_str()), (Some(due), "tag-2"));

    let mut wrong = message;
    wrong.args.clear();
    let Err(TaskError::Fail(cause)) = run(wrong).await else { panic!("must not be retried") };
    let text = "memory.summarize() missing required argument 'conversation_id'";
    assert_eq!(cause.exception(), PyException::builtin("TypeError", text));
}

#[test]
fn a_call_carries_every_option() {
    let parent = Call::named("parent").id("p").seal(&Sender::default(), fresh()).unwrap().message;
    let sender = Sender { origin: Some("gen1@host".into()), reply_to: "app".into(), routes: Routes::new() };
    let outgoing = Call::of(&Summarize { conversation_id: 7, max_words: 5, title: None })
        .unwrap()
        .after(Duration::from_secs(10))
        .expires_after(Duration::from_mins(1))
        .priority(Priority::HIGH)
        .queue("other")
        .unique("summary:7", Duration::from_mins(5))
        .header("x-my", 1)
        .link(Signature::named("next"))
        .link_error(Signature::named("sorry"))
        .child_of(&parent)
        .seal(&sender, fresh())
        .unwrap();
    assert_eq!((outgoing.queue(), outgoing.unique.as_ref().unwrap().key.as_str()), ("other", "summary:7"));
    let envelope: Value = serde_json::from_slice(&outgoing.message.encode().unwrap()).unwrap();
    assert_eq!(
        envelope["headers"],
        json!({
            "lang": "rust", "task": "memory.summarize", "id": "id-1", "shadow": null,
            "eta": "2026-11-22T20:00:10+00:00", "expires": "2026-11-22T20:01:00+00:00", "group": null,
            "group_index": null, "retries": 0, "timelimit": [null, null], "root_id": "p", "parent_id": "p",
            "argsrepr": "()", "kwargsrepr": "{'conversation_id': 7, 'max_words': 5, 'title': None}",
            "origin": "gen1@host", "ignore_result": false, "replaced_task_nesting": 0, "stamped_headers": null,
            "stamps": {}, "x-my": 1, "unique_key": "summary:7", "sent_at": "2026-11-22T20:00:00+00:00",
        })
    );
    assert_eq!(
        envelope["properties"],
        json!({
            "correlation_id": "id-1", "reply_to": "app", "delivery_mode": 2, "priority": 3,
            "delivery_info": {"exchange": "", "routing_key": "other"}, "body_encoding": "base64",
            "delivery_tag": "tag-1", "expiration": "60000",
        })
    );
    assert_eq!(outgoing.message.embed.callbacks.unwrap()[0].task, "next");
    assert_eq!(outgoing.message.embed.errbacks.unwrap()[0].task, "sorry");
}

#[test]
fn the_call_goes_before_the_task_before_the_routes() {
    let sender = Sender { routes: Routes::new().route("*", "routed").route("memory.*", "never"), ..Sender::default() };
    let queue = |call: Call| call.seal(&sender, fresh()).unwrap().queue().to_owned();
    let summarize = || Call::of(&Summarize { conversation_id: 1, max_words: 1, title: None }).unwrap();
    assert_eq!(queue(summarize().queue("own")), "own");
    assert_eq!(queue(summarize()), "memory");
    assert_eq!(queue(Call::of(&Tick).unwrap()), "routed");
    let plain = Call::of(&Tick).unwrap().seal(&Sender::default(), fresh()).unwrap();
    assert_eq!(plain.queue(), "celery");
    let low = summarize().seal(&sender, fresh()).unwrap().message.properties.priority;
    assert_eq!(low, Some(Priority::LOW));
}

#[test]
fn private_arguments_are_not_shown_and_protocol_headers_are_not_replaced() {
    let call = Call::of(&Wrapped(Some(b"secret".to_vec()))).unwrap();
    let message = call.seal(&Sender::default(), fresh()).unwrap().message;
    assert_eq!((message.headers.argsrepr.as_str(), message.headers.kwargsrepr.as_str()), ("(...)", "{...}"));
    let error = Call::named("t").header("eta", "x").seal(&Sender::default(), fresh()).unwrap_err();
    assert!(error.to_string().contains("`eta` belongs to the protocol"), "{error}");
}

#[test]
fn a_signature_becomes_the_call_that_celery_would_send() {
    let signature: Signature = serde_json::from_value(json!({
        "task": "t.add", "args": [1], "kwargs": {}, "immutable": false, "subtask_type": null,
        "options": {
            "task_id": "own", "reply_to": "r", "queue": "q", "priority": 5, "countdown": 5, "shadow": "s",
            "expires": {"__type__": "datetime", "__value__": "2026-11-22T21:00:00+00:00"},
            "link": {"task": "cb"}, "link_error": [{"task": "eb"}], "group_id": "g", "group_index": 1,
            "chord": {"task": "body"}, "time_limit": 10, "root_id": "root", "parent_id": "parent",
            "stamped_headers": ["st"], "st": ["v"], "headers": {"x": 1}, "serializer": "json",
        },
    }))
    .unwrap();
    let call = Call::from_signature(signature.with_result(json!(9))).unwrap();
    let message = call.seal(&Sender::default(), fresh()).unwrap().message;
    let headers = &message.headers;
    assert_eq!(message.args, [json!(9), json!(1)]);
    assert_eq!((headers.id.as_str(), message.properties.reply_to.as_str()), ("own", "r"));
    assert_eq!(headers.eta.unwrap().to_string(), "2026-11-22T20:00:05Z");
    assert_eq!(headers.expires.unwrap().to_string(), "2026-11-22T21:00:00Z");
    assert_eq!((headers.group.as_deref(), headers.group_index), (Some("g"), Some(1)));
    assert_eq!(headers.timelimit.hard_secs, Some(10.0));
    assert_eq!((&headers.stamps["st"], &headers.other["x"]), (&json!(["v"]), &json!(1)));
    assert_eq!(message.embed.callbacks.unwrap()[0].task, "cb");
    assert_eq!(message.embed.errbacks.unwrap()[0].task, "eb");
    assert_eq!(message.embed.chord.unwrap().task, "body");

    let odd = Signature::named("t").option("countdown", "soon");
    let call = Call::from_signature(odd);
    assert!(matches!(call, Err(Error::Malformed { what: "time", .. })));
}
