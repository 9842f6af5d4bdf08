use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};
use bondhu_store::{ConversationId, Message, MessageId, Sender};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::{
    accounts::identity::SignedIn,
    app::App,
    chat::{
        stream::{StreamEvent, respond},
        turn,
    },
    http::{
        extract::{Json, Path, Query},
        problem::{ApiError, Problem},
    },
};

/// The longest idempotency key, in bytes.
const MAX_KEY_BYTES: usize = 100;

#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct SendMessage {
    /// 1 to 5,000 characters.
    text: String,
}

/// Says something and streams the reply
///
/// The reply is written to its end whether or not the stream is read; come back to it with `stream_reply`.
#[utoipa::path(post, path = "/conversations/{id}/messages", tag = "replies",
    params(("id" = ConversationId, Path), ("Idempotency-Key" = Option<String>, Header,
        description = "The same key never stores a message twice; it leads back to the turn that is there.")),
    request_body = SendMessage,
    responses((status = 200, body = StreamEvent, content_type = "text/event-stream"),
        (status = 409, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn send_message(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<ConversationId>,
    headers: HeaderMap,
    Json(body): Json<SendMessage>,
) -> Result<Response, ApiError> {
    let begun = turn::send(&app, &user, id, body.text, idempotency_key(&headers)?).await?;
    Ok(respond(Some(begun.started), begun.progress, 0))
}

/// Says an earlier message again in other words and streams the reply
#[utoipa::path(post, path = "/messages/{id}/edit", tag = "replies",
    params(("id" = MessageId, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = SendMessage,
    responses((status = 200, body = StreamEvent, content_type = "text/event-stream"),
        (status = 409, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn edit_message(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MessageId>,
    headers: HeaderMap,
    Json(body): Json<SendMessage>,
) -> Result<Response, ApiError> {
    let begun = turn::edit(&app, &user, id, body.text, idempotency_key(&headers)?).await?;
    Ok(respond(Some(begun.started), begun.progress, 0))
}

/// Streams another reply to the same message
#[utoipa::path(post, path = "/messages/{id}/regenerate", tag = "replies", params(("id" = MessageId, Path)),
    responses((status = 200, body = StreamEvent, content_type = "text/event-stream"),
        (status = 409, body = Problem), (status = "4XX", body = Problem)))]
pub(super) async fn regenerate_reply(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MessageId>,
) -> Result<Response, ApiError> {
    let begun = turn::regenerate(&app, &user, id).await?;
    Ok(respond(Some(begun.started), begun.progress, 0))
}

/// Stops a reply and keeps what came
#[utoipa::path(post, path = "/messages/{id}/stop", tag = "replies", params(("id" = MessageId, Path)),
    responses((status = 200, body = Message), (status = "4XX", body = Problem)))]
pub(super) async fn stop_reply(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MessageId>,
) -> Result<axum::Json<Message>, ApiError> {
    Ok(axum::Json(turn::stop(&app, &user, id).await?))
}

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct StreamReply {
    /// Where to go on, instead of the header `Last-Event-ID`.
    after: Option<usize>,
}

/// Comes back to a reply, from where the stream was left
#[utoipa::path(get, path = "/messages/{id}/stream", tag = "replies",
    params(("id" = MessageId, Path), ("Last-Event-ID" = Option<String>, Header), StreamReply),
    responses((status = 200, body = StreamEvent, content_type = "text/event-stream"), (status = "4XX", body = Problem)))]
pub(super) async fn stream_reply(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MessageId>,
    Query(query): Query<StreamReply>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let offset = last.or(query.after).unwrap_or_default();
    let reply = app.store.message(user.id, id).await?.filter(|message| message.sender == Sender::Companion);
    let progress = turn::follow(&app, &user, reply.ok_or(ApiError::NotFound)?).await?;
    Ok(respond(None, progress, offset))
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    match key.to_str() {
        Ok(key) if (1..=MAX_KEY_BYTES).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(ApiError::bad_request(
            "wrong_idempotency_key",
            "An Idempotency-Key has 1 to 100 plain characters; a random UUID is a good one.",
        )),
    }
}
