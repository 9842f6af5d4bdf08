use std::time::Duration;

use bondhu_cache::engine::Engine;
use bondhu_testkit::redis::RedisServer;
use bondhu_upstash::{Options, Token};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::start::{TOKEN, on_memory, on_redis, raw, redis_options, with_engine, with_tokens};

/// Sends and reads one answer on each: how many had this status.
async fn ask_all(connections: &mut [TcpStream], request: &str, status: &str) -> usize {
    for connection in connections.iter_mut() {
        connection.write_all(request.as_bytes()).await.unwrap();
    }
    let mut count = 0;
    for connection in connections {
        let mut answer = vec![0; 4096];
        let read = tokio::time::timeout(Duration::from_secs(20), connection.read(&mut answer));
        let length = read.await.expect("an answer").expect("the connection is kept");
        let answer = String::from_utf8_lossy(&answer[..length]).into_owned();
        assert!(answer.contains("\r\n\r\n{\""), "{answer}");
        count += usize::from(answer.contains(status));
    }
    count
}

#[tokio::test]
async fn redis_dies_and_comes_back_under_256_connections() {
    let (mut redis, gateway) = on_redis().await;
    let url = gateway.url.trim_start_matches("http://").to_owned();
    let request =
        format!("POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: 8\r\n\r\n[\"ping\"]");
    let mut connections = Vec::new();
    for _ in 0..256 {
        connections.push(TcpStream::connect(&url).await.unwrap());
    }
    assert_eq!(ask_all(&mut connections, &request, " 200 OK").await, 256);
    redis.kill();
    assert_eq!(ask_all(&mut connections, &request, " 503 ").await, 256, "every one is answered, in JSON");
    redis.restart().await.unwrap();
    let back = async {
        while ask_all(&mut connections, &request, " 200 OK").await < 256 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), back).await.expect("it recovers by itself");
}

#[tokio::test]
async fn it_starts_without_redis_and_finds_it_later() {
    let mut redis = RedisServer::start().await.unwrap();
    redis.kill();
    let gateway = with_engine(Engine::redis(&redis.url(), redis_options()).unwrap()).await;
    let (status, body) = gateway.post("/", r#"["ping"]"#).await;
    assert_eq!(status, 503);
    assert!(body.starts_with(r#"{"error":"ERR backend unavailable: the Redis server at 127.0.0.1:"#), "{body}");
    assert_eq!(gateway.post("/pipeline", r#"[["ping"]]"#).await.0, 503);
    assert_eq!(gateway.post("/subscribe/a", "[]").await.0, 503);
    assert_eq!(gateway.get("/health").await.0, 200);
    assert_eq!(gateway.get("/ready").await.0, 503);
    redis.restart().await.unwrap();
    let up = async {
        while gateway.get("/ready").await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), up).await.expect("it finds the server");
    assert_eq!(gateway.run("ping").await, r#"{"result":"PONG"}"#);
}

#[tokio::test]
async fn a_wrong_password_is_told_as_what_it_is() {
    let redis = RedisServer::start_with(["--save", "", "--requirepass", "right"]).await.unwrap();
    let wrong = redis.url().replace("redis://", "redis://:wrong@");
    for url in [wrong, redis.url()] {
        let gateway = with_engine(Engine::redis(&url, redis_options()).unwrap()).await;
        let (status, body) = gateway.post("/", r#"["get","a"]"#).await;
        assert_eq!(status, 503, "{body}");
        assert!(body.contains("WRONGPASS") || body.contains("NOAUTH"), "{body}");
        assert!(!body.contains("wrong@"), "{body}");
    }
    let right = redis.url().replace("redis://", "redis://:right@");
    let gateway = with_engine(Engine::redis(&right, redis_options()).unwrap()).await;
    assert_eq!(gateway.post("/", r#"["ping"]"#).await.0, 200);
}

#[tokio::test]
async fn no_memory_and_a_replica_are_the_servers_own_words() {
    let full = RedisServer::start_with(["--save", "", "--maxmemory", "1"]).await.unwrap();
    let gateway = with_engine(Engine::redis(&full.url(), redis_options()).unwrap()).await;
    let (status, body) = gateway.post("/", r#"["set","a","b"]"#).await;
    assert!(status == 400 && body.starts_with(r#"{"error":"OOM "#), "{body}");

    let port = full.port().to_string();
    let replica = RedisServer::start_with(["--save", "", "--replicaof", "127.0.0.1", &port]).await.unwrap();
    let gateway = with_engine(Engine::redis(&replica.url(), redis_options()).unwrap()).await;
    let (status, body) = gateway.post("/", r#"["set","a","b"]"#).await;
    assert!(status == 400 && body.starts_with(r#"{"error":"READONLY "#), "{body}");
}

#[tokio::test]
async fn a_server_that_loads_its_data_is_not_there_yet() {
    let stand_in = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("redis://{}", stand_in.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = stand_in.accept().await {
            let mut bytes = [0; 512];
            while stream.read(&mut bytes).await.is_ok_and(|read| read > 0) {
                let _ = stream.write_all(b"-LOADING Redis is loading the dataset in memory\r\n").await;
            }
        }
    });
    let gateway = with_engine(Engine::redis(&url, redis_options()).unwrap()).await;
    let (status, body) = gateway.post("/", r#"["get","a"]"#).await;
    assert_eq!(status, 503);
    assert!(body.contains("LOADING"), "{body}");
}

#[tokio::test]
async fn a_server_that_hangs_is_given_up_in_time() {
    let (redis, _) = on_redis().await;
    let options = bondhu_cache::redis::RedisOptions { response_timeout: Duration::from_millis(300), ..redis_options() };
    let gateway = with_engine(Engine::redis(&redis.url(), options).unwrap()).await;
    gateway.run("ping").await;
    redis.signal("STOP").unwrap();
    let (status, body) = gateway.post("/", r#"["get","a"]"#).await;
    assert!(status == 503 && body.contains("in time"), "{body}");
    redis.signal("CONT").unwrap();
    let back = async {
        while gateway.post("/", r#"["ping"]"#).await.0 != 200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), back).await.expect("it recovers by itself");
}

#[tokio::test]
async fn bodies_too_large_and_cut_off_are_answered() {
    let gateway = on_memory().await;
    let body = vec![b'x'; 20 << 20];
    let (status, answer) = gateway.post("/set/a", body).await;
    assert_eq!(status, 400);
    let told = "ERR max request size exceeded. Limit: 10485760 bytes, Actual: 20971520 bytes.";
    assert!(answer.contains(told), "{answer}");

    let head = format!("POST /set/a HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n");
    let cut = raw(&gateway.url, format!("{head}content-length: 100\r\n\r\nabc").as_bytes(), true).await;
    assert!(cut.is_empty() || cut.starts_with("HTTP/1.1 400"), "{cut}");
    let mut chunked = format!("{head}transfer-encoding: chunked\r\nconnection: close\r\n\r\n").into_bytes();
    for _ in 0..11 {
        chunked.extend_from_slice(b"100000\r\n");
        chunked.resize(chunked.len() + (1 << 20), b'x');
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let answer = raw(&gateway.url, &chunked, false).await;
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("max request size exceeded"), "{answer}");
    assert_eq!(gateway.get("/exists/a").await.1, r#"{"result":0}"#);
}

#[tokio::test]
async fn a_slow_client_is_answered_and_holds_nobody_up() {
    let options = Options { body_timeout: Duration::from_millis(300), ..Options::default() };
    let gateway = with_tokens(vec![Token::standard(TOKEN, Engine::memory(1 << 20))], options).await;
    let head = format!("POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\nconnection: close\r\n");
    let request = format!("{head}content-length: 50\r\n\r\n[\"pi");
    let slow = raw(&gateway.url, request.as_bytes(), false);
    let (slow, quick) = tokio::join!(slow, gateway.post("/", r#"["ping"]"#));
    assert_eq!(quick.0, 200);
    assert!(slow.starts_with("HTTP/1.1 400") && slow.contains("before it was complete"), "{slow}");
}

#[tokio::test]
async fn a_client_that_stops_reading_is_let_go_alone() {
    let (_redis, gateway) = on_redis().await;
    let head = format!(
        "POST /subscribe/noise HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\ncontent-length: 2\r\n\r\n[]"
    );
    let mut stuck = TcpStream::connect(gateway.url.trim_start_matches("http://")).await.unwrap();
    stuck.write_all(head.as_bytes()).await.unwrap();
    let mut first = [0; 64];
    stuck.read_exact(&mut first).await.unwrap();
    let mut reads = crate::streams::Lines::open(&gateway, "/subscribe/noise", TOKEN).await;
    reads.next().await;
    let payload = "x".repeat(20_000);
    let row = format!(r#"["publish","noise","{payload}"]"#);
    let pipeline = format!("[{}]", vec![row; 100].join(","));
    for _ in 0..60 {
        assert_eq!(gateway.post("/pipeline", pipeline.clone()).await.0, 200);
        for _ in 0..100 {
            assert!(reads.next().await.starts_with("data: message,noise,x"));
        }
    }
    drop(stuck);
}
