//! What is remembered about a person.
//!
//! A fact belongs to a slot, such as `lives_in` or `likes:tea`, and a slot holds one current fact. Saying the same again
//! merges; saying something else supersedes: the older row stays, with the time until which it held. Times are kept
//! twice (as in bi-temporal databases): `valid_from` and `valid_to` for the world, `created_at` for the record.

mod forget;
mod read;
mod uses;
mod write;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::words;
use crate::{ConversationId, MemoryId, MessageId, Timestamp};

words! {
    /// What a memory is about.
    MemoryKind {
        /// Name, age, birthday, where from.
        Identity = "identity",
        /// Where they live.
        Place = "place",
        /// What they do for a living, and where.
        Work = "work",
        /// What and where they study.
        Study = "study",
        /// Family, friends, partners.
        People = "people",
        /// Animals they live with.
        Pets = "pets",
        /// Likes, dislikes and favourites.
        Likes = "likes",
        /// What they want to reach.
        Goals = "goals",
        /// What is going to happen, perhaps with a date.
        Plans = "plans",
        /// Illnesses, allergies, what they take.
        Health = "health",
        /// What they do again and again.
        Habits = "habits",
        /// What they own.
        Things = "things",
        /// Languages they speak.
        Languages = "languages",
        /// Religion, and what they eat on principle.
        Beliefs = "beliefs",
        /// Anything else.
        Other = "other",
    }
}

words! {
    /// Whether a fact affirms or denies.
    Polarity {
        /// "I like tea."
        Positive = "positive",
        /// "I do not like tea."
        Negative = "negative",
    }
}

words! {
    /// What found a fact.
    CreatedBy {
        /// The rules, which need no model.
        Rule = "rule",
        /// A language model.
        Model = "model",
        /// The person, on the page of memories.
        User = "user",
    }
}

words! {
    /// Whether a fact is used.
    MemoryStatus {
        /// It is.
        Active = "active",
        /// A newer fact took its place.
        Superseded = "superseded",
        /// The person said that it is wrong: never used, and not learnt again.
        Rejected = "rejected",
        /// It is, and never fades.
        Pinned = "pinned",
    }
}

/// Something remembered about a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct Memory {
    /// Which.
    pub id: MemoryId,
    /// What it is about.
    pub kind: MemoryKind,
    /// Whom it is about: `user`.
    pub subject: String,
    /// What is said, such as `lives_in`.
    pub predicate: String,
    /// What completes it, such as `Pune`, in the person's own words.
    pub object: String,
    /// Whether it affirms or denies.
    pub polarity: Polarity,
    /// How sure it is, from 0 to 1.
    pub confidence: f64,
    /// How much it matters, from 0 to 1.
    pub importance: f64,
    /// Since when it holds, as far as is known.
    pub valid_from: Timestamp,
    /// Until when it held; none while it holds.
    pub valid_to: Option<Timestamp>,
    /// When it happens, for plans with a date.
    pub event_at: Option<Timestamp>,
    /// What found it.
    pub created_by: CreatedBy,
    /// Whether it is used.
    pub status: MemoryStatus,
    /// The fact that took its place.
    pub superseded_by: Option<MemoryId>,
    /// How often it was said.
    pub mentions: i64,
    /// In how many replies it was used.
    pub uses: i64,
    /// When it was last used in a reply.
    pub last_used_at: Option<Timestamp>,
    /// When it was learnt.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A message that a memory was said in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct MemorySource {
    /// The memory.
    pub memory_id: MemoryId,
    /// The message.
    pub message_id: MessageId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// The first 300 characters of it.
    pub quote: String,
    /// When it was said.
    pub said_at: Timestamp,
}

/// A fact to remember.
#[derive(Debug, Clone)]
pub struct NewMemory {
    /// A fresh id.
    pub id: MemoryId,
    /// What it is about.
    pub kind: MemoryKind,
    /// Whom it is about.
    pub subject: String,
    /// What is said.
    pub predicate: String,
    /// What completes it.
    pub object: String,
    /// What there can be one current fact about.
    pub slot: String,
    /// Equal for facts of a slot that say the same.
    pub merge_key: String,
    /// A hash of person, slot and merge key, by which a forgotten fact is recognised.
    pub key_hash: String,
    /// Whether it affirms or denies.
    pub polarity: Polarity,
    /// From 0 to 1.
    pub confidence: f64,
    /// From 0 to 1.
    pub importance: f64,
    /// When it was said.
    pub valid_from: Timestamp,
    /// When it happens.
    pub event_at: Option<Timestamp>,
    /// What found it.
    pub created_by: CreatedBy,
    /// The message that says so, if one does.
    pub source: Option<MessageId>,
    /// Now.
    pub now: Timestamp,
}

/// What became of a fact that was to be remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is new.
    Added,
    /// It was known; it is now surer.
    Merged,
    /// It is new and took the place of another.
    Superseded,
    /// It was said before what is known now, and is kept as history.
    History,
    /// The person has said that it is wrong, or wanted it forgotten since.
    Refused,
}

/// A fact and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Learnt {
    /// The fact as it is kept; none if it was refused.
    pub memory: Option<Memory>,
    /// What became of it.
    pub outcome: Outcome,
}

/// Which memories to list.
#[derive(Debug, Clone, Copy, Default)]
pub struct MemoryFilter {
    /// Of this kind alone.
    pub kind: Option<MemoryKind>,
    /// With this status alone; otherwise those in use.
    pub status: Option<MemoryStatus>,
    /// Older than this one.
    pub before: Option<MemoryId>,
}

/// What recall can find: a message of the person's or a fact about them.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Recallable {
    /// The message.
    pub id: MessageId,
    /// Where it was said.
    pub conversation_id: ConversationId,
    /// What was said.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
}

/// A memory that a reply was given to go by.
#[derive(Debug, Clone)]
pub struct NewMemoryUse {
    /// A fact.
    pub memory_id: Option<MemoryId>,
    /// Or an earlier message.
    pub message_id: Option<MessageId>,
    /// How well it fitted.
    pub score: f64,
    /// What the score is made of: a JSON object of numbers.
    pub signals: String,
}

/// A memory that a reply was given to go by, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryUse {
    /// The fact, where it is one.
    pub memory: Option<Memory>,
    /// The earlier message, where it is one; of a fact, where it was first said.
    pub source: Option<MemorySource>,
    /// How well it fitted.
    pub score: f64,
    /// What the score is made of: a JSON object of numbers.
    pub signals: String,
}

/// How a person wants remembering to be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct MemorySettings {
    /// Nothing new is learnt, and nothing is recalled.
    pub paused: bool,
    /// Up to which message a language model has looked for facts.
    pub extracted_to: Option<MessageId>,
}

/// `SELECT` of a [`Memory`] as `f`, with whatever follows `FROM memories f`, or what stands in place of that.
macro_rules! select {
    ($tail:literal) => {
        $crate::memories::select!($tail, "memories f")
    };
    ($tail:literal, $from:literal) => {
        concat!(
            "SELECT f.id, f.kind, f.subject, f.predicate, f.object, f.polarity, f.confidence, f.importance,
             f.valid_from, f.valid_to, f.event_at, f.created_by, f.status, f.superseded_by, f.mentions, f.uses,
             f.last_used_at, f.created_at, f.updated_at FROM ",
            $from,
            " ",
            $tail
        )
    };
}

pub(crate) use select;
