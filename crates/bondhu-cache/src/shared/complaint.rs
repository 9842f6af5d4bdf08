//! Saying once, and not for every request, that Redis does not work.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::redis::RedisError;

const EVERY: Duration = Duration::from_mins(1);

#[derive(Default)]
pub(super) struct Complaint(Mutex<Silence>);

#[derive(Default)]
struct Silence {
    since: Option<Instant>,
    unsaid: u64,
}

impl Complaint {
    /// Logs an error, at most once a minute.
    pub(super) fn raise(&self, error: &RedisError) {
        let mut silence = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if silence.since.is_some_and(|since| since.elapsed() < EVERY) {
            silence.unsaid += 1;
            return;
        }
        let unsaid = std::mem::take(&mut silence.unsaid);
        silence.since = Some(Instant::now());
        drop(silence);
        let advice = error.advice().unwrap_or("Nothing is lost; it is tried again by itself.");
        tracing::warn!(unsaid, "the shared cache does not work, so answers come from the database: {error}. {advice}");
    }

    /// Logs that it works again, if anything was said before.
    pub(super) fn settle(&self, server: &str) {
        let mut silence = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if silence.since.take().is_some() {
            silence.unsaid = 0;
            tracing::info!("the shared cache works again: {server} answers");
        }
    }
}
