//! Cached reads of the newest messages. Every write to a person's messages drops that person's keys.

use std::{fmt, sync::Arc, time::Duration};

use bondhu_cache::{Cache, CacheKey};
use bondhu_store::{ConversationId, MessagePage, Page, Store, StoreError, UserId};

/// `chat:history:{user_id}:{limit}`, or with the conversation before the limit.
#[derive(Debug, Clone, Copy)]
pub struct HistoryKey {
    /// Whose messages.
    pub user: UserId,
    /// One conversation, or all of them.
    pub conversation: Option<ConversationId>,
    /// At most this many messages.
    pub limit: u32,
}

impl fmt::Display for HistoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.conversation {
            Some(conversation) => write!(f, "{}:{conversation}:{}", self.user, self.limit),
            None => write!(f, "{}:{}", self.user, self.limit),
        }
    }
}

impl CacheKey for HistoryKey {
    type Value = MessagePage;
    const NAMESPACE: &'static str = "chat:history";
    const TTL: Duration = Duration::from_mins(5);
}

/// The newest messages that the key asks for.
pub async fn newest(cache: &Cache, store: &Store, key: HistoryKey) -> Result<Arc<MessagePage>, Arc<StoreError>> {
    cache
        .get_or_load(&key, async || {
            if let Some(conversation) = key.conversation {
                return store.messages(key.user, conversation, Page::Newest, key.limit).await;
            }
            let items = store.newest_messages(key.user, key.limit).await?;
            Ok(MessagePage { items, older: None, newer: None })
        })
        .await
}

/// Drops what is cached of a person's messages. Call it after every committed write to them.
pub async fn forget(cache: &Cache, user: UserId) {
    cache.invalidate_matching(&format!("{}:{user}:*", HistoryKey::NAMESPACE)).await;
}
