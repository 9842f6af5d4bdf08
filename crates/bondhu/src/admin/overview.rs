//! One look at all background work: queues, workers, schedule, dead letters.

use std::{collections::BTreeMap, time::Duration};

use bondhu_tasks::{Broker, TransportError, beat::EntryState, control::Control};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::{app::App, schedule};

/// How long to wait for the answers of workers in other processes.
const ANSWERS_WITHIN: Duration = Duration::from_millis(700);

/// What all background work looks like at one moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskOverview {
    /// The moment (RFC 3339).
    pub now: String,
    /// Where messages wait: `memory`, `sqlite` or `redis`.
    pub transport: String,
    /// Each queue.
    pub queues: Vec<TaskQueue>,
    /// Each worker that answers.
    pub workers: Vec<TaskWorker>,
    /// Each entry of the schedule.
    pub schedule: Vec<ScheduledEntry>,
    /// How many dead letters there are.
    pub dead_letters: u64,
    /// How many rows wait to be handed to the broker.
    pub outbox: u64,
}

/// One queue.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskQueue {
    /// Its name.
    pub name: String,
    /// Messages that wait for a worker.
    pub waiting: u64,
    /// Of these, by priority: 0 (most urgent), 3, 6, 9.
    pub waiting_by_priority: [u64; 4],
    /// Messages whose time has not come.
    pub scheduled: u64,
    /// Age in seconds of the message that has waited longest, where its sender said when.
    pub oldest_secs: Option<u64>,
}

/// One worker.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskWorker {
    /// `name@host`.
    pub hostname: String,
    /// Its process.
    pub pid: Option<u64>,
    /// Seconds since it started.
    pub uptime_secs: Option<u64>,
    /// How many tasks it runs side by side.
    pub concurrency: Option<u64>,
    /// Runs that have come to an end.
    pub processed: Option<u64>,
    /// Of these, those that failed for good.
    pub failed: Option<u64>,
    /// Of these, those that will be tried again.
    pub retried: Option<u64>,
    /// What it runs now.
    pub running: Vec<RunningTask>,
}

/// One task that runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct RunningTask {
    /// Its id.
    pub id: String,
    /// Its name.
    pub task: String,
    /// The queue it came from.
    pub queue: Option<String>,
    /// Seconds since it started.
    pub running_secs: Option<f64>,
}

/// One entry of the schedule.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScheduledEntry {
    /// Its name.
    pub name: String,
    /// The task it sends.
    pub task: String,
    /// When, in the notation of the schedule.
    pub schedule: String,
    /// The last time it was due and sent (RFC 3339).
    pub last_run: Option<String>,
    /// The next time it is due (RFC 3339).
    pub next_run: Option<String>,
    /// How often it has been sent.
    pub total_runs: u64,
    /// How often it was due and not sent, because nobody was there in time.
    pub skipped: u64,
    /// By how much the last run was late, in milliseconds.
    pub late_ms: Option<u64>,
}

/// Gathers the overview. Workers that do not answer in time are missing from it.
pub async fn gather(app: &App) -> anyhow::Result<TaskOverview> {
    let broker = app.queue.broker();
    let (queues, workers, states, dead, outbox) = tokio::join!(
        queues(app, broker),
        workers(app),
        broker.schedule(schedule::NAME),
        broker.dead(0, 0),
        app.store.count_outbox()
    );
    Ok(TaskOverview {
        now: app.queue.clock().now().to_string(),
        transport: broker.transport().to_owned(),
        queues: queues?,
        workers,
        schedule: entries(app, &states?),
        dead_letters: dead?.total,
        outbox: u64::try_from(outbox?).unwrap_or_default(),
    })
}

async fn queues(app: &App, broker: &Broker) -> Result<Vec<TaskQueue>, TransportError> {
    let now = app.queue.clock().now();
    let depths = broker.depths(&schedule::QUEUES.map(ToOwned::to_owned)).await?;
    Ok(depths
        .into_iter()
        .map(|depth| TaskQueue {
            name: depth.queue,
            waiting: depth.waiting.iter().sum(),
            waiting_by_priority: depth.waiting,
            scheduled: depth.scheduled,
            oldest_secs: depth.oldest.map(|sent| u64::try_from(now.duration_since(sent).as_secs()).unwrap_or_default()),
        })
        .collect())
}

/// Asks every worker, of this process and of others, Python's included.
async fn workers(app: &App) -> Vec<TaskWorker> {
    let control = Control::new(app.queue.broker().clone(), app.queue.clock().clone());
    let nothing = || Value::Object(serde_json::Map::new());
    let (stats, active) = tokio::join!(
        control.ask("stats", nothing(), None, ANSWERS_WITHIN),
        control.ask("active", nothing(), None, ANSWERS_WITHIN)
    );
    let (stats, active) = match (stats, active) {
        (Ok(stats), Ok(active)) => (stats, active),
        (Err(error), _) | (_, Err(error)) => {
            tracing::warn!(%error, "the workers could not be asked how they are");
            return Vec::new();
        }
    };
    let now = app.queue.clock().now().as_microsecond();
    stats.into_iter().map(|(hostname, stats)| worker(&active, hostname, &stats, now)).collect()
}

#[expect(clippy::cast_precision_loss, reason = "microseconds since 1970 fit a float well enough for a duration")]
fn worker(active: &BTreeMap<String, Value>, hostname: String, stats: &Value, now: i64) -> TaskWorker {
    let own = |name: &str| stats.pointer(&format!("/bondhu/{name}")).and_then(Value::as_u64);
    let total = || {
        let counts = stats.get("total").and_then(Value::as_object);
        counts.map(|counts| counts.values().filter_map(Value::as_u64).sum())
    };
    let running = active.get(&hostname).and_then(Value::as_array).into_iter().flatten();
    let text = |task: &Value, path: &str| task.pointer(path).and_then(Value::as_str).map(ToOwned::to_owned);
    let running = running.map(|task| RunningTask {
        id: text(task, "/id").unwrap_or_default(),
        task: text(task, "/name").unwrap_or_default(),
        queue: text(task, "/delivery_info/routing_key"),
        running_secs: task.get("time_start").and_then(Value::as_f64).map(|start| (now as f64 / 1e6 - start).max(0.0)),
    });
    TaskWorker {
        pid: stats.get("pid").and_then(Value::as_u64),
        uptime_secs: stats.get("uptime").and_then(Value::as_u64),
        concurrency: stats.pointer("/pool/max-concurrency").and_then(Value::as_u64),
        processed: own("processed").or_else(total),
        failed: own("failed"),
        retried: own("retried"),
        running: running.collect(),
        hostname,
    }
}

fn entries(app: &App, states: &BTreeMap<String, Value>) -> Vec<ScheduledEntry> {
    schedule::entries()
        .iter()
        .map(|entry| {
            let state = states.get(entry.name()).and_then(EntryState::from_value);
            ScheduledEntry {
                name: entry.name().to_owned(),
                task: entry.task().to_owned(),
                schedule: entry.schedule().to_string(),
                last_run: state.as_ref().and_then(|state| state.last_run).map(|at| at.to_string()),
                next_run: entry.schedule().next_after(app.queue.clock().now()).map(|at| at.to_string()),
                total_runs: state.as_ref().map_or(0, |state| state.total_runs),
                skipped: state.as_ref().map_or(0, |state| state.skipped),
                late_ms: state.as_ref().and_then(|state| state.late_by_ms),
            }
        })
        .collect()
}
