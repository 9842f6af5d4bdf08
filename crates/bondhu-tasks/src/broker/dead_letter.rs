//! Messages that no worker will run again by itself.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::TaskId;

/// A message that no worker will run again by itself.
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender, broker::{DeadLetter, Want}};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// # let broker = queue.broker();
/// # let queues = ["celery".to_owned()];
/// # queue.send_all([Call::named("tidy"), Call::named("mail")]).await?;
/// # let want = Want { queues: &queues, max: 2, owner: "me", lease: Duration::from_secs(60) };
/// // A worker buries what it cannot run.
/// for delivery in broker.claim(want).await?.deliveries {
///     let letter = DeadLetter {
///         id: delivery.tag.clone(),
///         queue: delivery.queue.clone(),
///         task: None,
///         task_id: None,
///         reason: "no worker knows its task".to_owned(),
///         died_at: queue.clock().now(),
///         raw: DeadLetter::text(&delivery.raw),
///     };
///     assert_eq!(letter.message(), delivery.raw, "byte for byte");
///     broker.bury(&delivery.tag, &letter).await?;
/// }
///
/// // An operator looks at the letters, sends one again and drops the other.
/// let letters = broker.dead(0, 50).await?.items;
/// assert!(queue.replay_dead(&letters[0].id).await?); // as if it had never been tried
/// let other = broker.dead_letter(&letters[1].id).await?.unwrap();
/// assert_eq!(other.reason, "no worker knows its task");
/// assert!(broker.drop_dead(&other.id).await?);
/// assert!(!broker.replay(&other.id, &other.queue, &other.message()).await?, "it is gone");
/// assert_eq!((broker.dead(0, 50).await?.total, broker.depths(&queues).await?[0].waiting), (0, [1, 0, 0, 0]));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Names the letter: its delivery tag.
    pub id: String,
    /// The queue that it came from; a replay goes back there.
    pub queue: String,
    /// Name of the task, if that much could be read.
    pub task: Option<String>,
    /// Id of the task, if that much could be read.
    pub task_id: Option<TaskId>,
    /// Why it died, in words for the operator; without the arguments of the task.
    pub reason: String,
    /// When.
    pub died_at: Timestamp,
    /// The message as it came. Text where it is UTF-8, else base64 behind `base64:`.
    pub raw: String,
}

impl DeadLetter {
    /// What stands before bytes that are not text.
    const BASE64: &str = "base64:";

    /// Writes bytes as text that [`DeadLetter::message`] reads.
    pub fn text(raw: &[u8]) -> String {
        match std::str::from_utf8(raw) {
            Ok(text) if !text.starts_with(Self::BASE64) => text.to_owned(),
            _ => format!("{}{}", Self::BASE64, BASE64_STANDARD.encode(raw)),
        }
    }

    /// The message, byte for byte as it came.
    pub fn message(&self) -> Vec<u8> {
        let bytes = self.raw.strip_prefix(Self::BASE64).and_then(|text| BASE64_STANDARD.decode(text).ok());
        bytes.unwrap_or_else(|| self.raw.clone().into_bytes())
    }
}

/// Leaves the message out: it may be private.
impl std::fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeadLetter")
            .field("id", &self.id)
            .field("queue", &self.queue)
            .field("task", &self.task)
            .field("task_id", &self.task_id)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}
