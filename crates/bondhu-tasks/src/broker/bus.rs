//! The receiving ends of the bus.

use std::time::Duration;

use tokio::sync::mpsc;

/// What is published under a pattern, as it comes. Ends when the broker is dropped.
///
/// ```
/// # use bondhu_tasks::{Broker, Clock};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let broker = Broker::memory(Clock::system());
/// let mut events = broker.subscribe("celeryev/*").await?;
/// broker.publish("celeryev/worker.online", b"here I am").await?;
/// let (topic, payload) = events.next().await.ok_or("the broker is gone")?;
/// assert_eq!((topic.as_str(), payload.as_slice()), ("celeryev/worker.online", b"here I am".as_slice()));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Subscription {
    receiver: mpsc::Receiver<(String, Vec<u8>)>,
}

impl Subscription {
    pub(super) const fn new(receiver: mpsc::Receiver<(String, Vec<u8>)>) -> Self {
        Self { receiver }
    }

    /// The next topic (without the transport's prefix) and payload. A subscriber that falls far behind loses some.
    pub async fn next(&mut self) -> Option<(String, Vec<u8>)> {
        self.receiver.recv().await
    }
}

/// Answers of workers. Closed, and removed from the broker, when dropped.
///
/// ```
/// # use bondhu_tasks::{Broker, Clock};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let broker = Broker::memory(Clock::system());
/// let mut answers = broker.open_mailbox("my-question").await?;
/// broker.post("my-question", b"pong").await?; // what a worker does
/// assert_eq!(answers.next(Duration::from_secs(1)).await.as_deref(), Some(b"pong".as_slice()));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Mailbox {
    receiver: mpsc::Receiver<Vec<u8>>,
}

impl Mailbox {
    pub(super) const fn new(receiver: mpsc::Receiver<Vec<u8>>) -> Self {
        Self { receiver }
    }

    /// The next answer; none after `wait`.
    pub async fn next(&mut self, wait: Duration) -> Option<Vec<u8>> {
        tokio::time::timeout(wait, self.receiver.recv()).await.ok().flatten()
    }
}
