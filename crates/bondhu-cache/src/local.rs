//! The entries of this process.

use std::{
    any::Any,
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    engine::{Command, Engine},
    flights::Flights,
    index::KeyIndex,
};

/// What this process holds, and what it is loading.
pub(crate) struct Local {
    pub(crate) entries: moka::future::Cache<String, Entry>,
    pub(crate) keys: KeyIndex,
    pub(crate) flights: Flights,
    refreshing: Arc<Mutex<HashSet<String>>>,
    /// An engine in memory that shows the same entries as JSON.
    beside: Option<Engine>,
}

/// A refresh on its way.
pub(crate) struct Refreshing {
    ids: Arc<Mutex<HashSet<String>>>,
    id: String,
}

impl Drop for Refreshing {
    fn drop(&mut self) {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// A cached value with the moments it goes stale and is gone. The clock is tokio's, so tests can pause it.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) value: Arc<dyn Any + Send + Sync>,
    pub(crate) fresh_until: Instant,
    pub(crate) expires_at: Instant,
    stamp: u64,
}

/// Frees expired entries that nobody asks for again.
struct EntryExpiry;

impl moka::Expiry<String, Entry> for EntryExpiry {
    fn expire_after_create(&self, _: &String, entry: &Entry, _: std::time::Instant) -> Option<Duration> {
        Some(entry.expires_at.saturating_duration_since(Instant::now()))
    }

    fn expire_after_update(
        &self,
        _: &String,
        entry: &Entry,
        _: std::time::Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(entry.expires_at.saturating_duration_since(Instant::now()))
    }
}

/// For how long an entry may be served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life {
    /// As it is.
    pub(crate) fresh: Duration,
    /// After that, while a new value is loaded.
    pub(crate) stale: Duration,
}

impl Life {
    pub(crate) const NONE: Self = Self { fresh: Duration::ZERO, stale: Duration::ZERO };

    pub(crate) fn total(self) -> Duration {
        self.fresh + self.stale
    }

    pub(crate) fn at_most(self, most: Duration) -> Self {
        let fresh = self.fresh.min(most);
        Self { fresh, stale: self.stale.min(most.saturating_sub(fresh)) }
    }
}

impl Local {
    pub(crate) fn new(max_entries: u64, beside: Option<Engine>) -> Self {
        let keys = KeyIndex::default();
        let evicted = keys.clone();
        let entries = moka::future::Cache::builder()
            .max_capacity(max_entries)
            .expire_after(EntryExpiry)
            .eviction_listener(move |key: Arc<String>, entry: Entry, _| evicted.remove(&key, entry.stamp))
            .build();
        Self { entries, keys, flights: Flights::default(), refreshing: Arc::default(), beside }
    }

    /// Whether others see the entries.
    pub(crate) const fn is_shown(&self) -> bool {
        self.beside.is_some()
    }

    /// Lets others see a value; until something drops it.
    pub(crate) fn show(&self, id: &str, json: &[u8], life: Life) {
        let Some(engine) = &self.beside else { return };
        let millis = life.total().as_millis().max(1).to_string();
        engine.run_quietly(&Command::of([b"SET", id.as_bytes(), json, b"PX", millis.as_bytes()]));
    }

    /// Nobody sees it any more.
    pub(crate) fn hide(&self, id: &str) {
        if let Some(engine) = &self.beside {
            engine.run_quietly(&Command::of(["DEL", id]));
        }
    }

    /// An entry for this key that begins to live now.
    pub(crate) fn entry(&self, id: &str, value: Arc<dyn Any + Send + Sync>, life: Life) -> Entry {
        let now = Instant::now();
        let stamp = self.keys.insert(id);
        Entry { value, fresh_until: now + life.fresh, expires_at: now + life.total(), stamp }
    }

    /// The entry of a key, unless it is over.
    pub(crate) async fn get(&self, id: &str) -> Option<Entry> {
        let entry = self.entries.get(id).await?;
        if Instant::now() < entry.expires_at {
            return Some(entry);
        }
        self.entries.invalidate(id).await;
        None
    }

    /// Notes that a key is being refreshed, until the answer is dropped; none if it is already.
    pub(crate) fn begin_refresh(&self, id: &str) -> Option<Refreshing> {
        let mut refreshing = self.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        refreshing.insert(id.to_owned()).then(|| Refreshing { ids: self.refreshing.clone(), id: id.to_owned() })
    }

    pub(crate) async fn drop_key(&self, id: &str) {
        self.flights.invalidate(id);
        self.hide(id);
        self.entries.invalidate(id).await;
    }

    pub(crate) async fn drop_matching(&self, pattern: &str) {
        self.flights.invalidate_matching(pattern);
        for id in self.keys.matching(pattern) {
            self.hide(&id);
            self.entries.invalidate(&id).await;
        }
    }

    /// Drops everything. Does not wait, so that it can be called from where replies are read.
    pub(crate) fn drop_all(&self) {
        self.flights.invalidate_all();
        self.entries.invalidate_all();
    }
}
