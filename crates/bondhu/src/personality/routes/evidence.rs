use std::sync::{Arc, LazyLock};

use axum::{extract::State, http::StatusCode};
use bondhu_store::{Evidence, EvidenceId, MessageId, Source, Timestamp, Trait};
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
        profile::effect,
        scale::rows,
    },
};

static LABELS: LazyLock<Vec<(Source, &'static str, &'static str)>> = LazyLock::new(|| {
    let row = |cells: Vec<&'static str>| (cells[0].parse().expect("a label is for a source"), cells[1], cells[2]);
    rows(include_str!("../../../data/personality/labels.tsv")).map(row).collect()
});

/// One thing that your profile rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvidenceItem {
    id: EvidenceId,
    source: Source,
    /// Stable name within its source.
    cue: String,
    /// The cue in words.
    label: String,
    /// The trait it speaks of.
    #[serde(rename = "trait")]
    of: Trait,
    /// How much it counts now; what is known of people in general counts 1. 0 when struck out.
    weight: f64,
    /// Points by which the trait would differ without it. 0 when struck out, or while the trait is locked.
    delta: f64,
    /// Messages it was found in.
    message_ids: Vec<MessageId>,
    /// When it stops counting, unless it is found again.
    expires_at: Option<Timestamp>,
    /// When you struck it out.
    vetoed_at: Option<Timestamp>,
    /// When it was last found.
    found_at: Timestamp,
}

/// All that your profile rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EvidenceList {
    items: Vec<EvidenceItem>,
}

/// Lists everything your profile rests on, with what each piece does
#[utoipa::path(get, path = "/personality/evidence", tag = "personality",
    responses((status = 200, body = EvidenceList), (status = "4XX", body = Problem)))]
pub(super) async fn list_evidence(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
) -> Result<axum::Json<EvidenceList>, ApiError> {
    let evidence = app.store.evidence(user.id, app.clock.now()).await?;
    let locks = app.store.locks(user.id).await?;
    let item = |one: &Evidence| {
        let (weight, delta) = effect(one, &evidence);
        let is_locked = locks.iter().any(|lock| lock.of == one.of);
        let label = LABELS.iter().find(|(source, cue, _)| *source == one.source && *cue == one.cue);
        EvidenceItem {
            id: one.id,
            source: one.source,
            cue: one.cue.clone(),
            label: label.map_or_else(|| one.cue.replace('_', " "), |(_, _, label)| (*label).to_owned()),
            of: one.of,
            weight,
            delta: if is_locked { 0.0 } else { delta },
            // Written by this program; a row that does not decode only loses its examples.
            message_ids: serde_json::from_str(&one.message_ids).unwrap_or_default(),
            expires_at: one.expires_at,
            vetoed_at: one.vetoed_at,
            found_at: one.updated_at,
        }
    };
    Ok(axum::Json(EvidenceList { items: evidence.iter().map(item).collect() }))
}

/// Strikes a cue out
///
/// The profile is worked out again without it, and it is not learnt again.
#[utoipa::path(delete, path = "/personality/evidence/{id}", tag = "personality", params(("id" = EvidenceId, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn veto_evidence(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<EvidenceId>,
) -> Result<StatusCode, ApiError> {
    let now = app.clock.now();
    set(&app, user.id, id, Some(now)).await
}

/// Lets a cue count again that was struck out
#[utoipa::path(post, path = "/personality/evidence/{id}/restore", tag = "personality",
    params(("id" = EvidenceId, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
pub(super) async fn restore_evidence(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<EvidenceId>,
) -> Result<StatusCode, ApiError> {
    set(&app, user.id, id, None).await
}

async fn set(
    app: &App,
    user: bondhu_store::UserId,
    id: EvidenceId,
    vetoed_at: Option<Timestamp>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.begin().await?;
    if !tx.veto_evidence(user, id, vetoed_at).await? {
        return Err(ApiError::NotFound);
    }
    changes::commit(app, tx, user, Reason::Veto).await?;
    Ok(StatusCode::NO_CONTENT)
}
