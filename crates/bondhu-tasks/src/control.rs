//! Remote control from the asking side: what `celery inspect` and `celery control` do.

pub(crate) mod envelope;

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value, json};

use crate::{
    broker::{Broker, Mailbox},
    clock::Clock,
    control::envelope::Envelope,
    error::TransportError,
};

/// The topic that every worker hears, Python's included.
pub(crate) const TOPIC: &str = "celery.pidbox";
/// The exchange of the answers.
pub(crate) const REPLIES: &str = "reply.celery.pidbox";

/// Asks workers things and tells them what to do.
///
/// Every method of Celery's workers can be named; the arguments are those of Celery's table of control commands.
///
/// ```
/// use bondhu_tasks::control::Control;
/// # use bondhu_tasks::{Broker, Clock, Queue, Sender, Task, TaskContext, TaskResult, Worker};
/// # use serde_json::json;
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
///
/// # #[derive(serde::Serialize, serde::Deserialize)]
/// # struct Add { x: i64, y: i64 }
/// # impl Task for Add {
/// #     const NAME: &'static str = "sums.add";
/// #     type State = ();
/// #     type Output = i64;
/// #     async fn run(self, _: TaskContext<()>) -> TaskResult<i64> { Ok(self.x + self.y) }
/// # }
/// # let broker = Broker::memory(Clock::system());
/// # let queue = Queue::new(broker.clone(), Sender::default(), Clock::system());
/// let worker = Worker::new(queue, ()).register::<Add>().hostname("sums@here");
/// tokio::spawn(worker.run_until(std::future::pending()));
///
/// let control = Control::new(broker, Clock::system());
/// let patience = Duration::from_secs(5);
/// # while control.ask("ping", json!({}), None, patience).await?.is_empty() {} // until the worker listens
/// let answers = control.ask("ping", json!({}), None, patience).await?;
/// assert_eq!(answers["sums@here"], json!({"ok": "pong"}));
///
/// control.tell("rate_limit", json!({"task_name": "sums.add", "rate_limit": "10/m"}), None).await?;
/// control.revoke(&["6b389abb"], true).await?; // this task is not to run
/// let only = ["sums@here".to_owned()];
/// # while control.ask("revoked", json!({}), Some(&only), patience).await?["sums@here"] == json!([]) {}
/// let answers = control.ask("revoked", json!({}), Some(&only), patience).await?;
/// assert_eq!(answers["sums@here"], json!(["6b389abb"]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Control {
    broker: Broker,
    clock: Clock,
}

impl Control {
    /// Control over all workers of this broker.
    pub const fn new(broker: Broker, clock: Clock) -> Self {
        Self { broker, clock }
    }

    /// Asks `method` of all workers, or of these, and gathers the answers by worker. Waits the whole time, because
    /// nobody knows how many there are, unless workers are named and all have answered.
    pub async fn ask(
        &self,
        method: &str,
        arguments: Value,
        workers: Option<&[String]>,
        wait: Duration,
    ) -> Result<BTreeMap<String, Value>, TransportError> {
        let id = self.clock.new_id().to_string();
        let mailbox = self.broker.open_mailbox(&id).await?;
        let ticket = self.clock.new_id().to_string();
        let heard = self.publish(method, arguments, workers, Some((&id, &ticket))).await?;
        // The broker counts who hears it, so nobody waits for more than that.
        let most = workers.map_or(heard, |workers| workers.len() as u64);
        Ok(gather(mailbox, &ticket, most, wait).await)
    }

    /// Tells all workers, or these, without waiting for an answer.
    pub async fn tell(&self, method: &str, arguments: Value, workers: Option<&[String]>) -> Result<(), TransportError> {
        self.publish(method, arguments, workers, None).await.map(drop)
    }

    /// Has these tasks not run; those that run are stopped if `terminate` says so.
    pub async fn revoke(&self, ids: &[&str], terminate: bool) -> Result<(), TransportError> {
        let arguments = json!({"task_id": ids, "terminate": terminate, "signal": "SIGTERM"});
        self.tell("revoke", arguments, None).await
    }

    async fn publish(
        &self,
        method: &str,
        arguments: Value,
        workers: Option<&[String]>,
        reply: Option<(&str, &str)>,
    ) -> Result<u64, TransportError> {
        let mut question = Map::from_iter([
            ("method".to_owned(), Value::from(method)),
            ("arguments".to_owned(), arguments),
            ("destination".to_owned(), json!(workers)),
            ("pattern".to_owned(), Value::Null),
            ("matcher".to_owned(), Value::Null),
        ]);
        if let Some((id, ticket)) = reply {
            question.insert("ticket".to_owned(), ticket.into());
            question.insert("reply_to".to_owned(), json!({"exchange": REPLIES, "routing_key": id}));
        }
        let headers = json!({"clock": 1, "expires": 0});
        let payload = envelope::write(&Value::Object(question), &headers, TOPIC, "", self.clock.new_id());
        self.broker.publish(TOPIC, &payload).await
    }
}

async fn gather(mut mailbox: Mailbox, ticket: &str, most: u64, wait: Duration) -> BTreeMap<String, Value> {
    let until = tokio::time::Instant::now() + wait;
    let mut answers = BTreeMap::new();
    while (answers.len() as u64) < most {
        let left = until.saturating_duration_since(tokio::time::Instant::now());
        let Some(payload) = mailbox.next(left).await else { break };
        let Some(envelope) = Envelope::read(&payload) else { continue };
        if envelope.headers.get("ticket").and_then(Value::as_str) != Some(ticket) {
            continue;
        }
        if let Some(Value::Object(content)) = envelope.content() {
            answers.extend(content);
        }
    }
    answers
}
