//! The help card's address.

use std::{sync::Arc, time::Duration};

use axum::extract::State;
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
    safety::{CrisisLevel, HelpCard, help_card},
};

/// How long the card stays after a message that gave reason for acute worry.
const ACUTE_FOR: Duration = Duration::from_hours(24);
/// How long a softer banner stays after thoughts of suicide or self-harm were spoken of.
const IDEATION_FOR: Duration = Duration::from_hours(72);

/// The routes of safety, below `/api/v1`.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_help))
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
    let now = app.clock.now();
    let level = match app.store.latest_crisis(user.id, now.minus(ACUTE_FOR), CrisisLevel::Acute.as_i16()).await? {
        Some(crisis) => crisis.level,
        None => app
            .store
            .latest_crisis(user.id, now.minus(IDEATION_FOR), CrisisLevel::Ideation.as_i16())
            .await?
            // An acute message stays a reason for the softer banner once its day is over.
            .map_or(0, |_| CrisisLevel::Ideation.as_i16()),
    };
    Ok(axum::Json(help_card(level, query.country.as_deref().or(country(&app, &user)))))
}
