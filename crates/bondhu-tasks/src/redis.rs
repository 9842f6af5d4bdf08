//! What a Redis broker and a Redis result backend share: addresses and connections.

mod address;
mod link;
mod tls;

use std::time::Duration;

pub(crate) use link::Link;

/// How to use a Redis or Valkey server. [`RedisOptions::default`] is Celery's own set-up.
///
/// ```
/// use bondhu_tasks::{Broker, RedisOptions};
/// use std::time::Duration;
///
/// let options = RedisOptions { response_timeout: Duration::from_secs(2), ..RedisOptions::default() };
/// let broker = Broker::redis("redis://user:password@127.0.0.1:6379/0", options)?; // connects when it is first used
/// assert_eq!(broker.transport(), "redis");
/// # Ok::<(), bondhu_tasks::TransportError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RedisOptions {
    /// In front of every key (`global_keyprefix` in Celery's transport options). For Redis Cluster it must hold a
    /// hash tag, as in `{celery}:`, so that all keys are on one node; that is then the default.
    pub key_prefix: String,
    /// After how long Python peers take a message back from a worker that has not acknowledged it
    /// (`visibility_timeout`; one hour). The same as theirs, so that what runs is renewed in time. Zero if there are no
    /// Python peers: what they have left is then not taken back.
    pub visibility_timeout: Duration,
    /// Deadline of every reply.
    pub response_timeout: Duration,
    /// Deadline of a new connection.
    pub connect_timeout: Duration,
    /// Learn of new messages by client tracking where the server has it. Off: by a blocking peek.
    pub tracking: bool,
    /// Without client tracking: after how long without news an idle worker looks for what one that died has left
    /// behind (ten minutes; no less than 100 ms). One command each time.
    pub look_every: Duration,
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self {
            key_prefix: String::new(),
            visibility_timeout: Duration::from_hours(1),
            response_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            tracking: true,
            look_every: Duration::from_mins(10),
        }
    }
}
