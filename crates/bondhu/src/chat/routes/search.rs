use std::sync::Arc;

use axum::extract::State;
use bondhu_store::{ConversationId, Message, MessageId, Piece, Sender, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    accounts::identity::SignedIn,
    app::App,
    chat::model::{self, ModelStatus},
    http::{
        extract::Query,
        problem::{ApiError, Problem},
    },
};

/// The longest search, in characters.
const MAX_QUERY_CHARS: usize = 200;

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct SearchMessages {
    /// Words that must all occur; the last one may be the beginning of a word.
    q: String,
    /// At most this many, 1 to 50.
    limit: Option<u32>,
    /// Goes on where an earlier page ended: its `older`.
    before: Option<MessageId>,
}

/// A message that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SearchHit {
    message_id: MessageId,
    conversation_id: ConversationId,
    conversation_title: String,
    sender: Sender,
    created_at: Timestamp,
    /// The text around the first hit, in pieces.
    snippet: Vec<Piece>,
}

/// Messages that were found, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SearchHits {
    items: Vec<SearchHit>,
    /// Pass as `before` for the next page; none at the end.
    older: Option<MessageId>,
}

/// Searches your messages
#[utoipa::path(get, path = "/search", tag = "messages", params(SearchMessages),
    responses((status = 200, body = SearchHits), (status = "4XX", body = Problem)))]
pub(super) async fn search_messages(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Query(query): Query<SearchMessages>,
) -> Result<axum::Json<SearchHits>, ApiError> {
    if query.q.chars().count() > MAX_QUERY_CHARS {
        return Err(ApiError::invalid("q", "too_long", "Search for at most 200 characters."));
    }
    let limit = query.limit.unwrap_or(20).clamp(1, 50);
    let page = app.store.search_messages(user.id, &query.q, query.before, limit).await?;
    let items = page.hits.into_iter().map(|hit| {
        let Message { id, conversation_id, sender, created_at, .. } = hit.message;
        SearchHit {
            message_id: id,
            conversation_id,
            conversation_title: hit.conversation_title,
            sender,
            created_at,
            snippet: hit.snippet,
        }
    });
    Ok(axum::Json(SearchHits { items: items.collect(), older: page.older }))
}

/// Tells which language model answers and whether it can be reached
#[utoipa::path(get, path = "/model", tag = "model",
    responses((status = 200, body = ModelStatus), (status = "4XX", body = Problem)))]
pub(super) async fn get_model_status(
    State(app): State<Arc<App>>,
    SignedIn { .. }: SignedIn,
) -> Result<axum::Json<ModelStatus>, ApiError> {
    Ok(axum::Json(model::status(&app.models, &app.cache).await))
}
