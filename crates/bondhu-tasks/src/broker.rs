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
#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Notify;

pub use bus::{Mailbox, Subscription};

#[cfg(feature = "sqlite")]
use crate::clock::Clock;
use crate::{
    call::Outgoing, error::TransportError, id::TaskId, message::Message, priority::Priority, rate_limit::RateLimit,
};

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

/// What became of a message that was handed to the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It waits in its queue, or for its time.
    Queued,
    /// It was not sent: this task holds its unique key.
    Duplicate {
        /// The task that waits or runs.
        holder: TaskId,
    },
}

/// What a worker asks for.
#[derive(Clone, Copy, Debug)]
pub struct Want<'a> {
    /// The queues to take from. Within one priority they take turns.
    pub queues: &'a [String],
    /// At most so many messages.
    pub max: usize,
    /// Who asks: `name@host`.
    pub owner: &'a str,
    /// How long the lease holds unless it is renewed.
    pub lease: Duration,
}

/// What a worker gets.
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    /// The messages; their leases have begun.
    pub deliveries: Vec<Delivery>,
    /// When to ask again although nothing has been heard: a message falls due, or somebody's lease may end. None if
    /// only a new message can change anything.
    pub again_in: Option<Duration>,
}

/// A message on lease.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The list element as it was.
    pub raw: Vec<u8>,
    /// The message's delivery tag; of a message without one, a tag the broker made up.
    pub tag: String,
    /// The queue that it came from.
    pub queue: String,
    /// The priority step whose list it came from.
    pub step: Priority,
    /// It had been on lease before, and its holder vanished or gave it back.
    pub redelivered: bool,
    /// How often its holder vanished: perhaps because of it.
    pub crashes: u32,
}

/// Leaves the message out: it may be private.
impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery")
            .field("tag", &self.tag)
            .field("queue", &self.queue)
            .field("step", &self.step)
            .field("redelivered", &self.redelivered)
            .finish_non_exhaustive()
    }
}

/// At which end of its queue a message goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is the next to be taken: nothing was done with it.
    Front,
    /// After all that wait.
    Back,
}

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

/// A part of a list, and how long the whole list is.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Length of the whole list.
    pub total: u64,
    /// The part.
    pub items: Vec<T>,
}

/// What is known of one queue.
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

/// Who leads, of all processes that asked for the same lock.
///
/// ```
/// # use bondhu_tasks::{Broker, Clock, broker::Lead};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
///
/// let broker = Broker::memory(Clock::system());
/// let hold = Duration::from_secs(60);
/// assert!(matches!(broker.lead("schedule", "one", hold).await?, Lead::Won { .. }));
/// assert!(matches!(broker.lead("schedule", "two", hold).await?, Lead::Lost { .. }));
/// broker.resign("schedule", "one").await?;
/// assert!(matches!(broker.lead("schedule", "two", hold).await?, Lead::Won { .. }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lead {
    /// The caller, until the hold ends.
    Won {
        /// Grows with each change of the leader. What carries a smaller one than was seen before is refused.
        fence: u64,
    },
    /// Somebody else, at least for this long unless it gives up earlier.
    Lost {
        /// What is left of the hold.
        retry_in: Duration,
    },
}

/// One step of a schedule, in one atomic action: see [`Broker::tick`].
#[derive(Clone, Debug)]
pub struct Tick<'a> {
    /// Name of the schedule; its entries and its fence belong together.
    pub schedule: &'a str,
    /// The fence of the leader.
    pub fence: u64,
    /// The entry.
    pub entry: &'a str,
    /// What is remembered of the entry from now on.
    pub state: &'a Value,
    /// The messages that the entry sends now; none if a run is only noted as skipped.
    pub outgoing: &'a [Outgoing],
}

impl Broker {
    /// A broker that lives and dies with the process: a `SQLite` database in memory.
    #[cfg(feature = "sqlite")]
    pub fn memory(clock: Clock) -> Self {
        Self { kind: Kind::Sqlite(Arc::new(sqlite::SqliteBroker::memory(clock))) }
    }

    /// A broker in one `SQLite` file, which is made if it is not there. Several processes of one machine may share it.
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
