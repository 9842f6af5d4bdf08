//! One person's index and vectors in memory, and keeping them up to date.

use std::{collections::HashSet, time::Duration};

use bondhu_store::{MemoryId, MessageId, Store, StoreError, Timestamp, UserId};
use uuid::Uuid;

use super::Key;
use crate::memory::{
    index::{Document, Index},
    vectors::Vectors,
    wording,
};

/// How many messages are read at a time; between two readings other work of the process goes on.
const BATCH: u32 = 1000;
/// Clocks of several processes may differ by this much.
const SKEW: Duration = Duration::from_mins(2);

/// One person's index and vectors, and how far they have come.
pub(super) struct Person {
    pub(super) index: Index<Key>,
    /// Of the embedding model; empty where none is set.
    pub(super) vectors: Vectors<Key>,
    known: HashSet<Key>,
    last_message: MessageId,
    last_fact: Timestamp,
    last_message_vector: Timestamp,
    last_fact_vector: Timestamp,
}

impl Default for Person {
    fn default() -> Self {
        Self {
            index: Index::default(),
            vectors: Vectors::default(),
            known: HashSet::new(),
            last_message: MessageId(Uuid::nil()),
            last_fact: Timestamp::from_millis(0),
            last_message_vector: Timestamp::from_millis(0),
            last_fact_vector: Timestamp::from_millis(0),
        }
    }
}

impl Person {
    /// Reads what has been said and learnt since, and the vectors of an embedding model.
    pub(super) async fn catch_up(
        &mut self,
        store: &Store,
        user: UserId,
        model: Option<&str>,
    ) -> Result<(), StoreError> {
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
        match model {
            Some(model) => self.catch_up_vectors(store, user, model).await,
            None => Ok(()),
        }
    }

    async fn catch_up_vectors(&mut self, store: &Store, user: UserId, model: &str) -> Result<(), StoreError> {
        let mut place = (self.last_message_vector.minus(SKEW), MessageId(Uuid::nil()));
        loop {
            let kept = store.message_vectors_after(user, model, place, BATCH).await?;
            for kept in &kept {
                place = (kept.embedded_at, kept.id);
                self.last_message_vector = self.last_message_vector.max(kept.embedded_at);
                self.vectors.add(Key::Message(kept.id), &kept.vector);
            }
            if kept.len() < BATCH as usize {
                break;
            }
        }
        let mut place = (self.last_fact_vector.minus(SKEW), MemoryId(Uuid::nil()));
        loop {
            let kept = store.memory_vectors_after(user, model, place, BATCH).await?;
            for kept in &kept {
                place = (kept.embedded_at, kept.id);
                self.last_fact_vector = self.last_fact_vector.max(kept.embedded_at);
                self.vectors.add(Key::Fact(kept.id), &kept.vector);
            }
            if kept.len() < BATCH as usize {
                return Ok(());
            }
        }
    }
}

/// An id that lies as far before a message's as clocks may differ. The first 48 bits of a `UUIDv7` are milliseconds.
pub fn before(id: MessageId) -> MessageId {
    let skew = SKEW.as_millis() << 80;
    MessageId(Uuid::from_u128(id.0.as_u128().saturating_sub(skew)))
}
