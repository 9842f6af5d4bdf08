//! What a call becomes on its way to a broker.

use jiff::Timestamp;

use crate::{id::TaskId, message::Message, unique::UniqueKey};

/// What each message needs anew, from a clock and a source of ids.
///
/// ```
/// use bondhu_tasks::{Call, Fresh, Sender};
///
/// let fresh = Fresh { now: "2026-11-22T20:00:00Z".parse()?, id: "call-1".into(), delivery_tag: "tag-1".into() };
/// let outgoing = Call::named("tidy").seal(&Sender::default(), fresh)?;
/// assert_eq!(outgoing.message.headers.id.as_str(), "call-1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Fresh {
    /// The time.
    pub now: Timestamp,
    /// Id of the task, unless the call has set one.
    pub id: TaskId,
    /// A UUID for the delivery.
    pub delivery_tag: String,
}

/// A message ready for a broker.
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// let outgoing = queue.seal(Call::named("tidy").queue("house"))?;
/// assert_eq!(outgoing.queue(), "house");
/// let bytes = outgoing.message.encode()?; // what a list on Redis holds
/// queue.broker().send(&[outgoing]).await?;
/// # assert!(bytes.starts_with(b"{"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a message is sent only when it is handed to a broker"]
pub struct Outgoing {
    /// The message; its `eta` header says when it is due.
    pub message: Message,
    /// The lock that must be free for it to be sent, and that it then holds.
    pub unique: Option<UniqueKey>,
}

impl Outgoing {
    /// The queue it goes to.
    pub fn queue(&self) -> &str {
        &self.message.properties.delivery_info.routing_key
    }
}
