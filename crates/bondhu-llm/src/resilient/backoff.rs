//! How long to wait before asking again.

use std::time::Duration;

use crate::LlmError;

/// The longest pause that is waited for while a person looks at an empty reply.
const LONGEST: Duration = Duration::from_secs(15);
/// The pause after the first failure; it doubles with each further one.
const FIRST: Duration = Duration::from_millis(400);

/// The pause before retry number `attempt` (from 0), or `None` when asking again makes no sense.
///
/// `jitter` is in 0..1 and spreads the requests of many waiters: up to half of a pause of our own choice is taken
/// away, and up to 400 ms are added to one that the provider asked for. A connection that cannot be made is tried
/// once more only: a server that restarts is back at once, a missing one is not.
pub(super) fn pause_before_retry(attempt: u32, error: &LlmError, jitter: f64) -> Option<Duration> {
    if !error.is_retryable() || (attempt > 0 && matches!(error, LlmError::Unreachable { .. })) {
        return None;
    }
    match error.retry_after() {
        Some(asked) if asked > LONGEST => None,
        Some(asked) => Some(asked + FIRST.mul_f64(jitter)),
        None => Some(FIRST.saturating_mul(2_u32.saturating_pow(attempt)).min(LONGEST).mul_f64(1.0 - jitter / 2.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(retry_after: Option<u64>) -> LlmError {
        LlmError::RateLimited { retry_after: retry_after.map(Duration::from_secs) }
    }

    #[test]
    fn pauses_double_up_to_the_longest_and_shrink_by_the_jitter() {
        let pause = |attempt, jitter| pause_before_retry(attempt, &limited(None), jitter).unwrap().as_millis();
        assert_eq!([pause(0, 0.0), pause(1, 0.0), pause(2, 0.0)], [400, 800, 1600]);
        assert_eq!(pause(0, 1.0), 200);
        assert_eq!(pause(40, 0.0), 15_000);
    }

    #[test]
    fn the_provider_decides_within_the_cap() {
        assert_eq!(pause_before_retry(0, &limited(Some(3)), 0.0), Some(Duration::from_secs(3)));
        assert_eq!(pause_before_retry(0, &limited(Some(15)), 0.5), Some(Duration::from_millis(15_200)));
        assert_eq!(pause_before_retry(0, &limited(Some(16)), 0.0), None);
    }

    #[test]
    fn a_missing_server_is_tried_once_more_only() {
        let gone = LlmError::Unreachable { address: "127.0.0.1:9".into() };
        assert!(pause_before_retry(0, &gone, 0.0).is_some());
        assert_eq!(pause_before_retry(1, &gone, 0.0), None);
        assert_eq!(pause_before_retry(0, &LlmError::Unauthorized, 0.0), None);
    }
}
