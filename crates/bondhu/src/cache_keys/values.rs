//! The values that have no row of their own. Scores of traits and means of sentiment have the units of the profile.

use std::collections::BTreeMap;

use bondhu_store::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How to speak with somebody now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// Empathetic and gentle: they are low.
    Gentle,
    /// Neither.
    Balanced,
    /// Upbeat: they are well.
    Upbeat,
}

/// A trait that is worth knowing in a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraitHint {
    /// Which of the Big Five.
    #[serde(rename = "trait")]
    pub of: String,
    /// Its mean, 0 to 100.
    pub mean: f64,
    /// The same in one word: `low`, `moderate` or `high`.
    pub band: String,
}

/// What a person last said themselves about their mood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnWord {
    /// The day where they are, as `YYYY-MM-DD`.
    pub day: String,
    /// Name of the mood.
    pub mood: String,
}

/// What a person's messages of a day sounded like, put together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SentimentInsight {
    /// The beginning of the span.
    pub from_at: Timestamp,
    /// Its end: the newest message.
    pub to_at: Timestamp,
    /// How many messages it rests on.
    pub messages: i64,
    /// Mean sentiment, from 0 to 1.
    pub mean: f64,
    /// Standard deviation of the sentiment.
    pub volatility: f64,
    /// The mood that came most often.
    pub dominant_mood: String,
    /// Shares of the moods; together 1.
    pub moods: BTreeMap<String, f64>,
    /// `rising`, `steady` or `falling` against the span before; `unknown` without one.
    pub trend: String,
}

/// What a reply needs to know of the person. Holds no text of theirs and no crisis level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PersonalityContext {
    /// How to speak with them.
    pub style: Style,
    /// Whether their mood has swung so much that a steady counterpart helps.
    pub needs_consistency: bool,
    /// Their own word on their mood, while it counts. It outranks the insight.
    pub check_in: Option<OwnWord>,
    /// What their messages sounded like, if that is known and recent.
    pub insight: Option<SentimentInsight>,
    /// Traits that stand out.
    pub traits: Vec<TraitHint>,
}

/// A name and its share of the whole, from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Share {
    /// Of a genre, an artist, a channel or a topic.
    pub name: String,
    /// From 0 to 1.
    pub share: f64,
}

/// What listening says about a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MusicProfile {
    /// Where it comes from, such as `spotify-export` or `listenbrainz`.
    pub sources: Vec<String>,
    /// How many plays it rests on.
    pub plays: u64,
    /// Genres, the largest share first.
    pub genres: Vec<Share>,
    /// Artists, the largest share first.
    pub artists: Vec<Share>,
    /// How many different artists a hundred plays have; the higher, the more is tried.
    pub artists_per_hundred_plays: Option<f64>,
    /// When it was worked out.
    pub updated_at: Timestamp,
}

/// What was listened to, as the service tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ListeningSummary {
    /// Artists that are played most, the most played first.
    pub top_artists: Vec<String>,
    /// Tracks that are played most, the most played first.
    pub top_tracks: Vec<String>,
    /// Tracks that were played last, the latest first.
    pub recent_tracks: Vec<String>,
    /// When the service was asked.
    pub fetched_at: Timestamp,
}

/// What a person watches.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VideoProfile {
    /// Where it comes from, such as `youtube` or `takeout`.
    pub sources: Vec<String>,
    /// Titles of subscribed channels.
    pub subscriptions: Vec<String>,
    /// Titles of playlists.
    pub playlists: Vec<String>,
    /// How many videos are liked.
    pub likes: u64,
    /// Topics, the largest share first.
    pub topics: Vec<Share>,
    /// When it was worked out.
    pub updated_at: Timestamp,
}

/// A visit in progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Visit {
    /// When it began.
    pub started_at: Timestamp,
    /// When something was last done.
    pub last_seen_at: Timestamp,
}
