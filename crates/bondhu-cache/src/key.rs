use std::{fmt::Display, time::Duration};

use serde::{Serialize, de::DeserializeOwned};

/// A cache key that names the type of its value, so one kind of value can never be read as another.
///
/// The full key is `{NAMESPACE}:{key}`. Two key types must not share a namespace.
pub trait CacheKey: Display + Send + Sync {
    /// What the key leads to. It is JSON on a shared cache, hence the serde bounds.
    type Value: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;
    /// The part of the full key before the value of this key, such as `chat:history`.
    const NAMESPACE: &'static str;
    /// How long a value is served; up to a tenth less, so entries do not expire together.
    const TTL: Duration;
    /// How long after that [`Cache::get_or_refresh`](crate::Cache::get_or_refresh) still serves it, while a new one is
    /// loaded.
    const STALE: Duration = Duration::ZERO;
    /// Whether the value may be kept on a shared cache; not where it is about this process.
    const SHARED: bool = true;

    /// How long this value is served. To remember that there is nothing, let the value be an `Option` and answer a
    /// short time for `None`. Zero: the value is not kept.
    fn ttl(_value: &Self::Value) -> Duration {
        Self::TTL
    }

    /// The full key, as it stands in the cache.
    fn id(&self) -> String {
        format!("{}:{self}", Self::NAMESPACE)
    }
}
