//! A fact about a person, before it is kept: what is said, what kind it is, what it competes with.

use bondhu_store::{CreatedBy, MemoryId, MemoryKind, MemoryStatus, MessageId, NewMemory, Polarity, Timestamp, UserId};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::extract::polarity;

/// What a predicate means for what is kept.
#[derive(Debug, Clone, Copy)]
pub struct Predicate {
    name: &'static str,
    kind: MemoryKind,
    /// There is one at a time: a new one supersedes.
    single: bool,
    denies: bool,
    importance: f64,
}

macro_rules! predicates {
    ($($name:literal $kind:ident $count:ident $sense:ident $importance:literal,)+) => {
        &[$(Predicate {
            name: $name,
            kind: MemoryKind::$kind,
            single: predicates!(@one $count),
            denies: predicates!(@no $sense),
            importance: $importance,
        },)+]
    };
    (@one one) => { true };
    (@one many) => { false };
    (@no no) => { true };
    (@no yes) => { false };
}

/// Every predicate that is not a relation, an animal or a favourite.
const PREDICATES: &[Predicate] = predicates! {
    "name" Identity one yes 1.0,
    "age" Identity one yes 0.8,
    "birthday" Identity one yes 0.9,
    "birth_year" Identity one yes 0.7,
    "hometown" Identity one yes 0.7,
    "nationality" Identity one yes 0.6,
    "lives_in" Place one yes 0.9,
    "lives_with" Place one yes 0.6,
    "works_as" Work one yes 0.9,
    "works_at" Work one yes 0.8,
    "works_in" Work one yes 0.6,
    "teaches" Work one yes 0.6,
    "teaches_at" Work one yes 0.6,
    "runs" Work many yes 0.7,
    "studies" Study one yes 0.8,
    "studies_at" Study one yes 0.8,
    "degree" Study many yes 0.5,
    "graduated_from" Study one yes 0.5,
    "learning" Study many yes 0.5,
    "family" People many yes 0.7,
    "relationship_status" People one yes 0.8,
    "spouse" People one yes 0.9,
    "dating" People one yes 0.8,
    "engaged_to" People one yes 0.9,
    "pet" Pets many yes 0.7,
    "likes" Likes many yes 0.5,
    "dislikes" Likes many no 0.5,
    "goal" Goals many yes 0.8,
    "plan" Plans many yes 0.8,
    "health" Health many yes 0.9,
    "habit" Habits many yes 0.5,
    "does_not" Habits many no 0.5,
    "quit" Habits many yes 0.6,
    "habit_not" Habits many no 0.5,
    "plays" Habits many yes 0.5,
    "owns" Things many yes 0.4,
    "speaks" Languages many yes 0.5,
    "native_language" Languages one yes 0.6,
    "religion" Beliefs one yes 0.6,
    "diet" Beliefs one yes 0.7,
    "diet_not" Beliefs many no 0.7,
    "does_not_eat" Beliefs many no 0.7,
};

/// Relations of whom there is one at a time.
const ONE_OF: &[&str] =
    &["mother", "father", "wife", "husband", "boyfriend", "girlfriend", "partner", "fiance", "best_friend"];
/// What pets are called by kind.
const ANIMALS: &[&str] = &["dog", "cat", "parrot", "rabbit", "hamster", "fish", "turtle", "bird", "cow", "horse"];

impl Predicate {
    /// The predicate of a table, if it has an entry.
    pub fn named(name: &str) -> Option<Self> {
        PREDICATES.iter().copied().find(|predicate| predicate.name == name)
    }

    /// Whether facts may be kept under a name: those of the table, relations, animals and favourites.
    pub fn is_known(name: &str) -> bool {
        const RELATIONS: &[&str] = &[
            "brother",
            "sister",
            "son",
            "daughter",
            "friend",
            "uncle",
            "aunt",
            "cousin",
            "grandmother",
            "grandfather",
            "nephew",
            "niece",
        ];
        Self::named(name).is_some()
            || ONE_OF.contains(&name)
            || RELATIONS.contains(&name)
            || ANIMALS.contains(&name)
            || (name.starts_with("favourite_") && name.len() < 40)
    }

    /// Whether it is said by a word that denies.
    pub const fn takes_denial(self) -> bool {
        self.denies
    }
}

/// A fact about the person who said it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    /// Whom it is about: `user`.
    pub subject: &'static str,
    /// What is said, such as `lives_in`.
    pub predicate: String,
    /// What completes it, in the person's words.
    pub object: String,
    /// Whether it affirms or denies.
    pub polarity: Polarity,
    /// How sure it is, from 0 to 1.
    pub confidence: f64,
    /// What it is about.
    pub kind: MemoryKind,
    /// How much it matters, from 0 to 1.
    pub importance: f64,
    /// When it was said.
    pub valid_from: Timestamp,
    /// Until when it holds: nothing says so yet.
    pub valid_to: Option<Timestamp>,
    /// When it happens, for plans with a date.
    pub event_at: Option<Timestamp>,
    /// The messages that say so.
    pub source_message_ids: Vec<MessageId>,
    /// What found it.
    pub created_by: CreatedBy,
    /// It is in use.
    pub status: MemoryStatus,
}

impl Fact {
    /// A fact that the rules have found.
    pub fn new(predicate: &str, object: String, now: Timestamp) -> Self {
        let known = Predicate::named(predicate);
        let (kind, importance) = match known {
            Some(known) => (known.kind, known.importance),
            None if predicate.starts_with("favourite_") => (MemoryKind::Likes, 0.6),
            None if ANIMALS.contains(&predicate) => (MemoryKind::Pets, 0.8),
            None => (MemoryKind::People, 0.8),
        };
        Self {
            subject: "user",
            predicate: predicate.to_owned(),
            object,
            polarity: polarity(known.is_some_and(|known| known.denies)),
            confidence: 0.85,
            kind,
            importance,
            valid_from: now,
            valid_to: None,
            event_at: None,
            source_message_ids: Vec::new(),
            created_by: CreatedBy::Rule,
            status: MemoryStatus::Active,
        }
    }

    /// "I am married" is a standing of its own, not a count of relatives.
    pub(super) fn with_status_named(mut self) -> Self {
        if self.predicate == "family"
            && ["single", "married", "divorced", "engaged", "widowed", "separated"].contains(&self.object.as_str())
        {
            "relationship_status".clone_into(&mut self.predicate);
        }
        self
    }

    /// Whether another fact says the same.
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        self.slot() == other.slot() && self.merge_key() == other.merge_key()
    }

    /// What there can be one current fact about.
    pub fn slot(&self) -> String {
        let single = Predicate::named(&self.predicate).is_some_and(|known| known.single)
            || ONE_OF.contains(&self.predicate.as_str())
            || self.predicate.starts_with("favourite_");
        match self.predicate.as_str() {
            // Liking and disliking the same thing contradict each other.
            "likes" | "dislikes" => format!("likes:{}", plain(&self.object)),
            "spouse" | "wife" | "husband" => "spouse".to_owned(),
            predicate if single => predicate.to_owned(),
            predicate => format!("{predicate}:{}", plain(&self.object)),
        }
    }

    /// Equal for facts of a slot that say the same.
    pub fn merge_key(&self) -> String {
        format!("{}:{}", self.polarity.as_str(), plain(&self.object))
    }

    /// The row to keep.
    pub fn row(&self, user: UserId, id: Uuid, source: Option<MessageId>, now: Timestamp) -> NewMemory {
        let (slot, merge_key) = (self.slot(), self.merge_key());
        NewMemory {
            id: MemoryId(id),
            kind: self.kind,
            subject: self.subject.to_owned(),
            predicate: self.predicate.clone(),
            object: self.object.clone(),
            key_hash: key_hash(user, &slot, &merge_key),
            slot,
            merge_key,
            polarity: self.polarity,
            confidence: self.confidence,
            importance: self.importance,
            valid_from: self.valid_from,
            event_at: self.event_at,
            created_by: self.created_by,
            source,
            now,
        }
    }
}

/// The hash by which a forgotten fact is recognised: SHA-256 over the person, the slot and the merge key.
pub fn key_hash(user: UserId, slot: &str, merge_key: &str) -> String {
    use std::fmt::Write as _;
    let mut hash = Sha256::new();
    for part in [user.0.as_bytes().as_slice(), slot.as_bytes(), b"\0", merge_key.as_bytes()] {
        hash.update(part);
    }
    hash.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What is compared of an object: its search terms, without articles, plurals and endings that make near duplicates.
pub fn plain(object: &str) -> String {
    let mut words: Vec<String> = bondhu_store::tokens(object).into_iter().map(|token| token.term).collect();
    words.retain(|word| !["a", "an", "the", "my", "to"].contains(&word.as_str()) || object.len() < 4);
    let stems: Vec<String> = words.iter().map(|word| super::stem::stem(word)).collect();
    stems.join(" ")
}
