//! One connection that many share: commands go out together, replies come back in their order.
//!
//! The client library has such a connection as well. This one parses less, allocates less and sends what was asked
//! for in the same moment in one write, which `docs/UPSTASH.md` gives figures for.

mod drive;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

use tokio::{sync::oneshot, time::Instant};

use crate::engine::{Command, Reply};
use crate::redis::{Redis, RedisError};

/// Bytes that may wait to be sent before more is refused.
const WAITING_BYTES: usize = 64 << 20;

type Replies = Result<Vec<Reply>, RedisError>;

/// The connection. Made when it is first used, and again after it broke. A command is never sent twice.
#[derive(Debug)]
pub(super) struct Pipe(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    redis: Redis,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    /// What is to be sent.
    outgoing: Vec<u8>,
    /// Who waits for replies, in the order of the commands.
    waiting: VecDeque<Waiting>,
    phase: Phase,
    /// Wakes the task that writes.
    waker: Option<Waker>,
}

#[derive(Debug, Default)]
enum Phase {
    /// Not used yet.
    #[default]
    New,
    /// Connected, or about to be: commands can wait for it.
    Open,
    /// Not reachable: commands fail at once until it is.
    Down(RedisError),
    /// Nobody has the handle any more.
    Closed,
}

#[derive(Debug)]
struct Waiting {
    missing: usize,
    replies: Vec<Reply>,
    since: Instant,
    answer: oneshot::Sender<Replies>,
}

impl Pipe {
    pub(super) fn new(redis: Redis) -> Self {
        Self(Arc::new(Shared { redis, queue: Mutex::default() }))
    }

    pub(super) async fn run(&self, command: &Command) -> Result<Reply, RedisError> {
        let mut replies = self.run_all(std::iter::once(command)).await?;
        Ok(replies.pop().unwrap_or(Reply::Nil))
    }

    pub(super) async fn run_all<'a>(&self, commands: impl Iterator<Item = &'a Command>) -> Replies {
        let waits = self.send(commands)?;
        match waits {
            Some(answer) => answer.await.unwrap_or_else(|_| Err(self.0.gone("the process is closing"))),
            None => Ok(Vec::new()),
        }
    }

    fn send<'a>(
        &self,
        commands: impl Iterator<Item = &'a Command>,
    ) -> Result<Option<oneshot::Receiver<Replies>>, RedisError> {
        let mut queue = self.0.lock();
        match &queue.phase {
            Phase::New => {
                queue.phase = Phase::Open;
                tokio::spawn(drive::drive(self.0.clone()));
            }
            Phase::Down(error) => return Err(error.clone()),
            Phase::Open | Phase::Closed => {}
        }
        if queue.outgoing.len() > WAITING_BYTES {
            return Err(self.0.gone("it does not keep up with what is asked of it"));
        }
        let mut missing = 0;
        for command in commands {
            command.write(&mut queue.outgoing);
            missing += 1;
        }
        if missing == 0 {
            return Ok(None);
        }
        let (answer, waits) = oneshot::channel();
        let replies = Vec::with_capacity(missing);
        queue.waiting.push_back(Waiting { missing, replies, since: Instant::now(), answer });
        let waker = queue.waker.take();
        drop(queue);
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(Some(waits))
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        let mut queue = self.0.lock();
        queue.phase = Phase::Closed;
        if let Some(waker) = queue.waker.take() {
            waker.wake();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gone(&self, reason: &str) -> RedisError {
        RedisError::Unavailable { server: self.redis.name(), reason: reason.to_owned() }
    }

    /// Answers everybody who waits; false once nobody can wait any more.
    fn fail(&self, error: &RedisError, phase: Phase) -> bool {
        let mut queue = self.lock();
        if matches!(queue.phase, Phase::Closed) {
            return false;
        }
        queue.phase = phase;
        queue.outgoing.clear();
        let waiting = std::mem::take(&mut queue.waiting);
        drop(queue);
        for waiting in waiting {
            let _ = waiting.answer.send(Err(error.clone()));
        }
        true
    }
}
