//! The methods of remote control, with the answers that Celery's tools expect.

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value, json};

use super::look;
use crate::{
    id::TaskId,
    message::Message,
    rate_limit::RateLimit,
    result::{State, StoredResult},
    worker::{desk::Desk, status::Limits},
};

type Arguments = Map<String, Value>;

/// Carries out one method; none for those that are not answered.
pub(super) async fn run<S>(desk: &Arc<Desk<S>>, method: &str, arguments: &Arguments) -> Option<Value>
where
    S: Clone + Send + Sync + 'static,
{
    let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    Some(match method {
        "ping" => json!({"ok": "pong"}),
        "clock" => json!({"clock": desk.events.tick()}),
        "hello" if text("from_node") == desk.status.hostname => return None,
        "hello" => json!({"revoked": look::revoked(desk), "clock": desk.events.tick()}),
        "registered" | "dump_tasks" => look::registered(desk, arguments),
        "active" | "dump_active" => look::active(desk),
        "reserved" | "dump_reserved" => json!([]),
        "scheduled" | "dump_schedule" => look::scheduled(desk).await,
        "revoked" | "dump_revoked" => look::revoked(desk),
        "query_task" => look::query(desk, &ids(arguments, "ids")),
        "stats" => look::stats(desk),
        "active_queues" => look::active_queues(desk),
        "conf" | "dump_conf" => look::conf(desk),
        "report" => json!({"ok": look::report(desk)}),
        "memsample" => look::memory().map_or(Value::Null, |kib| format!("{:.2}MB", f64::from(kib) / 1024.0).into()),
        "memdump" => json!("-"),
        "objgraph" => json!({"error": "there are no Python objects in this worker"}),
        "election" => return None,
        "heartbeat" => {
            desk.events.enable();
            desk.events.beat();
            return None;
        }
        "enable_events" => said(desk.events.enable(), "task events enabled", "task events already enabled"),
        "disable_events" => said(desk.events.disable(), "task events disabled", "task events already disabled"),
        "revoke" | "terminate" => revoke(desk, method, arguments).await,
        "revoke_by_stamped_headers" => revoke_by_stamps(desk, arguments),
        "rate_limit" => rate_limit(desk, text("task_name"), arguments.get("rate_limit")),
        "time_limit" => time_limit(desk, text("task_name"), arguments),
        "add_consumer" => {
            let queue = text("queue");
            let is_new = desk.status.pools[0].add_queue(queue);
            said(is_new, &format!("add consumer {queue}"), &format!("already consuming from {queue}"))
        }
        "cancel_consumer" => {
            let queue = text("queue");
            for pool in &desk.status.pools {
                pool.cancel_queue(queue);
            }
            json!({"ok": format!("no longer consuming from {queue}")})
        }
        "pool_grow" => {
            desk.status.pools[0].grow(count(arguments));
            json!({"ok": "pool will grow"})
        }
        "pool_shrink" => {
            desk.status.pools[0].shrink(count(arguments));
            json!({"ok": "pool will shrink"})
        }
        "pool_restart" => json!({"ok": "reload started"}),
        "autoscale" => autoscale(desk, arguments),
        "shutdown" => {
            desk.status.closing.cancel();
            return None;
        }
        unknown => json!({"error": format!("KeyError('{unknown}')")}),
    })
}

fn said(is_new: bool, done: &str, already: &str) -> Value {
    json!({"ok": if is_new { done } else { already }})
}

fn count(arguments: &Arguments) -> usize {
    arguments.get("n").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok()).unwrap_or(1)
}

/// A single id or a list of them.
fn ids(arguments: &Arguments, name: &str) -> Vec<TaskId> {
    match arguments.get(name) {
        Some(Value::Array(ids)) => ids.iter().filter_map(Value::as_str).map(TaskId::from).collect(),
        Some(Value::String(id)) => vec![id.as_str().into()],
        _ => Vec::new(),
    }
}

/// Has tasks not run. Who waits for one learns of it at once, unless it runs already.
async fn revoke<S>(desk: &Arc<Desk<S>>, method: &str, arguments: &Arguments) -> Value
where
    S: Clone + Send + Sync + 'static,
{
    let ids = ids(arguments, "task_id");
    desk.status.revoke(ids.iter().cloned(), desk.now());
    if method == "terminate" || arguments.get("terminate").and_then(Value::as_bool) == Some(true) {
        let stopped: Vec<&str> = ids.iter().filter(|id| desk.status.terminate(id)).map(TaskId::as_str).collect();
        return if stopped.is_empty() {
            json!({"ok": "terminate: tasks unknown"})
        } else {
            json!({"ok": format!("terminate: {}", stopped.join(", "))})
        };
    }
    if let Some(backend) = desk.queue.backend() {
        for id in &ids {
            let known = backend.get(id).await.ok().flatten().map_or(State::Pending, |known| known.status);
            if matches!(known, State::Pending | State::Received | State::Retry) {
                let message = Message {
                    headers: crate::message::Headers::new("", id.clone()),
                    properties: crate::message::Properties::new("", id.clone(), ""),
                    args: Vec::new(),
                    kwargs: Map::new(),
                    embed: crate::message::Embed::default(),
                };
                let revoked = StoredResult::revoked(&message, "revoked", desk.now());
                if let Err(error) = backend.store(&[revoked]).await {
                    tracing::warn!(%error, "a revoked task's result could not be stored");
                }
            }
        }
    }
    let names: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
    json!({"ok": format!("tasks {{{}}} flagged as revoked", names.join(", "))})
}

/// Has tasks with one of these stamps not run, whenever they come. With `terminate` those that run are stopped.
fn revoke_by_stamps<S>(desk: &Arc<Desk<S>>, arguments: &Arguments) -> Value
where
    S: Clone + Send + Sync + 'static,
{
    let Some(Value::Object(wanted)) = arguments.get("headers") else {
        return json!({"error": "the argument `headers` is missing"});
    };
    let now = desk.now();
    for (name, values) in wanted {
        desk.status.revoke_stamp(name, values.as_array().map_or(std::slice::from_ref(values), Vec::as_slice), now);
    }
    let terminate = arguments.get("terminate").and_then(Value::as_bool) == Some(true);
    if terminate {
        for running in desk.status.running() {
            let headers = &running.run.message.headers;
            if desk.status.is_revoked(headers, now) {
                desk.status.terminate(&headers.id);
            }
        }
    }
    let shown = Value::Object(wanted.clone());
    let end = if terminate { "" } else { ", but not terminated" };
    json!({"ok": format!("headers {} flagged as revoked{end}", crate::python::value_repr(&shown))})
}

fn rate_limit<S>(desk: &Arc<Desk<S>>, task: &str, rate: Option<&Value>) -> Value
where
    S: Clone + Send + Sync + 'static,
{
    if !desk.status.tasks.contains_key(task) {
        return json!({"error": "unknown task"});
    }
    let text = match rate {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => "0".to_owned(),
    };
    if text.trim_end_matches(['/', 's', 'm', 'h']).parse::<f64>().is_err() {
        return json!({"error": format!("Invalid rate limit string: ValueError('{text}')")});
    }
    let rate = RateLimit::parse(&text);
    desk.status.set_rate(task, rate);
    json!({"ok": if rate.is_some() { "new rate limit set successfully" } else { "rate limit disabled successfully" }})
}

fn time_limit<S>(desk: &Arc<Desk<S>>, task: &str, arguments: &Arguments) -> Value
where
    S: Clone + Send + Sync + 'static,
{
    if !desk.status.tasks.contains_key(task) {
        return json!({"error": "unknown task"});
    }
    let secs = |name: &str| {
        let secs = arguments.get(name).and_then(Value::as_f64)?;
        Duration::try_from_secs_f64(secs).ok()
    };
    desk.status.set_limits(task, Limits { soft: secs("soft"), hard: secs("hard") });
    json!({"ok": "time limits set successfully"})
}

/// There is one size here, so the larger bound is it.
fn autoscale<S>(desk: &Arc<Desk<S>>, arguments: &Arguments) -> Value
where
    S: Clone + Send + Sync + 'static,
{
    let pool = &desk.status.pools[0];
    let most = arguments.get("max").and_then(Value::as_u64).and_then(|max| usize::try_from(max).ok());
    if let Some(most) = most.filter(|most| *most > 0) {
        let slots = pool.slots();
        if most > slots { pool.grow(most - slots) } else { pool.shrink(slots - most) }
    }
    json!({"ok": format!("autoscale now max={0} min={0}", pool.slots())})
}
