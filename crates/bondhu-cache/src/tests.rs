use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use proptest::prelude::*;
use tokio::{sync::Notify, task::JoinSet, time::advance};

use crate::{
    Cache, CacheKey,
    index::{KeyIndex, matches},
    jittered,
};

struct HistoryKey(u64, u32);

impl fmt::Display for HistoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0, self.1)
    }
}

impl CacheKey for HistoryKey {
    type Value = String;
    const NAMESPACE: &'static str = "chat:history";
    const TTL: Duration = Duration::from_mins(5);
}

async fn load(cache: &Cache, key: HistoryKey, value: &str) -> String {
    let loaded = cache.get_or_load(&key, async || Ok::<_, std::io::Error>(value.to_owned())).await;
    loaded.unwrap().as_ref().clone()
}

#[tokio::test]
async fn a_thousand_readers_of_a_cold_key_load_once() {
    let cache = Cache::in_memory(100);
    let loads = Arc::new(AtomicUsize::new(0));
    let release = Arc::new(Notify::new());
    let mut readers = JoinSet::new();
    for _ in 0..1_000 {
        let (cache, loads, release) = (cache.clone(), loads.clone(), release.clone());
        readers.spawn(async move {
            let load = async || {
                loads.fetch_add(1, Ordering::SeqCst);
                release.notified().await;
                Ok::<_, std::io::Error>("hello".to_owned())
            };
            cache.get_or_load(&HistoryKey(1, 50), load).await.unwrap()
        });
    }
    while cache.stats().misses < 1_000 {
        tokio::task::yield_now().await;
    }
    release.notify_one();
    while let Some(value) = readers.join_next().await {
        assert_eq!(*value.unwrap(), "hello");
    }
    assert_eq!(loads.load(Ordering::SeqCst), 1);
    assert_eq!(cache.stats().loads, 1);
}

#[tokio::test]
async fn a_failed_load_reaches_the_caller_and_is_not_cached() {
    let cache = Cache::in_memory(100);
    let failed = cache.get_or_load(&HistoryKey(1, 50), async || Err(std::io::Error::other("down"))).await;
    assert_eq!(failed.unwrap_err().to_string(), "down");
    assert_eq!(load(&cache, HistoryKey(1, 50), "up").await, "up");
    assert_eq!(cache.stats().load_errors, 1);
}

#[tokio::test]
async fn a_cancelled_load_leaves_the_key_usable() {
    let cache = Cache::in_memory(100);
    let stuck =
        cache.get_or_load(&HistoryKey(1, 50), async || std::future::pending::<Result<String, std::io::Error>>().await);
    tokio::select! {
        biased;
        _ = stuck => panic!("the loader never ends"),
        () = tokio::task::yield_now() => {}
    }
    assert_eq!(load(&cache, HistoryKey(1, 50), "second").await, "second");
}

#[tokio::test(start_paused = true)]
async fn a_value_expires_within_its_ttl() {
    let cache = Cache::in_memory(100);
    load(&cache, HistoryKey(1, 50), "old").await;
    advance(Duration::from_secs(269)).await;
    assert_eq!(load(&cache, HistoryKey(1, 50), "new").await, "old");
    advance(Duration::from_secs(31)).await;
    assert_eq!(load(&cache, HistoryKey(1, 50), "new").await, "new");
}

#[tokio::test]
async fn dropping_a_persons_keys_leaves_the_others() {
    let cache = Cache::in_memory(100);
    for (user, limit) in [(4, 50), (42, 20), (42, 50), (421, 50)] {
        load(&cache, HistoryKey(user, limit), "old").await;
    }
    cache.invalidate_matching("chat:history:42:*").await;
    assert!(cache.get(&HistoryKey(42, 20)).await.is_none());
    assert!(cache.get(&HistoryKey(42, 50)).await.is_none());
    assert!(cache.get(&HistoryKey(4, 50)).await.is_some());
    assert!(cache.get(&HistoryKey(421, 50)).await.is_some());
}

#[tokio::test]
async fn a_write_during_a_load_keeps_the_stale_value_out() {
    for pattern in [None, Some("chat:history:1:*")] {
        let cache = Cache::in_memory(100);
        let overtaken = cache.clone();
        let stale = cache
            .get_or_load(&HistoryKey(1, 50), async move || {
                match pattern {
                    None => overtaken.invalidate(&HistoryKey(1, 50)).await,
                    Some(pattern) => overtaken.invalidate_matching(pattern).await,
                }
                Ok::<_, std::io::Error>("read before the write".to_owned())
            })
            .await;
        assert_eq!(*stale.unwrap(), "read before the write");
        assert_eq!(load(&cache, HistoryKey(1, 50), "after the write").await, "after the write");
    }
}

#[tokio::test]
async fn an_inserted_value_is_read_back_and_replaced() {
    let cache = Cache::in_memory(100);
    cache.insert(&HistoryKey(1, 50), "one".to_owned()).await;
    cache.insert(&HistoryKey(1, 50), "two".to_owned()).await;
    assert_eq!(*cache.get(&HistoryKey(1, 50)).await.unwrap(), "two");
    cache.invalidate_matching("chat:history:1:*").await;
    assert!(cache.get(&HistoryKey(1, 50)).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_counter_starts_again_after_its_window() {
    let cache = Cache::in_memory(1);
    let window = Duration::from_mins(1);
    assert_eq!(cache.increment("a", window).await.value, 1);
    advance(Duration::from_secs(20)).await;
    let second = cache.increment("a", window).await;
    assert_eq!((second.value, second.resets_in), (2, Duration::from_secs(40)));
    assert_eq!(cache.peek("b").await.value, 0);
    advance(Duration::from_secs(40)).await;
    assert_eq!(cache.peek("a").await.value, 0);
    assert_eq!(cache.increment("a", window).await.value, 1);
    cache.forget("a").await;
    assert_eq!(cache.peek("a").await.value, 0);
}

#[test]
fn jitter_takes_at_most_a_tenth() {
    let ttl = Duration::from_secs(100);
    assert_eq!(jittered(ttl, 0.0), ttl);
    assert_eq!(jittered(ttl, 1.0), Duration::from_secs(90));
}

#[test]
fn a_late_notice_about_an_older_entry_keeps_the_key_findable() {
    let keys = KeyIndex::default();
    let (old, new) = (keys.insert("chat:history:1:50"), keys.insert("chat:history:1:50"));
    keys.remove("chat:history:1:50", old);
    assert_eq!(keys.matching("chat:history:1:*"), ["chat:history:1:50"]);
    keys.remove("chat:history:1:50", new);
    assert!(keys.matching("*").is_empty());
}

#[test]
fn globs_match_like_redis_globs() {
    for (pattern, text, expected) in [
        ("chat:history:42:*", "chat:history:42:50", true),
        ("chat:history:42:*", "chat:history:421:50", false),
        ("*", "", true),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("*b*b", "abab", true),
        ("*b*b", "aba", false),
        ("", "a", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
    }
}

proptest! {
    #[test]
    fn a_text_matches_itself_with_any_part_replaced_by_a_star(text in "[a-c:]{0,12}", from in 0usize..12, to in 0usize..12) {
        let (from, to) = (from.min(text.len()), to.min(text.len()));
        let (from, to) = (from.min(to), from.max(to));
        let pattern = format!("{}*{}", &text[..from], &text[to..]);
        prop_assert!(matches(&pattern, &text));
    }
}
