//! The operator's addresses; for the owner only.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::stream;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    accounts::identity::Owner,
    admin::{
        dead_letters::{self, DeadTaskCount, DeadTaskDetail, DeadTaskPage},
        overview::{self, TaskOverview},
    },
    app::App,
    http::{
        extract::{Path, Query},
        problem::{ApiError, Problem},
    },
};

/// How often a page that is open gets a new overview.
const LIVE_EVERY: Duration = Duration::from_secs(2);
/// At most so many dead letters at once.
const MOST_LETTERS: u64 = 200;

/// The routes of the operator, below `/api/v1`.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_tasks))
        .routes(routes!(follow_tasks))
        .routes(routes!(list_dead_tasks, drop_dead_tasks))
        .routes(routes!(replay_dead_tasks))
        .routes(routes!(get_dead_task, drop_dead_task))
        .routes(routes!(replay_dead_task))
}

/// Shows queues, workers, the schedule and how much has failed
#[utoipa::path(get, path = "/admin/tasks", tag = "owner",
    responses((status = 200, body = TaskOverview), (status = "4XX", body = Problem)))]
async fn get_tasks(_: Owner, State(app): State<Arc<App>>) -> Result<Json<TaskOverview>, ApiError> {
    Box::pin(overview::gather(&app)).await.map(Json).map_err(ApiError::internal)
}

/// Follows the overview: an event `overview` every two seconds
///
/// When the broker cannot be reached an event `trouble` says so, and the stream goes on.
#[utoipa::path(get, path = "/admin/tasks/live", tag = "owner",
    responses((status = 200, content_type = "text/event-stream", body = String), (status = "4XX", body = Problem)))]
async fn follow_tasks(_: Owner, State(app): State<Arc<App>>) -> Response {
    let ticks = tokio::time::interval(LIVE_EVERY);
    let events = stream::unfold((app, ticks), async |(app, mut ticks)| {
        tokio::select! {
            _ = ticks.tick() => {}
            () = app.closing.cancelled() => return None,
        }
        let event = match Box::pin(overview::gather(&app)).await {
            Ok(overview) => Event::default().event("overview").json_data(overview).expect("an overview is plain data"),
            Err(error) => Event::default().event("trouble").data(error.to_string()),
        };
        Some((Ok::<_, Infallible>(event), (app, ticks)))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::default()).into_response();
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

#[derive(Debug, Deserialize, IntoParams)]
struct ListDeadTasks {
    /// How many to leave out from the newest on.
    #[serde(default)]
    offset: u64,
    /// How many to list, at most 200; 50 if left out.
    limit: Option<u64>,
}

/// Lists dead letters, the newest first
#[utoipa::path(get, path = "/admin/tasks/dead", tag = "owner", params(ListDeadTasks),
    responses((status = 200, body = DeadTaskPage), (status = "4XX", body = Problem)))]
async fn list_dead_tasks(
    _: Owner,
    State(app): State<Arc<App>>,
    Query(query): Query<ListDeadTasks>,
) -> Result<Json<DeadTaskPage>, ApiError> {
    let limit = query.limit.unwrap_or(50).min(MOST_LETTERS);
    dead_letters::list(&app.queue, query.offset, limit).await.map(Json).map_err(ApiError::internal)
}

/// Drops all dead letters for good
#[utoipa::path(delete, path = "/admin/tasks/dead", tag = "owner",
    responses((status = 200, body = DeadTaskCount), (status = "4XX", body = Problem)))]
async fn drop_dead_tasks(_: Owner, State(app): State<Arc<App>>) -> Result<Json<DeadTaskCount>, ApiError> {
    let count = dead_letters::drop_all(&app.queue).await.map_err(ApiError::internal)?;
    Ok(Json(DeadTaskCount { count }))
}

/// Sends all dead letters again
#[utoipa::path(post, path = "/admin/tasks/dead/replay", tag = "owner",
    responses((status = 200, body = DeadTaskCount), (status = "4XX", body = Problem)))]
async fn replay_dead_tasks(_: Owner, State(app): State<Arc<App>>) -> Result<Json<DeadTaskCount>, ApiError> {
    let count = dead_letters::replay_all(&app.queue).await.map_err(ApiError::internal)?;
    Ok(Json(DeadTaskCount { count }))
}

/// Shows one dead letter
#[utoipa::path(get, path = "/admin/tasks/dead/{id}", tag = "owner", params(("id" = String, Path)),
    responses((status = 200, body = DeadTaskDetail), (status = "4XX", body = Problem)))]
async fn get_dead_task(
    _: Owner,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<DeadTaskDetail>, ApiError> {
    let letter = dead_letters::inspect(&app.queue, &id).await.map_err(ApiError::internal)?;
    letter.map(Json).ok_or_else(gone)
}

/// Drops one dead letter for good
#[utoipa::path(delete, path = "/admin/tasks/dead/{id}", tag = "owner", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn drop_dead_task(_: Owner, State(app): State<Arc<App>>, Path(id): Path<String>) -> Result<StatusCode, ApiError> {
    let was_there = app.queue.broker().drop_dead(&id).await.map_err(ApiError::internal)?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(gone()) }
}

/// Sends one dead letter again, from its first attempt
#[utoipa::path(post, path = "/admin/tasks/dead/{id}/replay", tag = "owner", params(("id" = String, Path)),
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn replay_dead_task(
    _: Owner,
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    let was_there = dead_letters::replay(&app.queue, &id).await.map_err(ApiError::internal)?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(gone()) }
}

fn gone() -> ApiError {
    ApiError::refused(
        StatusCode::NOT_FOUND,
        "dead_task_gone",
        "This task is not among the failed ones any more: it was sent again or dropped.",
    )
}
