//! Moving between the branches of a conversation.

use uuid::Uuid;

use crate::db::on;
use crate::{ConversationId, MessageId, Result, Store, Tx, UserId, dialect};

impl Tx {
    /// Shows the path through this message: what leads to it and, after it, the newest of each choice.
    /// False: there is no such message.
    pub async fn activate_message(&mut self, user: UserId, id: MessageId) -> Result<bool> {
        const FIND: &str = "SELECT conversation_id FROM chat_messages WHERE id = $1 AND user_id = $2";
        let conversation: Option<ConversationId> =
            on!(tx self, db => sqlx::query_scalar(FIND).bind(id).bind(user).fetch_optional(db).await)?;
        let Some(conversation) = conversation else { return Ok(false) };
        if !dialect::lock_conversation(self, user, conversation).await? {
            return Ok(false);
        }
        self.show_path(conversation, id).await?;
        Ok(true)
    }

    async fn show_path(&mut self, conversation: ConversationId, id: MessageId) -> Result<()> {
        const SQL: &str = "
            WITH RECURSIVE up (id, parent_id) AS (
                SELECT id, parent_id FROM chat_messages WHERE id = $1
                UNION ALL
                SELECT m.id, m.parent_id FROM up JOIN chat_messages m ON m.id = up.parent_id
            ), down (id) AS (
                SELECT id FROM chat_messages WHERE id = $1
                UNION ALL
                SELECT (SELECT c.id FROM chat_messages c WHERE c.parent_id = down.id ORDER BY c.id DESC LIMIT 1)
                FROM down WHERE down.id IS NOT NULL
            ), path (id) AS (
                SELECT id FROM up UNION SELECT id FROM down WHERE id IS NOT NULL
            )
            UPDATE chat_messages SET active = NOT active
            WHERE conversation_id = $2 AND active <> (id IN (SELECT id FROM path))";
        on!(tx self, db => sqlx::query(SQL).bind(id).bind(conversation).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Removes a message and what finds it; its answers then answer its parent. When that leaves a gap at
    /// the end of the shown path, the newest message that could stand there is shown. False: there is no
    /// such message.
    pub async fn delete_message(&mut self, user: UserId, id: MessageId) -> Result<bool> {
        const FIND: &str =
            "SELECT conversation_id, parent_id, active FROM chat_messages WHERE id = $1 AND user_id = $2";
        const ADOPT: &str = "UPDATE chat_messages SET parent_id = $2 WHERE parent_id = $1";
        const DELETE: &str = "DELETE FROM chat_messages WHERE id = $1";
        const LAST: &str = "SELECT id, active FROM chat_messages WHERE parent_id = $1
             ORDER BY active DESC, id DESC LIMIT 1";
        let found: Option<ConversationId> = on!(tx self, db => sqlx::query_scalar(FIND)
            .bind(id).bind(user).fetch_optional(db).await)?;
        let Some(conversation) = found else { return Ok(false) };
        if !dialect::lock_conversation(self, user, conversation).await? {
            return Ok(false);
        }
        // Read again under the lock: a moment ago the tree may have looked different.
        let found: Option<(ConversationId, Uuid, bool)> = on!(tx self, db => sqlx::query_as(FIND)
            .bind(id).bind(user).fetch_optional(db).await)?;
        let Some((_, parent, was_active)) = found else { return Ok(false) };
        on!(tx self, db => sqlx::query(ADOPT).bind(id).bind(parent).execute(db).await.map(drop))?;
        on!(tx self, db => sqlx::query(DELETE).bind(id).execute(db).await.map(drop))?;
        self.drop_unsourced_memories(user).await?;
        dialect::scrub_search(self).await?;
        if was_active {
            let next: Option<(MessageId, bool)> =
                on!(tx self, db => sqlx::query_as(LAST).bind(parent).fetch_optional(db).await)?;
            if let Some((next, false)) = next {
                self.show_path(conversation, next).await?;
            }
        }
        Ok(true)
    }
}

impl Store {
    /// See [`Tx::activate_message`].
    pub async fn activate_message(&self, user: UserId, id: MessageId) -> Result<bool> {
        let mut tx = self.begin().await?;
        let shown = tx.activate_message(user, id).await?;
        tx.commit().await?;
        Ok(shown)
    }

    /// See [`Tx::delete_message`].
    pub async fn delete_message(&self, user: UserId, id: MessageId) -> Result<bool> {
        let mut tx = self.begin().await?;
        let deleted = tx.delete_message(user, id).await?;
        tx.commit().await?;
        Ok(deleted)
    }
}
