//! A reply as server-sent events: `started`, `delta`, `done`, `failed`.
//!
//! The id of an event is the byte offset in the reply's text after it, so a client that comes back with
//! `Last-Event-ID` gets exactly the rest, from memory or from the stored row.

use std::time::Duration;

use axum::response::{
    IntoResponse, Response, Sse,
    sse::{Event, KeepAlive},
};
use bondhu_store::{Conversation, Message};
use futures_util::{Stream, StreamExt, stream};
use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;

use crate::{
    chat::live::{End, Progress},
    safety::HelpCard,
};

/// The pause between two comments that keep a quiet stream open: proxies drop silent connections, many after a
/// minute.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// The events of a reply, by the name in their `event:` line; `data:` is the content.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StreamEvent {
    /// The message is stored and the reply begins.
    Started(Box<Started>),
    /// The next words.
    Delta(Delta),
    /// The reply as it is stored.
    Done(Done),
    /// The reply broke off; what came is kept in the message.
    Failed(Failed),
}

/// The first event of a new turn.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Started {
    /// The conversation, with its title.
    pub conversation: Conversation,
    /// What the person said, as stored; none when only the reply is new.
    pub user_message: Option<Message>,
    /// The reply, still empty.
    pub reply: Message,
    /// Help to show before anything else.
    pub help: Option<HelpCard>,
}

/// The next words of a reply.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Delta {
    /// To be added to what came before.
    pub text: String,
}

/// The end of a reply.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Done {
    /// The reply as stored; its status tells whether it is complete or was stopped.
    pub message: Message,
}

/// The end of a reply that broke off.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Failed {
    /// Stable name for programs.
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
    /// The reply with the text that was kept.
    pub message: Message,
}

impl From<End> for StreamEvent {
    fn from(end: End) -> Self {
        match end {
            End::Done(message) => Self::Done(Done { message: *message }),
            End::Failed { code, detail, message } => Self::Failed(Failed { code, detail, message: *message }),
        }
    }
}

impl StreamEvent {
    fn into_sse(self, offset: usize) -> Event {
        let event = Event::default().id(offset.to_string());
        match &self {
            Self::Started(data) => event.event("started").json_data(data),
            Self::Delta(data) => event.event("delta").json_data(data),
            Self::Done(data) => event.event("done").json_data(data),
            Self::Failed(data) => event.event("failed").json_data(data),
        }
        .expect("events are plain data")
    }
}

/// Answers with the events of a reply from `offset` on, after `started` if the turn is new.
pub fn respond(started: Option<Started>, progress: watch::Receiver<Progress>, offset: usize) -> Response {
    let first = started.map(|started| StreamEvent::Started(Box::new(started)).into_sse(0));
    let events = stream::iter(first).chain(follow(progress, offset)).map(Ok::<_, std::convert::Infallible>);
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // Proxies that buffer would turn a conversation into a wait.
    response.headers_mut().insert("x-accel-buffering", axum::http::HeaderValue::from_static("no"));
    response
}

/// A receiver that is at its end already, for replies that are only in the database.
pub fn finished(message: Message) -> watch::Receiver<Progress> {
    let text = message.text.clone();
    watch::channel(Progress { text, end: Some(End::Done(Box::new(message))) }).1
}

struct Follower {
    progress: watch::Receiver<Progress>,
    offset: usize,
    ended: bool,
}

fn follow(progress: watch::Receiver<Progress>, offset: usize) -> impl Stream<Item = Event> {
    let follower = Follower { progress, offset, ended: false };
    stream::unfold(follower, async |mut follower| {
        if follower.ended {
            return None;
        }
        loop {
            let next = follower.next_event();
            if let Some(event) = next {
                return Some((event, follower));
            }
            // The writer is gone without a word: the client comes back and reads the row.
            follower.progress.changed().await.ok()?;
        }
    })
}

impl Follower {
    fn next_event(&mut self) -> Option<Event> {
        let progress = self.progress.borrow_and_update();
        // An offset from elsewhere may point past the end or into a character.
        let from = progress.text.floor_char_boundary(self.offset);
        if from < progress.text.len() {
            let text = progress.text[from..].to_owned();
            self.offset = progress.text.len();
            return Some(StreamEvent::Delta(Delta { text }).into_sse(self.offset));
        }
        let end = progress.end.clone()?;
        self.ended = true;
        Some(StreamEvent::from(end).into_sse(progress.text.len()))
    }
}
