//! The browsers somebody is signed in with.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use bondhu_store::{SessionId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::identity::SignedIn;
use crate::app::App;
use crate::http::extract::Path;
use crate::http::problem::{ApiError, Problem};

/// One browser that is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Session {
    id: SessionId,
    /// What the browser calls itself.
    user_agent: String,
    created_at: Timestamp,
    /// To the hour.
    last_seen_at: Timestamp,
    /// Whether this request came from it.
    current: bool,
}

/// Browsers, last used first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionList {
    items: Vec<Session>,
}

/// Lists the browsers you are signed in with
#[utoipa::path(get, path = "/sessions", tag = "accounts",
    responses((status = 200, body = SessionList), (status = "4XX", body = Problem)))]
pub(super) async fn list_sessions(
    State(app): State<Arc<App>>,
    SignedIn { user, session }: SignedIn,
) -> Result<axum::Json<SessionList>, ApiError> {
    let rows = app.store.sessions(user.id, app.clock.now()).await?;
    let items = rows.into_iter().map(|row| Session {
        id: row.id,
        user_agent: row.user_agent,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        current: session == Some(row.id),
    });
    Ok(axum::Json(SessionList { items: items.collect() }))
}

/// Signs a browser out
#[utoipa::path(delete, path = "/sessions/{id}", tag = "accounts", params(("id" = SessionId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn revoke_session(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<SessionId>,
) -> Result<StatusCode, ApiError> {
    if app.store.delete_session(user.id, id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}
