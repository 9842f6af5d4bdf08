//! Learning and correcting.

use crate::db::on;
use crate::messages::clean;
use crate::{Learnt, MemoryId, MemoryStatus, MessageId, NewMemory, Outcome, Result, Store, Timestamp, Tx, UserId};

/// A fact that is in the slot already.
#[derive(sqlx::FromRow)]
struct InSlot {
    id: MemoryId,
    merge_key: String,
    status: MemoryStatus,
    valid_from: Timestamp,
}

impl Tx {
    /// Remembers a fact: merges it with an equal one, lets it supersede another in its slot, or refuses it because the
    /// person has rejected or forgotten it. What the person writes themselves is never refused.
    pub async fn remember(&mut self, user: UserId, new: NewMemory) -> Result<Learnt> {
        const IN_SLOT: &str = "SELECT id, merge_key, status, valid_from FROM memories
             WHERE user_id = $1 AND slot = $2 ORDER BY id DESC";
        let by_person = new.created_by == super::CreatedBy::User;
        let refused = Learnt { memory: None, outcome: Outcome::Refused };
        if !by_person && self.is_forgotten(user, &new.key_hash, new.valid_from).await? {
            return Ok(refused);
        }
        let slot: Vec<InSlot> =
            on!(tx self, db => sqlx::query_as(IN_SLOT).bind(user).bind(&new.slot).fetch_all(db).await)?;
        let same = |row: &&InSlot| row.merge_key == new.merge_key;
        if !by_person && slot.iter().filter(same).any(|row| row.status == MemoryStatus::Rejected) {
            return Ok(refused);
        }
        let current = slot.iter().find(|row| matches!(row.status, MemoryStatus::Active | MemoryStatus::Pinned));
        let (id, outcome) = match current {
            Some(row) if row.merge_key == new.merge_key => {
                self.mention(user, row.id, &new).await?;
                (row.id, Outcome::Merged)
            }
            Some(row) if row.valid_from > new.valid_from => {
                if let Some(known) = slot.iter().find(same) {
                    self.mention(user, known.id, &new).await?;
                    (known.id, Outcome::Merged)
                } else {
                    self.insert_memory(user, &new, MemoryStatus::Superseded, Some(row.valid_from)).await?;
                    self.succeed(user, new.id, row.id).await?;
                    (new.id, Outcome::History)
                }
            }
            Some(row) => {
                self.close(user, row.id, new.valid_from, new.now).await?;
                self.insert_memory(user, &new, row.status, None).await?;
                self.succeed(user, row.id, new.id).await?;
                (new.id, Outcome::Superseded)
            }
            None => {
                self.insert_memory(user, &new, MemoryStatus::Active, None).await?;
                (new.id, Outcome::Added)
            }
        };
        if let Some(message) = new.source {
            let first = !matches!(outcome, Outcome::Merged);
            self.add_memory_source(user, id, message, first).await?;
        }
        Ok(Learnt { memory: self.memory(user, id).await?, outcome })
    }

    async fn insert_memory(
        &mut self,
        user: UserId,
        new: &NewMemory,
        status: MemoryStatus,
        valid_to: Option<Timestamp>,
    ) -> Result<()> {
        const SQL: &str = "INSERT INTO memories (id, user_id, kind, subject, predicate, object, slot, merge_key,
             polarity, confidence, importance, valid_from, valid_to, event_at, created_by, status, mentions, uses,
             created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1, 0, $17, $17)";
        on!(tx self, db => sqlx::query(SQL)
            .bind(new.id).bind(user).bind(new.kind).bind(&new.subject).bind(&new.predicate).bind(&*clean(&new.object))
            .bind(&*clean(&new.slot)).bind(&*clean(&new.merge_key)).bind(new.polarity).bind(new.confidence)
            .bind(new.importance).bind(new.valid_from).bind(valid_to).bind(new.event_at).bind(new.created_by)
            .bind(status).bind(new.now).execute(db).await.map(drop))?;
        Ok(())
    }

    /// It was said again: surer, as two independent witnesses are, and at most .99.
    async fn mention(&mut self, user: UserId, id: MemoryId, new: &NewMemory) -> Result<()> {
        const SQL: &str = "UPDATE memories SET mentions = mentions + 1, updated_at = $3,
             confidence = CASE WHEN 1 - (1 - confidence) * (1 - $4) > 0.99 THEN 0.99
                 ELSE 1 - (1 - confidence) * (1 - $4) END,
             event_at = coalesce($5, event_at)
             WHERE id = $1 AND user_id = $2";
        on!(tx self, db => sqlx::query(SQL).bind(id).bind(user).bind(new.now).bind(new.confidence).bind(new.event_at)
            .execute(db).await.map(drop))?;
        Ok(())
    }

    async fn close(&mut self, user: UserId, id: MemoryId, at: Timestamp, now: Timestamp) -> Result<()> {
        const SQL: &str = "UPDATE memories SET status = 'superseded', valid_to = $3, updated_at = $4
             WHERE id = $1 AND user_id = $2";
        on!(tx self, db => sqlx::query(SQL).bind(id).bind(user).bind(at).bind(now).execute(db).await.map(drop))?;
        Ok(())
    }

    async fn succeed(&mut self, user: UserId, id: MemoryId, by: MemoryId) -> Result<()> {
        const SQL: &str = "UPDATE memories SET superseded_by = $3 WHERE id = $1 AND user_id = $2";
        on!(tx self, db => sqlx::query(SQL).bind(id).bind(user).bind(by).execute(db).await.map(drop))?;
        Ok(())
    }

    async fn add_memory_source(&mut self, user: UserId, id: MemoryId, message: MessageId, first: bool) -> Result<()> {
        const SQL: &str = "INSERT INTO memory_sources (memory_id, message_id, first)
             SELECT $1, id, $4 FROM chat_messages WHERE id = $2 AND user_id = $3
             ON CONFLICT (memory_id, message_id) DO NOTHING";
        on!(tx self, db => sqlx::query(SQL).bind(id).bind(message).bind(user).bind(first)
            .execute(db).await.map(drop))?;
        Ok(())
    }

    /// Puts a corrected fact in the place of one: that one is rejected, and its sources carry over. None: there is no
    /// such memory in use.
    pub async fn correct_memory(&mut self, user: UserId, id: MemoryId, new: NewMemory) -> Result<Option<Learnt>> {
        const REJECT: &str = "UPDATE memories SET status = 'rejected', valid_to = $3, updated_at = $3
             WHERE id = $1 AND user_id = $2 AND status IN ('active', 'pinned')";
        const SOURCES: &str = "INSERT INTO memory_sources (memory_id, message_id, first)
             SELECT $2, message_id, first FROM memory_sources WHERE memory_id = $1
             ON CONFLICT (memory_id, message_id) DO NOTHING";
        const UNMARK: &str = "UPDATE memory_sources SET first = FALSE WHERE memory_id = $1";
        let now = new.now;
        let rejected = on!(tx self, db => sqlx::query(REJECT).bind(id).bind(user).bind(now)
            .execute(db).await.map(|done| done.rows_affected()))?;
        if rejected == 0 {
            return Ok(None);
        }
        let learnt = self.remember(user, new).await?;
        if let Some(memory) = &learnt.memory {
            on!(tx self, db => sqlx::query(SOURCES).bind(id).bind(memory.id).execute(db).await.map(drop))?;
            on!(tx self, db => sqlx::query(UNMARK).bind(id).execute(db).await.map(drop))?;
            self.succeed(user, id, memory.id).await?;
        }
        Ok(Some(learnt))
    }

    /// Pins, unpins or rejects a memory that is in use; false: there is no such memory.
    pub async fn set_memory_status(
        &mut self,
        user: UserId,
        id: MemoryId,
        status: MemoryStatus,
        now: Timestamp,
    ) -> Result<bool> {
        const SQL: &str = "UPDATE memories SET status = $3, updated_at = $4,
             valid_to = CASE WHEN $3 = 'rejected' THEN $4 ELSE valid_to END
             WHERE id = $1 AND user_id = $2 AND status IN ('active', 'pinned')";
        let changed = on!(tx self, db => sqlx::query(SQL).bind(id).bind(user).bind(status).bind(now)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(changed > 0)
    }
}

impl Store {
    /// Stops or resumes remembering.
    pub async fn pause_memory(&self, user: UserId, paused: bool) -> Result<()> {
        const SQL: &str = "INSERT INTO memory_settings (user_id, paused) VALUES ($1, $2)
             ON CONFLICT (user_id) DO UPDATE SET paused = $2";
        on!(write self, db => sqlx::query(SQL).bind(user).bind(paused).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Notes up to which message a language model has looked for facts.
    pub async fn note_extracted(&self, user: UserId, to: MessageId) -> Result<()> {
        const SQL: &str = "INSERT INTO memory_settings (user_id, paused, extracted_to) VALUES ($1, FALSE, $2)
             ON CONFLICT (user_id) DO UPDATE SET extracted_to = $2";
        on!(write self, db => sqlx::query(SQL).bind(user).bind(to).execute(db).await.map(drop))?;
        Ok(())
    }
}
