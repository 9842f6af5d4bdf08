//! What replies were given to go by.

use crate::db::on;
use crate::memories::select;
use crate::{
    Memory, MemoryId, MemorySource, MemoryUse, MessageId, NewMemoryUse, Result, Store, StoreError, Timestamp, UserId,
};

#[derive(sqlx::FromRow)]
struct Row {
    memory_id: Option<MemoryId>,
    message_id: Option<MessageId>,
    score: f64,
    signals: String,
}

impl Store {
    /// Notes what a reply was given to go by, in place of what was noted before, and when each fact was last used.
    /// Fails with [`StoreError::NotFound`] when the reply is not the person's.
    pub async fn note_memory_uses(
        &self,
        user: UserId,
        reply: MessageId,
        given: &[NewMemoryUse],
        now: Timestamp,
    ) -> Result<()> {
        const OWN: &str = "SELECT count(*) FROM chat_messages WHERE id = $1 AND user_id = $2";
        const CLEAR: &str = "DELETE FROM memory_uses WHERE reply_id = $1";
        // A memory that was forgotten since leaves no row.
        const ADD: &str = "INSERT INTO memory_uses (reply_id, position, memory_id, message_id, score, signals)
             SELECT $1, $2, $3, $4, $5, $6
             WHERE EXISTS (SELECT 1 FROM memories WHERE id = $3 AND user_id = $7)
             OR EXISTS (SELECT 1 FROM chat_messages WHERE id = $4 AND user_id = $7)";
        const TOUCH: &str = "UPDATE memories SET uses = uses + 1, last_used_at = $3 WHERE id = $1 AND user_id = $2";
        let mut tx = self.begin().await?;
        let own: i64 = on!(tx tx, db => sqlx::query_scalar(OWN).bind(reply).bind(user).fetch_one(db).await)?;
        if own == 0 {
            return Err(StoreError::NotFound);
        }
        on!(tx tx, db => sqlx::query(CLEAR).bind(reply).execute(db).await.map(drop))?;
        for (position, used) in (0_i64..).zip(given) {
            on!(tx tx, db => sqlx::query(ADD).bind(reply).bind(position).bind(used.memory_id).bind(used.message_id)
                .bind(used.score).bind(&used.signals).bind(user).execute(db).await.map(drop))?;
            if let Some(id) = used.memory_id {
                on!(tx tx, db => sqlx::query(TOUCH).bind(id).bind(user).bind(now).execute(db).await.map(drop))?;
            }
        }
        tx.commit().await
    }

    /// What a reply was given to go by, as far as it is still there.
    pub async fn memory_uses(&self, user: UserId, reply: MessageId) -> Result<Vec<MemoryUse>> {
        const SQL: &str = "SELECT u.memory_id, u.message_id, u.score, u.signals FROM memory_uses u
             JOIN chat_messages r ON r.id = u.reply_id WHERE r.user_id = $1 AND u.reply_id = $2 ORDER BY u.position";
        let rows: Vec<Row> = on!(read self, db => sqlx::query_as(SQL).bind(user).bind(reply).fetch_all(db).await)?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let memory = self.used_memory(user, row.memory_id).await?;
            let source = match row.memory_id {
                Some(id) => self.memory_sources(user, id, id).await?.into_iter().next(),
                None => self.used_message(user, row.message_id).await?,
            };
            found.push(MemoryUse { memory, source, score: row.score, signals: row.signals });
        }
        Ok(found)
    }

    async fn used_memory(&self, user: UserId, id: Option<MemoryId>) -> Result<Option<Memory>> {
        const SQL: &str = select!("WHERE f.id = $1 AND f.user_id = $2");
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(id).bind(user).fetch_optional(db).await)?)
    }

    async fn used_message(&self, user: UserId, id: Option<MessageId>) -> Result<Option<MemorySource>> {
        // Not about a fact, so the message's id stands in its place.
        const SQL: &str = "SELECT id AS memory_id, id AS message_id, conversation_id, substr(text, 1, 300) AS quote,
             created_at AS said_at FROM chat_messages WHERE id = $1 AND user_id = $2";
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(id).bind(user).fetch_optional(db).await)?)
    }
}
