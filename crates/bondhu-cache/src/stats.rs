//! What the cache did, as plain numbers and as metrics labelled by namespace.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Totals since the cache was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Reads that found a value in this process.
    pub hits: u64,
    /// Reads that found none there.
    pub misses: u64,
    /// Of those, reads that found one on the shared cache. Who waits for another's read is not counted.
    pub shared_hits: u64,
    /// Loaders that ran; fewer than misses where callers waited for one another.
    pub loads: u64,
    /// Loaders that failed.
    pub load_errors: u64,
}

/// Where a value was found.
#[derive(Clone, Copy)]
pub(crate) enum Tier {
    Process,
    Redis,
}

#[derive(Default)]
pub(crate) struct Recorder {
    hits: AtomicU64,
    shared_hits: AtomicU64,
    misses: AtomicU64,
    loads: AtomicU64,
    load_errors: AtomicU64,
}

impl Recorder {
    pub(crate) fn hit(&self, namespace: &'static str, tier: Tier) {
        let (count, tier) = match tier {
            Tier::Process => (&self.hits, "process"),
            Tier::Redis => (&self.shared_hits, "redis"),
        };
        count.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("bondhu_cache_hits_total", "namespace" => namespace, "tier" => tier).increment(1);
    }

    pub(crate) fn miss(&self, namespace: &'static str) {
        self.misses.fetch_add(1, Ordering::Relaxed);
        metrics::counter!("bondhu_cache_misses_total", "namespace" => namespace).increment(1);
    }

    pub(crate) fn load(&self, namespace: &'static str, ok: bool, took: Duration) {
        self.loads.fetch_add(1, Ordering::Relaxed);
        if !ok {
            self.load_errors.fetch_add(1, Ordering::Relaxed);
        }
        let outcome = if ok { "ok" } else { "error" };
        metrics::histogram!("bondhu_cache_load_seconds", "namespace" => namespace, "outcome" => outcome)
            .record(took.as_secs_f64());
    }

    pub(crate) fn stats(&self) -> Stats {
        Stats {
            hits: self.hits.load(Ordering::Relaxed),
            shared_hits: self.shared_hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            loads: self.loads.load(Ordering::Relaxed),
            load_errors: self.load_errors.load(Ordering::Relaxed),
        }
    }
}
