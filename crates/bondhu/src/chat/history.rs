//! Cached reads of the newest messages. Every write to a person's messages drops that person's keys.

use std::sync::Arc;

use bondhu_cache::{Cache, CacheKey};
use bondhu_store::{ConversationId, MessagePage, Page, Store, StoreError, UserId};

use crate::cache_keys::{HISTORY_LIMITS, HistoryKey};

/// A person's newest messages, of one conversation or of all, at most `limit`.
pub async fn newest(
    cache: &Cache,
    store: &Store,
    user: UserId,
    conversation: Option<ConversationId>,
    limit: u32,
) -> Result<Arc<MessagePage>, Arc<StoreError>> {
    let kept = HISTORY_LIMITS.into_iter().find(|kept| *kept >= limit).unwrap_or(limit);
    let key = HistoryKey { user, conversation, limit: kept };
    let page = cache
        .get_or_load(&key, async || {
            if let Some(conversation) = conversation {
                return store.messages(user, conversation, Page::Newest, kept).await;
            }
            let items = store.newest_messages(user, kept).await?;
            Ok(MessagePage { items, older: None, newer: None })
        })
        .await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if page.items.len() <= limit {
        return Ok(page);
    }
    let items = page.items[..limit].to_vec();
    let older = if conversation.is_some() { items.last().map(|message| message.id) } else { None };
    Ok(Arc::new(MessagePage { items, older, newer: None }))
}

/// Drops what is cached of a conversation's messages. Call it after every committed write to them.
pub async fn forget(cache: &Cache, user: UserId, conversation: ConversationId) {
    cache.invalidate_all(&keys(user, &[conversation])).await;
}

/// Drops what is cached of all of a person's messages, where a change shows in any of their conversations. It names the
/// pages of each, so it takes as long as they have conversations, however many keys the server holds for others.
pub async fn forget_all(cache: &Cache, store: &Store, user: UserId) {
    match store.conversation_ids(user).await {
        Ok(conversations) => cache.invalidate_all(&keys(user, &conversations)).await,
        Err(error) => {
            tracing::warn!(%error, "a person's conversations cannot be listed, so all keys of the cache are looked through");
            cache.invalidate_matching(&format!("{}:{user}:*", HistoryKey::NAMESPACE)).await;
        }
    }
}

/// Every page that may be kept: those over all conversations, and those of these.
fn keys(user: UserId, conversations: &[ConversationId]) -> Vec<HistoryKey> {
    let places = std::iter::once(None).chain(conversations.iter().copied().map(Some));
    places.flat_map(|conversation| HISTORY_LIMITS.map(|limit| HistoryKey { user, conversation, limit })).collect()
}
