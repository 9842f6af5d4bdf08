//! Loads on their way, so that an invalidation in the middle of a load is not lost.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;

use crate::index::{literal_prefix, matches};

/// Marks per key: the moka entry for a key runs one loader at a time, but a cancelled loader may overlap the
/// next one, so each has a mark of its own.
#[derive(Clone, Default)]
pub(crate) struct Flights(Arc<Mutex<BTreeMap<String, Vec<Arc<Mark>>>>>);

#[derive(Default)]
struct Mark {
    overtaken: AtomicBool,
    bell: Notify,
}

impl Mark {
    fn set(&self) {
        self.overtaken.store(true, Ordering::Release);
        self.bell.notify_one();
    }
}

/// One load on its way; it leaves the list when dropped, also when the loader is cancelled.
pub(crate) struct Flight {
    flights: Flights,
    id: String,
    mark: Arc<Mark>,
}

impl Flights {
    pub(crate) fn take_off(&self, id: &str) -> Flight {
        let mark = Arc::new(Mark::default());
        self.lock().entry(id.to_owned()).or_default().push(mark.clone());
        Flight { flights: self.clone(), id: id.to_owned(), mark }
    }

    pub(crate) fn invalidate(&self, id: &str) {
        for mark in self.lock().get(id).into_iter().flatten() {
            mark.set();
        }
    }

    pub(crate) fn invalidate_all(&self) {
        for mark in self.lock().values().flatten() {
            mark.set();
        }
    }

    pub(crate) fn invalidate_matching(&self, pattern: &str) {
        let prefix = literal_prefix(pattern);
        let flights = self.lock();
        let candidates = flights.range(prefix.to_owned()..).take_while(|(id, _)| id.starts_with(prefix));
        for mark in candidates.filter(|(id, _)| matches(pattern, id)).flat_map(|(_, marks)| marks) {
            mark.set();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<Arc<Mark>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    pub(crate) fn was_invalidated(&self) -> bool {
        self.mark.overtaken.load(Ordering::Acquire)
    }

    /// Forgets invalidations up to now: what is read from here on is newer than they are.
    pub(crate) fn renew(&self) {
        self.mark.overtaken.store(false, Ordering::Release);
    }

    /// Waits for an invalidation.
    pub(crate) async fn overtaken(&self) {
        while !self.was_invalidated() {
            self.mark.bell.notified().await;
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        if let Some(marks) = flights.get_mut(&self.id) {
            marks.retain(|mark| !Arc::ptr_eq(mark, &self.mark));
            if marks.is_empty() {
                flights.remove(&self.id);
            }
        }
    }
}
