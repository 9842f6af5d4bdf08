//! The only place that asks the operating system for the time, for ids and for randomness.
//!
//! Everything else takes a [`Clock`], so a test can stop time, move it and still get ids in order.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bondhu_store::Timestamp;
use rand::TryRng;
use rand::rngs::SysRng;
use uuid::{ContextV7, Uuid};

/// The time of day and a source of ids that grow with it. Clones share both.
#[derive(Clone)]
pub struct Clock(Arc<Inner>);

struct Inner {
    /// Milliseconds since the epoch of a mock clock; `None` reads the system's clock.
    mock: Option<AtomicI64>,
    sequence: Mutex<ContextV7>,
}

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self(Arc::new(Inner { mock: None, sequence: Mutex::new(ContextV7::new()) }))
    }

    /// A clock that stands still at `start` until [`Clock::advance`] moves it.
    pub fn mock(start: Timestamp) -> Self {
        let mock = Some(AtomicI64::new(start.as_millis()));
        Self(Arc::new(Inner { mock, sequence: Mutex::new(ContextV7::new()) }))
    }

    /// Moves a mock clock forward.
    ///
    /// # Panics
    /// On the system's clock, which is not ours to move.
    pub fn advance(&self, by: Duration) {
        let mock = self.0.mock.as_ref().expect("only a mock clock can be moved");
        mock.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }

    /// Now, to the millisecond.
    pub fn now(&self) -> Timestamp {
        let millis = self.0.mock.as_ref().map_or_else(system_millis, |mock| mock.load(Ordering::SeqCst));
        Timestamp::from_millis(millis)
    }

    /// A new `UUIDv7` (RFC 9562 §5.7), greater than every id this clock has given out before, also when the
    /// system's time has been set back in between.
    pub fn new_id(&self) -> Uuid {
        self.id_at(self.now().as_millis())
    }

    /// A new id that is greater than `parent` too, which may come from a process whose clock runs ahead.
    pub fn new_id_after(&self, parent: Uuid) -> Uuid {
        let id = self.new_id();
        if id > parent { id } else { self.id_at(millis_of(parent) + 1) }
    }

    fn id_at(&self, millis: i64) -> Uuid {
        let millis = u64::try_from(millis).unwrap_or(0);
        let nanos = u32::try_from(millis % 1000 * 1_000_000).expect("below one second");
        let sequence = self.0.sequence.lock().unwrap_or_else(PoisonError::into_inner);
        Uuid::new_v7(uuid::Timestamp::from_unix(&*sequence, millis / 1000, nanos))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.mock.is_some() { "Clock::mock" } else { "Clock::system" })
    }
}

/// `N` bytes from the operating system's generator, for tokens, codes and salts.
///
/// # Panics
/// When the system has no randomness to give: nothing that needs a secret can go on without one.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).expect("the operating system gives out random bytes");
    bytes
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is where `Clock` reads the time that everything else takes from it"
)]
fn system_millis() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// The first 48 bits of a `UUIDv7`: milliseconds since the epoch.
fn millis_of(id: Uuid) -> i64 {
    i64::try_from(id.as_u128() >> 80).expect("48 bits fit")
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    #[test]
    fn ids_grow_while_time_stands_still() {
        let clock = Clock::mock(START);
        let ids: Vec<Uuid> = (0..10_000).map(|_| clock.new_id()).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(millis_of(ids[0]), START.as_millis());
    }

    #[test]
    fn threads_share_one_sequence() {
        let clock = Clock::system();
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let clock = clock.clone();
                std::thread::spawn(move || (0..1000).map(|_| clock.new_id()).collect::<Vec<_>>())
            })
            .collect();
        let mut all: Vec<Uuid> = Vec::new();
        for thread in threads {
            let ids = thread.join().unwrap();
            assert!(ids.is_sorted());
            all.extend(ids);
        }
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 4000);
    }

    #[test]
    fn a_parent_from_the_future_is_still_older_than_its_child() {
        let ahead = Clock::mock(START.plus(Duration::from_secs(90))).new_id();
        let clock = Clock::mock(START);
        let child = clock.new_id_after(ahead);
        let grandchild = clock.new_id_after(child);
        assert!(ahead < child && child < grandchild);
    }

    #[test]
    fn a_mock_moves_only_when_told() {
        let clock = Clock::mock(START);
        assert_eq!(clock.now(), START);
        clock.clone().advance(Duration::from_millis(1500));
        assert_eq!(clock.now().as_millis() - START.as_millis(), 1500);
    }

    #[test]
    fn random_bytes_differ() {
        assert_ne!(random_bytes::<32>(), random_bytes::<32>());
    }
}
