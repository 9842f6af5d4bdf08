//! A connection to Redis or Valkey that comes back by itself, and does not keep anybody waiting while it is gone.

mod address;
mod connection;
mod error;
mod scan;
mod tls;

use std::fmt;
use std::sync::{
    Arc, Weak,
    atomic::{AtomicU64, Ordering},
};
use std::time::Duration;

use address::Address;
use connection::Connection;
pub use error::RedisError;
/// The client library's own types, so that whoever uses this connection names one version of it.
pub use redis::{Client, Cmd, ConnectionInfo, Pipeline, ProtocolVersion, PushInfo, PushKind, Value, cmd, pipe};
use redis::{FromRedisValue, ScriptInvocation, ServerErrorKind};
pub use scan::Scan;
use tokio::sync::{Mutex, watch};

/// The wait before a lost connection is tried again, at first and at most.
const AGAIN: Duration = Duration::from_millis(50);
const AGAIN_MOST: Duration = Duration::from_secs(5);

/// How to use a server.
#[derive(Clone, Debug)]
pub struct RedisOptions {
    /// Deadline of every reply. After it the server counts as gone, and is tried again by itself.
    pub response_timeout: Duration,
    /// Deadline of a new connection.
    pub connect_timeout: Duration,
    /// How long a command waits for a lost connection to come back before it fails.
    pub patience: Duration,
}

impl Default for RedisOptions {
    /// For a cache: better no answer than a late one.
    fn default() -> Self {
        Self {
            response_timeout: Duration::from_secs(1),
            connect_timeout: Duration::from_secs(2),
            patience: Duration::ZERO,
        }
    }
}

/// One multiplexed connection, made when it is first used and again, in the background, after it broke. Until it is
/// back, commands fail at once (or after [`RedisOptions::patience`]) instead of waiting for a server that is gone. A
/// command is never sent twice: what was on its way when the connection broke has failed.
///
/// Clones share the connection.
///
/// ```no_run
/// use bondhu_cache::redis::{Redis, RedisOptions, Value, cmd};
///
/// # async fn example() -> Result<(), bondhu_cache::redis::RedisError> {
/// let redis = Redis::new("redis://127.0.0.1:6379/0", RedisOptions::default())?;
/// let raw: Value = redis.run(cmd("GET").arg("greeting")).await?; // as the server said it, refusals included
/// let text: Option<String> = redis.query(cmd("GET").arg("greeting")).await?; // a refusal is an error
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Redis(Arc<Inner>);

struct Inner {
    address: Address,
    options: RedisOptions,
    state: watch::Sender<State>,
    /// Held while the first connection is made: others wait for that one.
    opening: Mutex<()>,
    /// Counts connections, so that a late error of an old one does not end the new one.
    opened: AtomicU64,
    /// The newest connection that is known to be broken: it may break before it has been put to use.
    broken: AtomicU64,
    tracking: Option<OnHeard>,
}

enum State {
    New,
    Up { connection: Connection, number: u64, tracks: bool },
    Down(RedisError),
}

/// What a connection with client tracking hears.
pub(crate) enum Heard {
    /// These keys have been changed by somebody else.
    Changed(Vec<String>),
    /// Anything may have changed: everything was flushed, or the connection is gone.
    Everything,
    /// A connection has been made. Anything may have changed before.
    Connected,
}

pub(crate) type OnHeard = Arc<dyn Fn(Heard) + Send + Sync>;

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Redis").field(&self.name()).finish()
    }
}

impl Redis {
    /// Reads the address; connects when it is first used. See docs/CACHE.md for the forms of address.
    pub fn new(url: &str, options: RedisOptions) -> Result<Self, RedisError> {
        Self::build(url, options, None)
    }

    /// As [`Redis::new`], with client tracking: `heard` learns of changes to keys that were read here. It is called
    /// by the task that reads replies, in their order, and must not wait.
    pub(crate) fn tracking(url: &str, options: RedisOptions, heard: OnHeard) -> Result<Self, RedisError> {
        Self::build(url, options, Some(heard))
    }

    fn build(url: &str, options: RedisOptions, tracking: Option<OnHeard>) -> Result<Self, RedisError> {
        let address = Address::parse(url)?;
        Ok(Self(Arc::new(Inner::new(address, options, tracking))))
    }

    /// What to call the server in messages: where it is, without user and password.
    pub fn name(&self) -> String {
        self.0.address.name()
    }

    /// The same server, as another of its users; connections of its own.
    pub(crate) fn as_user(&self, user: &str, password: &str) -> Self {
        let address = self.0.address.as_user(user, password);
        Self(Arc::new(Inner::new(address, self.0.options.clone(), None)))
    }

    pub(crate) fn options(&self) -> &RedisOptions {
        &self.0.options
    }

    /// True where Sentinel names the master, so that it can move.
    pub(crate) fn has_sentinels(&self) -> bool {
        matches!(self.0.address, Address::Sentinel { .. })
    }

    /// True where what is said to the server is encrypted.
    pub(crate) fn is_tls(&self) -> bool {
        self.0.address.is_tls()
    }

    /// True for a cluster, where the keys of one command must share a slot.
    pub fn is_cluster(&self) -> bool {
        matches!(self.0.address, Address::Cluster { .. })
    }

    /// Sends a command and answers what the server said, word for word: a refusal is a [`Value::ServerError`].
    /// Fails only where there is no answer. Not for commands that wait or change the connection.
    pub async fn run(&self, cmd: &Cmd) -> Result<Value, RedisError> {
        let (mut connection, number) = self.connection().await?;
        let answer = connection.send(cmd).await.map_err(|error| self.failed(number, &error))?;
        self.note_demotion(number, &answer);
        Ok(answer)
    }

    /// Sends several commands at once and answers what the server said to each; to a transaction
    /// ([`Pipeline::atomic`]) the one reply of its `EXEC`.
    pub async fn run_all(&self, pipeline: &Pipeline) -> Result<Vec<Value>, RedisError> {
        let (mut connection, number) = self.connection().await?;
        let answers = connection.send_all(pipeline).await.map_err(|error| self.failed(number, &error))?;
        for answer in &answers {
            self.note_demotion(number, answer);
        }
        Ok(answers)
    }

    /// Sends a command and reads its reply as this type; a refusal is an error.
    pub async fn query<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, RedisError> {
        let value = self.run(cmd).await?;
        self.read(value)
    }

    /// Runs a script, and has the server learn it if it does not know it.
    pub(crate) async fn script(&self, script: &ScriptInvocation<'_>) -> Result<Value, RedisError> {
        let (connection, number) = self.connection().await?;
        let answer = match connection {
            Connection::Node(mut node) => script.invoke_async::<Value>(&mut node).await,
            Connection::Cluster(mut cluster) => script.invoke_async::<Value>(&mut cluster).await,
        };
        answer.map_err(|error| {
            if let Some([(_, refusal), ..]) = error.clone().into_server_errors().as_deref() {
                self.note_demotion(number, &Value::ServerError(refusal.clone()));
            }
            self.failed(number, &error)
        })
    }

    /// Reads a reply as this type; a refusal is an error.
    pub fn read<T: FromRedisValue>(&self, value: Value) -> Result<T, RedisError> {
        let read = value.extract_error().and_then(|value| Ok(redis::from_redis_value(value)?));
        read.map_err(|error| RedisError::new(self.name(), &error))
    }

    /// A client for connections of one's own: commands that wait, subscriptions, `MONITOR`. It leads to the node
    /// that is the right one now (of a cluster, any), so ask again for every connection.
    pub async fn client(&self, protocol: ProtocolVersion) -> Result<Client, RedisError> {
        connection::client(&self.0.address, protocol).await.map_err(|error| RedisError::new(self.name(), &error))
    }

    /// Whether the connection of the moment is told of changes to the keys it has read.
    pub fn tracks(&self) -> bool {
        matches!(&*self.0.state.borrow(), State::Up { tracks: true, .. })
    }

    async fn connection(&self) -> Result<(Connection, u64), RedisError> {
        if let State::Up { connection, number, .. } = &*self.0.state.borrow() {
            return Ok((connection.clone(), *number));
        }
        let first = self.0.opening.lock().await;
        if matches!(&*self.0.state.borrow(), State::New) {
            self.0.open().await.unwrap_or_else(|error| self.0.lost(error));
        }
        drop(first);
        if !self.0.options.patience.is_zero() {
            let mut states = self.0.state.subscribe();
            let up = states.wait_for(|state| matches!(state, State::Up { .. }));
            let _ = tokio::time::timeout(self.0.options.patience, up).await;
        }
        match &*self.0.state.borrow() {
            State::Up { connection, number, .. } => Ok((connection.clone(), *number)),
            State::Down(error) => Err(error.clone()),
            State::New => unreachable!("the first connection has been tried"),
        }
    }

    /// A connection without an answer is not used again.
    fn failed(&self, number: u64, error: &redis::RedisError) -> RedisError {
        let fault = RedisError::new(self.name(), error);
        if error.is_io_error() || error.is_timeout() || error.is_unrecoverable_error() {
            self.0.lost_connection(number, fault.clone());
        }
        fault
    }

    /// After a failover, Sentinel knows the new master. A node that is a replica by itself stays one.
    fn note_demotion(&self, number: u64, answer: &Value) {
        if let (Value::ServerError(error), Address::Sentinel { .. }) = (answer, &self.0.address)
            && matches!(error.kind(), Some(ServerErrorKind::ReadOnly | ServerErrorKind::MasterDown))
        {
            let error = RedisError::new(self.name(), &error.clone().into());
            self.0.lost_connection(number, error);
        }
    }
}

impl Inner {
    fn new(address: Address, options: RedisOptions, tracking: Option<OnHeard>) -> Self {
        Self {
            address,
            options,
            state: watch::Sender::new(State::New),
            opening: Mutex::new(()),
            opened: AtomicU64::new(0),
            broken: AtomicU64::new(0),
            tracking,
        }
    }

    /// Makes a connection and puts it to use.
    async fn open(self: &Arc<Self>) -> Result<(), RedisError> {
        let number = self.opened.fetch_add(1, Ordering::Relaxed) + 1;
        let weak = Arc::downgrade(self);
        let on_push = Arc::new(move |push| {
            if let Some(inner) = weak.upgrade() {
                inner.hear(number, push);
            }
        });
        let opened = async {
            let mut connection = Connection::open(&self.address, &self.options, on_push).await?;
            let tracks = self.tracking.is_some() && track(&mut connection).await?;
            Ok(State::Up { connection, number, tracks })
        };
        let up = opened.await.map_err(|error| RedisError::new(self.address.name(), &error))?;
        if self.broken.load(Ordering::Acquire) == number {
            let reason = "it has closed the connection".to_owned();
            return Err(RedisError::Unavailable { server: self.address.name(), reason });
        }
        self.state.send_replace(up);
        if let Some(heard) = &self.tracking {
            heard(Heard::Connected);
        }
        Ok(())
    }

    fn hear(self: &Arc<Self>, number: u64, push: PushInfo) {
        match push.kind {
            PushKind::Disconnection if !matches!(self.address, Address::Cluster { .. }) => {
                self.broken.store(number, Ordering::Release);
                let reason = "it has closed the connection".to_owned();
                self.lost_connection(number, RedisError::Unavailable { server: self.address.name(), reason });
            }
            PushKind::Invalidate => {
                let Some(heard) = &self.tracking else { return };
                let keys = push.data.into_iter().next().map(redis::from_redis_value::<Vec<String>>);
                heard(match keys {
                    Some(Ok(keys)) if !keys.is_empty() => Heard::Changed(keys),
                    // A flush has no keys; one that is no text was not ours, but may have come with some that are.
                    _ => Heard::Everything,
                });
            }
            _ => {}
        }
    }

    /// This connection is not to be used any more; a newer one is left alone.
    fn lost_connection(self: &Arc<Self>, number: u64, error: RedisError) {
        if matches!(&*self.state.borrow(), State::Up { number: current, .. } if *current == number) {
            self.lost(error);
        }
    }

    fn lost(self: &Arc<Self>, error: RedisError) {
        let was_down = matches!(self.state.send_replace(State::Down(error)), State::Down(_));
        if let Some(heard) = &self.tracking {
            heard(Heard::Everything);
        }
        if !was_down {
            tokio::spawn(come_back(Arc::downgrade(self)));
        }
    }
}

/// Asks to be told of changes; false where the server cannot. Our own changes are not told (`NOLOOP`).
/// <https://redis.io/docs/latest/develop/reference/client-side-caching/>
async fn track(connection: &mut Connection) -> redis::RedisResult<bool> {
    // Every node of a cluster would have to be asked, also those that join later.
    if matches!(connection, Connection::Cluster(_)) {
        return Ok(false);
    }
    let mut ask = redis::cmd("CLIENT");
    ask.arg("TRACKING").arg("ON").arg("NOLOOP");
    let answer = connection.send(&ask).await?;
    Ok(!matches!(answer, Value::ServerError(_)))
}

/// Connects again, later and later, for as long as anybody has the handle.
async fn come_back(inner: Weak<Inner>) {
    let mut wait = AGAIN;
    loop {
        // Processes that lost the server together must not all come back at the same moment.
        tokio::time::sleep(wait.mul_f64(0.75 + 0.5 * rand::random::<f64>())).await;
        wait = (wait * 2).min(AGAIN_MOST);
        let Some(inner) = inner.upgrade() else { return };
        match inner.open().await {
            Ok(()) => return,
            Err(error) => drop(inner.state.send_replace(State::Down(error))),
        }
    }
}
