//! Starts gateways and asks them.

use std::time::Duration;

use bondhu_cache::{engine::Engine, redis::RedisOptions};
use bondhu_testkit::redis::RedisServer;
use bondhu_upstash::{
    Gateway, Options, Token,
    server::{ServerOptions, serve},
};
use reqwest::{Client, Method};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

pub(crate) const TOKEN: &str = "standard";
pub(crate) const READER: &str = "reader";

pub(crate) struct Started {
    pub(crate) url: String,
    pub(crate) client: Client,
}

/// Short deadlines, so that tests of what does not answer end soon.
pub(crate) fn redis_options() -> RedisOptions {
    RedisOptions {
        response_timeout: Duration::from_secs(5),
        connect_timeout: Duration::from_secs(1),
        ..RedisOptions::default()
    }
}

pub(crate) async fn with_engine(engine: Engine) -> Started {
    let tokens = vec![Token::standard(TOKEN, engine.clone()), Token::read_only(READER, engine)];
    with_tokens(tokens, Options::default()).await
}

pub(crate) async fn with_tokens(tokens: Vec<Token>, options: Options) -> Started {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let gateway = Gateway::new(tokens, options);
    tokio::spawn(serve(listener, gateway, ServerOptions::default(), std::future::pending()));
    // The provider of the binary is the one that reqwest asks for, also where nothing is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().build().unwrap();
    Started { url, client }
}

pub(crate) async fn on_redis() -> (RedisServer, Started) {
    let server = RedisServer::start().await.unwrap();
    let engine = Engine::redis(&server.url(), redis_options()).unwrap();
    (server, with_engine(engine).await)
}

pub(crate) async fn on_memory() -> Started {
    with_engine(Engine::memory(64 << 20)).await
}

/// Everything that a raw connection answers to these bytes.
pub(crate) async fn raw(url: &str, request: &[u8], close: bool) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    // The other side may answer, and stop reading, before everything is sent.
    let _ = stream.write_all(request).await;
    if close {
        stream.shutdown().await.unwrap();
    }
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let _ = tokio::time::timeout(Duration::from_secs(10), read).await;
    String::from_utf8_lossy(&answer).into_owned()
}

impl Started {
    /// Asks with a token and headers: status and body.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> (u16, String) {
        let mut request = self.client.request(method, format!("{}{path}", self.url)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.bytes().await.unwrap();
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<reqwest::Body>) -> (u16, String) {
        self.ask(Method::POST, path, Some(TOKEN), &[], body).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        self.ask(Method::GET, path, Some(TOKEN), &[], "").await
    }

    /// A command by `POST /` that must succeed: the whole body.
    pub(crate) async fn run(&self, command: &str) -> String {
        let words: Vec<String> = command.split(' ').map(|word| format!("{word:?}")).collect();
        let (status, body) = self.post("/", format!("[{}]", words.join(","))).await;
        assert_eq!(status, 200, "{command}: {body}");
        body
    }
}
