//! How long a sign of danger stays with a person: it counts at once and fades slowly.

use std::time::Duration;

use bondhu_store::{StoreError, UserId};

use crate::{
    app::App,
    safety::{CrisisLevel, HelpCard, help_card},
};

/// How long the card stays after a message that gave reason for acute worry.
const ACUTE_FOR: Duration = Duration::from_hours(24);
/// How long a softer banner stays after thoughts of suicide or self-harm were spoken of.
const IDEATION_FOR: Duration = Duration::from_hours(72);

/// The level that still holds for a person: acute for a day, then ideation until the third day is over. A concern is
/// answered where it is said and does not stay.
pub async fn lasting_level(app: &App, user: UserId) -> Result<Option<CrisisLevel>, StoreError> {
    let now = app.clock.now();
    let since = async |span, level: CrisisLevel| {
        app.store.latest_crisis(user, now.minus(span), level.as_i16()).await.map(|crisis| crisis.is_some())
    };
    if since(ACUTE_FOR, CrisisLevel::Acute).await? {
        return Ok(Some(CrisisLevel::Acute));
    }
    // An acute message stays a reason for the softer banner once its day is over.
    Ok(since(IDEATION_FOR, CrisisLevel::Ideation).await?.then_some(CrisisLevel::Ideation))
}

/// The card for what was just said, or for what still holds; none without either. A state that cannot be read leaves
/// what was just said.
pub async fn card(
    app: &App,
    user: UserId,
    country: Option<&str>,
    said: Option<CrisisLevel>,
) -> (Option<CrisisLevel>, Option<HelpCard>) {
    let lasting = lasting_level(app, user).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "what still holds for a person's safety could not be read");
        None
    });
    let level = said.max(lasting);
    (level, level.map(|level| help_card(level.as_i16(), country)))
}
