//! Tokens that programs sign in with.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use bondhu_store::{ApiToken, ApiTokenId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::identity::SignedIn;
use crate::accounts::token::{self, API_TOKEN_PREFIX};
use crate::app::App;
use crate::http::extract::{Json, Path};
use crate::http::problem::{ApiError, Problem};

/// The longest name of a token, in characters.
const NAME_CHARS: usize = 64;

/// Tokens, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiTokenList {
    items: Vec<ApiToken>,
}

/// Lists your API tokens
#[utoipa::path(get, path = "/tokens", tag = "accounts",
    responses((status = 200, body = ApiTokenList), (status = "4XX", body = Problem)))]
pub(super) async fn list_tokens(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
) -> Result<axum::Json<ApiTokenList>, ApiError> {
    Ok(axum::Json(ApiTokenList { items: app.store.api_tokens(user.id).await? }))
}

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct CreateToken {
    /// What it is for, 1 to 64 characters.
    #[schema(min_length = 1, max_length = 64)]
    name: String,
}

/// A token that has just been made.
#[derive(Serialize, ToSchema)]
pub(super) struct NewApiToken {
    /// The token itself. It is shown this once.
    token: String,
    item: ApiToken,
}

/// Makes an API token
#[utoipa::path(post, path = "/tokens", tag = "accounts", request_body = CreateToken,
    responses((status = 201, body = NewApiToken), (status = "4XX", body = Problem)))]
pub(super) async fn create_token(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Json(body): Json<CreateToken>,
) -> Result<(StatusCode, axum::Json<NewApiToken>), ApiError> {
    let name = checked_name(&body.name)?;
    let token = token::fresh(API_TOKEN_PREFIX);
    let new = bondhu_store::NewApiToken {
        id: ApiTokenId(app.clock.new_id()),
        user_id: user.id,
        name,
        token_hash: token.hash,
        created_at: app.clock.now(),
    };
    let item = app.store.create_api_token(new).await?;
    Ok((StatusCode::CREATED, axum::Json(NewApiToken { token: token.text, item })))
}

fn checked_name(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    match name.chars().count() {
        0 => Err(ApiError::invalid("name", "required", "Say what the token is for.")),
        1..=NAME_CHARS => Ok(name.to_owned()),
        _ => Err(ApiError::invalid("name", "too_long", format!("Use at most {NAME_CHARS} characters."))),
    }
}

/// Revokes an API token
#[utoipa::path(delete, path = "/tokens/{id}", tag = "accounts", params(("id" = ApiTokenId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn revoke_token(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<ApiTokenId>,
) -> Result<StatusCode, ApiError> {
    if app.store.delete_api_token(user.id, id).await? { Ok(StatusCode::NO_CONTENT) } else { Err(ApiError::NotFound) }
}
