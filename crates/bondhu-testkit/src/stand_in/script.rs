//! What a stand-in answers, and how a provider writes it.

use std::time::Duration;

use axum::http::HeaderMap;
use serde_json::{Value, json};

/// How a stand-in treats one chat request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// These pieces, then a regular end.
    Text(Vec<String>),
    /// Thoughts first, then the pieces that a person should see.
    Thinking(Vec<String>, Vec<String>),
    /// The pieces, with pauses.
    Slow {
        /// The pieces of the reply.
        chunks: Vec<String>,
        /// The pause before the first piece.
        first_token: Duration,
        /// The pause before each further piece.
        between: Duration,
    },
    /// An error status.
    Status {
        /// The HTTP status.
        code: u16,
        /// Seconds for the `Retry-After` header.
        retry_after: Option<u64>,
        /// The body; `None` takes what the provider sends for that status.
        body: Option<Value>,
    },
    /// The body ends after this many pieces, without the provider's end marker.
    Truncated(usize),
    /// The connection breaks after this many pieces.
    Dropped(usize),
    /// Something that is not the provider's protocol.
    Garbage,
    /// A web page, as a captive portal or a wrong address gives it.
    WebPage,
    /// The provider's filter withholds the reply.
    Blocked,
    /// Never answers.
    Hang,
    /// Falls silent after this many pieces.
    HangAfter(usize),
    /// An error object after this many pieces.
    MidStreamError(usize),
    /// The reply hits the token limit.
    Length,
}

impl Reply {
    /// A regular reply, word by word.
    pub fn text(text: &str) -> Self {
        Self::Text(words(text))
    }

    /// An error status as the provider sends it.
    pub fn status(code: u16) -> Self {
        Self::Status { code, retry_after: None, body: None }
    }

    /// 429 with a `Retry-After` of this many seconds, if any.
    pub fn rate_limited(retry_after: Option<u64>) -> Self {
        Self::Status { code: 429, retry_after, body: None }
    }
}

/// The pieces that replies which go wrong begin with.
pub(super) fn spoken(pieces: usize) -> Vec<String> {
    (1..=pieces).map(|number| format!("piece {number} ")).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(String::from).collect()
}

/// One act of the server while it sends a body.
pub(super) enum Step {
    Send(String),
    Wait(Duration),
    /// Breaks the connection.
    Cut,
    /// Sends nothing more, without ending.
    Stall,
}

/// Why a reply ends.
#[derive(Clone, Copy)]
pub(super) enum Ending {
    Stop,
    Length,
    Blocked,
}

/// How one provider writes a reply. Texts are whole frames, delimiters included.
pub(super) trait Wire: Send + Sync {
    /// Whether a POST to this path asks for a streamed chat reply with this body.
    fn is_chat(&self, path_and_query: &str, body: &Value) -> bool;
    /// The texts that a POST to this path wants vectors of; none if it wants something else.
    fn texts_to_embed(&self, path: &str, body: &Value) -> Option<Vec<String>>;
    /// The body that answers with these vectors.
    fn embeddings(&self, vectors: &[Vec<f32>]) -> Value;
    /// Whether a GET of this path lists the models.
    fn is_models(&self, path: &str) -> bool;
    /// The body that lists these models.
    fn model_list(&self, models: &[Value]) -> Value;
    /// The models it has unless told otherwise.
    fn models(&self) -> Vec<Value>;
    /// The key that a request carries.
    fn key<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str>;
    fn content_type(&self) -> &'static str;
    /// What comes before the first piece.
    fn opening(&self) -> Vec<String>;
    fn thought(&self, text: &str) -> String;
    fn delta(&self, text: &str) -> String;
    fn ending(&self, ending: Ending, pieces: usize) -> Vec<String>;
    /// An error in the middle of a stream.
    fn error(&self) -> String;
    fn garbage(&self) -> String;
    /// The body of an error status.
    fn error_body(&self, code: u16) -> Value;
    /// The status and body for a wrong key.
    fn wrong_key(&self) -> (u16, Value) {
        (401, self.error_body(401))
    }
}

/// The body of a reply, step by step.
pub(super) fn steps(wire: &dyn Wire, reply: &Reply) -> Vec<Step> {
    let send = |frames: Vec<String>| frames.into_iter().map(Step::Send);
    let speak = |pieces: &[String]| pieces.iter().map(|piece| Step::Send(wire.delta(piece))).collect::<Vec<_>>();
    let mut steps: Vec<Step> = send(wire.opening()).collect();
    match reply {
        Reply::Text(pieces) => {
            steps.extend(speak(pieces));
            steps.extend(send(wire.ending(Ending::Stop, pieces.len())));
        }
        Reply::Thinking(thoughts, pieces) => {
            steps.extend(thoughts.iter().map(|thought| Step::Send(wire.thought(thought))));
            steps.extend(speak(pieces));
            steps.extend(send(wire.ending(Ending::Stop, pieces.len())));
        }
        Reply::Slow { chunks, first_token, between } => {
            for (at, piece) in chunks.iter().enumerate() {
                steps.push(Step::Wait(if at == 0 { *first_token } else { *between }));
                steps.push(Step::Send(wire.delta(piece)));
            }
            steps.extend(send(wire.ending(Ending::Stop, chunks.len())));
        }
        Reply::Truncated(pieces) => steps.extend(speak(&spoken(*pieces))),
        Reply::Dropped(pieces) => {
            steps.extend(speak(&spoken(*pieces)));
            steps.push(Step::Cut);
        }
        Reply::HangAfter(pieces) => {
            steps.extend(speak(&spoken(*pieces)));
            steps.push(Step::Stall);
        }
        Reply::MidStreamError(pieces) => {
            steps.extend(speak(&spoken(*pieces)));
            steps.push(Step::Send(wire.error()));
        }
        Reply::Length => {
            steps.extend(speak(&spoken(2)));
            steps.extend(send(wire.ending(Ending::Length, 2)));
        }
        Reply::Blocked => steps.extend(send(wire.ending(Ending::Blocked, 0))),
        Reply::Garbage => steps = vec![Step::Send(wire.garbage())],
        Reply::WebPage => steps = vec![Step::Send("<!doctype html>\n<title>Log in</title>\n".into())],
        Reply::Hang | Reply::Status { .. } => steps.clear(),
    }
    steps
}

/// A list of texts in a request.
pub(super) fn texts(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

/// A frame of server-sent events.
pub(super) fn data(frame: &Value) -> String {
    format!("data: {frame}\n\n")
}

/// The error object that `OpenAI` and Anthropic send in a similar form.
pub(super) fn error_object(kind: &str, message: &str) -> Value {
    json!({ "type": kind, "message": message, "param": null, "code": null })
}
