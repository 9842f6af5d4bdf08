//! Memories as a person sees them: look, add, pin, correct, forget, pause.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use bondhu_store::{
    CreatedBy, Memory, MemoryFilter, MemoryId, MemoryKind, MemorySource, MemoryStatus, MessageId, Polarity, UserId,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    embedding,
    fact::{Fact, key_hash},
    wording,
};
use crate::{
    accounts::identity::SignedIn,
    app::App,
    cache_keys::PersonalityContextKey,
    chat::history,
    http::{
        extract::{Json, Path, Query},
        problem::{ApiError, Problem},
    },
};

/// The longest object, in characters.
const LONGEST: usize = 300;

/// All routes of memories, below `/api/v1`.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_memories, create_memory, forget_memories))
        .routes(routes!(get_memory_settings, change_memory_settings))
        .routes(routes!(get_memory, change_memory, forget_memory))
        .routes(routes!(list_message_memories))
}

/// A memory with the messages that it was said in.
#[derive(Debug, Serialize, ToSchema)]
struct MemoryItem {
    #[serde(flatten)]
    memory: Memory,
    /// It in a few words, such as `sister: Asha`.
    line: String,
    /// The messages that it was said in, oldest first.
    sources: Vec<MemorySource>,
}

impl MemoryItem {
    fn new(memory: Memory, sources: Vec<MemorySource>) -> Self {
        Self { line: wording::line(&memory.predicate, &memory.object, memory.polarity), memory, sources }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
struct ListMemories {
    /// Of this kind alone.
    kind: Option<MemoryKind>,
    /// With this status alone; those in use if left out.
    status: Option<MemoryStatus>,
    /// Older than this one.
    before: Option<MemoryId>,
    /// At most this many, 1 to 100; 50 if left out.
    limit: Option<u32>,
}

/// How many memories of a kind are in use.
#[derive(Debug, Serialize, ToSchema)]
struct KindCount {
    kind: MemoryKind,
    count: i64,
}

/// Part of what is remembered.
#[derive(Debug, Serialize, ToSchema)]
struct MemoryPage {
    /// Last learnt first.
    items: Vec<MemoryItem>,
    /// There are older ones: ask for those before this.
    older: Option<MemoryId>,
    /// How many are in use, by kind.
    counts: Vec<KindCount>,
    /// Nothing new is learnt, and nothing is recalled.
    paused: bool,
}

/// Lists what is remembered about you
#[utoipa::path(get, path = "/memories", tag = "memories", params(ListMemories),
    responses((status = 200, body = MemoryPage), (status = "4XX", body = Problem)))]
async fn list_memories(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Query(query): Query<ListMemories>,
) -> Result<axum::Json<MemoryPage>, ApiError> {
    let limit = query.limit.unwrap_or(50).clamp(1, 100);
    let filter = MemoryFilter { kind: query.kind, status: query.status, before: query.before };
    let mut memories = app.store.memories(user.id, filter, limit + 1).await?;
    let more = memories.len() > limit as usize;
    memories.truncate(limit as usize);
    let older = if more { memories.last().map(|memory| memory.id) } else { None };
    let counts = app.store.count_memories(user.id).await?;
    let counts = counts.into_iter().map(|(kind, count)| KindCount { kind, count }).collect();
    let paused = app.store.memory_settings(user.id).await?.paused;
    Ok(axum::Json(MemoryPage { items: with_sources(&app, user.id, memories).await?, older, counts, paused }))
}

async fn with_sources(app: &App, user: UserId, memories: Vec<Memory>) -> Result<Vec<MemoryItem>, ApiError> {
    let ids = || memories.iter().map(|memory| memory.id);
    let (Some(from), Some(to)) = (ids().min(), ids().max()) else { return Ok(Vec::new()) };
    let sources = app.store.memory_sources(user, from, to).await?;
    let of = |id| sources.iter().filter(|source| source.memory_id == id).cloned().collect();
    Ok(memories.iter().map(|memory| MemoryItem::new(memory.clone(), of(memory.id))).collect())
}

#[derive(Debug, Deserialize, ToSchema)]
struct CreateMemory {
    /// What to remember, 1 to 300 characters.
    object: String,
    /// What it is about; `other` if left out.
    kind: Option<MemoryKind>,
    /// What is said, such as `lives_in`; a note in your own words if left out.
    predicate: Option<String>,
}

/// Has something remembered in your own words
#[utoipa::path(post, path = "/memories", tag = "memories", request_body = CreateMemory,
    responses((status = 201, body = MemoryItem), (status = "4XX", body = Problem)))]
async fn create_memory(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Json(body): Json<CreateMemory>,
) -> Result<(StatusCode, axum::Json<MemoryItem>), ApiError> {
    let predicate = predicate(body.predicate)?;
    let mut fact = own_fact(&app, &predicate, object(&body.object)?, None);
    if predicate == "note" || body.kind.is_some() {
        fact.kind = body.kind.unwrap_or(MemoryKind::Other);
    }
    let mut tx = app.store.begin().await?;
    let row = fact.row(user.id, app.clock.new_id(), None, app.clock.now());
    let learnt = tx.remember(user.id, row).await?;
    embedding::ask(&app, &mut tx, user.id).await?;
    tx.commit().await?;
    changed(&app, user.id).await;
    let memory = learnt.memory.ok_or(ApiError::NotFound)?;
    Ok((StatusCode::CREATED, axum::Json(MemoryItem::new(memory, Vec::new()))))
}

fn own_fact(app: &App, predicate: &str, object: String, polarity: Option<Polarity>) -> Fact {
    let fact = Fact::new(predicate, object, app.clock.now());
    let polarity = polarity.unwrap_or(fact.polarity);
    Fact { polarity, confidence: 0.99, created_by: CreatedBy::User, ..fact }
}

fn object(text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(ApiError::invalid("object", "empty", "Write what to remember.")),
        1..=LONGEST => Ok(text.to_owned()),
        _ => {
            Err(ApiError::invalid("object", "too_long", "A memory has at most 300 characters. Say it in fewer words."))
        }
    }
}

fn predicate(text: Option<String>) -> Result<String, ApiError> {
    let Some(text) = text else { return Ok("note".to_owned()) };
    let plain = text.chars().all(|c| c.is_ascii_lowercase() || c == '_') && (1..=40).contains(&text.len());
    if plain {
        return Ok(text);
    }
    Err(ApiError::invalid(
        "predicate",
        "malformed",
        "A predicate is a few small letters and underscores, such as lives_in.",
    ))
}

/// Shows a memory
#[utoipa::path(get, path = "/memories/{id}", tag = "memories", params(("id" = MemoryId, Path)),
    responses((status = 200, body = MemoryItem), (status = "4XX", body = Problem)))]
async fn get_memory(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MemoryId>,
) -> Result<axum::Json<MemoryItem>, ApiError> {
    item(&app, user.id, id).await
}

async fn item(app: &App, user: UserId, id: MemoryId) -> Result<axum::Json<MemoryItem>, ApiError> {
    let memory = app.store.memory(user, id).await?.ok_or(ApiError::NotFound)?;
    Ok(axum::Json(MemoryItem::new(memory, app.store.memory_sources(user, id, id).await?)))
}

#[derive(Debug, Deserialize, ToSchema)]
struct ChangeMemory {
    /// What it should say instead, 1 to 300 characters. The older form is kept as rejected.
    object: Option<String>,
    /// Pinned memories never fade.
    pinned: Option<bool>,
    /// True: this is wrong; it is not used and not learnt again.
    rejected: Option<bool>,
}

/// Corrects, pins or rejects a memory
///
/// A correction answers with a new memory that takes its place.
#[utoipa::path(patch, path = "/memories/{id}", tag = "memories", params(("id" = MemoryId, Path)),
    request_body = ChangeMemory, responses((status = 200, body = MemoryItem), (status = "4XX", body = Problem)))]
async fn change_memory(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MemoryId>,
    Json(body): Json<ChangeMemory>,
) -> Result<axum::Json<MemoryItem>, ApiError> {
    let new_object = body.object.as_deref().map(object).transpose()?;
    let mut tx = app.store.begin().await?;
    let old = tx.memory(user.id, id).await?.ok_or(ApiError::NotFound)?;
    let now = app.clock.now();
    let mut changed_id = id;
    if let Some(object) = new_object.filter(|object| *object != old.object) {
        let fact = own_fact(&app, &old.predicate, object, Some(old.polarity));
        let row = Fact { kind: old.kind, ..fact }.row(user.id, app.clock.new_id(), None, now);
        let learnt = tx.correct_memory(user.id, id, row).await?.ok_or_else(not_in_use)?;
        changed_id = learnt.memory.ok_or(ApiError::NotFound)?.id;
    }
    let status = match (body.rejected, body.pinned) {
        (Some(true), _) => Some(MemoryStatus::Rejected),
        (_, Some(true)) => Some(MemoryStatus::Pinned),
        (_, Some(false)) => Some(MemoryStatus::Active),
        _ => None,
    };
    if let Some(status) = status
        && !tx.set_memory_status(user.id, changed_id, status, now).await?
    {
        return Err(not_in_use());
    }
    embedding::ask(&app, &mut tx, user.id).await?;
    tx.commit().await?;
    changed(&app, user.id).await;
    item(&app, user.id, changed_id).await
}

fn not_in_use() -> ApiError {
    ApiError::conflict(
        "memory_not_in_use",
        "This memory has been replaced or rejected already. Look at the list again.",
    )
}

#[derive(Debug, Deserialize, IntoParams)]
struct ForgetMemory {
    /// True: take back that it was learnt, so that what it replaced holds again.
    #[serde(default)]
    undo: bool,
}

/// Forgets a memory, everywhere and at once
///
/// The messages it came from stay in their conversation; they are not recalled any more, and do not teach it again.
#[utoipa::path(delete, path = "/memories/{id}", tag = "memories", params(("id" = MemoryId, Path), ForgetMemory),
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn forget_memory(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MemoryId>,
    Query(query): Query<ForgetMemory>,
) -> Result<StatusCode, ApiError> {
    let mut tx = app.store.begin().await?;
    let (slot, merge_key) = tx.memory_identity(user.id, id).await?.ok_or(ApiError::NotFound)?;
    let (hash, now) = (key_hash(user.id, &slot, &merge_key), app.clock.now());
    let gone = if query.undo {
        tx.unlearn_memory(user.id, id, &hash, now).await?
    } else {
        tx.forget_memory(user.id, id, &hash, now).await?
    };
    if !gone {
        return Err(ApiError::NotFound);
    }
    tx.commit().await?;
    changed(&app, user.id).await;
    Ok(StatusCode::NO_CONTENT)
}

/// How much was forgotten.
#[derive(Debug, Serialize, ToSchema)]
struct Forgotten {
    /// How many memories.
    count: u64,
}

/// Forgets everything that is remembered about you
///
/// Conversations stay; nothing that was said until now is recalled any more.
#[utoipa::path(delete, path = "/memories", tag = "memories",
    responses((status = 200, body = Forgotten), (status = "4XX", body = Problem)))]
async fn forget_memories(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
) -> Result<axum::Json<Forgotten>, ApiError> {
    let mut tx = app.store.begin().await?;
    let count = tx.forget_everything(user.id).await?;
    tx.commit().await?;
    changed(&app, user.id).await;
    Ok(axum::Json(Forgotten { count }))
}

/// Whether remembering is paused.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct RememberingSettings {
    /// Nothing new is learnt, and nothing is recalled.
    paused: bool,
}

/// Shows whether remembering is paused
#[utoipa::path(get, path = "/memories/settings", tag = "memories",
    responses((status = 200, body = RememberingSettings), (status = "4XX", body = Problem)))]
async fn get_memory_settings(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
) -> Result<axum::Json<RememberingSettings>, ApiError> {
    let paused = app.store.memory_settings(user.id).await?.paused;
    Ok(axum::Json(RememberingSettings { paused }))
}

/// Pauses or resumes remembering
#[utoipa::path(patch, path = "/memories/settings", tag = "memories", request_body = RememberingSettings,
    responses((status = 200, body = RememberingSettings), (status = "4XX", body = Problem)))]
async fn change_memory_settings(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Json(body): Json<RememberingSettings>,
) -> Result<axum::Json<RememberingSettings>, ApiError> {
    app.store.pause_memory(user.id, body.paused).await?;
    changed(&app, user.id).await;
    Ok(axum::Json(body))
}

/// A memory that a reply was given to go by.
#[derive(Debug, Serialize, ToSchema)]
struct UsedMemory {
    /// The fact, where it is one.
    memory: Option<MemoryItem>,
    /// Otherwise an earlier message of yours.
    source: Option<MemorySource>,
    /// How well it fitted; comparable within one reply.
    score: f64,
    /// What the score is made of: `words`, `related`, `neighbours`, `conversation`, all multiplied by `factor`. Where an
    /// embedding model is set, also how near it is in `meaning`, and its places in both rankings, `words_rank` and
    /// `meaning_rank`, which the score is then made of.
    signals: std::collections::BTreeMap<String, f64>,
}

/// What a message taught and what a reply was given to go by.
#[derive(Debug, Serialize, ToSchema)]
struct MessageMemories {
    /// First learnt from this message.
    learnt: Vec<MemoryItem>,
    /// Given to this reply.
    used: Vec<UsedMemory>,
}

/// Shows what a message taught, or what a reply was given to go by
#[utoipa::path(get, path = "/messages/{id}/memories", tag = "memories", params(("id" = MessageId, Path)),
    responses((status = 200, body = MessageMemories), (status = "4XX", body = Problem)))]
async fn list_message_memories(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(id): Path<MessageId>,
) -> Result<axum::Json<MessageMemories>, ApiError> {
    app.store.message(user.id, id).await?.ok_or(ApiError::NotFound)?;
    let learnt = app.store.memories_learnt_from(user.id, id).await?;
    let learnt = with_sources(&app, user.id, learnt).await?;
    let used = app.store.memory_uses(user.id, id).await?.into_iter().map(|used| {
        let source = used.source;
        let item = used.memory.map(|memory| MemoryItem::new(memory, source.clone().into_iter().collect()));
        let signals = serde_json::from_str(&used.signals).unwrap_or_default();
        UsedMemory { source: if item.is_some() { None } else { source }, memory: item, score: used.score, signals }
    });
    Ok(axum::Json(MessageMemories { learnt, used: used.collect() }))
}

/// What was read before this change may hold what is gone now: the index, the pages of history, the prompt's context.
async fn changed(app: &App, user: UserId) {
    app.recall.forget(user);
    history::forget_all(&app.cache, &app.store, user).await;
    app.cache.invalidate(&PersonalityContextKey(user)).await;
}
