//! Messages on their way into a broker and out of it.

use std::time::Duration;

use crate::{id::TaskId, priority::Priority};

/// What became of a message that was handed to the broker.
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender, broker::Sent};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// let call = || Call::named("tidy").id("one").unique("the house", Duration::from_secs(60));
/// let first = queue.broker().send(&[queue.seal(call())?]).await?;
/// let second = queue.broker().send(&[queue.seal(call().id("two"))?]).await?;
/// assert_eq!(first, [Sent::Queued]);
/// assert_eq!(second, [Sent::Duplicate { holder: "one".into() }]);
/// # Ok(())
/// # }
/// ```
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
///
/// ```
/// # use bondhu_tasks::{Broker, Clock, broker::Want};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let broker = Broker::memory(Clock::system());
/// let queues = ["urgent".to_owned(), "celery".to_owned()];
/// let want = Want { queues: &queues, max: 4, owner: "worker@here", lease: Duration::from_secs(60) };
/// assert!(broker.claim(want).await?.deliveries.is_empty());
/// # Ok(())
/// # }
/// ```
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

/// What a worker gets. Taken by turns, a loop over claims needs no timer of its own:
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender, broker::{End, Want}};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// # queue.send(Call::named("tidy")).await?;
/// # let broker = queue.broker();
/// let queues = ["celery".to_owned()];
/// let news = broker.listen(&queues);
/// # for _ in 0..1 {
/// let claimed = broker.claim(Want { queues: &queues, max: 4, owner: "me", lease: Duration::from_secs(60) }).await?;
/// for delivery in &claimed.deliveries {
///     // Had it been run, `ack` would follow.
///     broker.give_back(delivery, End::Front).await?;
/// }
/// let _ = tokio::time::timeout(claimed.again_in.unwrap_or(Duration::MAX), news.notified()).await;
/// # }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct Claimed {
    /// The messages; their leases have begun.
    pub deliveries: Vec<Delivery>,
    /// When to ask again although nothing has been heard: a message falls due, or somebody's lease may end. None if
    /// only a new message can change anything.
    pub again_in: Option<Duration>,
}

/// A message on lease.
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Message, Queue, Sender, broker::Want};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// # let queues = ["celery".to_owned()];
/// # let want = Want { queues: &queues, max: 1, owner: "me", lease: Duration::from_secs(60) };
/// queue.send(Call::named("tidy").arg("kitchen")).await?;
/// let delivery = queue.broker().claim(want).await?.deliveries.remove(0);
/// assert_eq!(Message::decode(&delivery.raw)?.headers.task, "tidy");
/// assert_eq!((delivery.queue.as_str(), delivery.redelivered, delivery.crashes), ("celery", false, 0));
/// # Ok(())
/// # }
/// ```
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
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender, broker::{End, Want}};
/// # use std::time::Duration;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// # let (broker, queues) = (queue.broker(), ["celery".to_owned()]);
/// # let want = Want { queues: &queues, max: 1, owner: "me", lease: Duration::from_secs(60) };
/// queue.send_all([Call::named("first"), Call::named("second")]).await?;
/// let first = broker.claim(want).await?.deliveries.remove(0);
/// broker.give_back(&first, End::Back).await?;
/// let next = broker.claim(want).await?.deliveries.remove(0);
/// assert_ne!(next.raw, first.raw, "the second one is before it now");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is the next to be taken: nothing was done with it.
    Front,
    /// After all that wait.
    Back,
}
