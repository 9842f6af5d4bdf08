//! One suite for every engine: what Redis answers, the engine in memory answers byte for byte.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::time::Duration;

use bondhu_cache::engine::{Command, Engine, Event, Reply, Topic};
use bondhu_cache::redis::RedisOptions;
use bondhu_testkit::{certificates::Certificates, redis::RedisServer};

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

/// A server that is a cluster of its own.
async fn cluster(arguments: Vec<String>) -> RedisServer {
    let usual = ["--save", "", "--cluster-enabled", "yes"].map(str::to_owned);
    let server = RedisServer::start_with(usual.into_iter().chain(arguments)).await.unwrap();
    server.cli(["cluster", "addslotsrange", "0", "16383"]).unwrap();
    while !server.cli(["cluster", "info"]).unwrap().contains("cluster_state:ok") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server
}

/// A sentinel that watches over this server.
async fn sentinel(of: &RedisServer) -> (RedisServer, tempfile::NamedTempFile) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("sentinel monitor house 127.0.0.1 {} 1\n", of.port())).unwrap();
    (RedisServer::start_sentinel(file.path()).await.unwrap(), file)
}

/// What a gateway needs of an engine.
async fn everything_works(engine: &Engine) {
    let name = engine.name();
    let run = async |line: &str| engine.run(command(line)).await.unwrap();
    assert_eq!(run("set {a}1 1").await, Reply::OK, "{name}");
    assert_eq!(run("get {a}1").await, Reply::bulk("1"), "{name}");
    assert!(wire(&run("lpush {a}1 x").await).starts_with("-WRONGTYPE "), "{name}");
    run("hset {a}h f v").await;
    assert_eq!(run("hgetall {a}h").await, Reply::Array(vec![Reply::bulk("f"), Reply::bulk("v")]), "{name}");
    assert_eq!(run("incrbyfloat {a}f 0.5").await, Reply::bulk("0.5"), "{name}");
    let script = Command::of(["eval", "return {KEYS[1], 7}", "1", "{a}1"]);
    let expected = Reply::Array(vec![Reply::bulk("{a}1"), Reply::Int(7)]);
    assert_eq!(engine.run(script).await.unwrap(), expected, "{name}");

    let lines = ["set {a}2 2", "lpush {a}2 x", "get {a}2", "get elsewhere"].map(command);
    let replies: Vec<String> = engine.run_all(&lines).await.unwrap().iter().map(wire).collect();
    assert_eq!(
        (&replies[0], &replies[2], &replies[3]),
        (&wire(&Reply::OK), &"$1\\r\\n2\\r\\n".to_owned(), &wire(&Reply::Nil))
    );
    assert!(replies[1].starts_with("-WRONGTYPE "), "one refusal leaves the others: {name} {replies:?}");

    let whole = ["set {a}3 1", "incr {a}3", "lpush {a}3 x"].map(command);
    let replies = engine.transaction(&whole).await.unwrap().unwrap();
    assert_eq!(replies[1], Reply::Int(2), "{name}");
    assert!(wire(&replies[2]).starts_with("-WRONGTYPE "), "{name} {replies:?}");

    for lines in [["set {a}4 5", "get"], ["get", "set {a}4 5"]] {
        let refused = engine.transaction(&lines.map(command)).await.unwrap().unwrap_err();
        assert_eq!(wire(&refused), "-ERR wrong number of arguments for \\'get\\' command\\r\\n", "{name}");
        assert_eq!(run("exists {a}4").await, Reply::Int(0), "nothing was carried out: {name}");
    }

    let mut heard = engine.subscribe(vec![Topic::Channel("news".into())]).await.unwrap();
    run("publish news first").await;
    let message = tokio::time::timeout(Duration::from_secs(10), heard.next()).await.unwrap();
    assert!(matches!(message, Some(Event::Message { payload, .. }) if payload == "first"), "{name}");
}

#[tokio::test]
async fn a_cluster_is_an_engine() {
    let server = cluster(Vec::new()).await;
    let url = format!("redis-cluster://127.0.0.1:{}", server.port());
    let engine = Engine::redis(&url, RedisOptions::default()).unwrap();
    everything_works(&engine).await;

    let apart = ["set one 1", "set other 1", "set third 1"].map(command);
    let refused = engine.transaction(&apart).await;
    assert!(!matches!(refused, Ok(Ok(_))), "keys of several slots are no transaction: {refused:?}");
    for key in ["one", "other", "third"] {
        assert_eq!(engine.run(Command::of(["exists", key])).await.unwrap(), Reply::Int(0), "{key}");
    }
}

#[tokio::test]
async fn the_master_that_sentinel_names_is_an_engine() {
    let server = RedisServer::start().await.unwrap();
    let (sentinel, _file) = sentinel(&server).await;
    let url = format!("sentinel://127.0.0.1:{}/house/0", sentinel.port());
    let engine = Engine::redis(&url, RedisOptions::default()).unwrap();
    everything_works(&engine).await;

    // What a sentinel does to both in a failover, and what it says then; its own election takes half a minute.
    let new = RedisServer::start().await.unwrap();
    server.cli(["replicaof", "127.0.0.1", &new.port().to_string()]).unwrap();
    sentinel.cli(["sentinel", "remove", "house"]).unwrap();
    sentinel.cli(["sentinel", "monitor", "house", "127.0.0.1", &new.port().to_string(), "1"]).unwrap();
    let found = async {
        while !matches!(engine.run(command("set b 2")).await, Ok(Reply::Status(_))) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), found).await.expect("the new master is found");
    assert_eq!(new.cli(["get", "b"]).unwrap(), "2");
}

#[tokio::test]
async fn a_server_and_a_cluster_over_tls_are_engines() {
    let certificates = Certificates::new().unwrap();
    let authority = certificates.path("ca.pem");
    let (arguments, port) = certificates.for_redis().unwrap();
    let more = ["--save", "", "--requirepass", "right"].map(str::to_owned);
    let _server = RedisServer::start_with(arguments.into_iter().chain(more)).await.unwrap();
    let url = format!("rediss://:right@localhost:{port}/0");
    let trusting = format!("{url}?ssl_ca_certs={}", authority.display());
    everything_works(&Engine::redis(&trusting, RedisOptions::default()).unwrap()).await;
    let stranger = Engine::redis(&url, RedisOptions::default()).unwrap();
    let error = stranger.run(command("ping")).await.unwrap_err().to_string();
    assert!(error.contains("UnknownIssuer") && !error.contains("right@"), "nobody here trusts that authority: {error}");

    let (mut arguments, port) = certificates.for_redis().unwrap();
    arguments.extend(["--tls-cluster", "yes"].map(str::to_owned));
    let _server = cluster(arguments).await;
    let url = format!("rediss-cluster://127.0.0.1:{port}?ssl_ca_certs={}", authority.display());
    everything_works(&Engine::redis(&url, RedisOptions::default()).unwrap()).await;
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
