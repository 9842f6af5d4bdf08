//! Brokers: where messages wait, who holds which, and the bus for events and remote control.
//!
//! Two kinds keep one contract, which `tests/broker.rs` holds them to: `SQLite`, in one file (the embedded default) or in
//! memory (tests), and Redis or Valkey in kombu's layout (shared with Python).
//!
//! The contract: what [`Broker::send`] has accepted stays in the broker until it is acknowledged. [`Broker::claim`]
//! moves messages from a queue to a lease in one atomic step. A lease that is not renewed ends, and its message goes
//! back to the front of its queue, marked as redelivered. A message that is not due waits in the broker, not in a
//! worker. Times of leases and due messages are those of the server (Redis) or of the [`Clock`](crate::Clock).

mod bus;
mod dead_letter;
mod delivery;
mod lead;
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Notify;

pub use bus::{Mailbox, Subscription};
pub use dead_letter::DeadLetter;
pub use delivery::{Claimed, Delivery, End, Sent, Want};
pub use lead::{Lead, Tick};

#[cfg(feature = "sqlite")]
use crate::clock::Clock;
use crate::{call::Outgoing, error::TransportError, id::TaskId, message::Message, rate_limit::RateLimit};

/// A connection to a broker. Cheap to clone.
///
/// ```
/// use bondhu_tasks::broker::Want;
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
///
/// let broker = Broker::memory(Clock::system()); // or Broker::sqlite(path, clock), Broker::redis(url, options)
/// let queue = Queue::new(broker.clone(), Sender::default(), Clock::system());
/// queue.send(Call::named("tidy").queue("house")).await?;
///
/// let queues = ["house".to_owned()];
/// assert_eq!(broker.depths(&queues).await?[0].waiting, [1, 0, 0, 0]);
/// let want = Want { queues: &queues, max: 10, owner: "me", lease: Duration::from_secs(60) };
/// let claimed = broker.claim(want).await?;
/// broker.ack(&[&claimed.deliveries[0].tag]).await?;
/// assert!(broker.claim(want).await?.deliveries.is_empty());
/// # Ok(())
/// # }
/// ```
///
/// What a worker does with a message besides, and what an operator does:
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Message, Queue, RateLimit, Sender, broker::Want};
/// # use jiff::SignedDuration;
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// # let broker = queue.broker();
/// # let queues = ["celery".to_owned()];
/// # let lease = Duration::from_secs(60);
/// # let want = Want { queues: &queues, max: 1, owner: "me", lease };
/// broker.ping().await?;
/// queue.send(Call::named("tidy").id("one").unique("the house", Duration::from_secs(600))).await?;
///
/// let delivery = broker.claim(want).await?.deliveries.remove(0);
/// broker.renew(&[&delivery.tag], lease).await?; // it takes longer
/// let message = Message::decode(&delivery.raw)?;
/// let later = message.snoozed(queue.clock().now() + SignedDuration::from_hours(1), "a fresh tag".to_owned());
/// broker.park(&delivery.tag, &later).await?; // it has to wait
/// assert_eq!(broker.scheduled(0, 10).await?.total, 1);
///
/// let again = || queue.send(Call::named("tidy").unique("the house", Duration::from_secs(600)));
/// assert!(again().await?.is_duplicate());
/// broker.release("the house", &message.headers.id).await?;
/// assert!(!again().await?.is_duplicate());
/// assert_eq!(broker.purge("celery").await?, 1, "what waits; what is not due stays");
///
/// let rate = RateLimit::parse("1/h").unwrap(); // for all workers together
/// assert_eq!(broker.admit("letters", rate).await?, None, "the first may start");
/// assert!(broker.admit("letters", rate).await? > Some(Duration::from_secs(3000)), "the second waits");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Broker {
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    #[cfg(feature = "sqlite")]
    Sqlite(Arc<sqlite::SqliteBroker>),
    #[cfg(feature = "redis")]
    Redis(Arc<redis::RedisBroker>),
}

macro_rules! on {
    ($self:expr, $broker:ident => $call:expr) => {
        match &$self.kind {
            #[cfg(feature = "sqlite")]
            Kind::Sqlite($broker) => $call,
            #[cfg(feature = "redis")]
            Kind::Redis($broker) => $call,
        }
    };
}

/// A part of a list, and how long the whole list is.
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// queue.send_all((0..5).map(|n| Call::named("tidy").arg(n))).await?;
/// let page = queue.broker().waiting("celery", 3, 10).await?;
/// assert_eq!((page.total, page.items.len()), (5, 2));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Length of the whole list.
    pub total: u64,
    /// The part.
    pub items: Vec<T>,
}

/// What is known of one queue.
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Priority, Queue, Sender};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// queue.send(Call::named("tidy").priority(Priority::new(9))).await?;
/// let depth = queue.broker().depths(&["celery".to_owned()]).await?.remove(0);
/// assert_eq!((depth.waiting, depth.scheduled), ([0, 0, 0, 1], 0));
/// assert!(depth.oldest.is_some());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct QueueDepth {
    /// Its name.
    pub queue: String,
    /// Messages that wait, by priority step (0, 3, 6, 9).
    pub waiting: [u64; 4],
    /// Messages that are not due yet.
    pub scheduled: u64,
    /// When the message that has waited longest was sent, where the sender has said so (header `sent_at`).
    pub oldest: Option<Timestamp>,
}

impl Broker {
    /// A broker that lives and dies with the process: a `SQLite` database in memory.
    #[cfg(feature = "sqlite")]
    pub fn memory(clock: Clock) -> Self {
        Self { kind: Kind::Sqlite(Arc::new(sqlite::SqliteBroker::memory(clock))) }
    }

    /// A broker in one `SQLite` file, which is made if it is not there. Several processes of one machine may share it.
    ///
    /// ```
    /// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("tasks.db");
    /// let queue = Queue::new(Broker::sqlite(&file, Clock::system()).await?, Sender::default(), Clock::system());
    /// queue.send(Call::named("tidy")).await?;
    ///
    /// let other = Broker::sqlite(&file, Clock::system()).await?; // as another process has it
    /// assert_eq!(other.waiting("celery", 0, 10).await?.total, 1);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "sqlite")]
    pub async fn sqlite(path: &std::path::Path, clock: Clock) -> Result<Self, TransportError> {
        Ok(Self { kind: Kind::Sqlite(Arc::new(sqlite::SqliteBroker::open(path, clock).await?)) })
    }

    /// A broker on Redis or Valkey, shared with Python. Does not wait for the server: if it is absent, operations
    /// fail with [`TransportError::Unavailable`] until it is there.
    #[cfg(feature = "redis")]
    pub fn redis(url: &str, options: crate::RedisOptions) -> Result<Self, TransportError> {
        Ok(Self { kind: Kind::Redis(Arc::new(redis::RedisBroker::new(url, options)?)) })
    }

    /// The kind of transport, as `stats` reports it: `memory`, `sqlite` or `redis`.
    pub fn transport(&self) -> &'static str {
        match &self.kind {
            #[cfg(feature = "sqlite")]
            Kind::Sqlite(broker) if broker.database().is_file() => "sqlite",
            #[cfg(feature = "sqlite")]
            Kind::Sqlite(_) => "memory",
            #[cfg(feature = "redis")]
            Kind::Redis(_) => "redis",
        }
    }

    #[cfg(feature = "sqlite")]
    #[cfg_attr(not(feature = "redis"), expect(clippy::unnecessary_wraps, reason = "Redis has none"))]
    pub(crate) fn database(&self) -> Option<&Arc<crate::sqlite::Database>> {
        match &self.kind {
            Kind::Sqlite(broker) => Some(broker.database()),
            #[cfg(feature = "redis")]
            Kind::Redis(_) => None,
        }
    }

    /// After how long without a renewal somebody takes a message back: the end of its lease, or Python peers whose
    /// visibility timeout is shorter.
    pub(crate) fn patience(&self, lease: Duration) -> Duration {
        match &self.kind {
            #[cfg(feature = "sqlite")]
            Kind::Sqlite(_) => lease,
            #[cfg(feature = "redis")]
            Kind::Redis(broker) => broker.patience(lease),
        }
    }

    /// Asks the server for a sign of life.
    pub async fn ping(&self) -> Result<(), TransportError> {
        on!(self, broker => broker.ping().await)
    }

    // --- Sending ---------------------------------------------------------------------------------------------------

    /// Sends messages in order, each with its unique key taken in the same step. All in one round trip.
    pub async fn send(&self, outgoing: &[Outgoing]) -> Result<Vec<Sent>, TransportError> {
        on!(self, broker => broker.send(outgoing).await)
    }

    /// Lets a unique key go, if `holder` holds it.
    pub async fn release(&self, key: &str, holder: &TaskId) -> Result<(), TransportError> {
        on!(self, broker => broker.release(key, holder).await)
    }

    // --- Working ---------------------------------------------------------------------------------------------------

    /// Is notified whenever one of these queues may hold something new. Ask for it before the first claim; a
    /// notification that comes while nobody waits is kept. Costs nothing while nothing happens.
    pub fn listen(&self, queues: &[String]) -> Arc<Notify> {
        on!(self, broker => broker.listen(queues))
    }

    /// Takes messages that are due, and first those whose lease has ended. A message that is found not to be due is
    /// for the worker to [`park`](Broker::park).
    pub async fn claim(&self, want: Want<'_>) -> Result<Claimed, TransportError> {
        on!(self, broker => broker.claim(want).await)
    }

    /// Is done with these.
    pub async fn ack(&self, tags: &[&str]) -> Result<(), TransportError> {
        on!(self, broker => broker.ack(tags).await)
    }

    /// Extends these leases.
    pub async fn renew(&self, tags: &[&str], lease: Duration) -> Result<(), TransportError> {
        on!(self, broker => broker.renew(tags, lease).await)
    }

    /// Puts a message back into its queue, marked as redelivered.
    pub async fn give_back(&self, delivery: &Delivery, end: End) -> Result<(), TransportError> {
        on!(self, broker => broker.give_back(delivery, end).await)
    }

    /// Puts `message` in the place of the delivery, in one step, to wait until its `eta`. For retries, snoozes, and
    /// messages that were claimed before their time.
    pub async fn park(&self, tag: &str, message: &Message) -> Result<(), TransportError> {
        on!(self, broker => broker.park(tag, message).await)
    }

    /// Moves a delivery to the dead letters, in one step. The oldest letters go when there are more than 10,000.
    pub async fn bury(&self, tag: &str, letter: &DeadLetter) -> Result<(), TransportError> {
        on!(self, broker => broker.bury(tag, letter).await)
    }

    /// Takes one start out of a rate that all workers share, or says how long to wait for it (GCRA).
    pub async fn admit(&self, key: &str, rate: RateLimit) -> Result<Option<Duration>, TransportError> {
        on!(self, broker => broker.admit(key, rate).await)
    }

    // --- Looking ---------------------------------------------------------------------------------------------------

    /// How full these queues are.
    pub async fn depths(&self, queues: &[String]) -> Result<Vec<QueueDepth>, TransportError> {
        on!(self, broker => broker.depths(queues).await)
    }

    /// Messages that wait in a queue, in the order in which they will be taken.
    pub async fn waiting(&self, queue: &str, offset: u64, limit: u64) -> Result<Page<Vec<u8>>, TransportError> {
        on!(self, broker => broker.waiting(queue, offset, limit).await)
    }

    /// Messages that are not due, the earliest first.
    pub async fn scheduled(&self, offset: u64, limit: u64) -> Result<Page<Vec<u8>>, TransportError> {
        on!(self, broker => broker.scheduled(offset, limit).await)
    }

    /// Drops all that waits in a queue and says how many that were.
    pub async fn purge(&self, queue: &str) -> Result<u64, TransportError> {
        on!(self, broker => broker.purge(queue).await)
    }

    /// Dead letters, the newest first.
    pub async fn dead(&self, offset: u64, limit: u64) -> Result<Page<DeadLetter>, TransportError> {
        on!(self, broker => broker.dead(offset, limit).await)
    }

    /// One dead letter.
    pub async fn dead_letter(&self, id: &str) -> Result<Option<DeadLetter>, TransportError> {
        on!(self, broker => broker.dead_letter(id).await)
    }

    /// Sends a dead letter again, in one step with its removal: `raw` goes to the back of `queue`. False if the
    /// letter is gone.
    pub async fn replay(&self, id: &str, queue: &str, raw: &[u8]) -> Result<bool, TransportError> {
        on!(self, broker => broker.replay(id, queue, raw).await)
    }

    /// Removes a dead letter for good. False if it was gone.
    pub async fn drop_dead(&self, id: &str) -> Result<bool, TransportError> {
        on!(self, broker => broker.drop_dead(id).await)
    }

    // --- Leading a schedule ----------------------------------------------------------------------------------------

    /// Asks for the lead under `lock`, or extends it.
    pub async fn lead(&self, lock: &str, owner: &str, hold: Duration) -> Result<Lead, TransportError> {
        on!(self, broker => broker.lead(lock, owner, hold).await)
    }

    /// Gives the lead up, if `owner` has it.
    pub async fn resign(&self, lock: &str, owner: &str) -> Result<(), TransportError> {
        on!(self, broker => broker.resign(lock, owner).await)
    }

    /// Remembers the state of an entry and sends its messages, both or neither; false, and nothing done, if a newer
    /// leader has been seen on this schedule.
    pub async fn tick(&self, tick: &Tick<'_>) -> Result<bool, TransportError> {
        on!(self, broker => broker.tick(tick).await)
    }

    /// What is remembered of each entry of a schedule.
    pub async fn schedule(&self, schedule: &str) -> Result<BTreeMap<String, Value>, TransportError> {
        on!(self, broker => broker.schedule(schedule).await)
    }

    /// Forgets an entry that is no longer part of a schedule.
    pub async fn forget_entry(&self, schedule: &str, entry: &str) -> Result<(), TransportError> {
        on!(self, broker => broker.forget_entry(schedule, entry).await)
    }

    // --- The bus: events and remote control ------------------------------------------------------------------------

    /// Tells all subscribers of a topic (`celery.pidbox`, `celeryev/worker.heartbeat`; the transport adds `/<db>.`)
    /// and says how many there are now. Nobody hears it later.
    pub async fn publish(&self, topic: &str, payload: &[u8]) -> Result<u64, TransportError> {
        on!(self, broker => broker.publish(topic, payload).await)
    }

    /// Hears what is published under a topic. A pattern may end in `*`. Survives a lost connection, but not what is
    /// said meanwhile.
    pub async fn subscribe(&self, pattern: &str) -> Result<Subscription, TransportError> {
        on!(self, broker => broker.subscribe(pattern).await)
    }

    /// Opens the mailbox for answers to a question that goes to all workers: kombu's `<id>.reply.celery.pidbox`.
    pub async fn open_mailbox(&self, id: &str) -> Result<Mailbox, TransportError> {
        on!(self, broker => broker.open_mailbox(id).await)
    }

    /// Puts an answer into a mailbox, which forgets it after a minute should nobody read it.
    pub async fn post(&self, mailbox: &str, payload: &[u8]) -> Result<(), TransportError> {
        on!(self, broker => broker.post(mailbox, payload).await)
    }
}
