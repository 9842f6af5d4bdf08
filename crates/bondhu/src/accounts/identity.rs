//! Who a request comes from.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::{header, request::Parts};
use bondhu_store::{ApiTokenId, SessionId, User};

use crate::accounts::{session, token};
use crate::app::App;
use crate::http::problem::ApiError;

/// The last use of a token is noted at most this often.
const NOTE_USE_EVERY: Duration = Duration::from_hours(1);

/// The person a request comes from, by session cookie or API token. Answers 401 to everybody else.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// Their session; none when a program came with an API token.
    pub session: Option<SessionId>,
}

/// The owner of the instance. Answers 403 to everybody else who is signed in.
#[derive(Debug, Clone)]
pub struct Owner(pub SignedIn);

impl FromRequestParts<Arc<App>> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        identify(parts, app).await?.ok_or_else(ApiError::not_signed_in)
    }
}

impl OptionalFromRequestParts<Arc<App>> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Option<Self>, ApiError> {
        identify(parts, app).await
    }
}

impl FromRequestParts<Arc<App>> for Owner {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, ApiError> {
        let signed_in = identify(parts, app).await?.ok_or_else(ApiError::not_signed_in)?;
        if signed_in.user.is_owner {
            Ok(Self(signed_in))
        } else {
            Err(ApiError::forbidden("owner_only", "Only the owner of this Bondhu can do this."))
        }
    }
}

/// A bearer token counts alone: whoever sends one means it, and a cookie beside it would hide that it is wrong.
async fn identify(parts: &Parts, app: &App) -> Result<Option<SignedIn>, ApiError> {
    if let Some(bearer) = bearer(parts) {
        let Some((id, user)) = app.store.user_by_token_hash(&token::hash(bearer)).await? else { return Ok(None) };
        note_use(app, id, &user).await;
        return Ok(Some(SignedIn { user, session: None }));
    }
    let Some((session, user)) = session::resolve(app, &parts.headers).await? else { return Ok(None) };
    session::keep_alive(app, &session).await;
    Ok(Some(SignedIn { user, session: Some(session.id) }))
}

/// The token of an `Authorization: Bearer` header (RFC 6750 §2.1). Another scheme is a proxy's business.
fn bearer(parts: &Parts) -> Option<&str> {
    let (scheme, token) = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A request does not fail because its token's last use could not be noted.
async fn note_use(app: &App, id: ApiTokenId, user: &User) {
    let count = app.cache.increment(&format!("token:noted:{id}"), NOTE_USE_EVERY).await;
    if count.value > 1 {
        return;
    }
    if let Err(error) = app.store.touch_api_token(id, user.id, app.clock.now()).await {
        tracing::warn!(%error, token = %id, "the use of an API token could not be noted");
    }
}
