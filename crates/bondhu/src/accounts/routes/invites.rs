//! Who may join: the owner's settings and invitations.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use bondhu_store::{InviteId, NewInvite as InviteRow, SignUpMode, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::identity::Owner;
use crate::accounts::{sign_up, token};
use crate::app::App;
use crate::http::extract::{Json, Path};
use crate::http::problem::{ApiError, Problem};

/// How long an invitation can be used.
const VALID_FOR: Duration = Duration::from_hours(7 * 24);

/// Who may make an account.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct SignUpSetting {
    mode: SignUpMode,
}

/// Tells who may sign up
#[utoipa::path(get, path = "/admin/sign-up", tag = "owner",
    responses((status = 200, body = SignUpSetting), (status = "4XX", body = Problem)))]
pub(super) async fn get_sign_up(
    State(app): State<Arc<App>>,
    _owner: Owner,
) -> Result<axum::Json<SignUpSetting>, ApiError> {
    Ok(axum::Json(SignUpSetting { mode: sign_up::mode(&app).await? }))
}

/// Decides who may sign up
#[utoipa::path(put, path = "/admin/sign-up", tag = "owner", request_body = SignUpSetting,
    responses((status = 200, body = SignUpSetting), (status = "4XX", body = Problem)))]
pub(super) async fn set_sign_up(
    State(app): State<Arc<App>>,
    _owner: Owner,
    Json(body): Json<SignUpSetting>,
) -> Result<axum::Json<SignUpSetting>, ApiError> {
    app.store.set_sign_up_mode(body.mode).await?;
    Ok(axum::Json(body))
}

/// An invitation to make an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Invite {
    id: InviteId,
    created_at: Timestamp,
    expires_at: Timestamp,
    /// The username of whoever used it.
    #[schema(required = true)]
    used_by: Option<String>,
    #[schema(required = true)]
    used_at: Option<Timestamp>,
}

/// Invitations, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InviteList {
    items: Vec<Invite>,
}

/// Lists the invitations you have made
#[utoipa::path(get, path = "/admin/invites", tag = "owner",
    responses((status = 200, body = InviteList), (status = "4XX", body = Problem)))]
pub(super) async fn list_invites(
    State(app): State<Arc<App>>,
    owner: Owner,
) -> Result<axum::Json<InviteList>, ApiError> {
    let mut items = Vec::new();
    for row in app.store.invites(owner.0.user.id).await? {
        items.push(with_name(&app, row).await?);
    }
    Ok(axum::Json(InviteList { items }))
}

async fn with_name(app: &App, row: bondhu_store::Invite) -> Result<Invite, ApiError> {
    let used_by = match row.used_by {
        Some(id) => app.store.user(id).await?.map(|user| user.username),
        None => None,
    };
    let bondhu_store::Invite { id, created_at, expires_at, used_at, .. } = row;
    Ok(Invite { id, created_at, expires_at, used_by, used_at })
}

/// An invitation that has just been made.
#[derive(Serialize, ToSchema)]
pub(super) struct NewInvite {
    /// The code to hand on. It is shown this once.
    code: String,
    item: Invite,
}

/// Makes an invitation for one account, good for seven days
#[utoipa::path(post, path = "/admin/invites", tag = "owner",
    responses((status = 201, body = NewInvite), (status = "4XX", body = Problem)))]
pub(super) async fn create_invite(
    State(app): State<Arc<App>>,
    owner: Owner,
) -> Result<(StatusCode, axum::Json<NewInvite>), ApiError> {
    let code = token::fresh("");
    let now = app.clock.now();
    let row = InviteRow {
        id: InviteId(app.clock.new_id()),
        code_hash: code.hash,
        created_by: owner.0.user.id,
        created_at: now,
        expires_at: now.plus(VALID_FOR),
    };
    let item = with_name(&app, app.store.create_invite(row).await?).await?;
    Ok((StatusCode::CREATED, axum::Json(NewInvite { code: code.text, item })))
}

/// Withdraws an invitation
#[utoipa::path(delete, path = "/admin/invites/{id}", tag = "owner", params(("id" = InviteId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn revoke_invite(
    State(app): State<Arc<App>>,
    owner: Owner,
    Path(id): Path<InviteId>,
) -> Result<StatusCode, ApiError> {
    if app.store.delete_invite(owner.0.user.id, id).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound)
    }
}
