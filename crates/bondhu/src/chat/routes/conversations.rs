use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use bondhu_store::{Conversation, ConversationId, NewConversation, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    accounts::identity::SignedIn,
    app::App,
    chat::{history, text},
    http::{
        extract::{Json, Path, Query},
        problem::{ApiError, Problem},
    },
};

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ListConversations {
    /// At most this many, 1 to 100.
    limit: Option<u32>,
    /// Goes on where an earlier page ended: its `next_cursor`.
    cursor: Option<String>,
}

/// A page of conversations, the one with the newest message first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ConversationPage {
    items: Vec<Conversation>,
    /// Pass as `cursor` for the next page; none at the end.
    next_cursor: Option<String>,
}

/// Lists your conversations
#[utoipa::path(get, path = "/conversations", tag = "conversations", params(ListConversations),
    responses((status = 200, body = ConversationPage), (status = "4XX", body = Problem)))]
pub(super) async fn list_conversations(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Query(query): Query<ListConversations>,
) -> Result<axum::Json<ConversationPage>, ApiError> {
    let limit = query.limit.unwrap_or(30).clamp(1, 100);
    let before = query.cursor.as_deref().map(parse_cursor).transpose()?;
    let items = app.store.conversations(user.id, before, limit).await?;
    let is_full = items.len() == limit as usize;
    let next_cursor =
        items.last().filter(|_| is_full).map(|last| format!("{}_{}", last.updated_at.as_millis(), last.id));
    Ok(axum::Json(ConversationPage { items, next_cursor }))
}

fn parse_cursor(cursor: &str) -> Result<(Timestamp, ConversationId), ApiError> {
    let parsed = cursor
        .split_once('_')
        .and_then(|(time, id)| Some((Timestamp::from_millis(time.parse().ok()?), id.parse().ok()?)));
    parsed.ok_or_else(|| ApiError::bad_request("wrong_cursor", "Use the next_cursor of an earlier page, unchanged."))
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CreateConversation {
    /// A name; otherwise the first message names it.
    title: Option<String>,
}

/// Begins a conversation
#[utoipa::path(post, path = "/conversations", tag = "conversations", request_body = CreateConversation,
    responses((status = 201, body = Conversation), (status = "4XX", body = Problem)))]
pub(super) async fn create_conversation(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Json(body): Json<CreateConversation>,
) -> Result<(StatusCode, axum::Json<Conversation>), ApiError> {
    let title = body.title.as_deref().map(text::title).transpose()?;
    let new = NewConversation {
        id: ConversationId(app.clock.new_id()),
        title: text::UNTITLED.to_owned(),
        now: app.clock.now(),
    };
    let mut conversation = app.store.create_conversation(user.id, new).await?;
    if let Some(title) = title {
        app.store.rename_conversation(user.id, conversation.id, &title, app.clock.now()).await?;
        conversation.title = title;
        conversation.title_is_custom = true;
    }
    Ok((StatusCode::CREATED, axum::Json(conversation)))
}

/// Shows a conversation
#[utoipa::path(get, path = "/conversations/{id}", tag = "conversations", params(("id" = ConversationId, Path)),
    responses((status = 200, body = Conversation), (status = "4XX", body = Problem)))]
pub(super) async fn get_conversation(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<ConversationId>,
) -> Result<axum::Json<Conversation>, ApiError> {
    Ok(axum::Json(app.store.conversation(user.id, id).await?.ok_or(ApiError::NotFound)?))
}

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct RenameConversation {
    /// 1 to 120 characters.
    title: String,
}

/// Renames a conversation
#[utoipa::path(patch, path = "/conversations/{id}", tag = "conversations", params(("id" = ConversationId, Path)),
    request_body = RenameConversation,
    responses((status = 200, body = Conversation), (status = "4XX", body = Problem)))]
pub(super) async fn rename_conversation(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<ConversationId>,
    Json(body): Json<RenameConversation>,
) -> Result<axum::Json<Conversation>, ApiError> {
    let title = text::title(&body.title)?;
    if !app.store.rename_conversation(user.id, id, &title, app.clock.now()).await? {
        return Err(ApiError::NotFound);
    }
    Ok(axum::Json(app.store.conversation(user.id, id).await?.ok_or(ApiError::NotFound)?))
}

/// Deletes a conversation with all its messages
#[utoipa::path(delete, path = "/conversations/{id}", tag = "conversations", params(("id" = ConversationId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn delete_conversation(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<ConversationId>,
) -> Result<StatusCode, ApiError> {
    if !app.store.delete_conversation(user.id, id).await? {
        return Err(ApiError::NotFound);
    }
    history::forget(&app.cache, user.id, id).await;
    Ok(StatusCode::NO_CONTENT)
}
