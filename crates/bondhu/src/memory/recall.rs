//! Finding what matters for a message.
//!
//! Each person has an index of their own in this process ([`super::index`]), brought up to date from the store before
//! every question, so other processes' writes are seen. Where an embedding model is set, what is near the question in
//! meaning is found beside it, and the two rankings are fused. What is found is read again from the store by its id, so
//! what was deleted a moment ago, by whomever, is not there any more.

mod person;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bondhu_llm::Embedder;
use bondhu_store::{
    Memory, MemoryId, MemoryStatus, MessageId, NewMemoryUse, Recallable, Store, StoreError, Timestamp, UserId,
    Utterance,
};
use serde::Serialize;
use tokio::sync::Mutex as AsyncMutex;

use self::person::Person;
pub use self::person::before;
use super::{
    embedding,
    fuse::{Ranks, fused},
    index::{Match, Signals},
    vectors::Near,
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
/// How many of the nearest in meaning are, and those alone that are this nearly as near as the nearest: how near is near
/// enough differs from model to model, and something is always the nearest.
const NEAREST: usize = 12;
const NEARLY: f32 = 0.8;
/// A reply does not wait longer for the vector of its question.
const QUESTION_LIMIT: Duration = Duration::from_millis(400);
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
    /// How well it fits; comparable within one answer alone.
    pub score: f64,
    /// What the score by words is made of.
    pub signals: Signals,
    /// What the score is made of where meaning was looked at as well.
    pub meaning: Option<Meaning>,
}

/// How a fused score came about.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Meaning {
    /// Where it stands in each ranking.
    #[serde(flatten)]
    pub ranks: Ranks,
    /// The cosine of the angle between its vector and the question's, if it is among the nearest.
    #[serde(rename = "meaning", skip_serializing_if = "Option::is_none")]
    pub cosine: Option<f32>,
}

/// The parts of a score as they are kept with a reply.
#[derive(Serialize)]
struct Explanation {
    #[serde(flatten)]
    signals: Signals,
    #[serde(flatten)]
    meaning: Option<Meaning>,
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
        let explanation = Explanation { signals: self.signals, meaning: self.meaning };
        let signals = serde_json::to_string(&explanation).expect("numbers have a JSON form");
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

/// A person's index and when it was last asked, in this process's time.
struct Shelf {
    person: Arc<AsyncMutex<Person>>,
    asked: Timestamp,
}

/// The indexes of the people who have been here lately.
#[derive(Default)]
pub struct Recall {
    shelves: Mutex<HashMap<UserId, Shelf>>,
    embedder: Option<Arc<Embedder>>,
}

impl Recall {
    /// By words, and where there is an embedding model by meaning as well.
    pub fn new(embedder: Option<Arc<Embedder>>) -> Self {
        Self { embedder, ..Self::default() }
    }

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
        let model = self.embedder.as_deref().map(Embedder::name);
        let by_words = async {
            let mut person = person.lock().await;
            person.catch_up(store, user, model).await?;
            Ok::<_, StoreError>(person.index.search(question, LOOKED_AT))
        };
        let (matches, vector) = tokio::join!(by_words, self.vector_of(question));
        let matches = matches?;
        let near = match vector {
            Some(vector) => near_enough(person.lock().await.vectors.nearest(&vector, NEAREST)),
            None => Vec::new(),
        };
        let keys = matches.iter().map(|found| found.key).chain(near.iter().map(|near| near.key));
        let there = still_there(store, user, keys, shown).await?;
        let words = ranked_by_words(&matches, &there, now);
        let found = if near.is_empty() {
            words.into_iter().map(|(_, recalled)| recalled).collect()
        } else {
            fused_with(&words, &near, &there)
        };
        Ok(selected(found))
    }

    /// The vector of a question, if an embedding model is there and answers in time.
    async fn vector_of(&self, question: &str) -> Option<Vec<f32>> {
        let embedder = self.embedder.as_ref()?;
        match embedder.embed_question(embedding::beginning(question), QUESTION_LIMIT).await {
            Ok(vector) => Some(vector),
            Err(error) => {
                tracing::warn!(
                    code = error.code(),
                    "the embedding model did not answer; memories are found by words alone"
                );
                None
            }
        }
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

/// Those that are nearly as near as the nearest.
fn near_enough(mut near: Vec<Near<Key>>) -> Vec<Near<Key>> {
    let nearest = near.first().map_or(0.0, |first| first.cosine);
    near.retain(|near| near.cosine >= nearest * NEARLY);
    near
}

/// What stands behind these keys, as far as it is there and may be recalled, and is not shown anyway.
async fn still_there(
    store: &Store,
    user: UserId,
    keys: impl Iterator<Item = Key>,
    shown: &[Utterance],
) -> Result<HashMap<Key, What>, StoreError> {
    let (mut facts, mut messages) = (Vec::new(), Vec::new());
    for key in keys.collect::<HashSet<Key>>() {
        match key {
            Key::Fact(id) => facts.push(id),
            Key::Message(id) => messages.push(id),
        }
    }
    let mut there = HashMap::new();
    if !facts.is_empty() {
        let facts = store.memories_in_use(user, &facts).await?;
        there.extend(facts.into_iter().map(|memory| (Key::Fact(memory.id), What::Fact(Box::new(memory)))));
    }
    if !messages.is_empty() {
        let mut messages = store.recallable(user, &messages).await?;
        messages.retain(|message| shown.iter().all(|said| said.text != message.text));
        there.extend(messages.into_iter().map(|message| (Key::Message(message.id), What::Message(message))));
    }
    Ok(there)
}

/// What is there of the matches, best first, each weighed by what it is.
fn ranked_by_words(matches: &[Match<Key>], there: &HashMap<Key, What>, now: Timestamp) -> Vec<(Key, Recalled)> {
    let weighed = |hit: &Match<Key>| {
        let what = there.get(&hit.key)?.clone();
        let weight = match &what {
            What::Fact(memory) => 0.75 + 0.5 * strength(memory, now),
            What::Message(_) => 1.0,
        };
        let score = f64::from(hit.score) * weight;
        Some((hit.key, Recalled { what, score, signals: hit.signals, meaning: None }))
    };
    let mut found: Vec<(Key, Recalled)> = matches.iter().filter_map(weighed).collect();
    found.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
    let best = found.first().map_or(0.0, |(_, first)| first.score);
    found.retain(|(_, hit)| hit.score >= best * f64::from(RELATIVE));
    found
}

/// One ranking of what was found by words and by meaning.
fn fused_with(words: &[(Key, Recalled)], near: &[Near<Key>], there: &HashMap<Key, What>) -> Vec<Recalled> {
    let by_words: Vec<Key> = words.iter().map(|(key, _)| *key).collect();
    let by_meaning: Vec<Key> = near.iter().map(|near| near.key).filter(|key| there.contains_key(key)).collect();
    let recalled = |(key, ranks): (Key, Ranks)| {
        let signals = words.iter().find(|(known, _)| *known == key).map(|(_, hit)| hit.signals);
        let cosine = near.iter().find(|near| near.key == key).map(|near| near.cosine);
        Some(Recalled {
            what: there.get(&key)?.clone(),
            score: ranks.score(),
            signals: signals.unwrap_or(Signals { factor: 1.0, ..Signals::default() }),
            meaning: Some(Meaning { ranks, cosine }),
        })
    };
    fused(&by_words, &by_meaning).into_iter().filter_map(recalled).collect()
}

/// The best that fit into the budget. They come best first.
fn selected(mut found: Vec<Recalled>) -> Vec<Recalled> {
    let (mut facts, mut messages, mut tokens) = (0, 0, 0);
    found.retain(|hit| {
        let (count, most) = match hit.what {
            What::Fact(_) => (&mut facts, MOST_FACTS),
            What::Message(_) => (&mut messages, MOST_MESSAGES),
        };
        let cost = hit.line().len().div_ceil(4) + 4;
        let fits = *count < most && tokens + cost <= TOKEN_BUDGET;
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
