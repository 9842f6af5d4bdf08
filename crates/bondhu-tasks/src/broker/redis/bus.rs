//! The bus: published messages, and lists for answers.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use tokio::sync::{mpsc, oneshot};

use super::{RedisBroker, SEPARATOR};
use crate::{
    broker::{Mailbox, Subscription},
    control::REPLIES,
    error::TransportError,
    redis::Link,
};

/// How many messages a subscriber may be behind.
const BEHIND: usize = 1024;
/// How long an answer is kept for somebody who does not come for it.
const KEEP_SECS: u64 = 60;
/// One wait for an answer.
const PATIENCE_SECS: u64 = 10;
/// The wait before a lost connection is tried again.
const AGAIN: Duration = Duration::from_secs(1);

impl RedisBroker {
    /// Channels carry the number of the database, and no prefix but kombu's own.
    fn channel(&self, topic: &str) -> String {
        format!("{}/{}.{topic}", self.link.prefix(), self.link.db())
    }

    pub(in crate::broker) async fn publish(&self, topic: &str, payload: &[u8]) -> Result<u64, TransportError> {
        self.link.cmd(redis::cmd("PUBLISH").arg(self.channel(topic)).arg(payload)).await
    }

    pub(in crate::broker) async fn subscribe(&self, pattern: &str) -> Result<Subscription, TransportError> {
        let (sender, receiver) = mpsc::channel(BEHIND);
        let (ready, is_ready) = oneshot::channel();
        let (link, channel) = (self.link.clone(), self.channel(pattern));
        let cut = self.channel("").len();
        tokio::spawn(follow(link, channel, cut, sender, ready));
        is_ready.await.unwrap_or(Ok(()))?;
        Ok(Subscription::new(receiver))
    }

    pub(in crate::broker) async fn open_mailbox(&self, id: &str) -> Result<Mailbox, TransportError> {
        let list = self.link.key(&format!("{id}.{REPLIES}"));
        let bindings = self.link.key(&format!("_kombu.binding.{REPLIES}"));
        let member = format!("{id}{SEPARATOR}{SEPARATOR}{id}.{REPLIES}");
        self.link.cmd::<()>(redis::cmd("SADD").arg(&bindings).arg(&member)).await?;
        let mut connection = self.link.waiting().await?;
        let (sender, receiver) = mpsc::channel(BEHIND);
        let link = self.link.clone();
        tokio::spawn(async move {
            loop {
                let mut wait = redis::cmd("BRPOP");
                wait.arg(&list).arg(PATIENCE_SECS);
                let answer = tokio::select! {
                    answer = wait.query_async::<Option<(String, Vec<u8>)>>(&mut connection) => answer,
                    () = sender.closed() => break,
                };
                match answer {
                    Ok(Some((_, payload))) => drop(sender.send(payload).await),
                    Ok(None) => {}
                    Err(_) => break,
                }
            }
            let mut pipe = redis::pipe();
            pipe.srem(&bindings, &member).ignore().del(&list).ignore();
            let _ = link.pipe::<()>(&pipe).await;
        });
        Ok(Mailbox::new(receiver))
    }

    pub(in crate::broker) async fn post(&self, id: &str, payload: &[u8]) -> Result<(), TransportError> {
        let list = self.link.key(&format!("{id}.{REPLIES}"));
        let mut pipe = redis::pipe();
        pipe.lpush(&list, payload).ignore().cmd("EXPIRE").arg(&list).arg(KEEP_SECS).ignore();
        self.link.pipe(&pipe).await
    }
}

/// Follows a pattern over as many connections as it takes.
async fn follow(
    link: Arc<Link>,
    pattern: String,
    cut: usize,
    sender: mpsc::Sender<(String, Vec<u8>)>,
    ready: oneshot::Sender<Result<(), TransportError>>,
) {
    let mut ready = Some(ready);
    loop {
        let subscribed = async {
            let mut pubsub = link.pubsub().await?;
            pubsub.psubscribe(&pattern).await.map_err(|error| link.fault(&error))?;
            Ok(pubsub)
        };
        match subscribed.await {
            Ok(pubsub) => {
                ready.take().map(|ready| ready.send(Ok(())));
                let mut messages = pubsub.into_on_message();
                loop {
                    let message = tokio::select! {
                        message = messages.next() => message,
                        () = sender.closed() => return,
                    };
                    let Some(message) = message else { break };
                    let topic = message.get_channel_name().get(cut..).unwrap_or_default().to_owned();
                    // A receiver that is too far behind loses this one rather than hold up the connection.
                    let _ = sender.try_send((topic, message.get_payload_bytes().to_vec()));
                }
            }
            Err(error) => {
                if let Some(ready) = ready.take() {
                    let _ = ready.send(Err(error));
                    return;
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = sender.closed() => return,
        }
    }
}
