use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use bondhu_store::{ConversationId, Message, MessageId, MessagePage, Page};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    accounts::identity::SignedIn,
    app::App,
    chat::history,
    http::{
        extract::{Path, Query},
        problem::{ApiError, Problem},
    },
};

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ListMessages {
    /// At most this many, 1 to 100.
    limit: Option<u32>,
    /// Messages older than this one.
    before: Option<MessageId>,
    /// Messages newer than this one.
    after: Option<MessageId>,
    /// Messages on both sides of this one.
    around: Option<MessageId>,
}

impl ListMessages {
    fn page(&self) -> Result<Page, ApiError> {
        match (self.before, self.after, self.around) {
            (None, None, None) => Ok(Page::Newest),
            (Some(id), None, None) => Ok(Page::Before(id)),
            (None, Some(id), None) => Ok(Page::After(id)),
            (None, None, Some(id)) => Ok(Page::Around(id)),
            _ => Err(ApiError::bad_request("wrong_query", "Give at most one of before, after and around.")),
        }
    }
}

/// Lists the messages of a conversation, newest first
#[utoipa::path(get, path = "/conversations/{id}/messages", tag = "messages",
    params(("id" = ConversationId, Path), ListMessages),
    responses((status = 200, body = MessagePage), (status = "4XX", body = Problem)))]
pub(super) async fn list_messages(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<ConversationId>,
    Query(query): Query<ListMessages>,
) -> Result<axum::Json<Arc<MessagePage>>, ApiError> {
    let limit = query.limit.unwrap_or(50).clamp(1, 100);
    let page = match query.page()? {
        Page::Newest => history::newest(&app.cache, &app.store, user.id, Some(id), limit).await?,
        page => Arc::new(app.store.messages(user.id, id, page, limit).await?),
    };
    Ok(axum::Json(page))
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ListHistory {
    /// At most this many, 1 to 100.
    limit: Option<u32>,
}

/// Lists your newest messages over all conversations
#[utoipa::path(get, path = "/history", tag = "messages", params(ListHistory),
    responses((status = 200, body = MessagePage), (status = "4XX", body = Problem)))]
pub(super) async fn list_history(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Query(query): Query<ListHistory>,
) -> Result<axum::Json<Arc<MessagePage>>, ApiError> {
    let limit = query.limit.unwrap_or(50).clamp(1, 100);
    Ok(axum::Json(history::newest(&app.cache, &app.store, user.id, None, limit).await?))
}

/// Shows a message
#[utoipa::path(get, path = "/messages/{id}", tag = "messages", params(("id" = MessageId, Path)),
    responses((status = 200, body = Message), (status = "4XX", body = Problem)))]
pub(super) async fn get_message(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MessageId>,
) -> Result<axum::Json<Message>, ApiError> {
    Ok(axum::Json(app.store.message(user.id, id).await?.ok_or(ApiError::NotFound)?))
}

/// Deletes a message
///
/// What followed it stays.
#[utoipa::path(delete, path = "/messages/{id}", tag = "messages", params(("id" = MessageId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn delete_message(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MessageId>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.begin().await?;
    if !tx.delete_message(user.id, id).await? {
        return Err(ApiError::NotFound);
    }
    tx.commit().await?;
    if let Some(live) = app.live.get(id, user.id) {
        live.stop.cancel();
    }
    // With it goes what was learnt from it alone, which messages elsewhere may show.
    history::forget_all(&app.cache, &app.store, user.id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// The variants of a message, oldest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Variants {
    items: Vec<Message>,
}

/// Lists the variants of a message
#[utoipa::path(get, path = "/messages/{id}/variants", tag = "messages", params(("id" = MessageId, Path)),
    responses((status = 200, body = Variants), (status = "4XX", body = Problem)))]
pub(super) async fn list_variants(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MessageId>,
) -> Result<axum::Json<Variants>, ApiError> {
    let items = app.store.variants(user.id, id).await?;
    if items.is_empty() {
        return Err(ApiError::NotFound);
    }
    Ok(axum::Json(Variants { items }))
}

/// Shows the branch of the conversation that this message is on
#[utoipa::path(post, path = "/messages/{id}/activate", tag = "messages", params(("id" = MessageId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn activate_message(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MessageId>,
) -> Result<StatusCode, ApiError> {
    let message = app.store.message(user.id, id).await?.ok_or(ApiError::NotFound)?;
    if !app.store.activate_message(user.id, id).await? {
        return Err(ApiError::NotFound);
    }
    history::forget(&app.cache, user.id, message.conversation_id).await;
    Ok(StatusCode::NO_CONTENT)
}
