//! The cache on Redis, which all processes share. Whatever goes wrong here is a miss and a warning.
//!
//! Who wants to load a value takes a lease on its key: a second key with a token. Dropping a key drops its lease with
//! it, so a value that was read before a write cannot be stored after it, in whichever process either happened
//! (Nishtala and others, "Scaling Memcache at Facebook", 2013, section 3.2.1).

mod complaint;
mod owed;

use std::pin::Pin;
use std::sync::{Arc, LazyLock, Weak};
use std::time::Duration;

use redis::Script;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::counters::Count;
use crate::flights::Flight;
use crate::redis::{Heard, OnHeard, Redis, RedisError, RedisOptions, Value, cmd};
use complaint::Complaint;
use owed::Owed;

/// A process that dies while it loads keeps others from storing for this long.
const LEASE: Duration = Duration::from_secs(10);
/// Who waits for another process to load a value does it by itself after this long.
const PATIENCE: Duration = Duration::from_secs(3);
/// Pauses between looks at a key that another process loads: where the server tells of the value, they only matter when
/// that process has given up.
const LOOK_AGAIN: Duration = Duration::from_millis(25);
const LOOK_AGAIN_MOST: Duration = Duration::from_millis(500);
/// Keys a step of a search looks at.
const SCAN_COUNT: u32 = 1000;

static LEASE_SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("shared/lease.lua")));
static STORE_SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("shared/store.lua")));
static RELEASE_SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("shared/release.lua")));
static COUNT_SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("shared/count.lua")));

/// A handle on the shared cache; clones share everything.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Inner>);

struct Inner {
    redis: Redis,
    owed: Owed,
    /// Held while what is owed is dropped: nobody reads before.
    paying: Mutex<()>,
    complaint: Complaint,
}

/// Something to do on Redis. Boxed, because these futures are deep and their types would become part of everybody's.
type Work<'a, T> = Pin<Box<dyn Future<Output = Result<T, RedisError>> + Send + 'a>>;

/// What came of asking for the right to load a key.
pub(crate) enum Turn {
    /// Somebody else has loaded it.
    Found(Vec<u8>),
    /// It is ours to load.
    Ours(Lease),
    /// There is no lease to be had: load it, and do not keep it for long.
    Without,
}

/// The right to load and store one key; given back when dropped.
pub(crate) struct Lease {
    shared: Shared,
    id: String,
    token: String,
    held: bool,
}

impl Shared {
    /// `heard` is called when others change keys that were read here; it must not wait.
    pub(crate) fn new(url: &str, options: RedisOptions, heard: OnHeard) -> Result<Self, RedisError> {
        // Read once before, because a handle on itself cannot be made and fail.
        Redis::new(url, options.clone())?;
        let inner = Arc::new_cyclic(|weak: &Weak<Inner>| {
            let weak = weak.clone();
            let on_heard: OnHeard = Arc::new(move |event| {
                let is_new = matches!(event, Heard::Connected);
                heard(event);
                if let (true, Some(inner)) = (is_new, weak.upgrade()) {
                    inner.complaint.settle(&inner.redis.name());
                    tokio::spawn(async move { Shared(inner).pay().await });
                }
            });
            let redis = Redis::tracking(url, options, on_heard).expect("the address has been read before");
            Inner { redis, owed: Owed::default(), paying: Mutex::default(), complaint: Complaint::default() }
        });
        Ok(Self(inner))
    }

    pub(crate) fn redis(&self) -> &Redis {
        &self.0.redis
    }

    /// Whether a value that was read now may be kept here: the server tells when it changes.
    pub(crate) fn tells(&self) -> bool {
        self.0.redis.tracks()
    }

    /// The value of a key, and what is left of its time if `with_ttl`.
    pub(crate) async fn read(&self, id: &str, with_ttl: bool) -> Option<(Vec<u8>, Option<Duration>)> {
        if !self.pay().await {
            return None;
        }
        let read = async {
            let mut both = redis::pipe();
            both.cmd("GET").arg(id);
            if with_ttl {
                both.cmd("PTTL").arg(id);
            }
            let mut answers = self.0.redis.run_all(&both).await?.into_iter();
            let mut next = || answers.next().unwrap_or(Value::Nil);
            let value: Option<Vec<u8>> = self.0.redis.read(next())?;
            let left = if with_ttl { self.0.redis.read::<i64>(next())? } else { -1 };
            let left = u64::try_from(left).ok().map(Duration::from_millis);
            Ok(value.map(|value| (value, left)))
        };
        self.tried("read", Box::pin(read)).await.flatten()
    }

    /// Waits for the right to load a key, or for somebody else to have loaded it.
    pub(crate) async fn turn(&self, id: &str, flight: &Flight) -> Turn {
        let (started, mut pause) = (Instant::now(), LOOK_AGAIN);
        loop {
            // What is read from here on is newer than any write before.
            flight.renew();
            let token = format!("{:032x}", rand::random::<u128>());
            let lock = lock_of(id);
            let mut script = LEASE_SCRIPT.key(id);
            script.key(lock).arg(&token).arg(millis(LEASE));
            match self.script("lease", &script).await {
                Some(Value::BulkString(value)) => return Turn::Found(value),
                Some(Value::Int(1)) => {
                    return Turn::Ours(Lease { shared: self.clone(), id: id.to_owned(), token, held: true });
                }
                Some(Value::Int(0)) if started.elapsed() < PATIENCE => {}
                _ => return Turn::Without,
            }
            let _ = tokio::time::timeout(pause, flight.overtaken()).await;
            pause = (pause * 2).min(LOOK_AGAIN_MOST);
        }
    }

    /// The right to load a key that has a value already; none if somebody else has it.
    pub(crate) async fn renewal(&self, id: &str) -> Option<Lease> {
        let token = format!("{:032x}", rand::random::<u128>());
        let mut take = cmd("SET");
        take.arg(lock_of(id)).arg(&token).arg("NX").arg("PX").arg(millis(LEASE));
        let query = Box::pin(self.0.redis.query::<Option<String>>(&take));
        self.tried("lease", query).await.flatten().map(|_| Lease {
            shared: self.clone(),
            id: id.to_owned(),
            token,
            held: true,
        })
    }

    /// Puts a value in place of what is there and of what others are loading. True if that is done.
    pub(crate) async fn write(&self, namespace: &'static str, id: &str, json: &[u8], ttl: Duration) -> bool {
        let mut both = redis::pipe();
        both.cmd("SET").arg(id).arg(json).arg("PX").arg(millis(ttl));
        both.cmd("UNLINK").arg(lock_of(id));
        // Read, so that the server tells of the next change.
        both.cmd("EXISTS").arg(id);
        let write = async {
            let answers = self.0.redis.run_all(&both).await?;
            answers.into_iter().try_for_each(|answer| self.0.redis.read::<Value>(answer).map(drop))
        };
        let done = self.tried("write", Box::pin(write)).await.is_some();
        if !done {
            self.0.owed.add(Some(namespace), &[id.to_owned()]);
        }
        done
    }

    /// Drops keys and the leases on them. What cannot be dropped now is dropped before anything is read again.
    pub(crate) async fn drop_keys(&self, namespace: &'static str, ids: &[String]) {
        if ids.is_empty() {
            return;
        }
        if self.tried("drop", Box::pin(self.unlink(ids))).await.is_none() {
            self.0.owed.add(Some(namespace), ids);
        }
    }

    /// Drops every key that matches a glob, and the leases on such keys.
    pub(crate) async fn drop_matching(&self, pattern: &str) {
        if self.tried("drop", Box::pin(self.unlink_matching(pattern))).await.is_none() {
            self.0.owed.add(None, &[pattern.to_owned()]);
        }
    }

    async fn unlink(&self, ids: &[String]) -> Result<(), RedisError> {
        for some in ids.chunks(500) {
            let mut unlink = cmd("UNLINK");
            for id in some {
                unlink.arg(id).arg(lock_of(id));
            }
            self.0.redis.query::<()>(&unlink).await?;
        }
        Ok(())
    }

    async fn unlink_matching(&self, pattern: &str) -> Result<(), RedisError> {
        if !pattern.contains(['*', '?']) {
            return self.unlink(&[pattern.to_owned()]).await;
        }
        let pattern = escaped(pattern);
        for pattern in [pattern.clone(), lock_of(&pattern)] {
            let mut scan = self.0.redis.scan(&pattern, SCAN_COUNT).await?;
            while let Some(keys) = scan.next().await? {
                if !keys.is_empty() {
                    self.0.redis.query::<()>(cmd("UNLINK").arg(keys)).await?;
                }
            }
        }
        Ok(())
    }

    /// Drops what is owed; false if that cannot be done now.
    async fn pay(&self) -> bool {
        if self.0.owed.is_empty() {
            return true;
        }
        let _one = self.0.paying.lock().await;
        let (owed, moment) = self.0.owed.look();
        let pay = async {
            let (patterns, ids): (Vec<_>, Vec<_>) = owed.into_iter().partition(|key| key.contains(['*', '?']));
            self.unlink(&ids).await?;
            for pattern in patterns {
                self.unlink_matching(&pattern).await?;
            }
            Ok(())
        };
        let paid = self.tried("drop", Box::pin(pay)).await.is_some();
        if paid {
            self.0.owed.settle(moment);
        }
        paid
    }

    /// Adds to a counter. None: it cannot be counted here now.
    pub(crate) async fn count(&self, key: &str, window: Duration) -> Option<Count> {
        let mut script = COUNT_SCRIPT.key(key);
        script.arg(millis(window)).arg(1);
        self.counted(self.script("count", &script).await?)
    }

    pub(crate) async fn peek(&self, key: &str) -> Option<Count> {
        let mut both = redis::pipe();
        both.cmd("GET").arg(key).cmd("PTTL").arg(key);
        let read = async { Ok(Value::Array(self.0.redis.run_all(&both).await?)) };
        self.counted(self.tried("count", Box::pin(read)).await?)
    }

    pub(crate) async fn forget(&self, key: &str) {
        let mut unlink = cmd("UNLINK");
        self.tried("count", Box::pin(self.0.redis.query::<()>(unlink.arg(key)))).await;
    }

    fn counted(&self, answer: Value) -> Option<Count> {
        let (value, left): (Option<u64>, i64) = self.0.redis.read(answer).ok()?;
        let resets_in = Duration::from_millis(u64::try_from(left).unwrap_or(0));
        Some(Count { value: value.unwrap_or(0), resets_in })
    }

    async fn script(&self, op: &'static str, script: &redis::ScriptInvocation<'_>) -> Option<Value> {
        self.tried(op, Box::pin(self.0.redis.script(script))).await
    }

    /// What was done, or nothing and a warning.
    async fn tried<T>(&self, op: &'static str, work: Work<'_, T>) -> Option<T> {
        let started = Instant::now();
        let done = work.await;
        metrics::histogram!("bondhu_cache_redis_seconds", "op" => op).record(started.elapsed().as_secs_f64());
        match done {
            Ok(done) => Some(done),
            Err(error) => {
                metrics::counter!("bondhu_cache_redis_errors_total", "op" => op).increment(1);
                self.0.complaint.raise(&error);
                None
            }
        }
    }
}

impl Lease {
    /// Stores what was loaded. False: the lease is lost, because the key was dropped or the load took too long.
    pub(crate) async fn store(mut self, json: &[u8], ttl: Duration) -> bool {
        self.held = false;
        let mut script = STORE_SCRIPT.key(&self.id);
        script.key(lock_of(&self.id)).arg(&self.token).arg(json).arg(millis(ttl));
        matches!(self.shared.script("store", &script).await, Some(Value::Int(1)))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.held || tokio::runtime::Handle::try_current().is_err() {
            return;
        }
        let (shared, lock, token) = (self.shared.clone(), lock_of(&self.id), std::mem::take(&mut self.token));
        tokio::spawn(async move {
            let mut script = RELEASE_SCRIPT.key(lock);
            shared.script("lease", script.arg(token)).await;
        });
    }
}

/// The lease on a key. The braces put it into the key's slot of a cluster.
fn lock_of(id: &str) -> String {
    format!("{{{id}}}:lock")
}

/// Redis knows more wildcards than we do.
fn escaped(pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        if matches!(c, '[' | ']' | '\\' | '^') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).max(1)
}
