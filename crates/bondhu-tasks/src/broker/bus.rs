//! The receiving ends of the bus.

use std::time::Duration;

use tokio::sync::mpsc;

/// What is published under a pattern, as it comes. Ends when the broker is dropped.
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
