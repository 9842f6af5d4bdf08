//! A key-value engine: commands in, replies out, as Redis has them. Inside this process, or on a server.
//!
//! ```
//! use bondhu_cache::engine::{Command, Engine, Reply};
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), bondhu_cache::redis::RedisError> {
//! let engine = Engine::memory(64 << 20);
//! engine.run(Command::of(["SET", "greeting", "Hello"])).await?;
//! assert_eq!(engine.run(Command::of(["GET", "greeting"])).await?, Reply::bulk("Hello"));
//! # Ok(()) }
//! ```

mod command;
mod memory;
mod redis;
mod reply;
mod subscribe;

pub use command::{Command, Words};
pub use memory::OnChange;
pub use reply::Reply;
pub use subscribe::{Event, Subscription, Topic};

use crate::redis::{RedisError, RedisOptions};
use memory::Memory;
use redis::Server;

/// A key-value engine. Clones share it.
#[derive(Clone, Debug)]
pub struct Engine(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Memory(Memory),
    Redis(Server),
}

impl Engine {
    /// An engine inside this process that refuses writes beyond `max_bytes` of keys and values, about. It has
    /// strings, counters, expiry, hashes, lists, sets, sorted sets, transactions and messages; not scripts, streams
    /// and the like: it says so, and names the setting that leads to a server.
    pub fn memory(max_bytes: usize) -> Self {
        Self(Kind::Memory(Memory::new(max_bytes)))
    }

    /// A Redis or Valkey server. Connects when it is first used and comes back by itself.
    pub fn redis(url: &str, options: RedisOptions) -> Result<Self, RedisError> {
        Server::new(url, options).map(|server| Self(Kind::Redis(server)))
    }

    /// The same server, as another of its users. None where the engine has no users.
    pub fn as_user(&self, user: &str, password: &str) -> Option<Self> {
        match &self.0 {
            Kind::Memory(_) => None,
            Kind::Redis(server) => Some(Self(Kind::Redis(server.as_user(user, password)))),
        }
    }

    /// What to call it in messages, without user and password.
    pub fn name(&self) -> String {
        match &self.0 {
            Kind::Memory(_) => "the memory of this process".to_owned(),
            Kind::Redis(server) => server.name(),
        }
    }

    /// Tells of every key that a command has changed, before its reply: for caches in front of the engine. Only the
    /// engine in memory can; false on a server.
    pub fn on_change(&self, tell: OnChange) -> bool {
        match &self.0 {
            Kind::Memory(memory) => memory.on_change(tell),
            Kind::Redis(_) => false,
        }
    }

    /// Runs a command. A refusal is a reply; an error means that there is no answer, and that the command may or may
    /// not have been carried out.
    pub async fn run(&self, command: Command) -> Result<Reply, RedisError> {
        match &self.0 {
            Kind::Memory(memory) => Ok(memory.run(&command)),
            Kind::Redis(server) => server.run(&command).await,
        }
    }

    /// Runs a command of the cache in front of this engine, which need not hear of it.
    pub(crate) fn run_quietly(&self, command: &Command) {
        match &self.0 {
            Kind::Memory(memory) => memory.run_quietly(command),
            Kind::Redis(_) => unreachable!("only an engine in memory stands beside a cache"),
        }
    }

    /// Runs commands in order and answers each. Others may run in between.
    pub async fn run_all(&self, commands: &[Command]) -> Result<Vec<Reply>, RedisError> {
        match &self.0 {
            Kind::Memory(memory) => Ok(commands.iter().map(|command| memory.run(command)).collect()),
            Kind::Redis(server) => server.run_all(commands).await,
        }
    }

    /// Runs commands as one step: `MULTI` to `EXEC`. The inner error is the refusal of the whole, after which none
    /// has been carried out; what goes wrong later is the reply of its command.
    pub async fn transaction(&self, commands: &[Command]) -> Result<Result<Vec<Reply>, Reply>, RedisError> {
        match &self.0 {
            Kind::Memory(memory) => Ok(memory.transaction(commands)),
            Kind::Redis(server) => server.transaction(commands).await,
        }
    }

    /// Listens to channels or patterns. All subscriptions of an engine share one connection, and go on when it is
    /// made anew. Fails where a server cannot be reached now.
    pub async fn subscribe(&self, topics: Vec<Topic>) -> Result<Subscription, RedisError> {
        match &self.0 {
            Kind::Memory(memory) => Ok(memory.subscribe(topics)),
            Kind::Redis(server) => server.subscribe(topics).await,
        }
    }

    /// Hears of every command that the engine runs, in the words of `MONITOR`. It holds a connection of its own, and
    /// ends with it.
    pub async fn monitor(&self) -> Result<Subscription, RedisError> {
        match &self.0 {
            Kind::Memory(memory) => Ok(memory.monitor()),
            Kind::Redis(server) => server.monitor().await,
        }
    }
}
