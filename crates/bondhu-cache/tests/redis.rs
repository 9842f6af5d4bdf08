//! The connection against real servers: killed, restarted, locked, frozen, failed over, in a cluster.

use std::time::Duration;

use bondhu_cache::redis::{Redis, RedisError, RedisOptions, Value, cmd, pipe};
use bondhu_testkit::redis::RedisServer;

const PATIENT: RedisOptions = RedisOptions {
    response_timeout: Duration::from_secs(10),
    connect_timeout: Duration::from_secs(10),
    patience: Duration::from_secs(20),
};

fn connect(url: &str) -> Redis {
    Redis::new(url, RedisOptions { patience: Duration::ZERO, ..PATIENT }).expect("the tests' addresses are right")
}

#[tokio::test]
async fn replies_arrive_as_the_server_gave_them() {
    let server = RedisServer::start().await.unwrap();
    let redis = connect(&server.url());
    let raw = redis.run(cmd("SET").arg("a").arg(&b"\xff\x00"[..])).await.unwrap();
    assert_eq!(raw, Value::Okay);
    assert_eq!(redis.run(cmd("GET").arg("a")).await.unwrap(), Value::BulkString(b"\xff\x00".to_vec()));
    let Value::ServerError(refusal) = redis.run(cmd("LPUSH").arg("a").arg(1)).await.unwrap() else { panic!() };
    assert_eq!(
        (refusal.code(), refusal.details()),
        ("WRONGTYPE", Some("Operation against a key holding the wrong kind of value"))
    );
    let error = redis.query::<i64>(cmd("LPUSH").arg("a").arg(1)).await.unwrap_err();
    assert!(matches!(&error, RedisError::Refused { code, .. } if code == "WRONGTYPE"), "{error}");

    let replies = redis.run_all(pipe().cmd("INCR").arg("n").cmd("INCR").arg("a").cmd("INCR").arg("n")).await.unwrap();
    assert!(
        matches!(&replies[..], [Value::Int(1), Value::ServerError(_), Value::Int(2)]),
        "one refusal leaves the others: {replies:?}"
    );
    let replies = redis.run_all(pipe().atomic().cmd("INCR").arg("n").cmd("GET").arg("n")).await.unwrap();
    let expected = Value::Array(vec![Value::Int(3), Value::BulkString(b"3".to_vec())]);
    assert_eq!(replies, [expected]);
}

#[tokio::test]
async fn a_restarted_server_is_found_again_without_being_asked() {
    let mut server = RedisServer::start().await.unwrap();
    let redis = connect(&server.url());
    redis.query::<()>(&cmd("PING")).await.unwrap();
    server.kill();
    let error = redis.query::<()>(&cmd("PING")).await.unwrap_err();
    assert!(matches!(error, RedisError::Unavailable { .. }), "{error}");
    server.restart().await.unwrap();
    while redis.query::<()>(&cmd("PING")).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_server_that_comes_late_is_waited_for_by_the_patient() {
    let mut server = RedisServer::start().await.unwrap();
    server.kill();
    let impatient = connect(&server.url());
    assert!(impatient.query::<()>(&cmd("PING")).await.is_err());
    let patient = Redis::new(&server.url(), PATIENT).unwrap();
    let (answer, started) = tokio::join!(async { patient.query::<String>(&cmd("PING")).await }, async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.restart().await
    });
    started.unwrap();
    assert_eq!(answer.unwrap(), "PONG");
}

#[tokio::test]
async fn a_frozen_server_costs_one_deadline_and_then_nothing() {
    let server = RedisServer::start().await.unwrap();
    let options = RedisOptions { response_timeout: Duration::from_millis(300), ..RedisOptions::default() };
    let redis = Redis::new(&server.url(), options).unwrap();
    redis.query::<()>(&cmd("PING")).await.unwrap();
    server.signal("STOP").unwrap();
    assert!(redis.query::<()>(&cmd("PING")).await.is_err());
    let ping = cmd("PING");
    let at_once = tokio::time::timeout(Duration::ZERO, redis.query::<()>(&ping)).await;
    assert!(at_once.expect("it does not wait for anything").is_err());
    server.signal("CONT").unwrap();
    while redis.query::<()>(&cmd("PING")).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_wrong_password_is_said_clearly_and_not_repeated() {
    let server = RedisServer::start_with(["--save", "", "--requirepass", "right"]).await.unwrap();
    let wrong = format!("redis://:sesame@127.0.0.1:{}/0", server.port());
    let error = connect(&wrong).query::<()>(&cmd("PING")).await.unwrap_err();
    assert!(matches!(&error, RedisError::Refused { code, .. } if code == "WRONGPASS"), "{error}");
    assert!(error.advice().unwrap().contains("password") && !error.to_string().contains("sesame"), "{error}");
    let none = connect(&server.url()).query::<()>(&cmd("PING")).await.unwrap_err();
    assert!(none.advice().is_some_and(|advice| advice.contains("password")), "{none}");
    let right = format!("redis://:right@127.0.0.1:{}/0", server.port());
    connect(&right).query::<()>(&cmd("PING")).await.unwrap();
}

#[tokio::test]
async fn a_user_and_a_socket_work() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("redis.sock");
    let server = RedisServer::start_with(["--save", "", "--unixsocket", socket.to_str().unwrap()]).await.unwrap();
    server.cli(["acl", "setuser", "asha", "on", ">p@ss", "~*", "&*", "+@all"]).unwrap();
    let by_socket = connect(&format!("unix://{}", socket.display()));
    by_socket.query::<()>(cmd("SET").arg("a").arg("1")).await.unwrap();
    let by_user = connect(&format!("redis://asha:p%40ss@127.0.0.1:{}/0", server.port()));
    assert_eq!(by_user.query::<String>(cmd("ACL").arg("WHOAMI")).await.unwrap(), "asha");
    assert_eq!(by_user.query::<String>(cmd("GET").arg("a")).await.unwrap(), "1");
}

#[tokio::test]
async fn sentinel_leads_to_the_master_also_after_a_failover() {
    let old = RedisServer::start().await.unwrap();
    let new = RedisServer::start().await.unwrap();
    new.cli(["replicaof", "127.0.0.1", &old.port().to_string()]).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("sentinel monitor house 127.0.0.1 {} 1\n", old.port())).unwrap();
    let sentinel = RedisServer::start_sentinel(file.path()).await.unwrap();
    let redis = connect(&format!("sentinel://127.0.0.1:{}/house/0", sentinel.port()));
    redis.query::<()>(cmd("SET").arg("a").arg("1")).await.unwrap();
    // What a sentinel does to both in a failover, and what it says then; its own election takes half a minute.
    new.cli(["replicaof", "no", "one"]).unwrap();
    old.cli(["replicaof", "127.0.0.1", &new.port().to_string()]).unwrap();
    sentinel.cli(["sentinel", "remove", "house"]).unwrap();
    sentinel.cli(["sentinel", "monitor", "house", "127.0.0.1", &new.port().to_string(), "1"]).unwrap();
    while redis.query::<()>(cmd("SET").arg("b").arg("2")).await.is_err() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(new.cli(["get", "b"]).unwrap(), "2");
}

#[tokio::test]
async fn a_cluster_is_spoken_to_as_one() {
    let server = RedisServer::start_with(["--save", "", "--cluster-enabled", "yes"]).await.unwrap();
    server.cli(["cluster", "addslotsrange", "0", "16383"]).unwrap();
    while !server.cli(["cluster", "info"]).unwrap().contains("cluster_state:ok") {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let redis = connect(&format!("redis-cluster://127.0.0.1:{}", server.port()));
    redis.query::<()>(cmd("SET").arg("a").arg("1")).await.unwrap();
    assert_eq!(redis.query::<i64>(cmd("UNLINK").arg("a").arg("b")).await.unwrap(), 1);
    let Value::ServerError(refusal) = redis.run(cmd("INCRBY").arg("a").arg("x")).await.unwrap() else { panic!() };
    assert_eq!(refusal.code(), "ERR");
}
