//! What somebody can see and change about their own account.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bondhu_store::{User, UserChanges};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use crate::accounts::identity::SignedIn;
use crate::accounts::sign_up::{checked_display_name, checked_password};
use crate::accounts::{password, session, sign_in};
use crate::app::App;
use crate::config::country_code;
use crate::http::client_address::ClientAddress;
use crate::http::extract::Json;
use crate::http::problem::{ApiError, FieldError, Problem};

/// Shows your account
#[utoipa::path(get, path = "/me", tag = "accounts",
    responses((status = 200, body = User), (status = "4XX", body = Problem)))]
pub(super) async fn get_me(SignedIn { user, .. }: SignedIn) -> axum::Json<User> {
    axum::Json(user)
}

/// What to change; a field that is left out stays as it is.
#[derive(Deserialize, ToSchema)]
pub(super) struct UpdateMe {
    /// 1 to 64 characters.
    display_name: Option<String>,
    /// Two letters (ISO 3166-1), for local help lines; null forgets it.
    #[serde(default, deserialize_with = "present")]
    #[expect(clippy::option_option, reason = "left out, null or a country: three things to say")]
    #[schema(value_type = Option<String>)]
    country: Option<Option<String>>,
}

/// Tells a field that is null from one that is left out.
#[expect(clippy::option_option, reason = "left out, null or a country: three things to say")]
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Changes your account
#[utoipa::path(patch, path = "/me", tag = "accounts", request_body = UpdateMe,
    responses((status = 200, body = User), (status = "4XX", body = Problem)))]
pub(super) async fn update_me(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Json(body): Json<UpdateMe>,
) -> Result<axum::Json<User>, ApiError> {
    let changes = checked(body).map_err(|error| ApiError::Invalid(vec![error]))?;
    Ok(axum::Json(app.store.update_user(user.id, changes, app.clock.now()).await?))
}

fn checked(body: UpdateMe) -> Result<UserChanges, FieldError> {
    let country = match body.country {
        Some(Some(text)) => {
            let code = country_code(text.trim());
            let wrong = || FieldError::new("country", "not_a_country", "Use a two-letter country code, such as IN.");
            Some(Some(code.ok_or_else(wrong)?))
        }
        other => other,
    };
    let display_name = body.display_name.as_deref().map(checked_display_name).transpose()?;
    Ok(UserChanges { display_name, country })
}

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
pub(super) struct ChangePassword {
    #[schema(format = Password)]
    current_password: String,
    /// 10 to 200 characters.
    #[schema(min_length = 10, max_length = 200, format = Password)]
    new_password: String,
}

/// Changes your password and signs out every other browser
#[utoipa::path(post, path = "/me/password", tag = "accounts", request_body = ChangePassword,
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn change_password(
    State(app): State<Arc<App>>,
    SignedIn { user, session }: SignedIn,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(body): Json<ChangePassword>,
) -> Result<Response, ApiError> {
    checked_password("new_password", &body.new_password).map_err(|error| ApiError::Invalid(vec![error]))?;
    sign_in::check_again(&app, &user, &body.current_password, address).await?;
    let hash = password::turn().await.hash(&body.new_password).await.map_err(ApiError::Internal)?;
    let mut tx = app.store.begin().await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let mut keep = None;
    if session.is_some() {
        // The browser goes on with a fresh token: whoever copied the old one is out, too.
        let (fresh, cookie) = session::prepare(&app, user.id, &headers);
        keep = Some(tx.create_session(fresh).await?.id);
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    tx.set_password(user.id, &hash, keep, app.clock.now()).await?;
    tx.commit().await?;
    Ok(response)
}
