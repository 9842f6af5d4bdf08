//! How a value that this process does not hold is found, loaded and stored: on Redis first, where there is one.

use std::{any::Any, sync::Arc, time::Duration};

use tokio::time::Instant;

use crate::{
    Cache, CacheKey, downcast,
    flights::Flight,
    life,
    local::Life,
    shared::{Shared, Turn},
    stats::Tier,
};

/// How long this process keeps a value of whose changes it is not told.
const UNTOLD: Duration = Duration::from_secs(2);

type Shelved = (Arc<dyn Any + Send + Sync>, Life);

impl Cache {
    /// Reads a value from the shared cache, or loads it and stores it there.
    pub(crate) async fn fetch<K: CacheKey, E>(
        &self,
        id: &str,
        flight: &Flight,
        load: impl AsyncFnOnce() -> Result<K::Value, E>,
    ) -> Result<Shelved, E> {
        let Some(shared) = self.shared_by::<K>() else {
            let value = self.timed::<K, E>(load).await?;
            let life = life::<K>(&value);
            self.show::<K>(id, &value, life, flight);
            return Ok((Arc::new(value), life));
        };
        let lease = match self.read::<K>(shared, id).await {
            Some((value, life)) if !life.fresh.is_zero() => return Ok((value, life)),
            // Its time is over, and nobody wants it stale.
            Some(_) => shared.renewal(id).await,
            None => match shared.turn(id, flight).await {
                // Its time is not known, but when it is over, we are told.
                Turn::Found(json) => match self.decoded::<K>(shared, id, &json).await {
                    Some(value) => {
                        let life = kept(shared, life::<K>(&value));
                        return Ok((value, life));
                    }
                    None => None,
                },
                Turn::Ours(lease) => Some(lease),
                Turn::Without => None,
            },
        };
        let value = self.timed::<K, E>(load).await?;
        let (life, json) = (life::<K>(&value), encoded::<K>(&value));
        let value = Arc::new(value);
        if life.fresh.is_zero() || flight.was_invalidated() {
            return Ok((value, Life::NONE));
        }
        match (lease, json) {
            (Some(lease), Some(json)) => {
                let is_stored = lease.store(&json, life.total()).await;
                Ok((value, if is_stored { kept(shared, life) } else { Life::NONE }))
            }
            // Nobody tells us of changes to a key that is not there.
            _ => Ok((value, life.at_most(UNTOLD))),
        }
    }

    /// Loads a new value in place of a stale one, unless another process does.
    pub(crate) async fn refresh<K: CacheKey, E>(&self, id: &str, load: impl AsyncFnOnce() -> Result<K::Value, E>) {
        let local = &self.0.local;
        let flight = local.flights.take_off(id);
        let lease = match self.shared_by::<K>() {
            Some(shared) => match shared.renewal(id).await {
                Some(lease) => Some((shared, lease)),
                None => return,
            },
            None => None,
        };
        let Ok(value) = self.timed::<K, E>(load).await else { return };
        let mut life = life::<K>(&value);
        if life.fresh.is_zero() || flight.was_invalidated() {
            return;
        }
        if let Some((shared, lease)) = lease {
            let Some(json) = encoded::<K>(&value) else { return };
            if !lease.store(&json, life.total()).await {
                return;
            }
            life = kept(shared, life);
        } else {
            self.show::<K>(id, &value, life, &flight);
        }
        local.entries.insert(id.to_owned(), local.entry(id, Arc::new(value), life)).await;
        if flight.was_invalidated() {
            local.entries.invalidate(id).await;
        }
    }

    /// Lets others see a value of this process, unless a write has overtaken it.
    pub(crate) fn show<K: CacheKey>(&self, id: &str, value: &K::Value, life: Life, flight: &Flight) {
        let local = &self.0.local;
        if !K::SHARED || !local.is_shown() || life.fresh.is_zero() || flight.was_invalidated() {
            return;
        }
        let Some(json) = encoded::<K>(value) else { return };
        local.show(id, &json, life);
        if flight.was_invalidated() {
            local.hide(id);
        }
    }

    /// The value of this process or of the shared cache, and whether its time is not over.
    pub(crate) async fn even_stale<K: CacheKey>(&self, id: &str) -> Option<(Arc<K::Value>, bool)> {
        if let Some(entry) = self.0.local.get(id).await {
            self.0.recorder.hit(K::NAMESPACE, Tier::Process);
            let is_fresh = Instant::now() < entry.fresh_until;
            return Some((downcast::<K>(entry.value), is_fresh));
        }
        let (value, life) = Box::pin(self.look_up::<K>(id)).await?;
        Some((value, !life.fresh.is_zero()))
    }

    /// The value of the shared cache, which this process then holds as well.
    pub(crate) async fn look_up<K: CacheKey>(&self, id: &str) -> Option<(Arc<K::Value>, Life)> {
        let shared = self.shared_by::<K>()?;
        let local = &self.0.local;
        let flight = local.flights.take_off(id);
        let (value, life) = self.read::<K>(shared, id).await?;
        if !flight.was_invalidated() {
            local.entries.insert(id.to_owned(), local.entry(id, value.clone(), life)).await;
        }
        if flight.was_invalidated() {
            local.entries.invalidate(id).await;
        }
        Some((downcast::<K>(value), life))
    }

    /// Puts a value on the shared cache; answers how long it may be kept here.
    pub(crate) async fn write<K: CacheKey>(&self, id: &str, value: &K::Value, life: Life) -> Life {
        let Some(shared) = self.shared_by::<K>() else { return life };
        match encoded::<K>(value) {
            Some(json) if shared.write(K::NAMESPACE, id, &json, life.total()).await => kept(shared, life),
            _ => life.at_most(UNTOLD),
        }
    }

    async fn read<K: CacheKey>(&self, shared: &Shared, id: &str) -> Option<Shelved> {
        let (json, left) = shared.read(id, !K::STALE.is_zero()).await?;
        let value = self.decoded::<K>(shared, id, &json).await?;
        let life = match left {
            Some(left) => Life { fresh: left.saturating_sub(K::STALE), stale: left.min(K::STALE) },
            // When its time is over, we are told.
            None => life::<K>(&value),
        };
        Some((value, kept(shared, life)))
    }

    /// The value of this text. One that is of another kind, by another version perhaps, is dropped.
    async fn decoded<K: CacheKey>(&self, shared: &Shared, id: &str, json: &[u8]) -> Option<Arc<K::Value>> {
        match serde_json::from_slice(json) {
            Ok(value) => {
                self.0.recorder.hit(K::NAMESPACE, Tier::Redis);
                Some(Arc::new(value))
            }
            Err(error) => {
                // The error's own text may repeat the value.
                let (namespace, line, column) = (K::NAMESPACE, error.line(), error.column());
                tracing::warn!(namespace, line, column, "a cached value is not of the expected kind and is dropped");
                shared.drop_keys(K::NAMESPACE, &[id.to_owned()]).await;
                None
            }
        }
    }

    async fn timed<K: CacheKey, E>(&self, load: impl AsyncFnOnce() -> Result<K::Value, E>) -> Result<K::Value, E> {
        let started = Instant::now();
        let loaded = load().await;
        self.0.recorder.load(K::NAMESPACE, loaded.is_ok(), started.elapsed());
        loaded
    }
}

fn encoded<K: CacheKey>(value: &K::Value) -> Option<Vec<u8>> {
    let json = serde_json::to_vec(value);
    if json.is_err() {
        tracing::warn!(namespace = K::NAMESPACE, "a value has no JSON form and is not shared");
    }
    json.ok()
}

/// How long a value that Redis has may be kept here.
fn kept(shared: &Shared, life: Life) -> Life {
    if shared.tells() { life } else { life.at_most(UNTOLD) }
}
