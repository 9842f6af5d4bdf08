//! Moods over HTTP, below `/api/v1`.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};
use bondhu_store::{CheckIn, CheckInId, ConversationId, MessageId, NewCheckIn, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    accounts::identity::SignedIn,
    app::App,
    http::{
        extract::{Json, Path, Query},
        problem::{ApiError, Problem},
    },
    mood::{
        scores,
        timeline::{self, LocalClock, MoodDay, parse_day},
    },
    personality::{changes, context::SentimentInsight},
};

/// The longest note, in characters.
const MOST_NOTE_CHARS: usize = 500;
/// At most so many messages behind one point.
const MOST_MESSAGES: u32 = 200;

/// The routes of moods, below `/api/v1`.
pub fn routes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(get_mood))
        .routes(routes!(list_insights))
        .routes(routes!(list_mood_messages))
        .routes(routes!(set_check_in, delete_check_in))
}

#[derive(Debug, Deserialize, IntoParams)]
struct GetMood {
    /// How many days up to today, 1 to 366; 30 if left out.
    days: Option<u32>,
    /// How far your clock is ahead of UTC, in minutes; 0 if left out.
    utc_offset_minutes: Option<i32>,
}

/// A mood that can be chosen.
#[derive(Debug, Serialize, ToSchema)]
struct MoodChoice {
    /// Its name.
    mood: &'static str,
    /// Where it is drawn, from 0 (bad) to 1 (good).
    score: f64,
}

/// A person's moods over the days.
#[derive(Debug, Serialize, ToSchema)]
struct MoodTimeline {
    /// Today where the person is, as `YYYY-MM-DD`.
    today: String,
    /// Oldest first; days of which nothing is known are left out.
    days: Vec<MoodDay>,
    /// The newest insight, if there is one.
    insight: Option<SentimentInsight>,
    /// The moods that a check-in can have, from the good to the heavy.
    choices: Vec<MoodChoice>,
}

/// Shows your mood day by day
///
/// A point is `self_reported` where you said it yourself, else `inferred` from your messages.
#[utoipa::path(get, path = "/mood", tag = "mood", params(GetMood),
    responses((status = 200, body = MoodTimeline), (status = "4XX", body = Problem)))]
async fn get_mood(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Query(query): Query<GetMood>,
) -> Result<axum::Json<MoodTimeline>, ApiError> {
    let clock = LocalClock::new(query.utc_offset_minutes.unwrap_or_default())?;
    let days = timeline::days(&app, user.id, query.days.unwrap_or(30), clock).await?;
    let insight = app.store.insights(user.id, 1).await?.into_iter().next().map(SentimentInsight::from);
    let choices =
        scores::MOODS.into_iter().map(|mood| MoodChoice { mood: mood.name(), score: scores::of(mood) }).collect();
    Ok(axum::Json(MoodTimeline { today: clock.day(app.clock.now()), days, insight, choices }))
}

#[derive(Debug, Deserialize, IntoParams)]
struct ListInsights {
    /// At most this many, 1 to 200; 30 if left out.
    limit: Option<u32>,
}

/// Insights, newest first.
#[derive(Debug, Serialize, ToSchema)]
struct Insights {
    items: Vec<SentimentInsight>,
}

/// Lists what was concluded from your messages, day by day, newest first
#[utoipa::path(get, path = "/mood/insights", tag = "mood", params(ListInsights),
    responses((status = 200, body = Insights), (status = "4XX", body = Problem)))]
async fn list_insights(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Query(query): Query<ListInsights>,
) -> Result<axum::Json<Insights>, ApiError> {
    let rows = app.store.insights(user.id, query.limit.unwrap_or(30).clamp(1, 200)).await?;
    Ok(axum::Json(Insights { items: rows.into_iter().map(SentimentInsight::from).collect() }))
}

#[derive(Debug, Deserialize, IntoParams)]
struct ListMoodMessages {
    /// How far your clock is ahead of UTC, in minutes; 0 if left out.
    utc_offset_minutes: Option<i32>,
}

/// A message behind a point.
#[derive(Debug, Serialize, ToSchema)]
struct MoodMessage {
    id: MessageId,
    /// Where it was said.
    conversation_id: ConversationId,
    text: String,
    /// From 0 (bad) to 1 (good).
    sentiment: Option<f64>,
    mood: Option<String>,
    /// From 0 to 1: how sure the reading is.
    confidence: Option<f64>,
    created_at: Timestamp,
}

/// The messages behind a point, oldest first.
#[derive(Debug, Serialize, ToSchema)]
struct MoodMessages {
    items: Vec<MoodMessage>,
}

/// Lists your messages of a day with what each sounds like, at most 200
#[utoipa::path(get, path = "/mood/days/{day}/messages", tag = "mood",
    params(("day" = String, Path, description = "As `YYYY-MM-DD`."), ListMoodMessages),
    responses((status = 200, body = MoodMessages), (status = "4XX", body = Problem)))]
async fn list_mood_messages(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(day): Path<String>,
    Query(query): Query<ListMoodMessages>,
) -> Result<axum::Json<MoodMessages>, ApiError> {
    let clock = LocalClock::new(query.utc_offset_minutes.unwrap_or_default())?;
    let (from, to) = clock.span(parse_day(&day).ok_or(ApiError::NotFound)?);
    let rows = app.store.own_messages_between(user.id, from, to, MOST_MESSAGES).await?;
    let item = |row: bondhu_store::Message| MoodMessage {
        id: row.id,
        conversation_id: row.conversation_id,
        text: row.text,
        sentiment: row.sentiment,
        mood: row.mood,
        confidence: row.confidence,
        created_at: row.created_at,
    };
    Ok(axum::Json(MoodMessages { items: rows.into_iter().map(item).collect() }))
}

/// What you say about your day yourself.
#[derive(Debug, Deserialize, ToSchema)]
struct SetCheckIn {
    /// One of the `choices` of the timeline.
    mood: String,
    /// In your own words, up to 500 characters.
    note: Option<String>,
}

/// Says how you feel today, or how you felt on a day
///
/// Your own word outranks whatever is read out of your messages. A second one on the same day replaces the first.
#[utoipa::path(put, path = "/mood/check-ins/{day}", tag = "mood", request_body = SetCheckIn,
    params(("day" = String, Path, description = "The day where you are, as `YYYY-MM-DD`.")),
    responses((status = 200, body = CheckIn), (status = "4XX", body = Problem)))]
async fn set_check_in(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(day): Path<String>,
    Json(body): Json<SetCheckIn>,
) -> Result<axum::Json<CheckIn>, ApiError> {
    let now = app.clock.now();
    let date = parse_day(&day).ok_or_else(|| ApiError::bad_request("wrong_day", "Write the day as YYYY-MM-DD."))?;
    // Somewhere on earth it is this day already when it begins at UTC+14.
    let (begins, _) = LocalClock::new(14 * 60)?.span(date);
    if begins > now {
        return Err(ApiError::bad_request("wrong_day", "That day has not come yet."));
    }
    let Some(mood) = scores::named(&body.mood) else {
        let names = scores::MOODS.map(bondhu_sentiment::Mood::name).join(", ");
        return Err(ApiError::invalid("mood", "unknown_mood", format!("The mood is one of {names}.")));
    };
    let note = body.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    let chars = note.as_ref().map_or(0, |note| note.chars().count());
    if chars > MOST_NOTE_CHARS {
        let detail = format!("This note has {chars} characters; the most is {MOST_NOTE_CHARS}.");
        return Err(ApiError::invalid("note", "too_long", detail));
    }
    let new = NewCheckIn { id: CheckInId(app.clock.new_id()), day, mood: mood.name().to_owned(), note, now };
    let kept = app.store.set_check_in(user.id, new).await?;
    changes::forget(&app, user.id).await;
    Ok(axum::Json(kept))
}

/// Takes back what you said about a day
#[utoipa::path(delete, path = "/mood/check-ins/{day}", tag = "mood",
    params(("day" = String, Path, description = "As `YYYY-MM-DD`.")),
    responses((status = 204), (status = "4XX", body = Problem)))]
async fn delete_check_in(
    State(app): State<Arc<App>>,
    SignedIn { user, .. }: SignedIn,
    Path(day): Path<String>,
) -> Result<StatusCode, ApiError> {
    if !app.store.delete_check_in(user.id, &day).await? {
        return Err(ApiError::NotFound);
    }
    changes::forget(&app, user.id).await;
    Ok(StatusCode::NO_CONTENT)
}
