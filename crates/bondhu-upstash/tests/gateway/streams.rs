use std::time::Duration;

use bondhu_cache::engine::Engine;
use bondhu_upstash::{Options, Token};

use crate::start::{READER, Started, TOKEN, on_memory, on_redis, with_tokens};

/// The lines of a stream, one after another.
pub(crate) struct Lines {
    response: reqwest::Response,
    text: String,
}

impl Lines {
    pub(crate) async fn open(gateway: &Started, path: &str, token: &str) -> Self {
        let request = gateway.client.post(format!("{}{path}", gateway.url)).bearer_auth(token);
        let response = request.header("Accept", "text/event-stream").body("[]").send().await.unwrap();
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    pub(crate) async fn next(&mut self) -> String {
        let whole = async {
            loop {
                if let Some((line, rest)) = self.text.split_once("\n\n") {
                    let (line, rest) = (line.to_owned(), rest.to_owned());
                    self.text = rest;
                    return line;
                }
                let piece = self.response.chunk().await.unwrap().expect("the stream goes on");
                self.text.push_str(std::str::from_utf8(&piece).unwrap());
            }
        };
        tokio::time::timeout(Duration::from_secs(20), whole).await.expect("an event")
    }
}

#[tokio::test]
async fn messages_arrive_as_events() {
    let (_redis, on_redis) = on_redis().await;
    for gateway in [on_redis, on_memory().await] {
        let mut both = Lines::open(&gateway, "/subscribe/chat/news", TOKEN).await;
        assert_eq!(both.next().await, "data: subscribe,chat,1");
        assert_eq!(both.next().await, "data: subscribe,news,2");
        let mut globs = Lines::open(&gateway, "/psubscribe/ch?t", READER).await;
        assert_eq!(globs.next().await, "data: psubscribe,ch?t,1");
        assert_eq!(gateway.get("/publish/chat/hello,%20you").await.0, 200);
        assert_eq!(both.next().await, "data: message,chat,hello, you");
        assert_eq!(globs.next().await, "data: pmessage,ch?t,chat,hello, you");
        gateway.post("/publish/news", "{\"a\":\n1}").await;
        assert_eq!(both.next().await, "data: message,news,{\"a\": 1}");
    }
}

#[tokio::test]
async fn two_hundred_streams_share_one_connection() {
    let (redis, gateway) = on_redis().await;
    let mut streams = Vec::new();
    for number in 0..200 {
        let mut stream = Lines::open(&gateway, &format!("/subscribe/shared/own:{number}"), TOKEN).await;
        stream.next().await;
        stream.next().await;
        streams.push(stream);
    }
    let connected = redis.cli(["client", "list", "type", "pubsub"]).unwrap();
    assert_eq!(connected.lines().count(), 1, "{connected}");
    gateway.run("publish shared all").await;
    gateway.run("publish own:7 seven").await;
    for (number, stream) in streams.iter_mut().enumerate() {
        assert_eq!(stream.next().await, "data: message,shared,all");
        if number == 7 {
            assert_eq!(stream.next().await, "data: message,own:7,seven");
        }
    }
    drop(streams);
    let gone = async {
        while redis.cli(["pubsub", "channels"]).unwrap().lines().any(|line| !line.is_empty()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("nothing is listened to any more");
}

#[tokio::test]
async fn streams_live_through_a_restart_of_redis() {
    let (mut redis, gateway) = on_redis().await;
    let mut stream = Lines::open(&gateway, "/subscribe/chat", TOKEN).await;
    stream.next().await;
    redis.kill();
    redis.restart().await.unwrap();
    let heard = async {
        while gateway.get("/publish/chat/back").await.1 != r#"{"result":1}"# {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), heard).await.expect("the subscription is made again");
    assert_eq!(stream.next().await, "data: message,chat,back");
}

#[tokio::test]
async fn a_quiet_stream_says_that_it_is_there() {
    let options = Options { keep_alive: Duration::from_millis(50), ..Options::default() };
    let gateway = with_tokens(vec![Token::standard(TOKEN, Engine::memory(1 << 20))], options).await;
    let mut stream = Lines::open(&gateway, "/subscribe/chat", TOKEN).await;
    stream.next().await;
    assert_eq!(stream.next().await, ": keepalive");
}

#[tokio::test]
async fn what_runs_can_be_watched() {
    let (_redis, on_redis) = on_redis().await;
    for gateway in [on_redis, on_memory().await] {
        let mut stream = Lines::open(&gateway, "/monitor", TOKEN).await;
        assert_eq!(stream.next().await, "data: \"OK\"");
        gateway.run("set k v").await;
        let line = loop {
            let line = stream.next().await;
            if line.contains("\"k\"") {
                break line;
            }
        };
        assert!(line.ends_with(r#"] "set" "k" "v""#), "{line}");
    }
}

#[tokio::test]
async fn a_subscription_needs_a_channel() {
    let gateway = on_memory().await;
    assert_eq!(gateway.post("/subscribe", "[]").await.0, 400);
    assert_eq!(gateway.post("/psubscribe/", "[]").await.0, 400);
}
