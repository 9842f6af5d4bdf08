//! Result backends: what became of each task, groups, and the counting of chords.
//!
//! As with brokers, both kinds keep one contract, which `tests/backend.rs` holds them to. On Redis the layout is
//! Celery's: `celery-task-meta-<id>` and `celery-taskset-meta-<group>` with its `.j`, `.t`, `.s`, `.d`, `.c`.

#[cfg(feature = "redis")]
mod redis;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio::sync::watch;

#[cfg(feature = "sqlite")]
use crate::{clock::Clock, sqlite::Database};
use crate::{
    error::TransportError,
    id::TaskId,
    result::{GroupRecord, State, StoredResult},
};

/// How long results are kept unless the options say otherwise: Celery's `result_expires`.
///
/// ```
/// # use bondhu_tasks::{Backend, Broker, Clock, backend::RESULT_EXPIRES};
/// let broker = Broker::memory(Clock::system());
/// let results = Backend::beside(&broker, RESULT_EXPIRES);
/// assert!(results.is_some());
/// ```
pub const RESULT_EXPIRES: Duration = Duration::from_hours(24);

/// A connection to a result backend. Cheap to clone.
///
/// ```
/// # use bondhu_tasks::{Backend, Clock, State, StoredResult};
/// # use serde_json::json;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
///
/// let backend = Backend::memory(Clock::system());
/// backend.store(&[StoredResult::new("a".into(), State::Success, json!(5))]).await?;
/// assert_eq!(backend.get(&"a".into()).await?.unwrap().result, 5);
/// backend.forget(&[&"a".into()]).await?;
/// assert_eq!(backend.get(&"a".into()).await?, None);
/// # Ok(())
/// # }
/// ```
///
/// Watchers, groups, and what has expired:
///
/// ```
/// use bondhu_tasks::{Backend, Clock, GroupRecord, ResultTuple, State, StoredResult};
/// use jiff::SignedDuration;
/// use serde_json::json;
/// # use bondhu_tasks::backend::{ChordMember, ChordStep};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let clock = Clock::manual("2026-11-22T20:00:00Z".parse()?);
/// # let backend = Backend::memory(clock.clone());
///
/// // Whoever watches a task is told.
/// let mut watched = backend.watch(&"a".into()).await?;
/// assert_eq!(*watched.borrow(), None);
/// backend.store(&[StoredResult::new("a".into(), State::Success, json!(5))]).await?;
/// assert_eq!(watched.wait_for(Option::is_some).await?.as_ref().unwrap().result, 5);
///
/// let group = ResultTuple::group("g".into(), vec![ResultTuple::task("a".into())]);
/// backend.save_group(&GroupRecord { result: group.clone() }).await?;
/// assert_eq!(backend.group("g").await?.unwrap().result, group);
/// backend.forget_group("g").await?;
/// assert_eq!(backend.group("g").await?, None);
///
/// // A chord of one, until that one adds another.
/// backend.size_chord("c", 1).await?;
/// backend.grow_chord("c", 1).await?;
/// let first = ChordMember { id: "a".into(), index: Some(0), state: State::Success, value: json!(5) };
/// assert_eq!(backend.join_chord("c", &first).await?, ChordStep::Wait);
///
/// clock.advance(SignedDuration::from_hours(25));
/// assert_eq!(backend.clean_up().await?, 1, "results are kept for a day");
/// assert_eq!(backend.get(&"a".into()).await?, None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Backend {
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    #[cfg(feature = "sqlite")]
    Sqlite(Arc<sqlite::SqliteBackend>),
    #[cfg(feature = "redis")]
    Redis(Arc<redis::RedisBackend>),
}

macro_rules! on {
    ($self:expr, $backend:ident => $call:expr) => {
        match &$self.kind {
            #[cfg(feature = "sqlite")]
            Kind::Sqlite($backend) => $call,
            #[cfg(feature = "redis")]
            Kind::Redis($backend) => $call,
        }
    };
}

/// The end of one member of a chord's header.
///
/// ```
/// use bondhu_tasks::{State, backend::ChordMember};
///
/// let first = ChordMember { id: "a".into(), index: Some(0), state: State::Success, value: serde_json::json!(5) };
/// assert!(first.state.is_final());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ChordMember {
    /// The member.
    pub id: TaskId,
    /// Its place in the header; members without one come last, in the order in which they ended.
    pub index: Option<u64>,
    /// `SUCCESS` or `FAILURE`.
    pub state: State,
    /// Its result, or the exception as it is stored.
    pub value: Value,
}

/// How far a chord is once a member has been counted.
///
/// ```
/// # use bondhu_tasks::{Backend, Clock, State, backend::{ChordEnd, ChordMember, ChordStep}};
/// # use serde_json::json;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
///
/// let backend = Backend::memory(Clock::system());
/// let member = |id: &str, index: u64| ChordMember {
///     id: id.into(), index: Some(index), state: State::Success, value: json!(index),
/// };
/// backend.size_chord("group", 2).await?;
/// assert_eq!(backend.join_chord("group", &member("b", 1)).await?, ChordStep::Wait);
/// let ChordStep::Complete { members, claim } = backend.join_chord("group", &member("a", 0)).await? else { panic!() };
/// assert_eq!(members[0].value, 0, "in the order of the header");
/// backend.close_chord("group", &claim, ChordEnd::BodySent).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
pub enum ChordStep {
    /// Others still run, or another worker is at it, or it is over already.
    Wait,
    /// All have ended, and the caller, and nobody else, is to run the body.
    Complete {
        /// All members in the order of the header.
        members: Vec<ChordMember>,
        /// Proof of the claim, for [`Backend::close_chord`]. Another worker may claim after a while if it is not closed.
        claim: String,
    },
}

/// How a chord has ended.
///
/// ```
/// # use bondhu_tasks::{Backend, Clock, State, backend::{ChordEnd, ChordMember, ChordStep}};
/// # use serde_json::json;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let backend = Backend::memory(Clock::system());
/// backend.size_chord("group", 1).await?;
/// let member = ChordMember { id: "a".into(), index: Some(0), state: State::Failure, value: json!(null) };
/// let ChordStep::Complete { claim, .. } = backend.join_chord("group", &member).await? else { panic!() };
/// backend.close_chord("group", &claim, ChordEnd::Failed).await?;
/// assert_eq!(backend.join_chord("group", &member).await?, ChordStep::Wait, "it is over");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChordEnd {
    /// All its members succeeded, and its body is sent.
    BodySent,
    /// One of its members failed, and its body with it. The members' results stay until they expire, as in Celery.
    Failed,
}

impl Backend {
    /// Results that live and die with the process.
    #[cfg(feature = "sqlite")]
    pub fn memory(clock: Clock) -> Self {
        Self::on(Arc::new(Database::memory(clock)), RESULT_EXPIRES)
    }

    /// Results in one `SQLite` file. Beside a broker in the same file use [`Backend::beside`].
    ///
    /// ```
    /// # use bondhu_tasks::{Backend, Clock, State, StoredResult, backend::RESULT_EXPIRES};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let file = folder.path().join("results.db");
    /// let results = Backend::sqlite(&file, Clock::system(), RESULT_EXPIRES).await?;
    /// results.store(&[StoredResult::new("a".into(), State::Success, 5.into())]).await?;
    ///
    /// let other = Backend::sqlite(&file, Clock::system(), RESULT_EXPIRES).await?; // as another process has it
    /// assert_eq!(other.get(&"a".into()).await?.unwrap().result, 5);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "sqlite")]
    pub async fn sqlite(path: &std::path::Path, clock: Clock, expires: Duration) -> Result<Self, TransportError> {
        Ok(Self::on(Arc::new(Database::open(path, clock).await?), expires))
    }

    /// Results in the broker's own `SQLite` database; none for a broker elsewhere.
    #[cfg(feature = "sqlite")]
    pub fn beside(broker: &crate::broker::Broker, expires: Duration) -> Option<Self> {
        broker.database().map(|database| Self::on(database.clone(), expires))
    }

    #[cfg(feature = "sqlite")]
    fn on(database: Arc<Database>, expires: Duration) -> Self {
        Self { kind: Kind::Sqlite(Arc::new(sqlite::SqliteBackend::new(database, expires))) }
    }

    /// Results on Redis or Valkey, shared with Python. Does not wait for the server.
    ///
    /// ```
    /// use bondhu_tasks::{Backend, RedisOptions, backend::RESULT_EXPIRES};
    ///
    /// let results = |url: &str| Backend::redis(url, RedisOptions::default(), RESULT_EXPIRES);
    /// assert!(results("redis://127.0.0.1:6379/1").is_ok());
    /// assert!(results("amqp://127.0.0.1/1").is_err(), "that is no Redis");
    /// ```
    #[cfg(feature = "redis")]
    pub fn redis(url: &str, options: crate::RedisOptions, expires: Duration) -> Result<Self, TransportError> {
        Ok(Self { kind: Kind::Redis(Arc::new(redis::RedisBackend::new(url, options, expires)?)) })
    }

    /// Stores results and tells those who wait for them, in one step each; all in one round trip. A stored `SUCCESS`
    /// is never replaced.
    pub async fn store(&self, results: &[StoredResult]) -> Result<(), TransportError> {
        on!(self, backend => backend.store(results).await)
    }

    /// What is known of a task; none if nothing is (Celery's `PENDING`).
    pub async fn get(&self, id: &TaskId) -> Result<Option<StoredResult>, TransportError> {
        on!(self, backend => backend.get(id).await)
    }

    /// Forgets results.
    pub async fn forget(&self, ids: &[&TaskId]) -> Result<(), TransportError> {
        on!(self, backend => backend.forget(ids).await)
    }

    /// Follows a task: the newest state that is known, at once and whenever it changes. Watchers of one task share a
    /// subscription, which ends with the last of them; and so they see the result also when the connection breaks
    /// meanwhile.
    pub async fn watch(&self, id: &TaskId) -> Result<watch::Receiver<Option<StoredResult>>, TransportError> {
        on!(self, backend => backend.watch(id).await)
    }

    /// Saves a group under its id.
    pub async fn save_group(&self, record: &GroupRecord) -> Result<(), TransportError> {
        on!(self, backend => backend.save_group(record).await)
    }

    /// A saved group.
    pub async fn group(&self, id: &str) -> Result<Option<GroupRecord>, TransportError> {
        on!(self, backend => backend.group(id).await)
    }

    /// Forgets a saved group, not its members.
    pub async fn forget_group(&self, id: &str) -> Result<(), TransportError> {
        on!(self, backend => backend.forget_group(id).await)
    }

    /// Says how many members a chord's header has. Before the last of them is sent.
    pub async fn size_chord(&self, group: &str, members: u64) -> Result<(), TransportError> {
        on!(self, backend => backend.size_chord(group, members).await)
    }

    /// Adds members to the header of a chord that runs.
    pub async fn grow_chord(&self, group: &str, members: i64) -> Result<(), TransportError> {
        on!(self, backend => backend.grow_chord(group, members).await)
    }

    /// Counts the end of a member; the same member counts once, however often it ends.
    pub async fn join_chord(&self, group: &str, member: &ChordMember) -> Result<ChordStep, TransportError> {
        on!(self, backend => backend.join_chord(group, member).await)
    }

    /// The body has been sent: forgets the counting, and remembers for a while that the chord is done.
    pub async fn close_chord(&self, group: &str, claim: &str, end: ChordEnd) -> Result<(), TransportError> {
        on!(self, backend => backend.close_chord(group, claim, end).await)
    }

    /// Removes what has expired, where the server does not do so by itself, and says how many results that were.
    pub async fn clean_up(&self) -> Result<u64, TransportError> {
        on!(self, backend => backend.clean_up().await)
    }
}
