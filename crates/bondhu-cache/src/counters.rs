//! Counters that start again after a while, for rate limits.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// The state of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// Increments since the window began.
    pub value: u64,
    /// Time until the counter starts again at zero; zero when it is not running.
    pub resets_in: Duration,
}

#[derive(Default)]
pub(crate) struct Counters(Mutex<HashMap<String, Running>>);

struct Running {
    value: u64,
    ends_at: Instant,
}

/// Ended counters are swept out when the table has grown to this many entries.
const SWEEP_AT: usize = 4_096;

impl Counters {
    pub(crate) fn increment(&self, key: &str, window: Duration) -> Count {
        let now = Instant::now();
        let mut counters = self.lock();
        if counters.len() >= SWEEP_AT {
            counters.retain(|_, running| running.ends_at > now);
        }
        let running = counters.entry(key.to_owned()).or_insert(Running { value: 0, ends_at: now + window });
        if running.ends_at <= now {
            *running = Running { value: 0, ends_at: now + window };
        }
        running.value += 1;
        Count { value: running.value, resets_in: running.ends_at - now }
    }

    pub(crate) fn peek(&self, key: &str) -> Count {
        let now = Instant::now();
        match self.lock().get(key) {
            Some(running) if running.ends_at > now => Count { value: running.value, resets_in: running.ends_at - now },
            _ => Count { value: 0, resets_in: Duration::ZERO },
        }
    }

    pub(crate) fn forget(&self, key: &str) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
