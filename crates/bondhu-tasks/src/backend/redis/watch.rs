//! Following results over one subscription connection.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::StreamExt;
use tokio::sync::{OnceCell, mpsc, oneshot, watch};

use crate::{error::TransportError, id::TaskId, redis::Link, result::StoredResult};

/// The wait before a lost connection is tried again.
const AGAIN: Duration = Duration::from_millis(500);
/// How often results that nobody waits for any more are let go.
const SWEEP: Duration = Duration::from_secs(30);

pub(super) fn key(link: &Link, id: &TaskId) -> String {
    link.key(&format!("celery-task-meta-{id}"))
}

pub(super) async fn get(link: &Link, id: &TaskId) -> Result<Option<StoredResult>, TransportError> {
    let raw: Option<Vec<u8>> = link.cmd(redis::cmd("GET").arg(key(link, id))).await?;
    Ok(raw.map(|raw| StoredResult::decode(&raw)).transpose()?)
}

type Watched = Arc<Mutex<HashMap<TaskId, watch::Sender<Option<StoredResult>>>>>;

/// All who follow results in this process.
pub(super) struct Watchers {
    link: Arc<Link>,
    watched: Watched,
    asks: OnceCell<mpsc::UnboundedSender<(TaskId, oneshot::Sender<()>)>>,
}

impl Watchers {
    pub(super) fn new(link: Arc<Link>) -> Self {
        Self { link, watched: Arc::default(), asks: OnceCell::new() }
    }

    /// Subscribes first and reads then, so that nothing is missed in between.
    pub(super) async fn watch(&self, id: &TaskId) -> Result<watch::Receiver<Option<StoredResult>>, TransportError> {
        let receiver = {
            let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
            let sender = watched.entry(id.clone()).or_insert_with(|| watch::channel(None).0);
            // What is left from watchers that are gone may have been forgotten since.
            if sender.is_closed() {
                *sender = watch::channel(None).0;
            }
            sender.subscribe()
        };
        let asks = self
            .asks
            .get_or_init(|| async {
                let (asks, asked) = mpsc::unbounded_channel();
                tokio::spawn(follow(self.link.clone(), self.watched.clone(), asked));
                asks
            })
            .await;
        let (done, is_done) = oneshot::channel();
        let _ = asks.send((id.clone(), done));
        let _ = tokio::time::timeout(self.link.options().connect_timeout, is_done).await;
        let known = get(&self.link, id).await?;
        tell(&self.watched, id, known);
        Ok(receiver)
    }
}

fn tell(watched: &Watched, id: &TaskId, result: Option<StoredResult>) {
    let watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
    if let (Some(sender), Some(result)) = (watched.get(id), result) {
        // What was read may be older than what was heard meanwhile.
        sender.send_if_modified(|known| {
            let is_old = known.as_ref().is_some_and(|known| known.status.is_final());
            if !is_old {
                *known = Some(result);
            }
            !is_old
        });
    }
}

/// Hears the results that are followed, over as many connections as it takes. After each new one it reads them all:
/// what was said meanwhile was not heard.
async fn follow(link: Arc<Link>, watched: Watched, mut asked: mpsc::UnboundedReceiver<(TaskId, oneshot::Sender<()>)>) {
    let prefix = link.key("celery-task-meta-");
    loop {
        let Ok(pubsub) = link.pubsub().await else {
            tokio::time::sleep(AGAIN).await;
            if asked.is_closed() {
                return;
            }
            continue;
        };
        let (mut sink, mut messages) = pubsub.split();
        let ids: Vec<TaskId> = watched.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        let mut is_broken = false;
        for id in &ids {
            is_broken |= sink.subscribe(key(&link, id)).await.is_err();
        }
        for id in &ids {
            if let Ok(known) = get(&link, id).await {
                tell(&watched, id, known);
            }
        }
        let mut sweep = tokio::time::interval(SWEEP);
        sweep.tick().await;
        while !is_broken {
            tokio::select! {
                message = messages.next() => {
                    let Some(message) = message else { break };
                    let Some(id) = message.get_channel_name().strip_prefix(&prefix) else { continue };
                    if let Ok(result) = StoredResult::decode(message.get_payload_bytes()) {
                        tell(&watched, &id.into(), Some(result));
                    }
                }
                ask = asked.recv() => {
                    let Some((id, done)) = ask else { return };
                    is_broken = sink.subscribe(key(&link, &id)).await.is_err();
                    let _ = done.send(());
                }
                _ = sweep.tick() => {
                    let left: Vec<TaskId> = {
                        let mut watched = watched.lock().unwrap_or_else(PoisonError::into_inner);
                        let left = watched.iter().filter(|(_, sender)| sender.is_closed()).map(|(id, _)| id.clone()).collect();
                        watched.retain(|_, sender| !sender.is_closed());
                        left
                    };
                    for id in left {
                        is_broken |= sink.unsubscribe(key(&link, &id)).await.is_err();
                    }
                }
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}
