//! Adding messages and writing replies.

use crate::db::on;
use crate::messages::clean;
use crate::{
    ConversationId, Finish, Message, MessageId, NewMessage, Result, Status, Store, StoreError, Timestamp, Tx, UserId,
    dialect, search,
};

/// The person owns the conversation, or nothing is added.
const INSERT: &str = "INSERT INTO chat_messages (id, user_id, conversation_id, parent_id, active, sender, text,
     status, answered_by, sentiment, mood, confidence, crisis_level, idempotency_key, lease_until, created_at, updated_at)
     SELECT $1, $2, $3, $4, TRUE, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15
     WHERE EXISTS (SELECT 1 FROM conversations WHERE id = $3 AND user_id = $2)";

impl Tx {
    /// Adds a message anywhere in the conversation and shows it; what was shown after its parent becomes a
    /// variant.
    ///
    /// Fails with [`StoreError::NotFound`] when the conversation or the parent is not the person's, and with
    /// [`StoreError::Conflict`]: `idempotency_key` when the key was used before, `reply_in_progress` when
    /// another reply of the conversation is streaming.
    pub async fn insert_message(&mut self, user: UserId, new: NewMessage) -> Result<Message> {
        if !dialect::lock_conversation(self, user, new.conversation_id).await? {
            return Err(StoreError::NotFound);
        }
        self.make_room(user, new.conversation_id, new.parent_id).await?;
        let id = new.id;
        self.append_message(user, new).await?;
        self.message(user, id).await?.ok_or(StoreError::NotFound)
    }

    /// Adds a message below the last shown one, which the caller has from [`Tx::last_active`] or has just added
    /// in this transaction. Costs less than [`Tx::insert_message`], and fails as it does.
    pub async fn append_message(&mut self, user: UserId, new: NewMessage) -> Result<Message> {
        let text = clean(&new.text).into_owned();
        let parent = new.parent_id.map_or(new.conversation_id.0, |parent| parent.0);
        let added = on!(tx self, db => sqlx::query(INSERT)
            .bind(new.id).bind(user).bind(new.conversation_id).bind(parent).bind(new.sender).bind(&text)
            .bind(new.status).bind(new.answered_by).bind(new.sentiment).bind(&new.mood).bind(new.confidence)
            .bind(new.crisis_level).bind(new.idempotency_key).bind(new.lease_until).bind(new.created_at)
            .execute(db).await.map(|done| done.rows_affected()))?;
        if added == 0 {
            return Err(StoreError::NotFound);
        }
        if new.status != Status::Streaming {
            self.index(new.id, &text).await?;
        }
        Ok(Message {
            id: new.id,
            conversation_id: new.conversation_id,
            parent_id: new.parent_id,
            sender: new.sender,
            text,
            status: new.status,
            answered_by: new.answered_by,
            model: None,
            error_code: None,
            sentiment: new.sentiment,
            mood: new.mood,
            confidence: new.confidence,
            crisis_level: new.crisis_level,
            created_at: new.created_at,
            updated_at: new.created_at,
            variant: 1,
            variants: 1,
            memories_learnt: 0,
            memories_used: 0,
        })
    }

    /// Shows the path that ends with `parent`, and nothing after it.
    async fn make_room(&mut self, user: UserId, conversation: ConversationId, parent: Option<MessageId>) -> Result<()> {
        const PARENT: &str = "SELECT active FROM chat_messages WHERE id = $1 AND user_id = $2 AND conversation_id = $3";
        const SQL: &str = "UPDATE chat_messages SET active = FALSE
             WHERE conversation_id = $1 AND user_id = $2 AND active = TRUE AND id > $3";
        if let Some(parent) = parent {
            let active: Option<bool> = on!(tx self, db => sqlx::query_scalar(PARENT)
                .bind(parent).bind(user).bind(conversation).fetch_optional(db).await)?;
            if !active.ok_or(StoreError::NotFound)? {
                self.activate_message(user, parent).await?;
            }
        }
        // Every id lies above the nil id.
        let parent = parent.unwrap_or(MessageId(uuid::Uuid::nil()));
        on!(tx self, db => sqlx::query(SQL).bind(conversation).bind(user).bind(parent).execute(db).await.map(drop))?;
        Ok(())
    }

    async fn index(&mut self, id: MessageId, text: &str) -> Result<()> {
        dialect::index_message(self, id, &search::terms(text)).await
    }

    /// The last shown message; none in an empty conversation, or one that is not the person's. Until the
    /// transaction ends nobody else adds one to the conversation.
    pub async fn last_active(&mut self, user: UserId, conversation: ConversationId) -> Result<Option<MessageId>> {
        dialect::lock_and_find_last(self, user, conversation).await
    }

    /// Ends a streaming reply. False: it is no longer streaming, or gone; nothing changed.
    pub async fn finish_reply(&mut self, user: UserId, id: MessageId, finish: Finish) -> Result<bool> {
        const SQL: &str = "UPDATE chat_messages SET text = $3, status = $4, answered_by = $5, model = $6,
             error_code = $7, lease_until = NULL, updated_at = $8
             WHERE id = $1 AND user_id = $2 AND status = 'streaming'";
        let text = clean(&finish.text);
        let finished = on!(tx self, db => sqlx::query(SQL)
            .bind(id).bind(user).bind(&*text).bind(finish.status).bind(finish.answered_by).bind(finish.model)
            .bind(finish.error_code).bind(finish.now)
            .execute(db).await.map(|done| done.rows_affected()))?;
        if finished == 0 {
            return Ok(false);
        }
        self.index(id, &text).await?;
        Ok(true)
    }
}

impl Store {
    /// Stores what a streaming reply says so far, and vouches for it until `lease_until`. False: it is no
    /// longer streaming, because it was stopped, given up or deleted; stop writing it.
    pub async fn append_progress(
        &self,
        user: UserId,
        id: MessageId,
        text_so_far: &str,
        lease_until: Timestamp,
        now: Timestamp,
    ) -> Result<bool> {
        const SQL: &str = "UPDATE chat_messages SET text = $3, lease_until = $4, updated_at = $5
             WHERE id = $1 AND user_id = $2 AND status = 'streaming'";
        let text = clean(text_so_far);
        let updated = on!(write self, db => sqlx::query(SQL)
            .bind(id).bind(user).bind(&*text).bind(lease_until).bind(now)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(updated > 0)
    }

    /// See [`Tx::finish_reply`].
    pub async fn finish_reply(&self, user: UserId, id: MessageId, finish: Finish) -> Result<bool> {
        let mut tx = self.begin().await?;
        let finished = tx.finish_reply(user, id, finish).await?;
        tx.commit().await?;
        Ok(finished)
    }

    /// Gives up the streaming replies of everyone that nobody has vouched for since `lease_before`, and
    /// keeps what they said so far; answers how many.
    pub async fn mark_interrupted(&self, lease_before: Timestamp, now: Timestamp) -> Result<u64> {
        const SQL: &str = "UPDATE chat_messages SET status = 'interrupted', lease_until = NULL, updated_at = $2
             WHERE status = 'streaming' AND lease_until < $1 RETURNING id, text";
        let mut tx = self.begin().await?;
        let rows: Vec<(MessageId, String)> =
            on!(tx tx, db => sqlx::query_as(SQL).bind(lease_before).bind(now).fetch_all(db).await)?;
        for (id, text) in &rows {
            tx.index(*id, text).await?;
        }
        tx.commit().await?;
        Ok(rows.len() as u64)
    }
}
