//! Tasks of this project's own tests in `interop/`.

use bondhu_tasks::{
    RegistryBuilder, Signature, TaskError, TaskOptions,
    python::{Decimal, PyException, Python},
};
use jiff::{Timestamp, ToSpan, civil};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    retrying::again,
    task_macro::{Suite, task},
};

const PLAIN: TaskOptions = TaskOptions::new();
const RETRIED: TaskOptions = TaskOptions::new().max_retries(u32::MAX);

pub(crate) fn register(registry: RegistryBuilder<Suite>) -> RegistryBuilder<Suite> {
    registry
        .register::<Describe>()
        .register::<Types>()
        .register::<Fail>()
        .register::<FailAsRust>()
        .register::<Panic>()
        .register::<RetryUntil>()
        .register::<RetryForever>()
        .register::<Hold>()
        .register::<Progress>()
        .register::<ReplaceBy>()
        .register::<RateLimited>()
}

task!(
/// The request as a Rust task sees it.
"rust.describe", Describe(Vec<Value>), PLAIN, |_this, cx| -> Value {
    Ok(describe(&cx))
});

fn describe(cx: &bondhu_tasks::TaskContext<Suite>) -> Value {
    let message = cx.message();
    let headers = &message.headers;
    json!({
        "started_at": cx.queue().clock().now().as_duration().as_secs_f64(),
        "args": message.args,
        "id": headers.id,
        "eta": headers.eta.map(bondhu_tasks::timestamp::format),
        "expires": headers.expires.map(bondhu_tasks::timestamp::format),
        "retries": headers.retries,
        "root_id": headers.root_id,
        "parent_id": headers.parent_id,
        "group": headers.group,
        "timelimit": headers.timelimit,
        "shadow": headers.shadow,
        "stamps": headers.stamps,
        "headers": headers.other,
        "priority": message.properties.priority,
        "properties": message.properties,
        "routing_key": message.properties.delivery_info.routing_key,
    })
}

/// The values of kombu's JSON extras.
#[derive(Debug, serde::Serialize)]
struct Changed {
    at: Python<Timestamp>,
    day: Python<civil::Date>,
    time: Python<civil::Time>,
    price: Python<Decimal>,
    id: Python<Uuid>,
    text: Python<Vec<u8>>,
    binary: Python<Vec<u8>>,
}

task!(
/// Takes Python's types as typed fields and gives them back, changed a little.
"rust.types",
Types {
    at: Timestamp,
    day: civil::Date,
    time: civil::Time,
    price: String,
    id: Uuid,
    text: Vec<u8>,
    binary: Vec<u8>,
},
PLAIN,
|this, _cx| -> Changed {
    let turned = |bytes: Vec<u8>| Python(bytes.into_iter().rev().collect());
    Ok(Changed {
        at: Python(this.at.checked_add(1.hour())?),
        day: Python(this.day.checked_add(1.day())?),
        time: Python(this.time),
        price: Python(Decimal(this.price)),
        id: Python(this.id),
        text: turned(this.text),
        binary: turned(this.binary),
    })
});

task!("rust.fail", Fail { class: String, args: Vec<Value> }, PLAIN, |this, _cx| -> () {
    Err(TaskError::fail(PyException { exc_message: this.args, ..PyException::builtin(&this.class, "") }))
});

task!("rust.fail_as_rust", FailAsRust {}, PLAIN, |_this, _cx| -> u8 { "x".parse::<u8>().map_err(TaskError::fail) });

task!("rust.panic", Panic {}, PLAIN, |_this, _cx| -> () { panic!("on purpose") });

task!(
/// Fails until the attempt of this number, and returns `value`, or else the request.
"rust.retry_until", RetryUntil { attempt: u32, #[serde(default)] value: Value }, RETRIED,
|this, cx| -> Value {
    if cx.attempt() < this.attempt {
        return Err(again(&cx, u32::MAX, 0.05, PyException::builtin("ValueError", "not yet")));
    }
    Ok(if this.value.is_null() { describe(&cx) } else { this.value })
});

task!("rust.retry_forever", RetryForever { most: u32 }, RETRIED, |this, cx| -> () {
    Err(again(&cx, this.most, 0.05, PyException::builtin("ValueError", "never")))
});

task!(
/// Runs until the test lets it go.
"rust.hold", Hold {}, PLAIN, |_this, cx| -> String {
    cx.state().wait_for(&format!("go-{}", cx.id())).await?;
    Ok("held".to_owned())
});

task!("rust.progress", Progress {}, PLAIN, |_this, cx| -> String {
    cx.progress(json!({"done": 1, "of": 2})).await?;
    cx.state().wait_for(&format!("go-{}", cx.id())).await?;
    Ok("finished".to_owned())
});

task!(
/// Is replaced by a task of any name with its own positional arguments.
"rust.replace_by",
ReplaceBy {
    x: Value,
    #[serde(default)] y: Value,
    #[serde(default)] task: String,
    #[serde(default)] queue: String,
},
PLAIN,
|this, cx| -> () {
    let args = cx.message().args.clone();
    Err(cx.replace(Signature { args, kwargs: Map::new(), ..Signature::named(this.task) }.queue(&this.queue)).await)
});

task!("rust.rate_limited", RateLimited {}, TaskOptions::new().rate_limit("100/m"), |_this, _cx| -> () { Ok(()) });
