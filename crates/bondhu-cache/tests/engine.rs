//! One suite for every engine: what Redis answers, the engine in memory answers byte for byte.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::time::Duration;

use bondhu_cache::engine::{Command, Engine, Event, Reply, Topic};
use bondhu_cache::redis::RedisOptions;
use bondhu_testkit::redis::RedisServer;

/// Every command with the cases that differ: absent keys, wrong kinds, limits, options, faults. One a line; words are
/// parted by spaces, `''` is an empty word. A line that begins with `~` may answer its items in any order.
const COMMANDS: &str = include_str!("engine/commands.txt");

fn command(line: &str) -> Command {
    Command::of(line.split(' ').map(|word| if word == "''" { "" } else { word }))
}

fn wire(reply: &Reply) -> String {
    let mut bytes = Vec::new();
    reply.write_resp2(&mut bytes);
    bytes.escape_ascii().to_string()
}

fn sorted(reply: Reply) -> Reply {
    let Reply::Array(mut items) = reply else { return reply };
    items.sort_by_key(wire);
    Reply::Array(items.into_iter().map(sorted).collect())
}

async fn redis() -> (RedisServer, Engine) {
    let server = RedisServer::start().await.unwrap();
    let engine = Engine::redis(&server.url(), RedisOptions::default()).unwrap();
    (server, engine)
}

#[tokio::test]
async fn the_engine_in_memory_answers_as_redis_does() {
    let (_server, redis) = redis().await;
    let memory = Engine::memory(64 << 20);
    let mut differences = Vec::new();
    let mut count = 0;
    for line in COMMANDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (unordered, line) = line.strip_prefix('~').map_or((false, line), |line| (true, line));
        let [mut expected, mut found] =
            [redis.run(command(line)).await.unwrap(), memory.run(command(line)).await.unwrap()];
        if unordered {
            (expected, found) = (sorted(expected), sorted(found));
        }
        if wire(&expected) != wire(&found) {
            differences.push(format!("{line}\n  redis:  {}\n  memory: {}", wire(&expected), wire(&found)));
        }
        count += 1;
    }
    assert!(count > 300, "the list of commands has been cut short: {count}");
    assert!(differences.is_empty(), "{} of {count} differ:\n{}", differences.len(), differences.join("\n"));
}

#[tokio::test]
async fn a_scan_finds_every_key_that_stays() {
    let (_server, redis) = redis().await;
    for engine in [redis, Engine::memory(64 << 20)] {
        for number in 0..500 {
            engine.run(command(&format!("set stays:{number} x"))).await.unwrap();
            engine.run(command(&format!("set goes:{number} x"))).await.unwrap();
        }
        let (mut cursor, mut found, mut round) = ("0".to_owned(), std::collections::HashSet::new(), 0);
        loop {
            let reply = engine.run(command(&format!("scan {cursor} count 7 match stays:* type string"))).await.unwrap();
            let Reply::Array(parts) = reply else { panic!("{reply:?}") };
            let [Reply::Bulk(next), Reply::Array(keys)] = parts.as_slice() else { panic!("{parts:?}") };
            found.extend(keys.iter().map(wire));
            cursor = String::from_utf8(next.to_vec()).unwrap();
            engine.run(command(&format!("del goes:{round} goes:{}", 499 - round))).await.unwrap();
            engine.run(command(&format!("set new:{round} x"))).await.unwrap();
            round += 1;
            if cursor == "0" {
                break;
            }
        }
        assert_eq!(found.len(), 500, "{}", engine.name());
    }
}

#[tokio::test]
async fn a_transaction_is_one_step_or_none() {
    let (_server, redis) = redis().await;
    for engine in [redis, Engine::memory(64 << 20)] {
        let commands = ["set a 1", "incr a", "lpush a x", "get a"].map(command);
        let replies = engine.transaction(&commands).await.unwrap().unwrap();
        assert_eq!((&replies[1], &replies[3]), (&Reply::Int(2), &Reply::bulk("2")), "{}", engine.name());
        assert!(wire(&replies[2]).starts_with("-WRONGTYPE"));

        let refused = engine.transaction(&["set a 5", "get"].map(command)).await.unwrap().unwrap_err();
        assert_eq!(wire(&refused), "-ERR wrong number of arguments for \\'get\\' command\\r\\n");
        assert_eq!(engine.run(command("get a")).await.unwrap(), Reply::bulk("2"), "nothing was carried out");
        assert_eq!(engine.run_all(&[]).await.unwrap(), []);
    }
}

#[tokio::test]
async fn messages_arrive_in_order_by_channel_and_by_pattern() {
    let (_server, redis) = redis().await;
    for engine in [redis, Engine::memory(64 << 20)] {
        let topics = || vec![Topic::Channel("news".into()), Topic::Pattern("n?ws*".into())];
        let mut both = engine.subscribe(topics()).await.unwrap();
        let mut one = engine.subscribe(vec![Topic::Channel("news".into())]).await.unwrap();
        // However many listeners there are here, a server sees one.
        let heard = engine.run(command("publish news first")).await.unwrap();
        assert!(matches!(heard, Reply::Int(2 | 3)), "{heard:?}");
        for _ in 0..2 {
            let Some(Event::Message { channel, payload, .. }) = both.next().await else { panic!("a message") };
            assert_eq!((channel.as_ref(), payload.as_ref()), (&b"news"[..], &b"first"[..]));
        }
        drop(both);
        for number in 0..100 {
            engine.run(command(&format!("publish news {number}"))).await.unwrap();
        }
        one.next().await;
        for number in 0..100 {
            let Some(Event::Message { payload, .. }) = one.next().await else { panic!("a message") };
            assert_eq!(payload, number.to_string());
        }
        drop(one);
        let gone = async {
            while engine.run(command("publish news x")).await.unwrap() != Reply::Int(0) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.expect("nobody listens any more");
    }
}

#[tokio::test]
async fn a_listener_that_does_not_keep_up_is_let_go_and_others_are_not() {
    let memory = Engine::memory(64 << 20);
    let mut slow = memory.subscribe(vec![Topic::Channel("a".into())]).await.unwrap();
    for _ in 0..5_000 {
        memory.run(command("publish a x")).await.unwrap();
    }
    assert_eq!(memory.run(command("publish a x")).await.unwrap(), Reply::Int(0));
    let mut kept = 0;
    while slow.next().await.is_some() {
        kept += 1;
    }
    assert_eq!(kept, 4_096, "what had been given to it, it still gets");
}

#[tokio::test]
async fn what_runs_can_be_watched() {
    let (_server, redis) = redis().await;
    for engine in [redis, Engine::memory(64 << 20)] {
        let mut monitor = engine.monitor().await.unwrap();
        engine.run(command("set k v")).await.unwrap();
        // A connection that introduces itself is seen as well.
        let line = loop {
            let Some(Event::Command(line)) = monitor.next().await else { panic!("a line") };
            let line = String::from_utf8(line.to_vec()).unwrap();
            if !line.contains("\"PING\"") {
                break line;
            }
        };
        assert!(line.ends_with("\"set\" \"k\" \"v\""), "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_is_gone_for_every_command() {
    let memory = Engine::memory(64 << 20);
    for line in ["set a 1 ex 10", "rpush b x", "pexpire b 500", "set c 1"] {
        memory.run(command(line)).await.unwrap();
    }
    tokio::time::advance(Duration::from_millis(501)).await;
    assert_eq!(memory.run(command("exists a b c")).await.unwrap(), Reply::Int(2));
    assert_eq!(memory.run(command("ttl a")).await.unwrap(), Reply::Int(9));
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(memory.run(command("dbsize")).await.unwrap(), Reply::Int(1));
    assert_eq!(memory.run(command("incr a")).await.unwrap(), Reply::Int(1));
}

#[tokio::test]
async fn memory_has_a_limit_and_what_goes_makes_room() {
    let memory = Engine::memory(100_000);
    let value = "x".repeat(1_000);
    let mut stored = 0;
    let refusal = loop {
        match memory.run(command(&format!("set key:{stored} {value}"))).await.unwrap() {
            Reply::Error(text) => break text,
            _ => stored += 1,
        }
    };
    assert!((60..100).contains(&stored), "{stored}");
    assert!(refusal.starts_with(b"OOM command not allowed"));
    assert_eq!(memory.run(command("get key:0")).await.unwrap(), Reply::bulk(&value), "reading goes on");
    memory.run(command("del key:0 key:1 key:2")).await.unwrap();
    assert_eq!(memory.run(command(&format!("set new {value}"))).await.unwrap(), Reply::OK);
    // The same key again and again does not fill it.
    for _ in 0..1_000 {
        assert_eq!(memory.run(command(&format!("set new {value}"))).await.unwrap(), Reply::OK);
    }
}

#[tokio::test]
async fn what_the_engine_in_memory_lacks_names_the_setting() {
    let memory = Engine::memory(1 << 20);
    for line in ["eval x 0", "xadd s * a b", "geoadd g 1 2 m", "json.set a $ 1"] {
        let reply = memory.run(command(line)).await.unwrap();
        let text = String::from_utf8(reply.as_error().expect("an error").to_vec()).unwrap();
        assert!(text.starts_with("ERR ") && text.contains("REDIS_URL"), "{text}");
    }
}

#[tokio::test]
async fn changes_are_told_with_their_keys() {
    let memory = Engine::memory(1 << 20);
    let (sender, told) = std::sync::mpsc::channel();
    assert!(memory.on_change(Box::new(move |key| sender.send(key.map(<[u8]>::to_vec)).unwrap())));
    for line in ["set a 1", "get a", "incr a", "expire nothing 5", "del a b", "flushall"] {
        memory.run(command(line)).await.unwrap();
    }
    let told: Vec<_> = told.try_iter().collect();
    let a = || Some(b"a".to_vec());
    assert_eq!(told, [a(), a(), a(), None]);
}

struct Greeting;

impl std::fmt::Display for Greeting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("42")
    }
}

impl bondhu_cache::CacheKey for Greeting {
    type Value = Vec<String>;
    const NAMESPACE: &'static str = "greeting";
    const TTL: Duration = Duration::from_secs(100);
}

#[tokio::test]
async fn a_cache_beside_an_engine_shows_its_entries_there() {
    let memory = Engine::memory(1 << 20);
    let cache = bondhu_cache::Cache::in_memory_beside(100, &memory);
    let load = async || Ok::<_, std::io::Error>(vec!["Hello".to_owned()]);
    let seen = async || memory.run(command("get greeting:42")).await.unwrap();
    cache.get_or_load(&Greeting, load).await.unwrap();
    assert_eq!(seen().await, Reply::bulk(r#"["Hello"]"#));
    let Reply::Int(ttl) = memory.run(command("ttl greeting:42")).await.unwrap() else { panic!("a number") };
    assert!((89..=100).contains(&ttl), "{ttl}");

    cache.invalidate(&Greeting).await;
    assert_eq!(seen().await, Reply::Nil);
    cache.insert(&Greeting, vec![]).await;
    assert_eq!(seen().await, Reply::bulk("[]"));
    cache.invalidate_matching("greeting:*").await;
    assert_eq!(seen().await, Reply::Nil);

    // What others drop there is gone here, and so is a load under way.
    cache.get_or_load(&Greeting, load).await.unwrap();
    memory.run(command("del greeting:42")).await.unwrap();
    let gone = async {
        while cache.get(&Greeting).await.is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.expect("the entry is dropped");
    let overtaken = async || {
        memory.run(command("set greeting:42 x")).await.unwrap();
        Ok::<_, std::io::Error>(vec!["late".to_owned()])
    };
    cache.get_or_load(&Greeting, overtaken).await.unwrap();
    assert_eq!(cache.get(&Greeting).await, None);
    assert_eq!(seen().await, Reply::bulk("x"));
}
