//! Forgetting: a fact, its equals, and the way back to it.

use crate::db::on;
use crate::{MemoryId, Result, Timestamp, Tx, UserId};

/// What is needed to find everything that says the same as a memory.
#[derive(sqlx::FromRow)]
struct Key {
    slot: String,
    merge_key: String,
}

impl Tx {
    /// Removes a memory and every other row that says the same. The messages it came from stay in their conversation and
    /// are not recalled any more; what was said until now does not teach it again. False: there is no such memory.
    pub async fn forget_memory(&mut self, user: UserId, id: MemoryId, key_hash: &str, now: Timestamp) -> Result<bool> {
        const MUTE: &str = "INSERT INTO memory_muted (message_id, user_id)
             SELECT DISTINCT s.message_id, f.user_id FROM memories f JOIN memory_sources s ON s.memory_id = f.id
             WHERE f.user_id = $1 AND f.slot = $2 AND f.merge_key = $3
             ON CONFLICT (message_id) DO NOTHING";
        const NOTE: &str = "INSERT INTO memory_forgotten (user_id, key_hash, forgotten_at) VALUES ($1, $2, $3)
             ON CONFLICT (user_id, key_hash) DO UPDATE SET forgotten_at = $3";
        const UNUSE: &str = "DELETE FROM memory_uses
             WHERE message_id IN (SELECT message_id FROM memory_muted WHERE user_id = $1)";
        let Some(key) = self.memory_key(user, id).await? else { return Ok(false) };
        on!(tx self, db => sqlx::query(MUTE).bind(user).bind(&key.slot).bind(&key.merge_key)
            .execute(db).await.map(drop))?;
        on!(tx self, db => sqlx::query(UNUSE).bind(user).execute(db).await.map(drop))?;
        self.drop_muted_vectors(user).await?;
        on!(tx self, db => sqlx::query(NOTE).bind(user).bind(key_hash).bind(now).execute(db).await.map(drop))?;
        self.delete_equal(user, &key).await?;
        Ok(true)
    }

    /// Takes back that a memory was learnt: removes it, and what it had superseded holds again. False: there is no such
    /// memory.
    pub async fn unlearn_memory(&mut self, user: UserId, id: MemoryId, key_hash: &str, now: Timestamp) -> Result<bool> {
        const BEFORE: &str =
            "SELECT id FROM memories WHERE superseded_by = $1 AND user_id = $2 AND status = 'superseded'
             ORDER BY valid_from DESC LIMIT 1";
        const RESTORE: &str =
            "UPDATE memories SET status = 'active', valid_to = NULL, superseded_by = NULL, updated_at = $3
             WHERE id = $1 AND user_id = $2";
        let before: Option<MemoryId> =
            on!(tx self, db => sqlx::query_scalar(BEFORE).bind(id).bind(user).fetch_optional(db).await)?;
        if !self.forget_memory(user, id, key_hash, now).await? {
            return Ok(false);
        }
        if let Some(before) = before {
            on!(tx self, db => sqlx::query(RESTORE).bind(before).bind(user).bind(now).execute(db).await.map(drop))?;
        }
        Ok(true)
    }

    /// Removes everything that is remembered about a person; answers how much it was. Conversations stay.
    pub async fn forget_everything(&mut self, user: UserId) -> Result<u64> {
        const MUTE: &str = "INSERT INTO memory_muted (message_id, user_id)
             SELECT id, user_id FROM chat_messages WHERE user_id = $1 AND sender = 'user'
             ON CONFLICT (message_id) DO NOTHING";
        const DELETE: &str = "DELETE FROM memories WHERE user_id = $1";
        const USES: &str =
            "DELETE FROM memory_uses WHERE reply_id IN (SELECT id FROM chat_messages WHERE user_id = $1)";
        on!(tx self, db => sqlx::query(MUTE).bind(user).execute(db).await.map(drop))?;
        self.drop_muted_vectors(user).await?;
        on!(tx self, db => sqlx::query(USES).bind(user).execute(db).await.map(drop))?;
        Ok(on!(tx self, db => sqlx::query(DELETE).bind(user).execute(db).await.map(|done| done.rows_affected()))?)
    }

    /// Whether the person wanted this forgotten at or after the time it was said.
    pub(super) async fn is_forgotten(&mut self, user: UserId, key_hash: &str, said_at: Timestamp) -> Result<bool> {
        const SQL: &str =
            "SELECT count(*) FROM memory_forgotten WHERE user_id = $1 AND key_hash = $2 AND forgotten_at >= $3";
        let found: i64 = on!(tx self, db => sqlx::query_scalar(SQL).bind(user).bind(key_hash).bind(said_at)
            .fetch_one(db).await)?;
        Ok(found > 0)
    }

    /// Removes what was learnt from messages that are gone now, unless the person wrote or pinned it.
    pub(crate) async fn drop_unsourced_memories(&mut self, user: UserId) -> Result<()> {
        const SQL: &str = "DELETE FROM memories WHERE user_id = $1 AND created_by <> 'user' AND status <> 'pinned'
             AND NOT EXISTS (SELECT 1 FROM memory_sources s WHERE s.memory_id = memories.id)";
        on!(tx self, db => sqlx::query(SQL).bind(user).execute(db).await.map(drop))?;
        Ok(())
    }

    /// The slot and merge key of a memory, for the hash that it is forgotten under.
    pub async fn memory_identity(&mut self, user: UserId, id: MemoryId) -> Result<Option<(String, String)>> {
        Ok(self.memory_key(user, id).await?.map(|key| (key.slot, key.merge_key)))
    }

    async fn memory_key(&mut self, user: UserId, id: MemoryId) -> Result<Option<Key>> {
        const SQL: &str = "SELECT slot, merge_key FROM memories WHERE id = $1 AND user_id = $2";
        Ok(on!(tx self, db => sqlx::query_as(SQL).bind(id).bind(user).fetch_optional(db).await)?)
    }

    async fn delete_equal(&mut self, user: UserId, key: &Key) -> Result<()> {
        const SQL: &str = "DELETE FROM memories WHERE user_id = $1 AND slot = $2 AND merge_key = $3";
        on!(tx self, db => sqlx::query(SQL).bind(user).bind(&key.slot).bind(&key.merge_key)
            .execute(db).await.map(drop))?;
        Ok(())
    }
}
