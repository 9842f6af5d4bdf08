//! The help card's address.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    accounts::identity::SignedIn,
    app::App,
    chat::turn::country,
    http::{
        extract::Query,
        problem::{ApiError, Problem},
    },
    safety::{CrisisLevel, HelpCard, help_card, state::lasting_level},
};

/// The routes of safety, below `/api/v1`.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_help)).routes(routes!(forget_signals))
}

#[derive(Debug, Deserialize, IntoParams)]
struct GetHelp {
    /// Two letters, to see another country's lines.
    country: Option<String>,
}

/// Lists help lines, and whether the card should be on the screen right now
///
/// Open to everybody, signed in or not.
#[utoipa::path(get, path = "/help", tag = "safety", params(GetHelp), security(()),
    responses((status = 200, body = HelpCard), (status = "4XX", body = Problem)))]
async fn get_help(
    State(app): State<Arc<App>>,
    signed_in: Option<SignedIn>,
    Query(query): Query<GetHelp>,
) -> Result<axum::Json<HelpCard>, ApiError> {
    let Some(SignedIn { user, .. }) = signed_in else {
        let country = query.country.as_deref().or(app.config.accounts.default_country.as_deref());
        return Ok(axum::Json(help_card(0, country)));
    };
    let level = lasting_level(&app, user.id).await?.map_or(0, CrisisLevel::as_i16);
    Ok(axum::Json(help_card(level, query.country.as_deref().or(country(&app, &user)))))
}

/// Forgets every sign of danger that is kept with your messages
///
/// The messages stay. The card goes, because nothing is known any more that would keep it.
#[utoipa::path(delete, path = "/help/signals", tag = "safety",
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn forget_signals(State(app): State<Arc<App>>, SignedIn { user, .. }: SignedIn) -> Result<StatusCode, ApiError> {
    app.store.forget_crises(user.id).await?;
    Ok(StatusCode::NO_CONTENT)
}
