//! The cache on real servers. Two caches stand for two processes: they share nothing but the server.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bondhu_cache::redis::RedisOptions;
use bondhu_cache::{Cache, CacheKey};
use bondhu_testkit::redis::RedisServer;
use tokio::sync::Notify;
use tokio::task::JoinSet;

#[derive(Clone, Copy)]
struct Key(u32, u32);

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0, self.1)
    }
}

impl CacheKey for Key {
    type Value = String;
    const NAMESPACE: &'static str = "chat:history";
    const TTL: Duration = Duration::from_mins(5);
}

fn cache(url: &str) -> Cache {
    // A busy machine may be slow; only the test with a frozen server wants a short deadline.
    let response_timeout = Duration::from_secs(20);
    Cache::shared(url, RedisOptions { response_timeout, ..RedisOptions::default() }, 1000).expect("a right address")
}

async fn load(cache: &Cache, key: Key, value: &str) -> String {
    let loaded = cache.get_or_load(&key, async || Ok::<_, std::io::Error>(value.to_owned())).await;
    loaded.expect("the loader does not fail").as_ref().clone()
}

/// Asks again until the answer is this one. Changes by others are told, not waited for.
async fn becomes(cache: &Cache, key: Key, expected: &str) {
    while load(cache, key, expected).await != expected {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_value_is_plain_json_for_everybody_and_its_time_is_spread() {
    let server = RedisServer::start().await.unwrap();
    let cache = cache(&server.url());
    assert_eq!(load(&cache, Key(1, 50), "hello").await, "hello");
    assert_eq!(server.cli(["get", "chat:history:1:50"]).unwrap(), "\"hello\"");
    let ttl: u64 = server.cli(["pttl", "chat:history:1:50"]).unwrap().parse().unwrap();
    assert!((200_000..=300_000).contains(&ttl), "{ttl}");
    assert_eq!(server.cli(["keys", "*"]).unwrap(), "chat:history:1:50", "no lease is left");
    // What another program has written is read.
    server.cli(["set", "chat:history:2:50", "\"from Python\"", "EX", "300"]).unwrap();
    assert_eq!(load(&cache, Key(2, 50), "loaded").await, "from Python");
    assert_eq!((cache.stats().shared_hits, cache.stats().loads), (1, 1));
}

#[tokio::test]
async fn a_value_that_is_held_here_costs_no_command() {
    let server = RedisServer::start().await.unwrap();
    let cache = cache(&server.url());
    load(&cache, Key(1, 50), "hello").await;
    let before = server.commands().unwrap();
    for _ in 0..100 {
        load(&cache, Key(1, 50), "again").await;
    }
    assert_eq!(server.commands().unwrap(), before);
}

#[tokio::test]
async fn ten_thousand_readers_in_two_processes_load_once() {
    let server = RedisServer::start().await.unwrap();
    let caches = [cache(&server.url()), cache(&server.url())];
    let (loads, release) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let mut readers = JoinSet::new();
    for n in 0..10_000 {
        let (cache, loads, release) = (caches[n % 2].clone(), loads.clone(), release.clone());
        readers.spawn(async move {
            let load = async || {
                loads.fetch_add(1, Ordering::SeqCst);
                release.notified().await;
                Ok::<_, std::io::Error>("hello".to_owned())
            };
            cache.get_or_load(&Key(1, 50), load).await.unwrap()
        });
    }
    while caches.iter().any(|cache| cache.stats().misses < 5_000) || loads.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    release.notify_one();
    while let Some(value) = readers.join_next().await {
        assert_eq!(*value.unwrap(), "hello");
    }
    assert_eq!(loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_change_in_one_process_is_seen_in_the_other() {
    let server = RedisServer::start().await.unwrap();
    let (here, there) = (cache(&server.url()), cache(&server.url()));
    assert_eq!(load(&here, Key(1, 50), "old").await, "old");
    assert_eq!(load(&there, Key(1, 50), "unused").await, "old");
    here.invalidate(&Key(1, 50)).await;
    becomes(&there, Key(1, 50), "new").await;
    becomes(&here, Key(1, 50), "new").await;
    here.insert(&Key(1, 50), "newer".to_owned()).await;
    becomes(&there, Key(1, 50), "newer").await;
    // One that this process has put there is watched as well.
    there.insert(&Key(1, 50), "newest".to_owned()).await;
    becomes(&here, Key(1, 50), "newest").await;
    server.cli(["flushall"]).unwrap();
    becomes(&here, Key(1, 50), "after the flush").await;
}

#[tokio::test]
async fn a_write_in_another_process_during_a_load_keeps_the_stale_value_out() {
    let server = RedisServer::start().await.unwrap();
    let (here, there) = (cache(&server.url()), cache(&server.url()));
    for pattern in [None, Some("chat:history:1:*")] {
        let overtaken = there.clone();
        let stale = here
            .get_or_load(&Key(1, 50), async move || {
                match pattern {
                    None => overtaken.invalidate(&Key(1, 50)).await,
                    Some(pattern) => overtaken.invalidate_matching(pattern).await,
                }
                Ok::<_, std::io::Error>("read before the write".to_owned())
            })
            .await;
        assert_eq!(*stale.unwrap(), "read before the write");
        assert_eq!(server.cli(["exists", "chat:history:1:50"]).unwrap(), "0");
        assert_eq!(load(&here, Key(1, 50), "after the write").await, "after the write");
        there.invalidate(&Key(1, 50)).await;
        becomes(&here, Key(1, 50), "next").await;
        here.invalidate(&Key(1, 50)).await;
    }
}

#[tokio::test]
async fn a_failed_or_cancelled_load_frees_the_key_for_the_other_process() {
    let server = RedisServer::start().await.unwrap();
    let (here, there) = (cache(&server.url()), cache(&server.url()));
    let failed = here.get_or_load(&Key(1, 50), async || Err(std::io::Error::other("down"))).await;
    assert_eq!(failed.unwrap_err().to_string(), "down");
    assert_eq!(load(&there, Key(1, 50), "up").await, "up");

    let begun = Arc::new(Notify::new());
    let begins = begun.clone();
    let (stuck, other) = (here.clone(), there.clone());
    let stuck = tokio::spawn(async move {
        stuck
            .get_or_load(&Key(2, 50), async || {
                begins.notify_one();
                std::future::pending::<Result<String, std::io::Error>>().await
            })
            .await
    });
    begun.notified().await;
    let waiting = tokio::spawn(async move { load(&other, Key(2, 50), "second").await });
    stuck.abort();
    assert_eq!(waiting.await.unwrap(), "second");
    assert_eq!(server.cli(["get", "chat:history:2:50"]).unwrap(), "\"second\"", "it had the lease and stored");
}

#[tokio::test]
async fn a_pattern_drops_what_it_matches_on_the_server_and_nothing_else() {
    let server = RedisServer::start().await.unwrap();
    let cache = cache(&server.url());
    for n in 0..50 {
        load(&cache, Key(42, n), "old").await;
    }
    load(&cache, Key(421, 50), "old").await;
    server.cli(["set", "other", "1"]).unwrap();
    cache.invalidate_matching("chat:history:42:*").await;
    assert_eq!(server.cli(["dbsize"]).unwrap(), "2");
    assert_eq!(load(&cache, Key(42, 7), "new").await, "new");
    assert_eq!(load(&cache, Key(421, 50), "new").await, "old");
    let stats = server.cli(["info", "commandstats"]).unwrap();
    assert!(!stats.contains("cmdstat_keys"), "{stats}");
}

#[tokio::test]
async fn a_server_that_dies_is_a_miss_and_is_used_again_when_it_is_back() {
    let mut server = RedisServer::start().await.unwrap();
    let cache = cache(&server.url());
    load(&cache, Key(1, 50), "one").await;
    server.kill();
    cache.invalidate(&Key(1, 50)).await;
    assert_eq!(load(&cache, Key(1, 50), "two").await, "two");
    assert_eq!(cache.increment("attempts", Duration::from_mins(1)).await.value, 1);
    assert_eq!(cache.increment("attempts", Duration::from_mins(1)).await.value, 2);
    server.restart().await.unwrap();
    let mut n = 0;
    while server.cli(["exists", "chat:history:7:50"]).unwrap() == "0" {
        n += 1;
        cache.invalidate(&Key(7, 50)).await;
        assert_eq!(load(&cache, Key(7, 50), &n.to_string()).await, n.to_string());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let before = server.commands().unwrap();
    assert_eq!(load(&cache, Key(7, 50), "unused").await, n.to_string());
    assert_eq!(server.commands().unwrap(), before, "it is held here again");
}

#[tokio::test]
async fn what_was_dropped_while_the_server_was_away_is_not_served_afterwards() {
    let mut server = RedisServer::start_durable().await.unwrap();
    let (here, there) = (cache(&server.url()), cache(&server.url()));
    load(&here, Key(1, 50), "old").await;
    load(&here, Key(2, 50), "old").await;
    server.kill();
    here.invalidate(&Key(1, 50)).await;
    here.invalidate_matching("chat:history:2:*").await;
    server.restart().await.unwrap();
    assert_eq!(load(&here, Key(1, 50), "new").await, "new");
    assert_eq!(load(&here, Key(2, 50), "new").await, "new");
    becomes(&there, Key(1, 50), "new").await;
    becomes(&there, Key(2, 50), "new").await;
}

#[tokio::test]
async fn a_server_that_is_absent_frozen_full_locked_or_a_replica_is_a_miss() {
    let full = ["--save", "", "--maxmemory", "1", "--maxmemory-policy", "noeviction"];
    let full = RedisServer::start_with(full).await.unwrap();
    let locked = RedisServer::start_with(["--save", "", "--requirepass", "secret"]).await.unwrap();
    let master = RedisServer::start().await.unwrap();
    let replica = RedisServer::start().await.unwrap();
    replica.cli(["replicaof", "127.0.0.1", &master.port().to_string()]).unwrap();
    let frozen = RedisServer::start().await.unwrap();
    frozen.signal("STOP").unwrap();
    for url in ["redis://127.0.0.1:1", &full.url(), &locked.url(), &replica.url(), &frozen.url()] {
        let options = RedisOptions {
            response_timeout: Duration::from_millis(200),
            connect_timeout: Duration::from_millis(200),
            ..RedisOptions::default()
        };
        let cache = Cache::shared(url, options, 100).unwrap();
        assert_eq!(load(&cache, Key(1, 50), "one").await, "one", "{url}");
        cache.invalidate(&Key(1, 50)).await;
        assert_eq!(load(&cache, Key(1, 50), "two").await, "two", "{url}");
        assert_eq!(cache.increment("attempts", Duration::from_mins(1)).await.value, 1, "{url}");
    }
    frozen.signal("CONT").unwrap();
}

#[tokio::test]
async fn without_tracking_others_changes_are_seen_after_a_moment() {
    let server = RedisServer::start().await.unwrap();
    server.cli(["acl", "setuser", "plain", "on", ">pw", "~*", "&*", "+@all", "-client|tracking"]).unwrap();
    let plain = cache(&format!("redis://plain:pw@127.0.0.1:{}/0", server.port()));
    assert_eq!(load(&plain, Key(1, 50), "old").await, "old");
    cache(&server.url()).insert(&Key(1, 50), "new".to_owned()).await;
    becomes(&plain, Key(1, 50), "new").await;
    assert_eq!(plain.stats().loads, 1, "the change was read, not loaded");
}

#[tokio::test]
async fn a_value_of_another_kind_is_loaded_anew() {
    let server = RedisServer::start().await.unwrap();
    server.cli(["set", "chat:history:1:50", "{\"from\": \"another version\"}"]).unwrap();
    let cache = cache(&server.url());
    assert_eq!(load(&cache, Key(1, 50), "good").await, "good");
    assert_eq!(server.cli(["get", "chat:history:1:50"]).unwrap(), "\"good\"");
}

#[tokio::test]
async fn counters_are_shared_and_end_with_their_window() {
    let server = RedisServer::start().await.unwrap();
    let (here, there) = (cache(&server.url()), cache(&server.url()));
    let window = Duration::from_mins(1);
    let mut counting = JoinSet::new();
    for n in 0..100 {
        let cache = if n % 2 == 0 { here.clone() } else { there.clone() };
        counting.spawn(async move { cache.increment("attempts", window).await.value });
    }
    let mut seen = counting.join_all().await;
    seen.sort_unstable();
    assert_eq!(seen, (1..=100).collect::<Vec<u64>>());
    let count = there.peek("attempts").await;
    assert_eq!(count.value, 100);
    assert!(count.resets_in <= window && !count.resets_in.is_zero());
    here.forget("attempts").await;
    assert_eq!(there.peek("attempts").await.value, 0);
}

/// Remembers for a second that there is nothing, and serves old news.
struct News(u32);

impl fmt::Display for News {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl CacheKey for News {
    type Value = Option<u32>;
    const NAMESPACE: &'static str = "news";
    const TTL: Duration = Duration::from_millis(300);
    const STALE: Duration = Duration::from_mins(1);

    fn ttl(value: &Option<u32>) -> Duration {
        if value.is_some() { Self::TTL } else { Duration::from_secs(1) }
    }
}

#[tokio::test]
async fn nothing_is_remembered_for_as_long_as_its_key_says() {
    let server = RedisServer::start().await.unwrap();
    let cache = cache(&server.url());
    let none = cache.get_or_load(&News(1), async || Ok::<_, std::io::Error>(None)).await.unwrap();
    assert_eq!((*none, server.cli(["get", "news:1"]).unwrap().as_str()), (None, "null"));
    let still = cache.get_or_load(&News(1), async || Ok::<_, std::io::Error>(Some(1))).await.unwrap();
    assert_eq!(*still, None);
}

#[tokio::test]
async fn an_old_value_is_served_while_a_new_one_is_loaded() {
    let server = RedisServer::start().await.unwrap();
    for cache in [Cache::in_memory(10), cache(&server.url())] {
        let loads = Arc::new(AtomicUsize::new(0));
        let read = || {
            let loads = loads.clone();
            cache.get_or_refresh(&News(1), move || async move {
                Ok::<_, std::io::Error>(Some(u32::try_from(loads.fetch_add(1, Ordering::SeqCst)).unwrap()))
            })
        };
        assert_eq!(*read().await.unwrap(), Some(0));
        assert_eq!(*read().await.unwrap(), Some(0));
        tokio::time::sleep(News::TTL).await;
        assert_eq!(*read().await.unwrap(), Some(0), "the old one, at once");
        while *read().await.unwrap() == Some(0) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test]
async fn valkey_is_as_good() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("valkey.sock");
    let server = std::process::Command::new("valkey-server")
        .args(["--port", "0", "--save", "", "--unixsocket", socket.to_str().unwrap(), "--dir"])
        .arg(folder.path())
        .stdout(std::process::Stdio::null())
        .spawn();
    let Ok(mut server) = server else {
        eprintln!("skipped: there is no valkey-server (Debian has it from version 13 on)");
        return;
    };
    while !socket.exists() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let url = format!("unix://{}", socket.display());
    let (here, there) = (cache(&url), cache(&url));
    assert_eq!(load(&here, Key(1, 50), "old").await, "old");
    assert_eq!(load(&there, Key(1, 50), "unused").await, "old");
    here.invalidate_matching("chat:history:1:*").await;
    becomes(&there, Key(1, 50), "new").await;
    assert_eq!(here.increment("attempts", Duration::from_mins(1)).await.value, 1);
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(load(&here, Key(2, 50), "without").await, "without");
}

#[tokio::test]
async fn a_cluster_keeps_every_promise_but_the_early_news() {
    let server = RedisServer::start_with(["--save", "", "--cluster-enabled", "yes"]).await.unwrap();
    server.cli(["cluster", "addslotsrange", "0", "16383"]).unwrap();
    while !server.cli(["cluster", "info"]).unwrap().contains("cluster_state:ok") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let cache = cache(&format!("redis-cluster://127.0.0.1:{}", server.port()));
    for n in 0..20 {
        assert_eq!(load(&cache, Key(1, n), "one").await, "one");
    }
    assert_eq!(server.cli(["dbsize"]).unwrap(), "20");
    cache.invalidate_all(&[Key(1, 0), Key(1, 1)]).await;
    assert_eq!(server.cli(["dbsize"]).unwrap(), "18");
    cache.invalidate_matching("chat:history:1:*").await;
    assert_eq!(server.cli(["dbsize"]).unwrap(), "0");
    assert_eq!(cache.increment("attempts", Duration::from_mins(1)).await.value, 1);
    assert_eq!(cache.peek("attempts").await.value, 1);
}
