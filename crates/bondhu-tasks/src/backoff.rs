//! How long to wait before a retry.

use std::time::Duration;

/// The wait before the n-th retry: `base * 2^(n-1)`, at most `cap`, less a random part.
///
/// Full jitter draws the wait evenly from nothing to that value, as Celery's `retry_jitter` does, so that tasks
/// which failed together do not come back together.
///
/// ```
/// use bondhu_tasks::Backoff;
/// use std::time::Duration;
///
/// let backoff = Backoff::exponential(Duration::from_secs(1), Duration::from_secs(60)).jitter(false);
/// assert_eq!(backoff.wait(3, 0.5), Duration::from_secs(8));
/// assert_eq!(backoff.wait(30, 0.5), Duration::from_secs(60));
/// assert_eq!(Backoff::DEFAULT.wait(0, 0.5), Duration::from_secs(1), "half of two seconds");
/// assert_eq!(Backoff::fixed(Duration::from_secs(5)).wait(30, 0.5), Duration::from_secs(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Backoff {
    base: Duration,
    cap: Duration,
    doubles: bool,
    jitter: bool,
}

impl Backoff {
    /// 2, 4, 8, ... seconds, at most five minutes, with jitter.
    pub const DEFAULT: Self = Self::exponential(Duration::from_secs(2), Duration::from_mins(5));

    /// Doubles from `base` up to `cap`, with jitter.
    pub const fn exponential(base: Duration, cap: Duration) -> Self {
        Self { base, cap, doubles: true, jitter: true }
    }

    /// The same wait each time, without jitter.
    pub const fn fixed(wait: Duration) -> Self {
        Self { base: wait, cap: wait, doubles: false, jitter: false }
    }

    /// Switches jitter on or off.
    pub const fn jitter(mut self, on: bool) -> Self {
        self.jitter = on;
        self
    }

    /// The wait after `retries` retries have been made already. `random` is evenly drawn from 0 to 1 by the caller.
    pub fn wait(self, retries: u32, random: f64) -> Duration {
        let factor = if self.doubles { 2_u32.saturating_pow(retries) } else { 1 };
        let wait = self.base.saturating_mul(factor).min(self.cap);
        if self.jitter { wait.mul_f64(random.clamp(0.0, 1.0)) } else { wait }
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self::DEFAULT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_the_cap() {
        let backoff = Backoff::default().jitter(false);
        let waits = [0, 1, 2, 7, 8, 31, 32, u32::MAX].map(|retries| backoff.wait(retries, 0.0).as_secs());
        assert_eq!(waits, [2, 4, 8, 256, 300, 300, 300, 300]);
    }

    #[test]
    fn jitter_spreads_it_from_nothing_to_the_whole() {
        let waits = [0.0, 0.5, 1.0].map(|random| Backoff::default().wait(1, random).as_secs());
        assert_eq!(waits, [0, 2, 4]);
        assert_eq!(Backoff::fixed(Duration::from_secs(9)).wait(5, 0.0).as_secs(), 9);
    }
}
