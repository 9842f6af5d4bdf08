//! Who listens to what.

use std::collections::{HashMap, HashSet};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};

/// Messages that may wait for a listener that does not keep up; after them it is let go, as Redis does.
const WAITING: usize = 4_096;

/// What can be listened to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// The channel of this name.
    Channel(Bytes),
    /// All channels that match this glob.
    Pattern(Bytes),
}

impl Topic {
    /// The name or the glob.
    pub const fn name(&self) -> &Bytes {
        match self {
            Self::Channel(name) | Self::Pattern(name) => name,
        }
    }
}

/// What a listener hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A message.
    Message {
        /// The topic that led here.
        topic: Topic,
        /// Where it was published.
        channel: Bytes,
        /// What was published.
        payload: Bytes,
    },
    /// A command that the engine runs, in the words of `MONITOR`.
    Command(Bytes),
}

/// Who listens, shared by all subscriptions of an engine.
#[derive(Default, Debug)]
pub(super) struct Hub {
    listeners: Mutex<HashMap<Topic, Vec<Listener>>>,
    next: AtomicU64,
    /// The set of topics has changed.
    pub(super) changed: Notify,
}

#[derive(Debug)]
struct Listener {
    id: u64,
    events: mpsc::Sender<Event>,
}

/// What somebody listens to; ends when dropped.
#[derive(Debug)]
pub struct Subscription {
    events: mpsc::Receiver<Event>,
    listens: Option<Listens>,
}

#[derive(Debug)]
struct Listens {
    id: u64,
    topics: Vec<Topic>,
    hub: Arc<Hub>,
}

impl Subscription {
    /// The next event. None at the end: the listener has not kept up, or what it monitored has gone.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }

    /// Of events that come from somewhere else than a hub.
    pub(super) fn of_lines() -> (mpsc::Sender<Event>, Self) {
        let (sender, events) = mpsc::channel(WAITING);
        (sender, Self { events, listens: None })
    }
}

impl Drop for Listens {
    fn drop(&mut self) {
        let mut listeners = self.hub.lock();
        for topic in &self.topics {
            if let Some(of_topic) = listeners.get_mut(topic) {
                of_topic.retain(|listener| listener.id != self.id);
                if of_topic.is_empty() {
                    listeners.remove(topic);
                }
            }
        }
        drop(listeners);
        self.hub.changed.notify_one();
    }
}

impl Hub {
    pub(super) fn subscribe(self: &Arc<Self>, topics: Vec<Topic>) -> Subscription {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (sender, events) = mpsc::channel(WAITING);
        let mut listeners = self.lock();
        let topics: HashSet<Topic> = topics.into_iter().collect();
        for topic in &topics {
            listeners.entry(topic.clone()).or_default().push(Listener { id, events: sender.clone() });
        }
        drop(listeners);
        self.changed.notify_one();
        let topics = topics.into_iter().collect();
        Subscription { events, listens: Some(Listens { id, topics, hub: self.clone() }) }
    }

    /// Gives a message to those who listen to the topic; how many there are.
    pub(super) fn deliver(&self, topic: &Topic, channel: &Bytes, payload: &Bytes) -> usize {
        let mut listeners = self.lock();
        let Some(of_topic) = listeners.get_mut(topic) else { return 0 };
        let event = || Event::Message { topic: topic.clone(), channel: channel.clone(), payload: payload.clone() };
        // Without its sender a listener's stream ends after what it has been given.
        of_topic.retain(|listener| listener.events.try_send(event()).is_ok());
        of_topic.len()
    }

    /// What is listened to now.
    pub(super) fn topics(&self) -> HashSet<Topic> {
        self.lock().keys().cloned().collect()
    }

    /// Channels with how many listen to each.
    pub(super) fn counts(&self) -> Vec<(Topic, usize)> {
        self.lock().iter().map(|(topic, listeners)| (topic.clone(), listeners.len())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Topic, Vec<Listener>>> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// What is listened to.
    pub fn topics(&self) -> &[Topic] {
        self.listens.as_ref().map_or(&[], |listens| listens.topics.as_slice())
    }
}
