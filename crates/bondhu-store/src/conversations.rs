//! Conversations and their titles.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::on;
use crate::dialect;
use crate::messages::clean;
use crate::{ConversationId, Result, Store, Timestamp, Tx, UserId};

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Conversation {
    /// Which conversation.
    pub id: ConversationId,
    /// What the list calls it; empty until something names it.
    pub title: String,
    /// Whether the person named it, so that nothing else renames it.
    pub title_is_custom: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When the last message came.
    pub updated_at: Timestamp,
    /// The first 120 characters of the newest shown message.
    pub last_message: Option<String>,
}

/// A conversation to begin.
#[derive(Debug, Clone)]
pub struct NewConversation {
    /// A fresh id.
    pub id: ConversationId,
    /// What the list calls it.
    pub title: String,
    /// Now.
    pub now: Timestamp,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT c.id, c.title, c.title_is_custom, c.created_at, c.updated_at,
             (SELECT substr(m.text, 1, 120) FROM chat_messages m
              WHERE m.conversation_id = c.id AND m.user_id = c.user_id AND m.active = TRUE AND m.text <> ''
              ORDER BY m.id DESC LIMIT 1) AS last_message
             FROM conversations c ",
            $tail
        )
    };
}

impl Tx {
    /// Begins a conversation.
    pub async fn create_conversation(&mut self, user: UserId, new: NewConversation) -> Result<Conversation> {
        const SQL: &str = "INSERT INTO conversations (id, user_id, title, title_is_custom, created_at, updated_at)
             VALUES ($1, $2, $3, FALSE, $4, $4)";
        let title = clean(&new.title).into_owned();
        on!(tx self, db => sqlx::query(SQL).bind(new.id).bind(user).bind(&title).bind(new.now)
            .execute(db).await.map(drop))?;
        Ok(Conversation {
            id: new.id,
            title,
            title_is_custom: false,
            created_at: new.now,
            updated_at: new.now,
            last_message: None,
        })
    }

    /// Notes that a message came and, with `title`, names the conversation unless the person has. Answers the
    /// title it has now; none: there is no such conversation.
    pub async fn touch_conversation(
        &mut self,
        user: UserId,
        id: ConversationId,
        title: Option<&str>,
        now: Timestamp,
    ) -> Result<Option<String>> {
        const SQL: &str = "UPDATE conversations SET updated_at = $3,
                 title = CASE WHEN title_is_custom THEN title ELSE coalesce($4, title) END
             WHERE id = $1 AND user_id = $2 RETURNING title";
        let title = title.map(clean);
        Ok(on!(tx self, db => sqlx::query_scalar(SQL).bind(id).bind(user).bind(now).bind(title.as_deref())
            .fetch_optional(db).await)?)
    }

    /// Removes a conversation, its messages and what finds them. False: there is no such conversation.
    pub async fn delete_conversation(&mut self, user: UserId, id: ConversationId) -> Result<bool> {
        const SQL: &str = "DELETE FROM conversations WHERE id = $1 AND user_id = $2";
        let deleted = on!(tx self, db => sqlx::query(SQL).bind(id).bind(user)
            .execute(db).await.map(|done| done.rows_affected()))?;
        if deleted > 0 {
            self.drop_unsourced_memories(user).await?;
            dialect::scrub_search(self).await?;
        }
        Ok(deleted > 0)
    }
}

impl Store {
    /// See [`Tx::create_conversation`].
    pub async fn create_conversation(&self, user: UserId, new: NewConversation) -> Result<Conversation> {
        let mut tx = self.begin().await?;
        let conversation = tx.create_conversation(user, new).await?;
        tx.commit().await?;
        Ok(conversation)
    }

    /// One conversation.
    pub async fn conversation(&self, user: UserId, id: ConversationId) -> Result<Option<Conversation>> {
        const SQL: &str = select!("WHERE c.id = $1 AND c.user_id = $2");
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(id).bind(user).fetch_optional(db).await)?)
    }

    /// The person's conversations, last touched first. `before` is the last row of the page before.
    pub async fn conversations(
        &self,
        user: UserId,
        before: Option<(Timestamp, ConversationId)>,
        limit: u32,
    ) -> Result<Vec<Conversation>> {
        const SQL: &str = select!(
            "WHERE c.user_id = $1 AND (c.updated_at, c.id) < ($2, $3)
             ORDER BY c.updated_at DESC, c.id DESC LIMIT $4"
        );
        let (time, id) = before.unwrap_or((Timestamp::MAX, ConversationId(Uuid::max())));
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(time).bind(id).bind(i64::from(limit))
            .fetch_all(db).await)?)
    }

    /// The ids of all of the person's conversations, in no order.
    pub async fn conversation_ids(&self, user: UserId) -> Result<Vec<ConversationId>> {
        const SQL: &str = "SELECT id FROM conversations WHERE user_id = $1";
        Ok(on!(read self, db => sqlx::query_scalar(SQL).bind(user).fetch_all(db).await)?)
    }

    /// Gives the conversation the person's own title. False: there is no such conversation.
    pub async fn rename_conversation(
        &self,
        user: UserId,
        id: ConversationId,
        title: &str,
        now: Timestamp,
    ) -> Result<bool> {
        const SQL: &str = "UPDATE conversations SET title = $3, title_is_custom = TRUE, updated_at = $4
             WHERE id = $1 AND user_id = $2";
        let title = clean(title);
        let renamed = on!(write self, db => sqlx::query(SQL).bind(id).bind(user).bind(&*title).bind(now)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(renamed > 0)
    }

    /// See [`Tx::delete_conversation`].
    pub async fn delete_conversation(&self, user: UserId, id: ConversationId) -> Result<bool> {
        let mut tx = self.begin().await?;
        let deleted = tx.delete_conversation(user, id).await?;
        tx.commit().await?;
        Ok(deleted)
    }
}
