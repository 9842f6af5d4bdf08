//! What a worker says about itself.

use std::{collections::BTreeMap, sync::Arc, sync::atomic::Ordering};

use serde_json::{Map, Value, json};

use crate::{
    broker::Broker,
    id::TaskId,
    message::Message,
    timestamp,
    worker::{desk::Desk, status::Running},
};

/// How many messages that wait for their time are shown.
const SCHEDULED: u64 = 1000;

pub(super) fn revoked<S: Clone + Send + Sync + 'static>(desk: &Arc<Desk<S>>) -> Value {
    json!(desk.status.revoked(desk.now()))
}

/// Names, each with what was asked for, such as `name [rate_limit=10/m]`.
pub(super) fn registered<S: Clone + Send + Sync + 'static>(
    desk: &Arc<Desk<S>>,
    arguments: &Map<String, Value>,
) -> Value {
    let items: Vec<&str> = match arguments.get("taskinfoitems") {
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let line = |name: &&'static str| {
        let options = desk.status.tasks[name];
        let shown = items.iter().filter_map(|item| {
            let value = match *item {
                "name" => (*name).to_owned(),
                "rate_limit" => desk.status.rate(name)?.to_string(),
                "max_retries" => options.max_retries.to_string(),
                "time_limit" => options.time_limit?.as_secs_f64().to_string(),
                "soft_time_limit" => options.soft_time_limit?.as_secs_f64().to_string(),
                "queue" => options.queue?.to_owned(),
                _ => return None,
            };
            Some(format!("{item}={value}"))
        });
        let shown: Vec<String> = shown.collect();
        if shown.is_empty() { (*name).to_owned() } else { format!("{name} [{}]", shown.join(" ")) }
    };
    desk.status.tasks.keys().map(line).collect()
}

fn info(hostname: &str, message: &Message, started: Option<jiff::Timestamp>) -> Value {
    let (headers, properties) = (&message.headers, &message.properties);
    let hidden = headers.kwargsrepr == "{...}";
    #[expect(clippy::cast_precision_loss, reason = "a float of seconds is what the protocol has")]
    let started = started.map(|at| at.as_microsecond() as f64 / 1e6);
    json!({
        "id": headers.id,
        "name": headers.task,
        "args": if hidden { json!(headers.argsrepr) } else { json!(message.args) },
        "kwargs": if hidden { json!(headers.kwargsrepr) } else { json!(message.kwargs) },
        "type": headers.task,
        "hostname": hostname,
        "time_start": started,
        "acknowledged": false,
        "delivery_info": {
            "exchange": properties.delivery_info.exchange,
            "routing_key": properties.delivery_info.routing_key,
            "priority": properties.priority,
            "redelivered": message.is_redelivered(),
        },
        "worker_pid": started.map(|_| std::process::id()),
    })
}

pub(super) fn active<S: Clone + Send + Sync + 'static>(desk: &Arc<Desk<S>>) -> Value {
    desk.status.running().iter().map(|running| active_one(desk, running)).collect()
}

fn active_one<S: Clone + Send + Sync + 'static>(desk: &Arc<Desk<S>>, running: &Running) -> Value {
    info(&desk.status.hostname, &running.run.message, Some(running.started))
}

/// Messages that wait for their time do so in the broker, for all workers; those of this worker's queues are shown.
pub(super) async fn scheduled<S: Clone + Send + Sync + 'static>(desk: &Arc<Desk<S>>) -> Value {
    let queues: Vec<String> = desk.status.pools.iter().flat_map(|pool| pool.queues()).collect();
    let page = desk.queue.broker().scheduled(0, SCHEDULED).await;
    let raws = page.map(|page| page.items).unwrap_or_default();
    let messages = raws.iter().filter_map(|raw| Message::decode(raw).ok());
    let mine = messages.filter(|message| queues.contains(&message.properties.delivery_info.routing_key));
    mine.map(|message| {
        json!({
            "eta": message.headers.eta.map(timestamp::format),
            "priority": 6,
            "request": info(&desk.status.hostname, &message, None),
        })
    })
    .collect()
}

pub(super) fn query<S: Clone + Send + Sync + 'static>(desk: &Arc<Desk<S>>, ids: &[TaskId]) -> Value {
    let running = desk.status.running();
    let found = running.iter().filter(|running| ids.contains(&running.run.message.headers.id));
    let found = found.map(|running| {
        let id = running.run.message.headers.id.to_string();
        (id, json!(["active", active_one(desk, running)]))
    });
    Value::Object(found.collect())
}

pub(super) fn stats<S: Clone + Send + Sync + 'static>(desk: &Arc<Desk<S>>) -> Value {
    let (status, pool) = (&desk.status, &desk.status.pools[0]);
    let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
    json!({
        "total": status.totals(),
        "pid": std::process::id(),
        "clock": desk.events.tick().to_string(),
        "uptime": desk.now().duration_since(status.started).as_secs(),
        "pool": {
            "implementation": "bondhu_tasks:tokio",
            "max-concurrency": pool.slots(),
            "processes": [std::process::id()],
            "max-tasks-per-child": "N/A",
            "put-guarded-by-semaphore": true,
            "timeouts": [0, 0],
            "writes": "N/A",
        },
        "broker": broker(desk.queue.broker()),
        "prefetch_count": status.pools.iter().map(|pool| pool.slots()).sum::<usize>(),
        "rusage": usage(),
        "bondhu": {
            "processed": count(&status.counts.processed),
            "failed": count(&status.counts.failed),
            "retried": count(&status.counts.retried),
            "running": status.running().len(),
            "slots": status.pools.iter().map(|pool| pool.slots()).sum::<usize>(),
        },
    })
}

fn broker(broker: &Broker) -> Value {
    json!({
        "hostname": broker.transport(), "userid": null, "virtual_host": "/", "port": null, "insist": false, "ssl": false,
        "transport": broker.transport(), "connect_timeout": 4, "transport_options": {}, "login_method": null,
        "uri_prefix": null, "heartbeat": 0, "failover_strategy": "round-robin", "alternates": [],
    })
}

pub(super) fn active_queues<S: Clone + Send + Sync + 'static>(desk: &Arc<Desk<S>>) -> Value {
    let queues = desk.status.pools.iter().flat_map(|pool| pool.queues());
    let queue = |name: String| {
        json!({
            "name": name,
            "exchange": {
                "name": name, "type": "direct", "arguments": null, "durable": true, "passive": false,
                "auto_delete": false, "delivery_mode": null, "no_declare": false,
            },
            "routing_key": name, "queue_arguments": null, "binding_arguments": null, "consumer_arguments": null,
            "durable": true, "exclusive": false, "auto_delete": false, "no_ack": false, "alias": null, "bindings": [],
            "no_declare": null, "expires": null, "message_ttl": null, "max_length": null, "max_length_bytes": null,
            "max_priority": null,
        })
    };
    queues.map(queue).collect()
}

/// The settings that Celery's tools look for. There is no address in it: it may hold a password.
pub(super) fn conf<S: Clone + Send + Sync + 'static>(desk: &Arc<Desk<S>>) -> Value {
    let transport = desk.queue.broker().transport();
    json!({
        "accept_content": ["json"], "task_serializer": "json", "result_serializer": "json", "enable_utc": true,
        "timezone": "UTC", "broker_url": format!("{transport}://********"),
        "result_backend": desk.queue.backend().map(|_| format!("{transport}://********")),
        "broker_heartbeat": 0, "deprecated_settings": null, "include": [], "imports": [],
        "worker_hijack_root_logger": false, "worker_log_color": false, "worker_prefetch_multiplier": 1,
        "worker_concurrency": desk.status.pools[0].slots(), "task_acks_late": true,
        "task_track_started": desk.settings.track_started, "result_extended": desk.settings.result_extended,
        "worker_send_task_events": desk.events.are_enabled(), "task_default_queue": "celery",
    })
}

pub(super) fn report<S: Clone + Send + Sync + 'static>(desk: &Arc<Desk<S>>) -> String {
    format!(
        "software -> celery:none bondhu-tasks:{} rust:{} {}\ntransport:{} results:{}\ntasks:{}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
        desk.queue.broker().transport(),
        desk.queue.backend().is_some(),
        desk.status.tasks.len(),
    )
}

/// Resident memory in KiB, where the system tells it.
pub(super) fn memory() -> Option<u32> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().split(' ').next()?.parse().ok()
}

/// What the process has used, as far as the system tells it (the fields of `getrusage`).
fn usage() -> Value {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in brackets, may hold anything; numbers begin after it, with the third field.
    let fields: Vec<&str> = stat.rsplit_once(") ").map(|(_, rest)| rest.split(' ').collect()).unwrap_or_default();
    let field = |number: usize| fields.get(number - 3).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    let mut known: BTreeMap<&str, Value> = [
        // Ticks of a hundredth of a second on Linux.
        ("utime", json!(field(14) / 100.0)),
        ("stime", json!(field(15) / 100.0)),
        ("minflt", json!(field(10))),
        ("majflt", json!(field(12))),
        ("maxrss", json!(memory().unwrap_or_default())),
    ]
    .into();
    for name in
        ["idrss", "inblock", "isrss", "ixrss", "msgrcv", "msgsnd", "nivcsw", "nsignals", "nswap", "nvcsw", "oublock"]
    {
        known.insert(name, json!("N/A"));
    }
    json!(known)
}
