//! The one connection that hears messages, for however many listeners.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use redis::{
    Msg, ProtocolVersion,
    aio::{PubSubSink, PubSubStream},
};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::engine::subscribe::{Hub, Subscription, Topic};
use crate::redis::{Redis, RedisError};

/// The wait before a lost connection is made again, at first and at most.
const AGAIN: Duration = Duration::from_millis(50);
const AGAIN_MOST: Duration = Duration::from_secs(2);

/// Who listens on a server.
#[derive(Debug)]
pub(super) struct Listening {
    redis: Redis,
    hub: Arc<Hub>,
    upstream: watch::Sender<Upstream>,
    task: Mutex<Option<AbortOnDropHandle<()>>>,
}

/// What the server has confirmed.
#[derive(Debug, Default)]
struct Upstream {
    confirmed: HashSet<Topic>,
    /// Why it cannot be reached.
    error: Option<RedisError>,
}

impl Listening {
    pub(super) fn new(redis: Redis) -> Self {
        Self { redis, hub: Arc::default(), upstream: watch::Sender::default(), task: Mutex::default() }
    }

    /// Returns when the server has confirmed, so that what is published afterwards is heard.
    pub(super) async fn subscribe(&self, topics: Vec<Topic>) -> Result<Subscription, RedisError> {
        self.start();
        let subscription = self.hub.subscribe(topics);
        let mut upstream = self.upstream.subscribe();
        let ready = |upstream: &Upstream| {
            upstream.error.is_some() || subscription.topics().iter().all(|topic| upstream.confirmed.contains(topic))
        };
        let error = match upstream.wait_for(ready).await {
            Ok(upstream) => upstream.error.clone(),
            Err(_) => None,
        };
        error.map_or(Ok(subscription), Err)
    }

    fn start(&self) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.is_none() {
            let listen = listen(self.redis.clone(), self.hub.clone(), self.upstream.clone());
            *task = Some(AbortOnDropHandle::new(tokio::spawn(listen)));
        }
    }
}

async fn listen(redis: Redis, hub: Arc<Hub>, upstream: watch::Sender<Upstream>) {
    let mut wait = AGAIN;
    loop {
        if hub.topics().is_empty() {
            hub.changed.notified().await;
            continue;
        }
        let broke = match connect(&redis).await {
            Ok((sink, stream)) => {
                wait = AGAIN;
                upstream.send_modify(|upstream| upstream.error = None);
                hear(&redis, &hub, &upstream, sink, stream).await
            }
            Err(error) => Some(error),
        };
        let failed = broke.is_some();
        upstream.send_modify(|upstream| *upstream = Upstream { confirmed: HashSet::new(), error: broke });
        if failed {
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(AGAIN_MOST);
        }
    }
}

async fn connect(redis: &Redis) -> Result<(PubSubSink, PubSubStream), RedisError> {
    let open = async {
        let client = redis.client(ProtocolVersion::RESP2).await?;
        let opened = client.get_async_pubsub().await;
        opened.map(redis::aio::PubSub::split).map_err(|error| RedisError::new(redis.name(), &error))
    };
    let opened = tokio::time::timeout(redis.options().connect_timeout, open).await;
    let late = || RedisError::Unavailable { server: redis.name(), reason: "it does not answer".to_owned() };
    opened.unwrap_or_else(|_| Err(late()))
}

/// Hands messages out until the connection breaks, or until nobody listens: then without an error.
async fn hear(
    redis: &Redis,
    hub: &Hub,
    upstream: &watch::Sender<Upstream>,
    mut sink: PubSubSink,
    mut stream: PubSubStream,
) -> Option<RedisError> {
    loop {
        let wanted = hub.topics();
        if wanted.is_empty() {
            return None;
        }
        if let Err(error) = adjust(&mut sink, upstream, &wanted).await {
            return Some(RedisError::new(redis.name(), &error));
        }
        loop {
            tokio::select! {
                message = stream.next() => {
                    let Some(message) = message else {
                        let reason = "it has closed the connection".to_owned();
                        return Some(RedisError::Unavailable { server: redis.name(), reason });
                    };
                    deliver(hub, &message);
                }
                () = hub.changed.notified() => break,
            }
        }
    }
}

/// Makes the server's set of topics the wanted one.
async fn adjust(
    sink: &mut PubSubSink,
    upstream: &watch::Sender<Upstream>,
    wanted: &HashSet<Topic>,
) -> redis::RedisResult<()> {
    let confirmed = upstream.borrow().confirmed.clone();
    for topic in wanted.difference(&confirmed) {
        match topic {
            Topic::Channel(name) => sink.subscribe(name.as_ref()).await?,
            Topic::Pattern(glob) => sink.psubscribe(glob.as_ref()).await?,
        }
        upstream.send_modify(|upstream| {
            upstream.confirmed.insert(topic.clone());
        });
    }
    for topic in confirmed.difference(wanted) {
        // First, so that nobody takes it for confirmed any more.
        upstream.send_modify(|upstream| {
            upstream.confirmed.remove(topic);
        });
        match topic {
            Topic::Channel(name) => sink.unsubscribe(name.as_ref()).await?,
            Topic::Pattern(glob) => sink.punsubscribe(glob.as_ref()).await?,
        }
    }
    Ok(())
}

fn deliver(hub: &Hub, message: &Msg) {
    let Ok(channel) = message.get_channel::<Vec<u8>>() else { return };
    let topic = match message.get_pattern::<Vec<u8>>() {
        Ok(glob) if message.from_pattern() => Topic::Pattern(glob.into()),
        _ => Topic::Channel(Bytes::copy_from_slice(&channel)),
    };
    hub.deliver(&topic, &channel.into(), &Bytes::copy_from_slice(message.get_payload_bytes()));
}
