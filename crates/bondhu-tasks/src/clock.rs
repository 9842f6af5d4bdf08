//! The only place of this library that asks the machine for the time, for ids and for randomness.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

/// The time of day, ids and randomness. Clones share one clock, so a test can move the time for all parts at once.
///
/// ```
/// use bondhu_tasks::Clock;
/// use jiff::SignedDuration;
/// use std::time::Duration;
///
/// let clock = Clock::manual("2026-11-22T20:00:00Z".parse().unwrap());
/// clock.advance(SignedDuration::from_hours(1));
/// assert_eq!(clock.now().to_string(), "2026-11-22T21:00:00Z");
/// assert_eq!(clock.until("2026-11-22T21:30:00Z".parse().unwrap()), Duration::from_secs(1800));
/// assert_eq!(clock.until("2026-11-22T20:00:00Z".parse().unwrap()), Duration::ZERO, "it has passed");
///
/// assert_ne!(clock.new_id(), clock.new_id());
/// assert!((0.0..1.0).contains(&clock.random()));
/// ```
#[derive(Clone, Default)]
pub struct Clock {
    /// Microseconds since the epoch of a clock that a test moves; none for the machine's clock.
    manual: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The clock of the machine.
    pub const fn system() -> Self {
        Self { manual: None }
    }

    /// A clock that stands still until [`Clock::advance`] moves it.
    pub fn manual(start: Timestamp) -> Self {
        Self { manual: Some(Arc::new(AtomicI64::new(start.as_microsecond()))) }
    }

    /// Moves a manual clock, also backwards.
    ///
    /// # Panics
    /// On the machine's clock, which is not ours to move.
    pub fn advance(&self, by: SignedDuration) {
        let manual = self.manual.as_ref().expect("only a manual clock can be moved");
        manual.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Now, to the microsecond.
    pub fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else asks")]
        let system = || Timestamp::now();
        self.manual.as_ref().map_or_else(system, |manual| {
            Timestamp::from_microsecond(manual.load(Ordering::SeqCst)).unwrap_or(Timestamp::MAX)
        })
    }

    /// How long until `at`; nothing if it has passed.
    pub fn until(&self, at: Timestamp) -> Duration {
        Duration::try_from(at.duration_since(self.now())).unwrap_or_default()
    }

    /// A new id: random, as Celery's are.
    pub fn new_id(&self) -> Uuid {
        #[expect(clippy::disallowed_methods, reason = "this is where ids come from; Celery's ids are version 4")]
        Uuid::new_v4()
    }

    /// A number from 0 (included) to 1 (excluded).
    pub fn random(&self) -> f64 {
        rand::random()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.manual.is_some() { "Clock::manual" } else { "Clock::system" })
    }
}
