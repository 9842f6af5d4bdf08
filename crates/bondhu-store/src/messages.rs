//! Messages.
//!
//! The messages of a conversation form a tree: a person's edited message and a companion's second attempt
//! are siblings of the first, its variants. `active` marks the one path that is shown. On it ids rise from
//! parent to child, so ids serve as cursors.

mod read;
mod tree;
mod write;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::words;
use crate::{ConversationId, MessageId, Timestamp};

words! {
    /// Who wrote a message.
    Sender {
        /// The person.
        User = "user",
        /// The companion.
        Companion = "companion",
    }
}

words! {
    /// How far a message has come.
    Status {
        /// It is all there.
        Complete = "complete",
        /// It is being written.
        Streaming = "streaming",
        /// The person stopped it.
        Stopped = "stopped",
        /// The process that wrote it went away.
        Interrupted = "interrupted",
        /// It could not be written.
        Failed = "failed",
    }
}

words! {
    /// What wrote the companion's message.
    AnsweredBy {
        /// A language model.
        Model = "model",
        /// The offline listener.
        Listener = "listener",
        /// The safety net, word for word.
        Safety = "safety",
    }
}

/// A message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct Message {
    /// Which message.
    pub id: MessageId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// The message it answers; none for the first of a conversation.
    pub parent_id: Option<MessageId>,
    /// Who wrote it.
    pub sender: Sender,
    /// What it says; so far, while it is streaming.
    pub text: String,
    /// How far it has come.
    pub status: Status,
    /// What wrote it, once that is known; none for a person's message.
    pub answered_by: Option<AnsweredBy>,
    /// The language model's name.
    pub model: Option<String>,
    /// Why it failed.
    pub error_code: Option<String>,
    /// From 0 (bad) to 1 (good), 0.5 is neutral.
    pub sentiment: Option<f64>,
    /// The mood it was written in.
    pub mood: Option<String>,
    /// From 0 to 1: how sure that reading is.
    pub confidence: Option<f64>,
    /// 0 for none; the higher, the more urgent. Too sensitive for answers and caches, so it stays in the row.
    #[serde(skip)]
    #[schema(ignore)]
    pub crisis_level: Option<i16>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its number among its variants, oldest first, from 1.
    pub variant: i64,
    /// How many variants there are, itself included.
    pub variants: i64,
    /// How many facts were first learnt from it.
    #[serde(default)]
    pub memories_learnt: i64,
    /// How many memories the reply was given to go by.
    #[serde(default)]
    pub memories_used: i64,
}

/// A message to add.
#[derive(Debug, Clone)]
pub struct NewMessage {
    /// A fresh id, above its parent's.
    pub id: MessageId,
    /// Where it is said.
    pub conversation_id: ConversationId,
    /// The message it answers; none for the first of a conversation.
    pub parent_id: Option<MessageId>,
    /// Who writes it.
    pub sender: Sender,
    /// What it says.
    pub text: String,
    /// [`Status::Complete`], or [`Status::Streaming`] for a reply about to be written.
    pub status: Status,
    /// What writes it, if that is known.
    pub answered_by: Option<AnsweredBy>,
    /// From 0 (bad) to 1 (good), 0.5 is neutral.
    pub sentiment: Option<f64>,
    /// The mood it was written in.
    pub mood: Option<String>,
    /// From 0 to 1: how sure that reading is.
    pub confidence: Option<f64>,
    /// 0 for none; the higher, the more urgent.
    pub crisis_level: Option<i16>,
    /// The sender's own key for it; a second message with the same key is refused.
    pub idempotency_key: Option<String>,
    /// Until when the process that writes it vouches for it.
    pub lease_until: Option<Timestamp>,
    /// Now.
    pub created_at: Timestamp,
}

/// How a streaming reply ends.
#[derive(Debug, Clone)]
pub struct Finish {
    /// All of what it says.
    pub text: String,
    /// Anything but [`Status::Streaming`].
    pub status: Status,
    /// What wrote it.
    pub answered_by: Option<AnsweredBy>,
    /// The language model's name.
    pub model: Option<String>,
    /// Why it failed.
    pub error_code: Option<String>,
    /// Now.
    pub now: Timestamp,
}

/// Which part of a conversation to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The end of it.
    Newest,
    /// What came just before this message.
    Before(MessageId),
    /// What came just after this message.
    After(MessageId),
    /// This message, in the middle of what surrounds it.
    Around(MessageId),
}

/// What somebody said, for a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Utterance {
    /// Who said it.
    pub sender: Sender,
    /// What they said.
    pub text: String,
}

/// Part of a conversation's shown path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MessagePage {
    /// The messages, newest first.
    pub items: Vec<Message>,
    /// There are older ones: ask for [`Page::Before`] this.
    pub older: Option<MessageId>,
    /// There may be newer ones: ask for [`Page::After`] this.
    pub newer: Option<MessageId>,
}

/// The latest sign that a person may be in danger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crisis {
    /// How urgent; above 0.
    pub level: i16,
    /// When it was written.
    pub at: Timestamp,
}

/// `SELECT` of a [`Message`] as `m`, perhaps with more columns, and whatever follows `FROM chat_messages m`.
macro_rules! select {
    ($tail:literal) => {
        $crate::messages::select!("", $tail)
    };
    ($more:literal, $tail:literal) => {
        concat!(
            "SELECT m.id, m.conversation_id, NULLIF(m.parent_id, m.conversation_id) AS parent_id, m.sender, m.text,
             m.status, m.answered_by, m.model, m.error_code, m.sentiment, m.mood, m.confidence, m.crisis_level,
             m.created_at, m.updated_at,
             (SELECT count(*) FROM chat_messages s
              WHERE s.parent_id = m.parent_id AND s.sender = m.sender AND s.id <= m.id) AS variant,
             (SELECT count(*) FROM chat_messages s
              WHERE s.parent_id = m.parent_id AND s.sender = m.sender) AS variants,
             (SELECT count(*) FROM memory_sources f WHERE f.message_id = m.id AND f.first = TRUE) AS memories_learnt,
             (SELECT count(*) FROM memory_uses f WHERE f.reply_id = m.id) AS memories_used",
            $more,
            " FROM chat_messages m ",
            $tail
        )
    };
}

pub(crate) use select;

/// Postgres cannot hold NUL in a text; it becomes the replacement character on both engines.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}
