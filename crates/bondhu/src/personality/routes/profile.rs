use std::{sync::Arc, time::Duration};

use axum::{extract::State, http::StatusCode};
use bondhu_store::{Evidence, Lock, PersonalityState, Source, Timestamp, Trait, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::identity::SignedIn,
    app::App,
    http::{
        extract::Path,
        problem::{ApiError, Problem},
    },
    personality::{
        changes::{self, Reason},
        context::{self, PersonalityContext},
        history::{self, PersonalitySnapshot, TraitChange},
        profile::{TraitEstimate, replay},
    },
};

/// The questionnaire is worth another sitting after this long: its authors found results of a half to nine months apart
/// alike, so sooner one mostly measures noise.
const RETAKE_AFTER: Duration = Duration::from_hours(24 * 180);
/// At most so many snapshots are shown.
const MOST_SNAPSHOTS: u32 = 200;

/// What is known of a person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonalityProfile {
    /// The five traits.
    traits: Vec<TraitEstimate>,
    /// What it rests on, by source.
    sources: Vec<SourceSummary>,
    /// When the questionnaire was last finished.
    questionnaire_at: Option<Timestamp>,
    /// From when another sitting is worth it; none before the first.
    retake_at: Option<Timestamp>,
    /// How many of its items are answered or left out in the sitting under way; 0 without one.
    questionnaire_progress: usize,
}

/// How much one source has contributed.
#[derive(Debug, Serialize, ToSchema)]
struct SourceSummary {
    source: Source,
    /// Cues that count.
    counting: usize,
    /// Cues that were struck out.
    vetoed: usize,
}

/// From when another sitting is worth it.
pub(super) fn retake_at(state: Option<PersonalityState>) -> Option<Timestamp> {
    state?.questionnaire_at.map(|at| at.plus(RETAKE_AFTER))
}

/// Shows your personality as far as it is known
///
/// Each trait is a distribution: a mean and a variance on 0 to 100, with the interval that holds it with 95 %. With
/// `evidence` 0 it is that of people in general and says nothing of you.
#[utoipa::path(get, path = "/personality", tag = "personality",
    responses((status = 200, body = PersonalityProfile), (status = "4XX", body = Problem)))]
pub(super) async fn get_personality(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
) -> Result<axum::Json<PersonalityProfile>, ApiError> {
    Ok(axum::Json(profile(&app, user.id).await?))
}

/// Shows what a reply needs to know of you
///
/// How to speak with you now, your own word on your mood, what your messages sounded like, and the traits that stand out.
/// It is kept in the cache under `personality:context:{user_id}` for 30 minutes, where other front ends find it, and
/// dropped at every change.
#[utoipa::path(get, path = "/personality/context", tag = "personality",
    responses((status = 200, body = PersonalityContext), (status = "4XX", body = Problem)))]
pub(super) async fn get_personality_context(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
) -> Result<axum::Json<Arc<PersonalityContext>>, ApiError> {
    Ok(axum::Json(context::of(&app, user.id).await?))
}

async fn profile(app: &App, user: UserId) -> Result<PersonalityProfile, ApiError> {
    let evidence = app.store.evidence(user, app.clock.now()).await?;
    let state = app.store.personality_state(user).await?;
    Ok(PersonalityProfile {
        traits: replay(&evidence, &app.store.locks(user).await?),
        sources: summaries(&evidence),
        questionnaire_at: state.and_then(|state| state.questionnaire_at),
        retake_at: retake_at(state),
        questionnaire_progress: app.store.answers(user).await?.len(),
    })
}

fn summaries(evidence: &[Evidence]) -> Vec<SourceSummary> {
    let summary = |source: Source| {
        let (vetoed, counting): (Vec<_>, Vec<_>) =
            evidence.iter().filter(|one| one.source == source).partition(|one| one.vetoed_at.is_some());
        SourceSummary { source, counting: counting.len(), vetoed: vetoed.len() }
    };
    let all = [Source::Questionnaire, Source::Chat, Source::Music, Source::Video].map(summary);
    all.into_iter().filter(|one| one.counting + one.vetoed > 0).collect()
}

/// Forgets all that is known of your personality
///
/// Evidence, vetoes, locks, history and answers are gone, and what you have said so far is not learnt from again.
#[utoipa::path(delete, path = "/personality", tag = "personality",
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn reset_personality(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.begin().await?;
    tx.reset_personality(user.id, app.clock.now()).await?;
    tx.commit().await?;
    changes::forget(&app, user.id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// How a profile has changed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonalityHistory {
    /// The profile as it was, newest first, at most 200 times.
    items: Vec<PersonalitySnapshot>,
    /// Now against the sitting before the last one, or against the beginning.
    changes: Vec<TraitChange>,
}

/// Shows how your personality was seen over time
///
/// A change is called one only beyond what two sittings differ by chance; until then a trait is `steady`.
#[utoipa::path(get, path = "/personality/history", tag = "personality",
    responses((status = 200, body = PersonalityHistory), (status = "4XX", body = Problem)))]
pub(super) async fn get_personality_history(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
) -> Result<axum::Json<PersonalityHistory>, ApiError> {
    let items = history::read(app.store.snapshots(user.id, MOST_SNAPSHOTS).await?);
    let now = profile(&app, user.id).await?.traits;
    let changes = history::changes(&now, &items);
    Ok(axum::Json(PersonalityHistory { items, changes }))
}

/// Holds a trait where it is
///
/// Evidence goes on being found and shown, and moves the trait again once it is unlocked.
#[utoipa::path(put, path = "/personality/traits/{trait}/lock", tag = "personality", params(("trait" = Trait, Path)),
    responses((status = 200, body = PersonalityProfile), (status = "4XX", body = Problem)))]
pub(super) async fn lock_trait(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(of): Path<Trait>,
) -> Result<axum::Json<PersonalityProfile>, ApiError> {
    let now = app.clock.now();
    let mut tx = app.store.begin().await?;
    let traits = replay(&tx.evidence(user.id, now).await?, &tx.locks(user.id).await?);
    let held = traits.iter().find(|one| one.of == of).ok_or(ApiError::NotFound)?;
    tx.lock_trait(user.id, Lock { of, mean: held.mean, variance: held.variance, locked_at: now }).await?;
    changes::commit(&app, tx, user.id, Reason::Lock).await?;
    Ok(axum::Json(profile(&app, user.id).await?))
}

/// Lets a trait move again
#[utoipa::path(delete, path = "/personality/traits/{trait}/lock", tag = "personality", params(("trait" = Trait, Path)),
    responses((status = 200, body = PersonalityProfile), (status = "4XX", body = Problem)))]
pub(super) async fn unlock_trait(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(of): Path<Trait>,
) -> Result<axum::Json<PersonalityProfile>, ApiError> {
    let mut tx = app.store.begin().await?;
    tx.unlock_trait(user.id, of).await?;
    changes::commit(&app, tx, user.id, Reason::Lock).await?;
    Ok(axum::Json(profile(&app, user.id).await?))
}
