//! The door: what this instance is, signing up, in and out.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use bondhu_store::User;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::accounts::identity::SignedIn;
use crate::accounts::sign_up::{self, CreateAccount, SignUp};
use crate::accounts::{session, sign_in as credentials};
use crate::app::App;
use crate::http::client_address::ClientAddress;
use crate::http::extract::Json;
use crate::http::problem::{ApiError, Problem};

/// What can be known before signing in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Instance {
    /// `Bondhu`.
    name: &'static str,
    /// The version of the server.
    version: &'static str,
    /// Who can make an account right now.
    sign_up: SignUp,
}

/// Tells what this instance is and who can sign up
#[utoipa::path(get, path = "/instance", tag = "accounts", security(()),
    responses((status = 200, body = Instance), (status = "4XX", body = Problem)))]
pub(super) async fn get_instance(State(app): State<Arc<App>>) -> Result<axum::Json<Instance>, ApiError> {
    let sign_up = sign_up::who_may(&app).await?;
    Ok(axum::Json(Instance { name: "Bondhu", version: env!("CARGO_PKG_VERSION"), sign_up }))
}

/// The person who is signed in from now on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SignedInUser {
    user: User,
}

/// Makes an account and signs in
#[utoipa::path(post, path = "/accounts", tag = "accounts", security(()), request_body = CreateAccount,
    responses((status = 201, body = SignedInUser), (status = "4XX", body = Problem)))]
pub(super) async fn create_account(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Json(body): Json<CreateAccount>,
) -> Result<impl IntoResponse, ApiError> {
    let user = sign_up::create(&app, body).await?;
    let cookie = session::start(&app, user.id, &headers).await?;
    Ok((StatusCode::CREATED, with_cookie(cookie), axum::Json(SignedInUser { user })))
}

/// A username and the password that goes with it.
#[derive(Deserialize, ToSchema)]
pub(super) struct SignIn {
    username: String,
    #[schema(format = Password)]
    password: String,
}

/// Signs in
#[utoipa::path(post, path = "/session", tag = "accounts", security(()), request_body = SignIn,
    responses((status = 200, body = SignedInUser), (status = "4XX", body = Problem)))]
pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(body): Json<SignIn>,
) -> Result<impl IntoResponse, ApiError> {
    let user = credentials::check(&app, &body.username, &body.password, address).await?;
    let cookie = session::start(&app, user.id, &headers).await?;
    Ok((with_cookie(cookie), axum::Json(SignedInUser { user })))
}

/// Signs out
#[utoipa::path(delete, path = "/session", tag = "accounts",
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn sign_out(
    State(app): State<Arc<App>>,
    SignedIn { user, session }: SignedIn,
) -> Result<impl IntoResponse, ApiError> {
    if let Some(session) = session {
        app.store.delete_session(user.id, session).await?;
    }
    Ok((StatusCode::NO_CONTENT, with_cookie(session::clear_cookie(&app)?)))
}

fn with_cookie(cookie: HeaderValue) -> [(header::HeaderName, HeaderValue); 1] {
    [(header::SET_COOKIE, cookie)]
}
