//! A typed cache: the key names its value, one load runs however many wait, and a write that happens
//! during a load keeps the loaded value out of the cache.
//!
//! ```
//! use bondhu_cache::{Cache, CacheKey};
//! use std::{fmt, time::Duration};
//!
//! struct ProfileKey(u64);
//! impl fmt::Display for ProfileKey {
//!     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
//! }
//! impl CacheKey for ProfileKey {
//!     type Value = String;
//!     const NAMESPACE: &'static str = "profile";
//!     const TTL: Duration = Duration::from_secs(60);
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() {
//! let cache = Cache::in_memory(1_000);
//! let name = cache.get_or_load(&ProfileKey(7), async || Ok::<_, std::io::Error>("Asha".to_owned())).await;
//! assert_eq!(*name.expect("the loader does not fail"), "Asha");
//! # }
//! ```

mod counters;
mod flights;
mod index;
mod key;
pub mod redis;
mod stats;

use std::{any::Any, sync::Arc, time::Duration};

use tokio::time::Instant;

pub use counters::Count;
use counters::Counters;
use flights::Flights;
use index::KeyIndex;
pub use key::CacheKey;
use stats::Recorder;
pub use stats::Stats;

/// A shared handle on one cache; clones see the same entries.
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

struct Inner {
    entries: moka::future::Cache<String, Entry>,
    keys: KeyIndex,
    flights: Flights,
    counters: Counters,
    recorder: Recorder,
}

/// A cached value with the moment it goes stale. The clock is tokio's, so tests can pause it.
#[derive(Clone)]
struct Entry {
    value: Arc<dyn Any + Send + Sync>,
    expires_at: Instant,
    stamp: u64,
}

impl Entry {
    fn is_fresh(&self) -> bool {
        Instant::now() < self.expires_at
    }
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

impl Cache {
    /// A cache inside this process that holds at most `max_entries` entries; the least used leave first.
    pub fn in_memory(max_entries: u64) -> Self {
        let keys = KeyIndex::default();
        let evicted = keys.clone();
        let entries = moka::future::Cache::builder()
            .max_capacity(max_entries)
            .expire_after(EntryExpiry)
            .eviction_listener(move |key: Arc<String>, entry: Entry, _| evicted.remove(&key, entry.stamp))
            .build();
        Self(Arc::new(Inner {
            entries,
            keys,
            flights: Flights::default(),
            counters: Counters::default(),
            recorder: Recorder::default(),
        }))
    }

    /// Returns the cached value, or loads it. However many callers wait for one key, one loader runs; if it
    /// fails, every waiter gets its error and nothing is cached.
    pub async fn get_or_load<K: CacheKey, E: Send + Sync + 'static>(
        &self,
        key: &K,
        load: impl AsyncFnOnce() -> Result<K::Value, E>,
    ) -> Result<Arc<K::Value>, Arc<E>> {
        let id = key.id();
        if let Some(value) = self.fresh::<K>(&id).await {
            self.0.recorder.hit(K::NAMESPACE);
            return Ok(value);
        }
        self.0.recorder.miss(K::NAMESPACE);
        let entry = self
            .0
            .entries
            .try_get_with_by_ref(&id, async {
                let flight = self.0.flights.take_off(&id);
                let started = Instant::now();
                let loaded = load().await;
                self.0.recorder.load(K::NAMESPACE, loaded.is_ok(), started.elapsed());
                let value: Arc<dyn Any + Send + Sync> = Arc::new(loaded?);
                // The waiters get what was read, but a value that a write has overtaken is not kept.
                let ttl = if flight.was_invalidated() { Duration::ZERO } else { jittered(K::TTL, rand::random()) };
                Ok::<_, E>(Entry { value, expires_at: Instant::now() + ttl, stamp: self.0.keys.insert(&id) })
            })
            .await?;
        Ok(entry.value.downcast().unwrap_or_else(|_| unreachable!("key namespaces are unique to one value type")))
    }

    /// The cached value, if there is one.
    pub async fn get<K: CacheKey>(&self, key: &K) -> Option<Arc<K::Value>> {
        let found = self.fresh::<K>(&key.id()).await;
        match found {
            Some(_) => self.0.recorder.hit(K::NAMESPACE),
            None => self.0.recorder.miss(K::NAMESPACE),
        }
        found
    }

    /// Stores a value for the key's TTL.
    pub async fn insert<K: CacheKey>(&self, key: &K, value: K::Value) {
        let id = key.id();
        self.0.flights.invalidate(&id);
        let expires_at = Instant::now() + jittered(K::TTL, rand::random());
        let entry = Entry { value: Arc::new(value), expires_at, stamp: self.0.keys.insert(&id) };
        self.0.entries.insert(id, entry).await;
    }

    /// Drops one entry. Call it after the commit, never before: a load that is on its way is told not to keep
    /// what it read.
    pub async fn invalidate<K: CacheKey>(&self, key: &K) {
        let id = key.id();
        self.0.flights.invalidate(&id);
        self.0.entries.invalidate(&id).await;
    }

    /// Drops every entry whose full key matches a glob with `*` and `?`, such as `chat:history:42:*`. The part
    /// before the first wildcard narrows the search, so keep it long.
    pub async fn invalidate_matching(&self, pattern: &str) {
        self.0.flights.invalidate_matching(pattern);
        for id in self.0.keys.matching(pattern) {
            self.0.entries.invalidate(&id).await;
        }
    }

    /// Adds one to a counter that starts again `window` after its first increment.
    #[expect(clippy::unused_async, reason = "a counter on a shared cache answers over the network")]
    pub async fn increment(&self, key: &str, window: Duration) -> Count {
        self.0.counters.increment(key, window)
    }

    /// Reads a counter without changing it; an unknown one is zero.
    #[expect(clippy::unused_async, reason = "a counter on a shared cache answers over the network")]
    pub async fn peek(&self, key: &str) -> Count {
        self.0.counters.peek(key)
    }

    /// Sets a counter back to zero.
    #[expect(clippy::unused_async, reason = "a counter on a shared cache answers over the network")]
    pub async fn forget(&self, key: &str) {
        self.0.counters.forget(key);
    }

    /// Hits, misses and loads since the cache was made.
    pub fn stats(&self) -> Stats {
        self.0.recorder.stats()
    }

    async fn fresh<K: CacheKey>(&self, id: &str) -> Option<Arc<K::Value>> {
        let entry = self.0.entries.get(id).await?;
        if entry.is_fresh() {
            return entry.value.downcast().ok();
        }
        self.0.entries.invalidate(id).await;
        None
    }
}

/// Spreads expiry over the last tenth of the TTL, so entries made together do not all reload together.
/// `random` is uniform in 0..1.
fn jittered(ttl: Duration, random: f64) -> Duration {
    ttl.mul_f64(1.0 - 0.1 * random)
}

#[cfg(test)]
mod tests;
