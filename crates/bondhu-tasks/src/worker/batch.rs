//! Gathers what many tasks ask for at the same time into one round trip.

use tokio::sync::{mpsc, oneshot};

use crate::error::TransportError;

/// At most so much goes together.
const MOST: usize = 256;

type Answer = oneshot::Sender<Result<(), TransportError>>;

/// Collects items while a round trip is under way; the next one takes them all.
#[derive(Debug)]
pub(super) struct Batch<T> {
    sender: mpsc::Sender<(T, Answer)>,
}

impl<T: Send + 'static> Batch<T> {
    /// Starts the collector; it ends with the last handle.
    pub(super) fn new<F>(act: impl Fn(Vec<T>) -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<(), TransportError>> + Send,
    {
        let (sender, mut receiver) = mpsc::channel::<(T, Answer)>(MOST);
        tokio::spawn(async move {
            let mut waiting = Vec::with_capacity(MOST);
            while receiver.recv_many(&mut waiting, MOST).await > 0 {
                let (items, answers): (Vec<T>, Vec<Answer>) = waiting.drain(..).unzip();
                let result = act(items).await;
                for answer in answers {
                    let _ = answer.send(result.clone());
                }
            }
        });
        Self { sender }
    }

    /// Has it done, together with what others ask for.
    pub(super) async fn put(&self, item: T) -> Result<(), TransportError> {
        let (answer, done) = oneshot::channel();
        let gone = || TransportError::Config("the worker has stopped".to_owned());
        self.sender.send((item, answer)).await.map_err(|_| gone())?;
        done.await.map_err(|_| gone())?
    }
}
