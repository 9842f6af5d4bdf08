//! A whole Bondhu in a temp folder, and people who call it.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bondhu::{app::App, chat::model::Models, clock::Clock, commands::serve::serve, config::Config};
use bondhu_llm::{ChatModel, Scripted, Turn};
use bondhu_store::{Store, Timestamp};
use futures_util::StreamExt;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};

/// Long enough for the slowest machine; a test that waits this long has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);
pub const PASSWORD: &str = "a quiet long password";

/// 2026-11-22T08:00:00Z.
pub const MORNING: i64 = 1_795_334_400_000;

pub struct TestApp {
    pub app: Arc<App>,
    pub clock: Clock,
    /// The model that answers; none when the app was started without one.
    pub model: Option<Arc<Scripted>>,
    address: SocketAddr,
    shutdown: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<anyhow::Result<()>>>,
    pub data_dir: Arc<TempDir>,
}

impl TestApp {
    /// With a model that always answers "I hear you."
    pub async fn start() -> Self {
        Self::with_model(Scripted::always(Turn::text("I hear you."))).await
    }

    pub async fn with_model(model: Scripted) -> Self {
        let model = Arc::new(model);
        Self::launch(Arc::new(tempfile::tempdir().unwrap()), Some(model), &[]).await
    }

    pub async fn without_model() -> Self {
        Self::launch(Arc::new(tempfile::tempdir().unwrap()), None, &[]).await
    }

    pub async fn with_settings(settings: &[(&str, &str)]) -> Self {
        let model = Arc::new(Scripted::always(Turn::text("I hear you.")));
        Self::launch(Arc::new(tempfile::tempdir().unwrap()), Some(model), settings).await
    }

    pub async fn launch(data_dir: Arc<TempDir>, model: Option<Arc<Scripted>>, settings: &[(&str, &str)]) -> Self {
        let mut pairs = vec![("store.data_dir", data_dir.path().to_str().unwrap())];
        pairs.extend(settings);
        let config = Config::from_pairs(&pairs).unwrap();
        let clock = Clock::mock(Timestamp::from_millis(MORNING));
        let store = Store::open(&config.store.open_with()).await.unwrap();
        store.migrate().await.unwrap();
        let models = Models::fixed(model.clone().map(|model| model as Arc<dyn ChatModel>));
        let app = App::assemble(config, clock.clone(), store, models, task_queue()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, told) = oneshot::channel();
        let told = async {
            let _ = told.await;
        };
        let serving = Some(tokio::spawn(serve(app.clone(), listener, told)));
        Self { app, clock, model, address, shutdown: Some(shutdown), serving, data_dir }
    }

    /// The scripted model that answers.
    pub fn model(&self) -> &Scripted {
        self.model.as_deref().expect("this app was started without a model")
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> Person {
        Person::nobody(format!("http://{}", self.address))
    }

    /// A person with an account, signed in.
    pub async fn sign_up(&self, username: &str) -> Person {
        self.anonymous().sign_up(username).await
    }

    /// Tells the server to end and waits until it has.
    pub async fn stop(&mut self) {
        let _ = self.shutdown.take().map(|shutdown| shutdown.send(()));
        if let Some(serving) = self.serving.take() {
            timeout(PATIENCE, serving).await.unwrap().unwrap().unwrap();
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.app.live.is_empty(), "a reply was left unfinished at the end of the test");
        }
    }
}

/// Background work that nobody does unless the test does.
pub fn task_queue() -> bondhu_tasks::Queue {
    let clock = bondhu_tasks::Clock::system();
    let broker = bondhu_tasks::Broker::memory(clock.clone());
    let backend = bondhu_tasks::Backend::beside(&broker, bondhu_tasks::backend::RESULT_EXPIRES).unwrap();
    bondhu_tasks::Queue::new(broker, bondhu_tasks::Sender::default(), clock).with_backend(backend)
}

/// Somebody who calls the API.
#[derive(Clone)]
pub struct Person {
    pub http: reqwest::Client,
    pub base: String,
    pub cookie: Option<String>,
    pub token: Option<String>,
}

/// What the server answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The session cookie as the browser would send it back.
    pub fn cookie(&self) -> Option<String> {
        let cookie = self.headers.get("set-cookie")?.to_str().ok()?;
        Some(cookie.split(';').next()?.to_owned())
    }

    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }
}

impl Person {
    /// A caller without an account, of the server at this address.
    pub fn nobody(base: String) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { http, base, cookie: None, token: None }
    }

    /// Makes an account and is signed in with it.
    pub async fn sign_up(self, username: &str) -> Self {
        let answer = self.post("/accounts", json!({ "username": username, "password": PASSWORD })).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        Self { cookie: answer.cookie(), ..self }
    }

    /// The same person, at a server with another address.
    pub fn at(&self, base: String) -> Self {
        Self { base, ..self.clone() }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let path = if path.starts_with("/api") || path.starts_with("/health") || path.starts_with("/ready") {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        request
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Answer { status, headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// A new conversation's id.
    pub async fn conversation(&self) -> String {
        let answer = self.post("/conversations", json!({})).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Says something and reads the reply to its end.
    pub async fn say(&self, conversation: &str, text: &str) -> Vec<Event> {
        self.open(self.saying(conversation, text)).await.rest().await
    }

    pub fn saying(&self, conversation: &str, text: &str) -> RequestBuilder {
        self.request(Method::POST, &format!("/conversations/{conversation}/messages")).json(&json!({ "text": text }))
    }

    /// Opens an event stream.
    pub async fn open(&self, request: RequestBuilder) -> EventStream {
        let response = request.send().await.unwrap();
        let status = response.status();
        if status != StatusCode::OK {
            let body = response.text().await.unwrap();
            unreachable!("the stream was refused with {status}: {body}");
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        EventStream { body: response.bytes_stream().boxed(), unread: String::new() }
    }

    /// The shown texts of a conversation, oldest first, each with its sender's initial.
    pub async fn texts(&self, conversation: &str) -> Vec<String> {
        let page = self.get(&format!("/conversations/{conversation}/messages")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let line = |m: &Value| format!("{}: {}", &m["sender"].as_str().unwrap()[..1], m["text"].as_str().unwrap());
        let mut texts: Vec<String> = page.body["items"].as_array().unwrap().iter().map(line).collect();
        texts.reverse();
        texts
    }
}

/// One server-sent event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub name: String,
    pub id: usize,
    pub data: Value,
}

/// A stream of events, read as it comes.
pub struct EventStream {
    body: futures_util::stream::BoxStream<'static, reqwest::Result<bytes::Bytes>>,
    unread: String,
}

impl EventStream {
    /// The next event; none at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((block, rest)) = self.unread.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.unread = rest;
                match parse(&block) {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let chunk = timeout(PATIENCE, self.body.next()).await.expect("the stream went silent")?.unwrap();
            self.unread.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event, which must be of this name.
    pub async fn expect(&mut self, name: &str) -> Event {
        let event = self.next().await.expect("the stream ended");
        assert_eq!(event.name, name, "{event:?}");
        event
    }

    /// All events to the end.
    pub async fn rest(mut self) -> Vec<Event> {
        let mut events = Vec::new();
        while let Some(event) = self.next().await {
            events.push(event);
        }
        events
    }
}

/// A comment is no event.
fn parse(block: &str) -> Option<Event> {
    let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim));
    Some(Event {
        name: field("event")?.to_owned(),
        id: field("id")?.parse().unwrap(),
        data: serde_json::from_str(field("data")?).unwrap(),
    })
}

/// The reply's text as a client puts it together.
pub fn text_of(events: &[Event]) -> String {
    events.iter().filter(|event| event.name == "delta").map(|event| event.data["text"].as_str().unwrap()).collect()
}

/// The last event's message.
pub fn reply_of(events: &[Event]) -> &Value {
    &events.last().unwrap().data["message"]
}
