//! A typed cache: the key names its value, one load runs however many wait, and a write that happens
//! during a load keeps the loaded value out of the cache.
//!
//! [`Cache::in_memory`] is for one process. [`Cache::shared`] adds Redis or Valkey behind it: the same promises hold for
//! all processes together, values are plain JSON that other programs can read, and a server that does not work is
//! a miss and a warning, never an error.
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
pub mod engine;
mod flights;
mod index;
mod key;
mod local;
pub mod redis;
mod shared;
mod stats;
mod tiers;

use std::{any::Any, sync::Arc, time::Duration};

use tokio::time::Instant;

pub use counters::Count;
use counters::Counters;
use engine::Engine;
pub use key::CacheKey;
use local::{Life, Local};
use redis::{Heard, OnHeard, Redis, RedisError, RedisOptions};
use shared::Shared;
pub use stats::Stats;
use stats::{Recorder, Tier};

/// A shared handle on one cache; clones see the same entries.
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

struct Inner {
    local: Arc<Local>,
    shared: Option<Shared>,
    counters: Counters,
    recorder: Recorder,
}

impl Cache {
    /// A cache inside this process that holds at most `max_entries` entries; the least used leave first.
    pub fn in_memory(max_entries: u64) -> Self {
        Self::build(Arc::new(Local::new(max_entries, None)), None)
    }

    /// As [`Cache::in_memory`], with an [engine in memory](Engine::memory) in which others see the same entries, as
    /// the JSON that they would be on Redis. A key that others change there is dropped here.
    ///
    /// Only one cache can stand beside an engine, and the engine must be in memory: another is not looked at.
    pub fn in_memory_beside(max_entries: u64, engine: &Engine) -> Self {
        let slot = Arc::new(std::sync::OnceLock::<std::sync::Weak<Local>>::new());
        let found = slot.clone();
        let listens = engine.on_change(Box::new(move |key| {
            if let Some(local) = found.get().and_then(std::sync::Weak::upgrade) {
                changed_beside(&local, key);
            }
        }));
        let local = Arc::new(Local::new(max_entries, listens.then(|| engine.clone())));
        let _ = slot.set(Arc::downgrade(&local));
        Self::build(local, None)
    }

    /// A cache on Redis or Valkey, with the `max_entries` most used entries in this process as well. Connects when it
    /// is first used; see [`Redis::new`] for the address.
    pub fn shared(url: &str, options: RedisOptions, max_entries: u64) -> Result<Self, RedisError> {
        let local = Arc::new(Local::new(max_entries, None));
        let heard: OnHeard = {
            let local = local.clone();
            Arc::new(move |event| match event {
                Heard::Changed(ids) => {
                    for id in &ids {
                        local.flights.invalidate(id);
                    }
                    let local = local.clone();
                    tokio::spawn(async move {
                        for id in ids {
                            local.entries.invalidate(&id).await;
                        }
                    });
                }
                Heard::Everything | Heard::Connected => local.drop_all(),
            })
        };
        let shared = Shared::new(url, options, heard)?;
        Ok(Self::build(local, Some(shared)))
    }

    fn build(local: Arc<Local>, shared: Option<Shared>) -> Self {
        let (counters, recorder) = (Counters::default(), Recorder::default());
        Self(Arc::new(Inner { local, shared, counters, recorder }))
    }

    /// The server behind a shared cache.
    pub fn redis(&self) -> Option<&Redis> {
        self.0.shared.as_ref().map(Shared::redis)
    }

    /// Returns the cached value, or loads it. However many callers wait for one key, in however many processes, one
    /// loader runs; if it fails, every waiter of this process gets its error and nothing is cached.
    pub async fn get_or_load<K: CacheKey, E: Send + Sync + 'static>(
        &self,
        key: &K,
        load: impl AsyncFnOnce() -> Result<K::Value, E>,
    ) -> Result<Arc<K::Value>, Arc<E>> {
        let id = key.id();
        if let Some(value) = self.fresh::<K>(&id).await {
            return Ok(value);
        }
        self.0.recorder.miss(K::NAMESPACE);
        let local = &self.0.local;
        let mut landed = None;
        let entry = local.entries.try_get_with_by_ref(&id, async {
            let flight = local.flights.take_off(&id);
            let (value, life) = Box::pin(self.fetch::<K, E>(&id, &flight, load)).await?;
            // The waiters get what was read, but a value that a write has overtaken is not kept.
            let life = if flight.was_invalidated() { Life::NONE } else { life };
            landed = Some(flight);
            Ok::<_, E>(local.entry(&id, value, life))
        });
        let entry = entry.await?;
        // The entry came into the cache after the last look.
        if landed.is_some_and(|flight| flight.was_invalidated()) {
            local.entries.invalidate(&id).await;
        }
        Ok(downcast::<K>(entry.value))
    }

    /// As [`Cache::get_or_load`], but a value whose time is over is served for [`CacheKey::STALE`] longer, at once,
    /// while one loader in the background brings a new one.
    pub async fn get_or_refresh<K, E, F, Loading>(&self, key: &K, load: F) -> Result<Arc<K::Value>, Arc<E>>
    where
        K: CacheKey + 'static,
        E: Send + Sync + 'static,
        F: FnOnce() -> Loading + Send + 'static,
        Loading: Future<Output = Result<K::Value, E>> + Send + 'static,
    {
        let id = key.id();
        let Some((value, is_fresh)) = self.even_stale::<K>(&id).await else {
            return self.get_or_load(key, async || load().await).await;
        };
        if !is_fresh && let Some(refreshing) = self.0.local.begin_refresh(&id) {
            let cache = self.clone();
            tokio::spawn(async move {
                cache.refresh::<K, E>(&id, async || load().await).await;
                drop(refreshing);
            });
        }
        Ok(value)
    }

    /// The cached value, if there is one.
    pub async fn get<K: CacheKey>(&self, key: &K) -> Option<Arc<K::Value>> {
        let id = key.id();
        if let Some(value) = self.fresh::<K>(&id).await {
            return Some(value);
        }
        self.0.recorder.miss(K::NAMESPACE);
        let (value, life) = Box::pin(self.look_up::<K>(&id)).await?;
        (!life.fresh.is_zero()).then_some(value)
    }

    /// Stores a value for the key's TTL.
    pub async fn insert<K: CacheKey>(&self, key: &K, value: K::Value) {
        let (id, life) = (key.id(), life::<K>(&value));
        let local = &self.0.local;
        local.drop_key(&id).await;
        if life.fresh.is_zero() {
            return self.invalidate(key).await;
        }
        let value = Arc::new(value);
        let flight = local.flights.take_off(&id);
        let kept = self.write::<K>(&id, &value, life).await;
        self.show::<K>(&id, &value, life, &flight);
        let entry = local.entry(&id, value, kept);
        local.entries.insert(id.clone(), entry).await;
        // A change by somebody else, after ours.
        if flight.was_invalidated() {
            local.entries.invalidate(&id).await;
        }
    }

    /// Drops one entry. Call it after the commit, never before: a load that is on its way, in whichever process, is
    /// told not to keep what it read.
    pub async fn invalidate<K: CacheKey>(&self, key: &K) {
        self.invalidate_all(std::slice::from_ref(key)).await;
    }

    /// Drops several entries of one kind; on Redis by one command.
    pub async fn invalidate_all<K: CacheKey>(&self, keys: &[K]) {
        let ids: Vec<String> = keys.iter().map(CacheKey::id).collect();
        for id in &ids {
            self.0.local.drop_key(id).await;
        }
        if let Some(shared) = self.shared_by::<K>() {
            shared.drop_keys(K::NAMESPACE, &ids).await;
            // Once more: until now, somebody here may have read what the server still had.
            for id in &ids {
                self.0.local.drop_key(id).await;
            }
        }
    }

    /// Drops every entry whose full key matches a glob with `*` and `?`, such as `chat:history:42:*`. The part
    /// before the first wildcard narrows the search in this process, so keep it long. On Redis it costs two commands
    /// for every thousand keys of the database: [`Cache::invalidate_all`] is cheaper where the keys are known.
    pub async fn invalidate_matching(&self, pattern: &str) {
        self.0.local.drop_matching(pattern).await;
        if let Some(shared) = &self.0.shared {
            shared.drop_matching(pattern).await;
            self.0.local.drop_matching(pattern).await;
        }
    }

    /// Adds one to a counter that starts again `window` after its first increment. While Redis does not work, every
    /// process counts by itself.
    pub async fn increment(&self, key: &str, window: Duration) -> Count {
        let here = self.0.counters.increment(key, window);
        match &self.0.shared {
            Some(shared) => shared.count(key, window).await.unwrap_or(here),
            None => here,
        }
    }

    /// Reads a counter without changing it; an unknown one is zero.
    pub async fn peek(&self, key: &str) -> Count {
        if let Some(shared) = &self.0.shared
            && let Some(count) = shared.peek(key).await
        {
            return count;
        }
        self.0.counters.peek(key)
    }

    /// Sets a counter back to zero.
    pub async fn forget(&self, key: &str) {
        self.0.counters.forget(key);
        if let Some(shared) = &self.0.shared {
            shared.forget(key).await;
        }
    }

    /// Hits, misses and loads since the cache was made.
    pub fn stats(&self) -> Stats {
        self.0.recorder.stats()
    }

    fn shared_by<K: CacheKey>(&self) -> Option<&Shared> {
        self.0.shared.as_ref().filter(|_| K::SHARED)
    }

    /// A value of this process that is not stale.
    async fn fresh<K: CacheKey>(&self, id: &str) -> Option<Arc<K::Value>> {
        let entry = self.0.local.get(id).await?;
        if Instant::now() >= entry.fresh_until {
            self.0.local.entries.invalidate(id).await;
            return None;
        }
        self.0.recorder.hit(K::NAMESPACE, Tier::Process);
        Some(downcast::<K>(entry.value))
    }
}

/// Somebody else has changed a key of the engine beside a cache, or all of them.
fn changed_beside(local: &Arc<Local>, key: Option<&[u8]>) {
    let Some(key) = key else { return local.drop_all() };
    let Ok(id) = std::str::from_utf8(key) else { return };
    local.flights.invalidate(id);
    if local.entries.contains_key(id) {
        let (local, id) = (local.clone(), id.to_owned());
        tokio::spawn(async move { local.entries.invalidate(&id).await });
    }
}

fn downcast<K: CacheKey>(value: Arc<dyn Any + Send + Sync>) -> Arc<K::Value> {
    value.downcast().unwrap_or_else(|_| unreachable!("key namespaces are unique to one value type"))
}

fn life<K: CacheKey>(value: &K::Value) -> Life {
    let fresh = jittered(K::ttl(value), rand::random());
    if fresh.is_zero() { Life::NONE } else { Life { fresh, stale: K::STALE } }
}

/// Spreads expiry over the last tenth of the TTL, so entries made together do not all reload together.
/// `random` is uniform in 0..1.
fn jittered(ttl: Duration, random: f64) -> Duration {
    ttl.mul_f64(1.0 - 0.1 * random)
}

#[cfg(test)]
mod tests;
