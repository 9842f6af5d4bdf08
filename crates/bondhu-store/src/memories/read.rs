//! Reading memories, and what recall is built from.

use crate::db::on;
use crate::memories::select;
use crate::{
    Memory, MemoryFilter, MemoryId, MemorySettings, MemorySource, MessageId, Recallable, Result, Store, Timestamp, Tx,
    UserId, dialect,
};

const ONE: &str = select!("WHERE f.id = $1 AND f.user_id = $2");

impl Tx {
    /// One memory, as this transaction sees it.
    pub async fn memory(&mut self, user: UserId, id: MemoryId) -> Result<Option<Memory>> {
        Ok(on!(tx self, db => sqlx::query_as(ONE).bind(id).bind(user).fetch_optional(db).await)?)
    }
}

impl Store {
    /// One memory.
    pub async fn memory(&self, user: UserId, id: MemoryId) -> Result<Option<Memory>> {
        Ok(on!(read self, db => sqlx::query_as(ONE).bind(id).bind(user).fetch_optional(db).await)?)
    }

    /// A person's memories, last learnt first.
    pub async fn memories(&self, user: UserId, filter: MemoryFilter, limit: u32) -> Result<Vec<Memory>> {
        const SQL: &str = select!(
            "WHERE f.user_id = $1 AND f.id < $2 AND ($3 = '' OR f.kind = $3)
             AND (($4 = '' AND f.status IN ('active', 'pinned')) OR f.status = $4)
             ORDER BY f.id DESC LIMIT $5"
        );
        let before = filter.before.unwrap_or(MemoryId(uuid::Uuid::max()));
        let kind = filter.kind.map_or("", super::MemoryKind::as_str);
        let status = filter.status.map_or("", super::MemoryStatus::as_str);
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(before).bind(kind).bind(status)
            .bind(i64::from(limit)).fetch_all(db).await)?)
    }

    /// How many memories of each kind are in use.
    pub async fn count_memories(&self, user: UserId) -> Result<Vec<(super::MemoryKind, i64)>> {
        const SQL: &str = "SELECT kind, count(*) FROM memories
             WHERE user_id = $1 AND status IN ('active', 'pinned') GROUP BY kind ORDER BY kind";
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).fetch_all(db).await)?)
    }

    /// The messages that the memories from `from` up to and including `to` were said in, oldest first.
    pub async fn memory_sources(&self, user: UserId, from: MemoryId, to: MemoryId) -> Result<Vec<MemorySource>> {
        const SQL: &str = "SELECT s.memory_id, m.id AS message_id, m.conversation_id, substr(m.text, 1, 300) AS quote,
             m.created_at AS said_at
             FROM memories f JOIN memory_sources s ON s.memory_id = f.id JOIN chat_messages m ON m.id = s.message_id
             WHERE f.user_id = $1 AND f.id >= $2 AND f.id <= $3 ORDER BY s.memory_id, m.id";
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(from).bind(to).fetch_all(db).await)?)
    }

    /// The facts that were first learnt from a message, in the order they were learnt.
    pub async fn memories_learnt_from(&self, user: UserId, message: MessageId) -> Result<Vec<Memory>> {
        const SQL: &str = select!(
            "JOIN memory_sources s ON s.memory_id = f.id
             WHERE f.user_id = $1 AND s.message_id = $2 AND s.first = TRUE ORDER BY f.id"
        );
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(message).fetch_all(db).await)?)
    }

    /// Memories in use that changed at or after a time, the first changed first.
    pub async fn memories_changed_since(&self, user: UserId, since: Timestamp, limit: u32) -> Result<Vec<Memory>> {
        const SQL: &str = select!(
            "WHERE f.user_id = $1 AND f.updated_at >= $2 AND f.status IN ('active', 'pinned')
             ORDER BY f.updated_at, f.id LIMIT $3"
        );
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(since).bind(i64::from(limit))
            .fetch_all(db).await)?)
    }

    /// What the person said after a message that may be recalled, oldest first: not what was said in a crisis, nor what
    /// a forgotten memory came from. Branches that are not shown are among it.
    pub async fn recallable_after(&self, user: UserId, after: MessageId, limit: u32) -> Result<Vec<Recallable>> {
        const SQL: &str = "SELECT m.id, m.conversation_id, m.text, m.created_at FROM chat_messages m
             WHERE m.user_id = $1 AND m.sender = 'user' AND m.id > $2 AND coalesce(m.crisis_level, 0) = 0
             AND NOT EXISTS (SELECT 1 FROM memory_muted u WHERE u.message_id = m.id)
             ORDER BY m.id LIMIT $3";
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(after).bind(i64::from(limit))
            .fetch_all(db).await)?)
    }

    /// Those of these memories that are in use, in any order.
    pub async fn memories_in_use(&self, user: UserId, ids: &[MemoryId]) -> Result<Vec<Memory>> {
        dialect::memories_in_use(self, user, ids).await
    }

    /// Those of these messages that may be recalled and are on the shown path, in any order.
    pub async fn recallable(&self, user: UserId, ids: &[MessageId]) -> Result<Vec<Recallable>> {
        dialect::recallable(self, user, ids).await
    }

    /// How a person wants remembering to be done.
    pub async fn memory_settings(&self, user: UserId) -> Result<MemorySettings> {
        const SQL: &str = "SELECT paused, extracted_to FROM memory_settings WHERE user_id = $1";
        let found = on!(read self, db => sqlx::query_as(SQL).bind(user).fetch_optional(db).await)?;
        Ok(found.unwrap_or_default())
    }
}
