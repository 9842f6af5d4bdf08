//! Stand-ins for language model providers: real HTTP servers on this machine that speak the providers' protocols
//! and fail on demand.

mod anthropic;
mod gemini;
mod ollama;
mod openai;
mod script;
mod serve;
mod vectors;

use std::collections::{BTreeMap, VecDeque};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

pub use self::script::Reply;
use self::script::Wire;
use self::vectors::Meanings;

/// Which provider a server stands in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Google's Gemini API, `v1beta`.
    Gemini,
    /// `OpenAI`'s chat completions, `v1`.
    OpenAi,
    /// Ollama.
    Ollama,
    /// Anthropic's Messages API, `v1`.
    Anthropic,
}

impl Stand {
    /// Finds a stand-in by its short name: `gemini`, `openai`, `ollama`, `anthropic`.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "gemini" => Some(Self::Gemini),
            "openai" => Some(Self::OpenAi),
            "ollama" => Some(Self::Ollama),
            "anthropic" => Some(Self::Anthropic),
            _ => None,
        }
    }

    fn wire(self) -> &'static dyn Wire {
        match self {
            Self::Gemini => &gemini::Gemini,
            Self::OpenAi => &openai::OpenAi,
            Self::Ollama => &ollama::Ollama,
            Self::Anthropic => &anthropic::Anthropic,
        }
    }
}

/// A request for a reply or for vectors that the stand-in received.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Path and query.
    pub path: String,
    /// Headers, with names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The JSON body; `null` when it was not JSON.
    pub body: Value,
}

/// A running stand-in. It has a thread of its own, so that it answers in real time whatever the test's clock does;
/// dropping it closes its port and every connection.
pub struct StandIn {
    url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the server and its owner both see.
struct Shared {
    wire: &'static dyn Wire,
    state: Mutex<State>,
    asked: watch::Sender<usize>,
    /// Streamed replies under way.
    open: watch::Sender<usize>,
}

struct State {
    queue: VecDeque<Reply>,
    otherwise: Reply,
    requests: Vec<Asked>,
    embedded: Vec<Asked>,
    /// What a request for vectors gets in their place.
    instead_of_vectors: Option<Reply>,
    meanings: Meanings,
    key: Option<String>,
    models: Vec<Value>,
}

impl Shared {
    /// A handler that panics leaves nothing half-written, so the poison is ignored.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StandIn {
    /// A stand-in for Gemini on a free port.
    pub async fn gemini() -> Self {
        Self::start(Stand::Gemini, 0).await.expect("a free loopback port can be bound")
    }

    /// A stand-in for `OpenAI` on a free port.
    pub async fn openai() -> Self {
        Self::start(Stand::OpenAi, 0).await.expect("a free loopback port can be bound")
    }

    /// A stand-in for Ollama on a free port.
    pub async fn ollama() -> Self {
        Self::start(Stand::Ollama, 0).await.expect("a free loopback port can be bound")
    }

    /// A stand-in for Anthropic on a free port.
    pub async fn anthropic() -> Self {
        Self::start(Stand::Anthropic, 0).await.expect("a free loopback port can be bound")
    }

    /// Starts a stand-in on this port of 127.0.0.1; 0 takes a free one. Fails when the port is taken.
    pub async fn start(stand: Stand, port: u16) -> anyhow::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?.into_std()?;
        let url = format!("http://{}/", listener.local_addr()?);
        let wire = stand.wire();
        let state = State {
            queue: VecDeque::new(),
            otherwise: Reply::text("I am here with you. Tell me more."),
            requests: Vec::new(),
            embedded: Vec::new(),
            instead_of_vectors: None,
            meanings: Meanings::new(),
            key: None,
            models: wire.models(),
        };
        let shared = Arc::new(Shared {
            wire,
            state: Mutex::new(state),
            asked: watch::Sender::new(0),
            open: watch::Sender::new(0),
        });
        let (stop, stopped) = oneshot::channel();
        let served = Arc::clone(&shared);
        let thread = std::thread::spawn(move || serve::run(listener, served, stopped));
        Ok(Self { url, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Its address, with a slash at the end and without the API version.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Queues what the next chat requests get, one each. Afterwards the default reply, a short text, is given again.
    pub fn script(&self, replies: impl IntoIterator<Item = Reply>) {
        self.shared.state().queue.extend(replies);
    }

    /// Replaces the default reply.
    pub fn otherwise(&self, reply: Reply) {
        self.shared.state().otherwise = reply;
    }

    /// Answers requests without this key as the provider does: 401, or 400 for Gemini.
    pub fn require_key(&self, key: &str) {
        self.shared.state().key = Some(key.into());
    }

    /// Replaces the list of models, in the provider's own form.
    pub fn set_models(&self, models: impl IntoIterator<Item = Value>) {
        self.shared.state().models = models.into_iter().collect();
    }

    /// Every chat request so far, refused ones included, oldest first.
    pub fn requests(&self) -> Vec<Asked> {
        self.shared.state().requests.clone()
    }

    /// Lets words mean the same as the first of them, so that texts with one and with another get vectors that lie near
    /// each other.
    pub fn mean_the_same(&self, words: &[&str]) {
        let pairs = words.iter().map(|word| ((*word).to_owned(), words[0].to_owned()));
        self.shared.state().meanings.extend(pairs);
    }

    /// Gives requests for vectors this in their place: an error status, [`Reply::Hang`], [`Reply::WebPage`]. None gives
    /// vectors again.
    pub fn instead_of_vectors(&self, reply: Option<Reply>) {
        self.shared.state().instead_of_vectors = reply;
    }

    /// Every request for vectors so far, oldest first.
    pub fn embedding_requests(&self) -> Vec<Asked> {
        self.shared.state().embedded.clone()
    }

    /// Waits until this many chat requests have come.
    pub async fn asked(&self, times: usize) {
        let mut asked = self.shared.asked.subscribe();
        asked.wait_for(|count| *count >= times).await.expect("the sender lives as long as the stand-in");
    }

    /// Waits until no streamed reply is under way: each has ended, or its reader has gone.
    pub async fn at_rest(&self) {
        let mut open = self.shared.open.subscribe();
        open.wait_for(|count| *count == 0).await.expect("the sender lives as long as the stand-in");
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        // The thread ends when told to, or has ended already; there is nobody to tell in a destructor.
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
