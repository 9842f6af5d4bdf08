//! What people have said, and the facts about them, as vectors of an embedding model.
//!
//! A vector goes with its message or fact in the same statement, and with what mutes a message. The bytes are the
//! caller's business.

use crate::db::on;
use crate::{Memory, MemoryId, MessageId, Recallable, Result, Store, Timestamp, Tx, UserId, memories};

/// A vector as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVector<Id> {
    /// What it stands for.
    pub id: Id,
    /// Its bytes.
    pub vector: Vec<u8>,
    /// When it was kept.
    pub embedded_at: Timestamp,
}

type Row<Id> = (Id, Vec<u8>, Timestamp);

fn stored<Id>(rows: Vec<Row<Id>>) -> Vec<StoredVector<Id>> {
    let vector = |(id, vector, embedded_at)| StoredVector { id, vector, embedded_at };
    rows.into_iter().map(vector).collect()
}

/// The vectors of a table that were kept after a place, a time and an id, first kept first.
macro_rules! after {
    ($table:literal, $id:literal) => {
        concat!(
            "SELECT ",
            $id,
            ", vector, embedded_at FROM ",
            $table,
            " WHERE user_id = $1 AND model = $2 AND (embedded_at, ",
            $id,
            ") > ($3, $4)
             ORDER BY embedded_at, ",
            $id,
            " LIMIT $5"
        )
    };
}

/// Keeps a vector, in place of what another model made of the same. `$from` yields the row that it stands for as long
/// as that may be recalled.
macro_rules! keep {
    ($table:literal, $id:literal, $from:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (",
            $id,
            ", user_id, model, vector, embedded_at)
             SELECT o.id, o.user_id, $3, $4, $5 FROM ",
            $from,
            "
             ON CONFLICT (",
            $id,
            ") DO UPDATE
             SET model = excluded.model, vector = excluded.vector, embedded_at = excluded.embedded_at"
        )
    };
}

impl Store {
    /// What the person said after a message, may be recalled, and has no vector of this model; oldest first.
    pub async fn messages_without_vector(
        &self,
        user: UserId,
        model: &str,
        after: MessageId,
        limit: u32,
    ) -> Result<Vec<Recallable>> {
        const SQL: &str = "SELECT m.id, m.conversation_id, m.text, m.created_at FROM chat_messages m
             WHERE m.user_id = $1 AND m.sender = 'user' AND m.id > $2 AND coalesce(m.crisis_level, 0) = 0
             AND NOT EXISTS (SELECT 1 FROM memory_muted u WHERE u.message_id = m.id)
             AND NOT EXISTS (SELECT 1 FROM message_vectors v WHERE v.message_id = m.id AND v.model = $3)
             ORDER BY m.id LIMIT $4";
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(after).bind(model).bind(i64::from(limit))
            .fetch_all(db).await)?)
    }

    /// Memories in use that came after one and have no vector of this model, oldest first.
    pub async fn memories_without_vector(
        &self,
        user: UserId,
        model: &str,
        after: MemoryId,
        limit: u32,
    ) -> Result<Vec<Memory>> {
        const SQL: &str = memories::select!(
            "WHERE f.user_id = $1 AND f.id > $2 AND f.status IN ('active', 'pinned')
             AND NOT EXISTS (SELECT 1 FROM memory_vectors v WHERE v.memory_id = f.id AND v.model = $3)
             ORDER BY f.id LIMIT $4"
        );
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(after).bind(model).bind(i64::from(limit))
            .fetch_all(db).await)?)
    }

    /// The newest of the messages that were last given a vector of this model.
    pub async fn last_embedded_message(&self, user: UserId, model: &str) -> Result<Option<MessageId>> {
        const SQL: &str = "SELECT message_id FROM message_vectors WHERE user_id = $1 AND model = $2
             ORDER BY embedded_at DESC, message_id DESC LIMIT 1";
        Ok(on!(read self, db => sqlx::query_scalar(SQL).bind(user).bind(model).fetch_optional(db).await)?)
    }

    /// The vectors of messages that were kept after a place, a time and an id; first kept first.
    pub async fn message_vectors_after(
        &self,
        user: UserId,
        model: &str,
        place: (Timestamp, MessageId),
        limit: u32,
    ) -> Result<Vec<StoredVector<MessageId>>> {
        const SQL: &str = after!("message_vectors", "message_id");
        Ok(stored(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(model).bind(place.0).bind(place.1)
            .bind(i64::from(limit)).fetch_all(db).await)?))
    }

    /// As [`Store::message_vectors_after`], of facts.
    pub async fn memory_vectors_after(
        &self,
        user: UserId,
        model: &str,
        place: (Timestamp, MemoryId),
        limit: u32,
    ) -> Result<Vec<StoredVector<MemoryId>>> {
        const SQL: &str = after!("memory_vectors", "memory_id");
        Ok(stored(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(model).bind(place.0).bind(place.1)
            .bind(i64::from(limit)).fetch_all(db).await)?))
    }

    /// Keeps the vectors of messages. Those that are gone, muted or were said in a crisis get none.
    pub async fn save_message_vectors(
        &self,
        user: UserId,
        model: &str,
        vectors: &[(MessageId, Vec<u8>)],
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str = keep!(
            "message_vectors",
            "message_id",
            "chat_messages o WHERE o.id = $1 AND o.user_id = $2 AND o.sender = 'user'
             AND coalesce(o.crisis_level, 0) = 0
             AND NOT EXISTS (SELECT 1 FROM memory_muted u WHERE u.message_id = o.id)"
        );
        let mut tx = self.begin().await?;
        for (id, vector) in vectors {
            on!(tx tx, db => sqlx::query(SQL).bind(id).bind(user).bind(model).bind(vector).bind(now)
                .execute(db).await.map(drop))?;
        }
        tx.commit().await
    }

    /// Keeps the vectors of facts. Those that are gone or no longer in use get none.
    pub async fn save_memory_vectors(
        &self,
        user: UserId,
        model: &str,
        vectors: &[(MemoryId, Vec<u8>)],
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str = keep!(
            "memory_vectors",
            "memory_id",
            "memories o WHERE o.id = $1 AND o.user_id = $2 AND o.status IN ('active', 'pinned')"
        );
        let mut tx = self.begin().await?;
        for (id, vector) in vectors {
            on!(tx tx, db => sqlx::query(SQL).bind(id).bind(user).bind(model).bind(vector).bind(now)
                .execute(db).await.map(drop))?;
        }
        tx.commit().await
    }
}

impl Tx {
    /// Removes the vectors of a person's messages that are muted.
    pub(crate) async fn drop_muted_vectors(&mut self, user: UserId) -> Result<()> {
        const SQL: &str = "DELETE FROM message_vectors WHERE user_id = $1
             AND message_id IN (SELECT message_id FROM memory_muted WHERE user_id = $1)";
        on!(tx self, db => sqlx::query(SQL).bind(user).execute(db).await.map(drop))?;
        Ok(())
    }
}
