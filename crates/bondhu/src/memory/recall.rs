//! Finding what matters for a message.
//!
//! Each person has an index of their own in this process ([`super::index`]), brought up to date from the store before
//! every question, so other processes' writes are seen. What it finds is read again from the store by its id, so what was
//! deleted a moment ago, by whomever, is not there any more.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bondhu_store::{
    Memory, MemoryId, MemoryStatus, MessageId, NewMemoryUse, Recallable, Store, StoreError, Timestamp, UserId,
    Utterance,
};
use tokio::sync::Mutex as AsyncMutex;
use uuid::Uuid;

use super::{
    index::{Document, Index, Signals},
    wording,
};

/// What the memories of one prompt may take, in estimated tokens.
pub const TOKEN_BUDGET: usize = 1200;
/// At most so many facts and so many messages.
const MOST_FACTS: usize = 12;
const MOST_MESSAGES: usize = 6;
/// What is less than this share of the best is left out.
const RELATIVE: f32 = 0.35;
/// How many matches are looked at.
const LOOKED_AT: usize = 40;
/// How many messages are read at a time; between two readings other work of the process goes on.
const BATCH: u32 = 1000;
/// Clocks of several processes may differ by this much.
const SKEW: Duration = Duration::from_mins(2);
/// Indexes that nobody has asked for this long are dropped.
const IDLE: Duration = Duration::from_mins(30);
/// A fact that was not said again counts half as much after this time.
const HALF_LIFE_DAYS: f64 = 180.0;

/// What an index entry stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Message(MessageId),
    Fact(MemoryId),
}

/// Something remembered that fits a message.
#[derive(Debug, Clone)]
pub struct Recalled {
    /// What it is.
    pub what: What,
    /// How well it fits.
    pub score: f64,
    /// What the score is made of.
    pub signals: Signals,
}

/// A fact or an earlier message.
#[derive(Debug, Clone)]
pub enum What {
    /// A fact.
    Fact(Box<Memory>),
    /// What the person said.
    Message(Recallable),
}

impl Recalled {
    /// One line for a prompt.
    pub fn line(&self) -> String {
        match &self.what {
            What::Fact(memory) => format!(
                "{} (said {})",
                wording::line(&memory.predicate, &memory.object, memory.polarity),
                day(memory.valid_from)
            ),
            What::Message(message) => {
                let text: String =
                    message.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(400).collect();
                format!("{}: \"{text}\"", day(message.created_at))
            }
        }
    }

    /// The row that says that a reply was given this.
    pub fn used(&self) -> NewMemoryUse {
        let (memory_id, message_id) = match &self.what {
            What::Fact(memory) => (Some(memory.id), None),
            What::Message(message) => (None, Some(message.id)),
        };
        let signals = serde_json::to_string(&self.signals).expect("numbers have a JSON form");
        NewMemoryUse { memory_id, message_id, score: self.score, signals }
    }
}

/// The day of a time, `2026-11-24`.
pub fn day(time: Timestamp) -> String {
    time.to_string().chars().take(10).collect()
}

/// How much a fact weighs: what it matters times how lately it was said. Pinned ones never fade.
pub fn strength(memory: &Memory, now: Timestamp) -> f64 {
    if memory.status == MemoryStatus::Pinned {
        return 1.0;
    }
    let age = now.as_millis().saturating_sub(memory.updated_at.as_millis()).max(0);
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of centuries are exact")]
    let days = age as f64 / 86_400_000.0;
    memory.importance * (-days / HALF_LIFE_DAYS).exp2()
}

/// One person's index and how far it has come.
struct Person {
    index: Index<Key>,
    known: HashSet<Key>,
    last_message: MessageId,
    last_fact: Timestamp,
}

/// A person's index and when it was last asked, in this process's time.
struct Shelf {
    person: Arc<AsyncMutex<Person>>,
    asked: Timestamp,
}

/// The indexes of the people who have been here lately.
#[derive(Default)]
pub struct Recall {
    shelves: Mutex<HashMap<UserId, Shelf>>,
}

impl Recall {
    /// What fits a question best, best first; nothing when the person has remembering paused. What stands in `shown` is
    /// known already and left out.
    pub async fn recall(
        &self,
        store: &Store,
        user: UserId,
        question: &str,
        shown: &[Utterance],
        now: Timestamp,
    ) -> Result<Vec<Recalled>, StoreError> {
        if store.memory_settings(user).await?.paused {
            return Ok(Vec::new());
        }
        let person = self.person(user, now);
        let matches = {
            let mut indexed = person.lock().await;
            indexed.catch_up(store, user).await?;
            indexed.index.search(question, LOOKED_AT)
        };
        let ids: Vec<MemoryId> =
            matches.iter().filter_map(|found| if let Key::Fact(id) = found.key { Some(id) } else { None }).collect();
        let facts = if ids.is_empty() { Vec::new() } else { store.memories_in_use(user, &ids).await? };
        let ids: Vec<MessageId> =
            matches.iter().filter_map(|found| if let Key::Message(id) = found.key { Some(id) } else { None }).collect();
        let messages = if ids.is_empty() { Vec::new() } else { store.recallable(user, &ids).await? };
        let mut found = Vec::new();
        for hit in matches {
            let (what, weight) = match hit.key {
                Key::Fact(id) => {
                    let Some(memory) = facts.iter().find(|memory| memory.id == id) else { continue };
                    (What::Fact(Box::new(memory.clone())), 0.75 + 0.5 * strength(memory, now))
                }
                Key::Message(id) => {
                    let Some(message) = messages.iter().find(|message| message.id == id) else { continue };
                    if shown.iter().any(|said| said.text == message.text) {
                        continue;
                    }
                    (What::Message(message.clone()), 1.0)
                }
            };
            found.push(Recalled { what, score: f64::from(hit.score) * weight, signals: hit.signals });
        }
        Ok(selected(found))
    }

    /// Drops a person's index: something in it is to be forgotten.
    pub fn forget(&self, user: UserId) {
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner).remove(&user);
    }

    fn person(&self, user: UserId, now: Timestamp) -> Arc<AsyncMutex<Person>> {
        let mut shelves = self.shelves.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = now.minus(IDLE);
        shelves.retain(|other, shelf| *other == user || shelf.asked >= idle);
        let mine = shelves.entry(user).or_insert_with(|| Shelf { person: Arc::default(), asked: now });
        mine.asked = now;
        mine.person.clone()
    }
}

impl Default for Person {
    fn default() -> Self {
        Self {
            index: Index::default(),
            known: HashSet::new(),
            last_message: MessageId(Uuid::nil()),
            last_fact: Timestamp::from_millis(0),
        }
    }
}

impl Person {
    /// Reads what has been said and learnt since.
    async fn catch_up(&mut self, store: &Store, user: UserId) -> Result<(), StoreError> {
        let mut after = before(self.last_message);
        loop {
            let messages = store.recallable_after(user, after, BATCH).await?;
            for message in &messages {
                after = message.id;
                self.last_message = self.last_message.max(message.id);
                if self.known.insert(Key::Message(message.id)) {
                    self.index.add(&Document {
                        key: Key::Message(message.id),
                        speaker: None,
                        session: Some(message.conversation_id.0.as_u128()),
                        text: message.text.clone(),
                    });
                }
            }
            if messages.len() < BATCH as usize {
                break;
            }
        }
        let facts = store.memories_changed_since(user, self.last_fact.minus(SKEW), BATCH).await?;
        for memory in &facts {
            self.last_fact = self.last_fact.max(memory.updated_at);
            if self.known.insert(Key::Fact(memory.id)) {
                let text = wording::searchable(memory);
                self.index.add(&Document { key: Key::Fact(memory.id), speaker: None, session: None, text });
            }
        }
        Ok(())
    }
}

/// An id that lies as far before a message's as clocks may differ. The first 48 bits of a `UUIDv7` are milliseconds.
fn before(id: MessageId) -> MessageId {
    let skew = SKEW.as_millis() << 80;
    MessageId(Uuid::from_u128(id.0.as_u128().saturating_sub(skew)))
}

/// The best that fit into the budget.
fn selected(mut found: Vec<Recalled>) -> Vec<Recalled> {
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    let best = found.first().map_or(0.0, |first| first.score);
    let (mut facts, mut messages, mut tokens) = (0, 0, 0);
    found.retain(|hit| {
        let (count, most) = match hit.what {
            What::Fact(_) => (&mut facts, MOST_FACTS),
            What::Message(_) => (&mut messages, MOST_MESSAGES),
        };
        let cost = hit.line().len().div_ceil(4) + 4;
        let fits = hit.score >= best * f64::from(RELATIVE) && *count < most && tokens + cost <= TOKEN_BUDGET;
        if fits {
            *count += 1;
            tokens += cost;
        }
        fits
    });
    // Facts say it shortest, so they stand first.
    found.sort_by_key(|hit| matches!(hit.what, What::Message(_)));
    found
}
