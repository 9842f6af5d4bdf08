//! The values that have no feature of their own yet.

use bondhu_store::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
