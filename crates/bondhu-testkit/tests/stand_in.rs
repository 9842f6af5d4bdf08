//! A stand-in on the wire, without any client library in between.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use bondhu_testkit::stand_in::{Reply, Stand, StandIn};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends one request on a connection of its own and reads until the server closes it.
async fn ask(server: &StandIn, request_line: &str, body: &str) -> String {
    let mut stream = open(server, request_line, body).await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn open(server: &StandIn, request_line: &str, body: &str) -> TcpStream {
    let address = server.url().trim_start_matches("http://").trim_end_matches('/');
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let request =
        format!("{request_line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

const CHAT: &str = r#"{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}"#;

#[tokio::test]
async fn replies_follow_the_script_and_requests_are_kept() {
    let server = StandIn::ollama().await;
    server.script([Reply::text("one two"), Reply::rate_limited(Some(9))]);
    let first = ask(&server, "POST /api/chat", CHAT).await;
    assert!(first.starts_with("HTTP/1.1 200"), "{first}");
    assert!(first.contains(r#""content":"one ""#) && first.contains(r#""done":true"#), "{first}");
    let second = ask(&server, "POST /api/chat", CHAT).await;
    assert!(second.starts_with("HTTP/1.1 429") && second.contains("retry-after: 9"), "{second}");
    let third = ask(&server, "POST /api/chat", CHAT).await;
    assert!(third.contains("I "), "the default reply follows: {third}");
    server.asked(3).await;
    assert_eq!(server.requests().len(), 3);
    assert_eq!(server.requests()[0].body["messages"][0]["content"], "hi");
}

#[tokio::test]
async fn what_the_provider_would_not_accept_is_not_accepted() {
    let server = StandIn::start(Stand::Anthropic, 0).await.unwrap();
    let without_limit = ask(&server, "POST /v1/messages", CHAT).await;
    assert!(without_limit.starts_with("HTTP/1.1 404"), "max_tokens is required: {without_limit}");
    server.require_key("k");
    let without_key = ask(&server, "GET /v1/models", "").await;
    assert!(without_key.starts_with("HTTP/1.1 401"), "{without_key}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn dropping_a_stand_in_closes_its_connections_and_its_port() {
    let server = StandIn::openai().await;
    server.script([Reply::HangAfter(1)]);
    let mut stream = open(&server, "POST /v1/chat/completions", CHAT).await;
    server.asked(1).await;
    let address = server.url().trim_start_matches("http://").trim_end_matches('/').to_string();
    drop(server);
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "the hanging reply ends with its server");
    assert!(TcpStream::connect(address).await.is_err());
}
