//! Messages that no worker will run again by itself.

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::TaskId;

/// A message that no worker will run again by itself.
///
/// ```
/// # use bondhu_tasks::{Broker, Clock, Queue, Sender};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
///
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// for letter in queue.broker().dead(0, 50).await?.items {
///     println!("{:?} {}: {}", letter.task, letter.died_at, letter.reason);
///     queue.replay_dead(&letter.id).await?;
/// }
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
