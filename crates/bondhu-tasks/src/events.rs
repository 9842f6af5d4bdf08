//! Events: what workers tell monitors such as Flower and `celery events`.
//!
//! Nothing is sent while nobody listens: the broker says how many heard the last event, and when none did, everything
//! but a rare heartbeat stops until somebody asks ([`Events::enable`], by the control command `enable_events`) or a
//! heartbeat is heard again.

use std::{
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use serde_json::{Map, Value, json};
use tokio::sync::Notify;

use crate::{
    broker::Broker,
    clock::Clock,
    control::envelope,
    message::Message,
    python::{self, PyException},
    timestamp,
};

/// The heartbeat that Celery has, in seconds; monitors take a worker for lost after several missing ones.
const BEAT: Duration = Duration::from_secs(2);
/// The heartbeat while nobody listens. It also shows that the connection lives.
const SILENT_BEAT: Duration = Duration::from_mins(10);
/// So many heartbeats must go unheard before everything stops: a monitor that reconnects misses one or two.
const UNHEARD: u64 = 3;
/// Task events wait in memory until there are so many, or the sender gets its turn.
const BUFFER: usize = 4096;

/// What a worker tells about itself and its tasks.
///
/// ```
/// use bondhu_tasks::{Broker, Clock, events::Events};
///
/// let events = Events::new(Broker::memory(Clock::system()), Clock::system(), "worker@host".to_owned());
/// assert!(!events.are_enabled(), "nothing is sent before somebody listens");
/// assert!(events.enable());
/// ```
///
/// What becomes of tasks, as a monitor hears it:
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender, events::{Events, Load}, python::PyException};
/// # use base64::Engine;
/// # use serde_json::{Value, json};
/// # use std::time::Duration;
/// # /// What an event of several tasks says.
/// # fn kinds(payload: &[u8]) -> Vec<Value> {
/// #     let envelope: Value = serde_json::from_slice(payload).unwrap();
/// #     let body = base64::prelude::BASE64_STANDARD.decode(envelope["body"].as_str().unwrap()).unwrap();
/// #     let events: Vec<Value> = serde_json::from_slice(&body).unwrap();
/// #     events.into_iter().map(|event| event["type"].clone()).collect()
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let broker = Broker::memory(Clock::system());
/// let mut monitor = broker.subscribe("celeryev/task.*").await?;
/// let events = Events::new(broker.clone(), Clock::system(), "worker@host".to_owned());
/// # let queue = Queue::new(broker, Sender::default(), Clock::system());
/// let message = queue.seal(Call::named("tidy"))?.message;
/// let error = PyException::builtin("OSError", "the door is locked");
///
/// events.enable();
/// events.received(&message);
/// events.started(&message);
/// events.retried(&message, &error); // at the first try
/// events.failed(&message, &error); // at the last
/// events.succeeded(&message, Some(&json!("tidy")), Duration::from_millis(20)); // or else
/// events.revoked(&message, "expired"); // or it never ran
/// events.rejected(&message, false);
/// events.beat(); // now, rather than in two seconds
/// events.run(Load::default, std::future::ready(())).await;
/// let (_, heard) = monitor.next().await.ok_or("the broker is gone")?;
/// assert_eq!(kinds(&heard)[..4], ["task-received", "task-started", "task-retried", "task-failed"]);
/// assert_eq!(kinds(&heard)[4..], ["task-succeeded", "task-revoked", "task-rejected"]);
///
/// // The clock of a message that comes in moves ours on.
/// events.adjust(1000);
/// assert!(events.tick() > 1000);
/// assert!(events.disable() && !events.are_enabled());
/// # Ok(())
/// # }
/// ```
pub struct Events {
    broker: Broker,
    clock: Clock,
    hostname: String,
    pid: u32,
    /// The Lamport clock that Celery puts into every event and control message.
    lamport: AtomicU64,
    enabled: AtomicBool,
    buffer: Mutex<Vec<Value>>,
    wake: Notify,
}

/// What a heartbeat says.
///
/// ```
/// # use bondhu_tasks::{Broker, Clock, events::{Events, Load}};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let events = Events::new(Broker::memory(Clock::system()), Clock::system(), "worker@host".to_owned());
/// let stop = std::future::ready(());
/// events.run(|| Load { active: 1, processed: 20 }, stop).await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    /// Tasks that run.
    pub active: u64,
    /// Tasks that have come to an end.
    pub processed: u64,
}

impl Events {
    /// Events of the worker `name@host`.
    pub fn new(broker: Broker, clock: Clock, hostname: String) -> Self {
        Self {
            broker,
            clock,
            hostname,
            pid: std::process::id(),
            lamport: AtomicU64::new(0),
            enabled: AtomicBool::new(false),
            buffer: Mutex::default(),
            wake: Notify::new(),
        }
    }

    /// The Lamport clock, one further.
    pub fn tick(&self) -> u64 {
        self.lamport.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Brings the Lamport clock past one that was received.
    pub fn adjust(&self, other: u64) {
        self.lamport.fetch_max(other, Ordering::Relaxed);
        self.tick();
    }

    /// True while task events are sent.
    pub fn are_enabled(&self) -> bool {
        self.enabled.load(Ordering::Relaxed)
    }

    /// Somebody listens. False if that was known.
    pub fn enable(&self) -> bool {
        let was = self.enabled.swap(true, Ordering::Relaxed);
        self.wake.notify_one();
        !was
    }

    /// Nobody wants to listen any more. False if that was known.
    pub fn disable(&self) -> bool {
        self.enabled.swap(false, Ordering::Relaxed)
    }

    /// Sends a heartbeat now.
    pub fn beat(&self) {
        self.wake.notify_one();
    }

    /// A worker has taken the task.
    pub fn received(&self, message: &Message) {
        self.task("task-received", message, || {
            let headers = &message.headers;
            json!({
                "name": headers.task, "args": headers.argsrepr, "kwargs": headers.kwargsrepr,
                "root_id": headers.root_id, "parent_id": headers.parent_id, "retries": headers.retries,
                "eta": headers.eta.map(timestamp::format), "expires": headers.expires.map(timestamp::format),
            })
        });
    }

    /// A worker has started it.
    pub fn started(&self, message: &Message) {
        self.task("task-started", message, || json!({}));
    }

    /// It ended well. The result is shown only if it is given.
    pub fn succeeded(&self, message: &Message, result: Option<&Value>, runtime: Duration) {
        self.task("task-succeeded", message, || {
            let result = result.map_or_else(|| "...".to_owned(), python::value_repr);
            json!({"result": result, "runtime": runtime.as_secs_f64()})
        });
    }

    /// It failed for good.
    pub fn failed(&self, message: &Message, exception: &PyException) {
        self.task("task-failed", message, || json!({"exception": exception.to_string(), "traceback": ""}));
    }

    /// It failed and will be tried again.
    pub fn retried(&self, message: &Message, exception: &PyException) {
        self.task("task-retried", message, || json!({"exception": exception.to_string(), "traceback": ""}));
    }

    /// It will not run: `revoked`, `expired` or `terminated`.
    pub fn revoked(&self, message: &Message, reason: &str) {
        let terminated = reason == "terminated";
        self.task("task-revoked", message, || {
            json!({
                "terminated": terminated, "signum": terminated.then_some(15), "expired": reason == "expired",
            })
        });
    }

    /// The task refused the message.
    pub fn rejected(&self, message: &Message, requeue: bool) {
        self.task("task-rejected", message, || json!({"requeue": requeue}));
    }

    fn task(&self, kind: &str, message: &Message, fields: impl FnOnce() -> Value) {
        if !self.are_enabled() {
            return;
        }
        let mut event = self.event(kind, fields());
        event.insert("uuid".to_owned(), message.headers.id.as_str().into());
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        // A monitor that cannot keep up misses events; the tasks do not wait for it.
        if buffer.len() < BUFFER {
            buffer.push(Value::Object(event));
        }
        drop(buffer);
        self.wake.notify_one();
    }

    fn event(&self, kind: &str, fields: Value) -> Map<String, Value> {
        let Value::Object(mut event) = fields else { return Map::new() };
        let now = self.clock.now();
        #[expect(clippy::cast_precision_loss, reason = "a float of seconds is what the protocol has")]
        let timestamp = now.as_microsecond() as f64 / 1e6;
        for (name, value) in [
            ("type", Value::from(kind)),
            ("hostname", self.hostname.as_str().into()),
            // Times are UTC everywhere here.
            ("utcoffset", 0.into()),
            ("pid", self.pid.into()),
            ("clock", self.tick().into()),
            ("timestamp", timestamp.into()),
        ] {
            event.insert(name.to_owned(), value);
        }
        event
    }

    /// Says that the worker is there, then sends heartbeats and what tasks do, until `stop` ends; then says good-bye.
    pub async fn run(&self, load: impl Fn() -> Load, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        self.worker("worker-online", load()).await;
        let mut unheard = 0;
        let mut next = tokio::time::Instant::now() + if self.are_enabled() { BEAT } else { SILENT_BEAT };
        loop {
            let is_over = tokio::select! {
                () = &mut stop => true,
                () = self.wake.notified() => false,
                () = tokio::time::sleep_until(next) => false,
            };
            self.flush().await;
            if is_over {
                break;
            }
            let now = tokio::time::Instant::now();
            // A listener that has just come gets a heartbeat at once.
            if now < next && !(self.are_enabled() && next > now + BEAT) {
                continue;
            }
            unheard = if self.worker("worker-heartbeat", load()).await { 0 } else { unheard + 1 };
            if unheard >= UNHEARD {
                self.disable();
            }
            next = now + if self.are_enabled() { BEAT } else { SILENT_BEAT };
        }
        self.worker("worker-offline", load()).await;
    }

    /// Sends one event about the worker; true, and events are on, if somebody heard it.
    async fn worker(&self, kind: &str, load: Load) -> bool {
        let fields = json!({
            "freq": BEAT.as_secs_f64(), "active": load.active, "processed": load.processed, "loadavg": load_average(),
            "sw_ident": "bondhu-tasks", "sw_ver": env!("CARGO_PKG_VERSION"), "sw_sys": std::env::consts::OS,
        });
        let topic = format!("celeryev/{}", kind.replacen('-', ".", 1));
        let event = Value::Object(self.event(kind, fields));
        let heard = self.publish(&topic, &event).await;
        if heard {
            self.enabled.store(true, Ordering::Relaxed);
        }
        heard
    }

    async fn flush(&self) {
        let events = std::mem::take(&mut *self.buffer.lock().unwrap_or_else(PoisonError::into_inner));
        if !events.is_empty() {
            self.publish("celeryev/task.multi", &Value::Array(events)).await;
        }
    }

    async fn publish(&self, topic: &str, event: &Value) -> bool {
        let routing_key = topic.split_once('/').map_or("", |(_, key)| key);
        let headers = json!({"hostname": self.hostname});
        let payload = envelope::write(event, &headers, "celeryev", routing_key, self.clock.new_id());
        match self.broker.publish(topic, &payload).await {
            Ok(heard) => heard > 0,
            Err(error) => {
                tracing::debug!(%error, "an event could not be sent");
                false
            }
        }
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("hostname", &self.hostname)
            .field("enabled", &self.enabled)
            .finish_non_exhaustive()
    }
}

/// The machine's load over 1, 5 and 15 minutes, where the system tells it.
fn load_average() -> [f64; 3] {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let mut numbers = text.split(' ').map(|number| number.parse().unwrap_or_default());
    std::array::from_fn(|_| numbers.next().unwrap_or_default())
}
