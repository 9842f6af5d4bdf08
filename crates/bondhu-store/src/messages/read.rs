//! Reading messages.

use uuid::Uuid;

use crate::db::on;
use crate::error::Cause;
use crate::messages::select;
use crate::{
    ConversationId, Crisis, Message, MessageId, MessagePage, Page, Result, Store, StoreError, Timestamp, Tx, UserId,
    Utterance, dialect,
};

const ONE: &str = select!("WHERE m.id = $1 AND m.user_id = $2");
const OLDER: &str = select!(
    "WHERE m.conversation_id = $1 AND m.user_id = $2 AND m.active = TRUE AND m.id < $3
     ORDER BY m.id DESC LIMIT $4"
);
const NEWER: &str = select!(
    "WHERE m.conversation_id = $1 AND m.user_id = $2 AND m.active = TRUE AND m.id > $3
     ORDER BY m.id LIMIT $4"
);
const UP_TO: &str = select!(
    "WHERE m.conversation_id = $1 AND m.user_id = $2 AND m.active = TRUE AND m.id <= $3
     ORDER BY m.id DESC LIMIT $4"
);

/// Above every message's id.
const END: MessageId = MessageId(Uuid::max());

impl Tx {
    /// One message, as this transaction sees it.
    pub async fn message(&mut self, user: UserId, id: MessageId) -> Result<Option<Message>> {
        Ok(on!(tx self, db => sqlx::query_as(ONE).bind(id).bind(user).fetch_optional(db).await)?)
    }
}

impl Store {
    /// One message.
    pub async fn message(&self, user: UserId, id: MessageId) -> Result<Option<Message>> {
        Ok(on!(read self, db => sqlx::query_as(ONE).bind(id).bind(user).fetch_optional(db).await)?)
    }

    /// The message that was sent with this key.
    pub async fn message_by_idempotency_key(&self, user: UserId, key: &str) -> Result<Option<Message>> {
        const SQL: &str = select!("WHERE m.user_id = $1 AND m.idempotency_key = $2");
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(key).fetch_optional(db).await)?)
    }

    /// The shown message that answers this one.
    pub async fn active_reply_to(&self, user: UserId, id: MessageId) -> Result<Option<Message>> {
        const SQL: &str = select!(
            "WHERE m.parent_id = $1 AND m.user_id = $2 AND m.active = TRUE
             ORDER BY m.id DESC LIMIT 1"
        );
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(id).bind(user).fetch_optional(db).await)?)
    }

    /// Part of the conversation's shown path.
    ///
    /// Fails with [`StoreError::NotFound`] when there is no such conversation, or when the message to read
    /// around is not shown.
    pub async fn messages(
        &self,
        user: UserId,
        conversation: ConversationId,
        page: Page,
        limit: u32,
    ) -> Result<MessagePage> {
        let limit = usize::try_from(limit.max(1)).unwrap_or(usize::MAX);
        let page = match page {
            Page::Newest => {
                let part = self.part(OLDER, user, conversation, END, limit).await?;
                MessagePage { older: part.next(), newer: None, items: part.items }
            }
            Page::Before(id) => {
                let part = self.part(OLDER, user, conversation, id, limit).await?;
                MessagePage { older: part.next(), newer: first(&part.items), items: part.items }
            }
            Page::After(id) => {
                let mut part = self.part(NEWER, user, conversation, id, limit).await?;
                let newer = part.next();
                part.items.reverse();
                MessagePage { older: last(&part.items), newer, items: part.items }
            }
            Page::Around(id) => self.around(user, conversation, id, limit).await?,
        };
        if page.items.is_empty() && self.conversation(user, conversation).await?.is_none() {
            return Err(StoreError::NotFound);
        }
        Ok(page)
    }

    async fn around(
        &self,
        user: UserId,
        conversation: ConversationId,
        id: MessageId,
        limit: usize,
    ) -> Result<MessagePage> {
        let up_to = self.part(UP_TO, user, conversation, id, limit.div_ceil(2)).await?;
        if first(&up_to.items) != Some(id) {
            return Err(StoreError::NotFound);
        }
        let mut after = self.part(NEWER, user, conversation, id, limit / 2).await?;
        let (older, newer) = (up_to.next(), if limit == 1 { Some(id) } else { after.next() });
        after.items.reverse();
        after.items.extend(up_to.items);
        Ok(MessagePage { items: after.items, older, newer })
    }

    /// Up to `limit` messages, and whether there are more of them.
    async fn part(
        &self,
        sql: &'static str,
        user: UserId,
        conversation: ConversationId,
        from: MessageId,
        limit: usize,
    ) -> Result<Part> {
        let fetch = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut items: Vec<Message> = on!(read self, db => sqlx::query_as(sql)
            .bind(conversation).bind(user).bind(from).bind(fetch).fetch_all(db).await)?;
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(Part { items, more })
    }

    /// The newest shown messages of all the person's conversations, newest first.
    pub async fn newest_messages(&self, user: UserId, limit: u32) -> Result<Vec<Message>> {
        const SQL: &str = select!("WHERE m.user_id = $1 AND m.active = TRUE ORDER BY m.id DESC LIMIT $2");
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(i64::from(limit)).fetch_all(db).await)?)
    }

    /// What was said on the shown path up to and including `up_to`, newest first.
    pub async fn history_for_prompt(
        &self,
        user: UserId,
        conversation: ConversationId,
        up_to: MessageId,
        limit: u32,
    ) -> Result<Vec<Utterance>> {
        let json = dialect::utterances(self, user, conversation, up_to, limit).await?;
        serde_json::from_str(&json).map_err(|_| StoreError::Corrupt(Cause::new("a conversation does not decode")))
    }

    /// The message and the others that were written in its place, oldest first.
    pub async fn variants(&self, user: UserId, id: MessageId) -> Result<Vec<Message>> {
        const SQL: &str = select!(
            "JOIN chat_messages t ON t.parent_id = m.parent_id AND t.sender = m.sender
             WHERE t.id = $1 AND t.user_id = $2 AND m.user_id = $2 ORDER BY m.id"
        );
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(id).bind(user).fetch_all(db).await)?)
    }

    /// The latest message since then with at least this level; levels below 1 never count.
    pub async fn latest_crisis(&self, user: UserId, since: Timestamp, min_level: i16) -> Result<Option<Crisis>> {
        // The constant bound lets both engines use the partial index.
        const SQL: &str = "SELECT crisis_level, created_at FROM chat_messages
             WHERE user_id = $1 AND created_at >= $2 AND crisis_level > 0 AND crisis_level >= $3
             ORDER BY created_at DESC LIMIT 1";
        let row: Option<(i16, Timestamp)> = on!(read self, db => sqlx::query_as(SQL)
            .bind(user).bind(since).bind(min_level).fetch_optional(db).await)?;
        Ok(row.map(|(level, at)| Crisis { level, at }))
    }
}

struct Part {
    items: Vec<Message>,
    more: bool,
}

impl Part {
    /// Where the next part starts, if there is one.
    fn next(&self) -> Option<MessageId> {
        if self.more { last(&self.items) } else { None }
    }
}

fn first(items: &[Message]) -> Option<MessageId> {
    items.first().map(|message| message.id)
}

fn last(items: &[Message]) -> Option<MessageId> {
    items.last().map(|message| message.id)
}
