//! Tasks that are tried again.

use std::time::Duration;

use bondhu_tasks::{
    Backoff, RegistryBuilder, ResultPolicy, Signature, TaskContext, TaskError, TaskOptions, python::PyException,
};
use serde_json::{Map, Value, json};

use super::{
    errors::exception,
    task_macro::{Suite, raise, task},
};

/// These say themselves when to give up, as Python's `self.retry(max_retries=...)` does.
const RETRIED: TaskOptions = TaskOptions::new().max_retries(u32::MAX);
const RETRIED_IGNORED: TaskOptions = RETRIED.result(ResultPolicy::Ignore);
const THREE: TaskOptions = TaskOptions::new().max_retries(3);
const CLASS: TaskOptions =
    TaskOptions::new().max_retries(1).backoff(Backoff::exponential(Duration::from_secs(1), Duration::from_mins(10)));

pub(crate) fn register(registry: RegistryBuilder<Suite>) -> RegistryBuilder<Suite> {
    registry
        .register::<Retry>()
        .register::<RetryUnpickleable>()
        .register::<RetryArgsAfterKwargs>()
        .register::<RetryKwargsAfterArgs>()
        .register::<RetryOnce>()
        .register::<RetryOnceIgnored>()
        .register::<RetryOnceWithResult>()
        .register::<RetryOncePriority>()
        .register::<RetryOnceHeaders>()
        .register::<AutoRetryClassTask>()
}

fn retries(cx: &TaskContext<Suite>) -> u32 {
    cx.message().headers.retries
}

/// Tries again `secs` from now, but not more than `most` times.
pub(crate) fn again(cx: &TaskContext<Suite>, most: u32, secs: f64, cause: PyException) -> TaskError {
    if retries(cx) >= most {
        return TaskError::fail(cause);
    }
    TaskError::retry_after(cause, Duration::from_secs_f64(secs))
}

/// Tries again without a cause.
fn once_more(cx: &TaskContext<Suite>, most: u32, secs: f64) -> TaskError {
    again(cx, most, secs, PyException::max_retries_exceeded(format!("Can't retry {}", cx.message().headers.task)))
}

task!(
    "t.integration.tasks.retry",
    Retry {
        #[serde(default)]
        return_value: Value
    },
    THREE,
    |this, cx| -> Value {
        if !this.return_value.is_null() && retries(&cx) >= 3 {
            return Ok(this.return_value);
        }
        Err(again(&cx, 3, 5.0, exception("ExpectedException", Vec::new())))
    }
);

/// The keyword arguments of `self.retry` that the suite uses.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
struct RetryKwargs {
    countdown: f64,
    max_retries: u32,
}

task!(
    "t.integration.tasks.retry_unpickleable",
    RetryUnpickleable { foo: Value, bar: Value, retry_kwargs: RetryKwargs },
    RETRIED,
    |this, cx| -> () {
        let cause = exception("UnpickleableException", vec![this.foo]);
        Err(again(&cx, this.retry_kwargs.max_retries, this.retry_kwargs.countdown, cause))
    }
);

/// Sends the task again with other arguments, under its own id: a retry keeps the arguments it has.
async fn retry_with(cx: &TaskContext<Suite>, args: Vec<Value>, kwargs: Map<String, Value>) -> TaskError {
    let headers = &cx.message().headers;
    let next = Signature { args, kwargs, ..Signature::named(headers.task.clone()) }
        .option("task_id", headers.id.as_str())
        .option("parent_id", headers.id.as_str())
        .option("root_id", json!(headers.root_id))
        .option("queue", cx.message().properties.delivery_info.routing_key.clone())
        .option("retries", headers.retries + 1);
    match cx.queue().apply(next).await {
        Ok(_) => TaskError::Ignore,
        Err(error) => TaskError::fail(error),
    }
}

task!(
    "t.integration.tasks.retry_with_args_after_kwargs",
    RetryArgsAfterKwargs {
        foo: i64,
        bar: i64,
        #[serde(default)]
        label: Value
    },
    THREE,
    |this, cx| -> Value {
        if retries(&cx) == 0 {
            let kwargs = Map::from_iter([("label".to_owned(), this.label)]);
            return Err(retry_with(&cx, vec![(this.foo + 1).into(), (this.bar + 1).into()], kwargs).await);
        }
        let retries = retries(&cx);
        Ok(json!({"foo": this.foo, "bar": this.bar, "label": this.label, "retries": retries, "is_eager": false}))
    }
);

task!(
    "t.integration.tasks.retry_with_kwargs_after_args",
    RetryKwargsAfterArgs { foo: i64, bar: i64 },
    THREE,
    |this, cx| -> Value {
        if retries(&cx) == 0 {
            let kwargs = json!({"foo": this.foo + 1, "bar": this.bar});
            return Err(retry_with(&cx, Vec::new(), kwargs.as_object().cloned().unwrap_or_default()).await);
        }
        Ok(json!({"foo": this.foo, "bar": this.bar, "retries": retries(&cx), "is_eager": false}))
    }
);

task!("t.integration.tasks.retry_once",
RetryOnce {
    #[serde(default)] result: Value,
    #[serde(default)] expires: Value,
    #[serde(default = "one")] max_retries: u32,
    #[serde(default)] countdown: Option<f64>,
},
RETRIED,
|this, cx| -> u32 {
    if retries(&cx) > 0 {
        return Ok(retries(&cx));
    }
    Err(once_more(&cx, this.max_retries, this.countdown.unwrap_or(0.1)))
});

task!("t.integration.tasks.retry_once_ignore_result", RetryOnceIgnored {}, RETRIED_IGNORED, |_this, cx| -> u32 {
    if retries(&cx) > 0 { Ok(retries(&cx)) } else { Err(once_more(&cx, 1, 0.0)) }
});

task!("t.integration.tasks.retry_once_with_result", RetryOnceWithResult {}, RETRIED, |_this, cx| -> u32 {
    if retries(&cx) > 0 { Ok(retries(&cx)) } else { Err(once_more(&cx, 1, 0.0)) }
});

task!("t.integration.tasks.retry_once_priority", RetryOncePriority(Vec<Value>), RETRIED, |_this, cx| -> u8 {
    if retries(&cx) > 0 {
        return Ok(cx.message().properties.priority.map_or(0, bondhu_tasks::Priority::level));
    }
    Err(once_more(&cx, 1, 0.1))
});

task!("t.integration.tasks.retry_once_headers", RetryOnceHeaders(Vec<Value>), RETRIED, |_this,
                                                                                        cx|
 -> Map<String, Value> {
    if retries(&cx) > 0 { Ok(cx.message().headers.other.clone()) } else { Err(once_more(&cx, 1, 0.1)) }
});

task!("auto_retry_class_task", AutoRetryClassTask {}, CLASS, |_this, cx| -> u32 {
    match retries(&cx) {
        0 => Err(match raise("ValueError", "") {
            TaskError::Fail(cause) => TaskError::Retry { cause, wait: None },
            other => other,
        }),
        retries => Ok(retries),
    }
});

fn one() -> u32 {
    1
}
