//! A task queue that speaks Celery's message protocol.
//!
//! A task is a struct: its fields are the message, one constant holds its options, and `?` in its body means "try
//! again". A [`Queue`] sends tasks over a [`Broker`] (memory, an `SQLite` file, Redis or Valkey) and finds their results in a
//! [`Backend`]; a [`Worker`] runs them; a [`beat::Beat`] sends them by the clock; a [`control::Control`] asks and steers
//! workers. On Redis all of it is Celery's own format, so Python's Celery and Flower share it.
//!
//! Below that, tasks are declared ([`Task`], [`TaskOptions`], [`Registry`]), calls are made ([`Call`]) and messages are
//! read and written ([`Message`], [`StoredResult`], [`Signature`]) without I/O and without a clock:
//!
//! ```
//! use bondhu_tasks::{Call, Fresh, Registry, Sender, Task, TaskContext, TaskOptions, TaskResult};
//! use serde::{Deserialize, Serialize};
//!
//! /// Adds two numbers.
//! #[derive(Debug, Serialize, Deserialize)]
//! struct Add { x: i64, #[serde(default)] y: i64 }
//!
//! impl Task for Add {
//!     const NAME: &'static str = "sums.add";
//!     const OPTIONS: TaskOptions = TaskOptions::new().queue("sums").max_retries(5).rate_limit("10/m");
//!     type State = ();
//!     type Output = i64;
//!     async fn run(self, _: TaskContext<()>) -> TaskResult<i64> { Ok(self.x + self.y) }
//! }
//!
//! let registry = Registry::builder().register::<Add>().build()?;
//! assert_eq!(registry.names().collect::<Vec<_>>(), ["sums.add"]);
//!
//! let sender = Sender::default();
//! let fresh = Fresh { now: "2026-11-22T20:00:00Z".parse()?, id: "call-1".into(), delivery_tag: "tag-1".into() };
//! let outgoing = Call::of(&Add { x: 2, y: 3 })?.after(std::time::Duration::from_secs(60)).seal(&sender, fresh)?;
//! assert_eq!(outgoing.queue(), "sums");
//! assert_eq!(outgoing.message.headers.kwargsrepr, "{'x': 2, 'y': 3}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **Field order is wire format.** Python callers pass arguments by position or by name, and a struct is filled by
//! either; so a new field goes to the end and has `#[serde(default)]`. `#[serde(alias)]` is not for tasks: serde
//! reports an alias like a field of its own, and positions would shift.

/// The program in the README, so that it keeps running.
#[cfg(all(doctest, feature = "sqlite"))]
#[doc = include_str!("../README.md")]
mod readme {}

#[cfg(not(any(feature = "redis", feature = "sqlite")))]
compile_error!("bondhu-tasks has nowhere to put tasks: enable its feature `redis`, `sqlite` or both");

pub mod arguments;
mod async_result;
pub mod backend;
mod backoff;
pub mod beat;
pub mod broker;
mod call;
pub mod canvas;
mod clock;
mod context;
mod continuation;
pub mod control;
mod error;
pub mod events;
mod id;
pub mod message;
mod options;
mod outcome;
mod priority;
pub mod python;
mod queue;
mod rate_limit;
#[cfg(feature = "redis")]
mod redis;
mod registry;
mod result;
mod routing;
#[cfg(feature = "sqlite")]
mod sqlite;
mod task;
pub mod timestamp;
mod unique;
pub mod worker;

pub use arguments::Arguments;
pub use async_result::{AsyncResult, ResultError};
pub use backend::Backend;
pub use backoff::Backoff;
pub use broker::Broker;
pub use call::{Call, Fresh, Outgoing, Sender};
pub use canvas::Signature;
pub use clock::Clock;
pub use context::{Run, Stop, TaskContext};
pub use error::{Error, TransportError};
pub use id::TaskId;
pub use message::Message;
pub use options::{ResultPolicy, TaskOptions};
pub use outcome::{BoxError, Cause, TaskError, TaskResult};
pub use priority::Priority;
pub use queue::{Enqueue, Queue};
pub use rate_limit::RateLimit;
#[cfg(feature = "redis")]
pub use redis::RedisOptions;
pub use registry::{RegisteredTask, Registry, RegistryBuilder};
pub use result::{GroupRecord, ResultTuple, State, StoredResult};
pub use routing::{Route, Routes};
pub use task::Task;
pub use unique::{Unique, UniqueKey};
pub use worker::Worker;
