//! Every key of the cache, with what it holds and for how long. Other programs read the same keys with any Redis client:
//! a value is plain JSON. `scripts/gen.sh` writes this table and the types of its values into `packages/redis`.

mod values;

use std::{fmt, time::Duration};

use bondhu_cache::CacheKey;
use bondhu_store::{ConversationId, MessagePage, UserId};
use serde::Serialize;
use utoipa::OpenApi;

pub use values::*;

use crate::personality::context::{PersonalityContext, SentimentInsight};

/// What everybody has to know about a key.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Described {
    /// Its name in other languages.
    name: &'static str,
    /// The key, with its parameters in braces.
    pattern: &'static str,
    /// How long a value is kept at most, in seconds.
    ttl_secs: u64,
    /// Name of the value's type in the schema; none for a counter.
    value: Option<&'static str>,
    /// What it holds.
    doc: &'static str,
}

/// Keys with one value a person: `{namespace}:{user_id}`.
macro_rules! person_keys {
    ($($name:ident, $other:literal, $namespace:literal, $ttl:expr => $value:ident, $doc:literal;)+) => {
        $(
            #[doc = concat!("`", $namespace, ":{user_id}`: ", $doc)]
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            pub struct $name(pub UserId);

            impl fmt::Display for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    self.0.fmt(f)
                }
            }

            impl CacheKey for $name {
                type Value = $value;
                const NAMESPACE: &'static str = $namespace;
                const TTL: Duration = $ttl;
            }
        )+

        /// Every key with one value a person.
        const PERSON_KEYS: &[Described] = &[$(Described {
            name: $other,
            pattern: concat!($namespace, ":{user_id}"),
            ttl_secs: $ttl.as_secs(),
            value: Some(stringify!($value)),
            doc: $doc,
        }),+];
    };
}

person_keys! {
    PersonalityContextKey, "personalityContext", "personality:context", Duration::from_mins(30)
        => PersonalityContext, "what a reply needs to know of the person";
    SentimentKey, "personalitySentiment", "personality:sentiment", Duration::from_hours(1)
        => SentimentInsight, "what the messages of a day sounded like";
    MusicProfileKey, "musicProfile", "music:profile", Duration::from_hours(24)
        => MusicProfile, "what listening says about the person";
    SpotifyKey, "musicSpotify", "music:spotify", Duration::from_hours(24)
        => ListeningSummary, "what was listened to, as the service tells it";
    YoutubeKey, "videoProfile", "video:youtube", Duration::from_hours(24)
        => VideoProfile, "what is watched: subscriptions, playlists and likes, summed up";
    VisitKey, "sessionActive", "session:active", Duration::from_hours(24 * 30)
        => Visit, "the visit in progress, until the session ends";
}

/// The lengths of pages of history that are kept. A page of another length is cut from the next longer one, so that a
/// write knows every key it has to drop, and needs one command for that.
pub const HISTORY_LIMITS: [u32; 3] = [20, 50, 100];

/// `chat:history:{user_id}:{limit}`, or with the conversation before the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryKey {
    /// Whose messages.
    pub user: UserId,
    /// One conversation, or all of them.
    pub conversation: Option<ConversationId>,
    /// At most this many messages; one of [`HISTORY_LIMITS`].
    pub limit: u32,
}

impl fmt::Display for HistoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.conversation {
            Some(conversation) => write!(f, "{}:{conversation}:{}", self.user, self.limit),
            None => write!(f, "{}:{}", self.user, self.limit),
        }
    }
}

impl CacheKey for HistoryKey {
    type Value = MessagePage;
    const NAMESPACE: &'static str = "chat:history";
    const TTL: Duration = Duration::from_mins(5);
}

/// The window of the counters of calls to other services.
pub const CALLS_WINDOW: Duration = Duration::from_mins(1);

/// `ratelimit:{service}:{user_id}`: how often a person's account at a service was asked within [`CALLS_WINDOW`].
pub fn calls(service: &str, user: UserId) -> String {
    format!("ratelimit:{service}:{user}")
}

/// The whole table.
fn described() -> Vec<Described> {
    let history = |name, pattern| Described {
        name,
        pattern,
        ttl_secs: HistoryKey::TTL.as_secs(),
        value: Some("MessagePage"),
        doc: "the newest messages, newest first; the limit is one of chatHistoryLimits",
    };
    let calls = |name, pattern| Described {
        name,
        pattern,
        ttl_secs: CALLS_WINDOW.as_secs(),
        value: None,
        doc: "a counter of calls within a minute",
    };
    let mut table = PERSON_KEYS.to_vec();
    table.extend([
        history("chatHistory", "chat:history:{user_id}:{limit}"),
        history("conversationHistory", "chat:history:{user_id}:{conversation_id}:{limit}"),
        calls("rateLimitSpotify", "ratelimit:spotify:{user_id}"),
        calls("rateLimitYoutube", "ratelimit:youtube:{user_id}"),
    ]);
    table
}

/// The types of all values.
#[derive(OpenApi)]
#[openapi(components(schemas(
    MessagePage,
    PersonalityContext,
    SentimentInsight,
    MusicProfile,
    ListeningSummary,
    VideoProfile,
    Visit
)))]
struct Values;

/// The table and the schema of the values as JSON, for generators of other languages.
pub fn schema_json() -> String {
    #[derive(Serialize)]
    struct Schema {
        keys: Vec<Described>,
        chat_history_limits: &'static [u32],
        document: utoipa::openapi::OpenApi,
    }
    let schema = Schema { keys: described(), chat_history_limits: &HISTORY_LIMITS, document: Values::openapi() };
    let mut text = serde_json::to_string_pretty(&schema).expect("the schema is plain data");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn keys_are_spelled_as_other_programs_spell_them() {
        let user = UserId(Uuid::nil());
        let id = "00000000-0000-0000-0000-000000000000";
        assert_eq!(PersonalityContextKey(user).id(), format!("personality:context:{id}"));
        assert_eq!(HistoryKey { user, conversation: None, limit: 50 }.id(), format!("chat:history:{id}:50"));
        let conversation = Some(ConversationId(Uuid::nil()));
        assert_eq!(HistoryKey { user, conversation, limit: 20 }.id(), format!("chat:history:{id}:{id}:20"));
        assert_eq!(calls("spotify", user), format!("ratelimit:spotify:{id}"));
    }

    #[test]
    fn every_value_has_its_schema() {
        let components = Values::openapi().components.unwrap();
        for value in described().iter().filter_map(|key| key.value) {
            assert!(components.schemas.contains_key(value), "{value} has no schema");
        }
        assert!(components.schemas.contains_key("Message"), "what a value is made of is there too");
    }
}
