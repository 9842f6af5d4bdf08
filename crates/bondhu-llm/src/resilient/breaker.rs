//! Leaves a provider alone that has failed several times in a row.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::LlmError;

/// Failures in a row after which the breaker opens.
const TOLERATED: u32 = 4;
/// How long it stays open before one request may probe.
const REST: Duration = Duration::from_secs(30);

/// Closed, open for a while, or half open with one request probing.
#[derive(Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    failures: u32,
    /// The last failure and the time until which it is repeated without asking; set while `failures` is at the limit.
    open: Option<(LlmError, Instant)>,
    probing: bool,
}

impl Breaker {
    /// Lets a request through, or repeats the last error while the breaker is open.
    pub(crate) fn enter(this: &Arc<Self>) -> Result<Permit, LlmError> {
        let mut state = this.state();
        if let Some((error, until)) = &state.open {
            if state.probing || Instant::now() < *until {
                return Err(error.clone());
            }
            state.probing = true;
        }
        drop(state);
        Ok(Permit { breaker: Arc::clone(this), settled: false })
    }

    /// Nothing is left half-written when a holder panics, so the poison is ignored.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One request under way. Dropping it without a verdict changes nothing but lets the next request probe.
pub(crate) struct Permit {
    breaker: Arc<Breaker>,
    settled: bool,
}

impl Permit {
    /// Text has come: others may ask again, but one more failure opens the breaker anew.
    pub(crate) fn alive(&self) {
        let mut state = self.breaker.state();
        if state.open.take().is_some() {
            state.failures = TOLERATED - 1;
        }
        state.probing = false;
    }

    /// The reply is complete.
    pub(crate) fn succeeded(mut self) {
        self.settled = true;
        *self.breaker.state() = State::default();
    }

    /// The request failed; returns whether others may still ask. A request that the provider understood and
    /// refused says nothing about its health.
    pub(crate) fn failed(mut self, error: &LlmError) -> bool {
        self.settled = true;
        let mut state = self.breaker.state();
        state.probing = false;
        if matches!(error, LlmError::Refused { .. } | LlmError::Unauthorized) {
            state.failures = 0;
            state.open = None;
            return true;
        }
        state.failures += 1;
        if state.failures >= TOLERATED {
            state.open = Some((error.clone(), Instant::now() + REST));
        }
        state.open.is_none()
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.settled {
            self.breaker.state().probing = false;
        }
    }
}
