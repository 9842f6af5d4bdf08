//! Who follows a schedule, and its steps.

use std::time::Duration;

use serde_json::Value;

use crate::call::Outgoing;

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

/// One step of a schedule, in one atomic action: see [`Broker::tick`](super::Broker::tick).
///
/// ```
/// # use bondhu_tasks::{Broker, Call, Clock, Queue, Sender, broker::Tick};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let queue = Queue::new(Broker::memory(Clock::system()), Sender::default(), Clock::system());
/// let state = serde_json::json!({"total_runs": 1});
/// let outgoing = [queue.seal(Call::named("tidy"))?];
/// let tick = Tick { schedule: "main", fence: 7, entry: "hourly", state: &state, outgoing: &outgoing };
/// assert!(queue.broker().tick(&tick).await?);
/// assert_eq!(queue.broker().schedule("main").await?["hourly"], state);
/// let late = Tick { fence: 6, ..tick };
/// assert!(!queue.broker().tick(&late).await?, "somebody else leads since");
/// queue.broker().forget_entry("main", "hourly").await?; // it is no longer part of the schedule
/// assert!(queue.broker().schedule("main").await?.is_empty());
/// # Ok(())
/// # }
/// ```
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
