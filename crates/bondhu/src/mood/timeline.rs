//! The mood of each day: what the person said themselves where they did, else what their messages sounded like.

use std::{collections::BTreeMap, time::Duration};

use bondhu_store::{CheckIn, MoodCount, Timestamp, UserId};
use jiff::civil::Date;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{app::App, http::problem::ApiError, mood::scores};

/// Days that are shown at most.
pub const MOST_DAYS: u32 = 366;
/// The furthest that clocks go from UTC, in minutes.
const MOST_OFFSET: i32 = 14 * 60;
const DAY: Duration = Duration::from_hours(24);
const DAY_MS: i64 = 86_400_000;

/// Where a point comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PointSource {
    /// The person said it.
    SelfReported,
    /// Read out of their messages.
    Inferred,
}

/// What the messages of a day sounded like.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct InferredMood {
    /// Mean sentiment, from 0 to 1.
    pub score: f64,
    /// The mood that came most often.
    pub mood: String,
    /// How many messages there were.
    pub messages: i64,
    /// Messages by mood.
    pub moods: BTreeMap<String, i64>,
}

/// One day of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct MoodDay {
    /// The day where the person is, as `YYYY-MM-DD`.
    pub day: String,
    /// From 0 (bad) to 1 (good).
    pub score: f64,
    /// Name of the mood.
    pub mood: String,
    /// Whether the person said it or their messages did. Their own word always comes first.
    pub source: PointSource,
    /// What the person said themselves, if they did.
    pub check_in: Option<CheckIn>,
    /// What their messages sounded like, if there were any.
    pub inferred: Option<InferredMood>,
}

/// A person's clock: how far it is ahead of UTC.
#[derive(Debug, Clone, Copy)]
pub struct LocalClock {
    offset_ms: i64,
}

impl LocalClock {
    /// From minutes ahead of UTC, such as 330 in India.
    ///
    /// Fails for more than 14 hours.
    pub fn new(offset_minutes: i32) -> Result<Self, ApiError> {
        if offset_minutes.abs() > MOST_OFFSET {
            let detail = "utc_offset_minutes is how far your clock is ahead of UTC, from -840 to 840; India has 330.";
            return Err(ApiError::bad_request("wrong_query", detail));
        }
        Ok(Self { offset_ms: i64::from(offset_minutes) * 60_000 })
    }

    /// The clock of UTC.
    pub const fn utc() -> Self {
        Self { offset_ms: 0 }
    }

    /// Days since 1970 on this clock.
    fn day_number(self, at: Timestamp) -> i64 {
        (at.as_millis() + self.offset_ms).div_euclid(DAY_MS)
    }

    /// When a day begins.
    fn beginning(self, day: i64) -> Timestamp {
        Timestamp::from_millis(day * DAY_MS - self.offset_ms)
    }

    /// The day of a time, as `YYYY-MM-DD`.
    pub fn day(self, at: Timestamp) -> String {
        date(self.day_number(at))
    }

    /// The beginning and the end of a day.
    pub fn span(self, day: Date) -> (Timestamp, Timestamp) {
        let from = self.beginning(number(day));
        (from, from.plus(DAY))
    }
}

fn epoch() -> Date {
    Date::constant(1970, 1, 1)
}

fn number(day: Date) -> i64 {
    i64::from(epoch().until(day).map_or(0, |span| span.get_days()))
}

fn date(number: i64) -> String {
    let span = jiff::Span::new().try_days(number);
    span.and_then(|span| epoch().checked_add(span)).map_or_else(|_| String::new(), |day| day.to_string())
}

/// Reads a day that came over the network.
pub fn parse_day(text: &str) -> Option<Date> {
    let day: Date = text.parse().ok()?;
    // Only the plain form: other spellings would make a second row for the same day.
    (day.to_string() == text && (1970..=9000).contains(&day.year())).then_some(day)
}

/// The last days up to today, oldest first; days of which nothing is known are left out.
pub async fn days(app: &App, user: UserId, count: u32, clock: LocalClock) -> Result<Vec<MoodDay>, ApiError> {
    let today = clock.day_number(app.clock.now());
    let first = today - i64::from(count.clamp(1, MOST_DAYS)) + 1;
    let (from, to) = (clock.beginning(first), clock.beginning(today + 1));
    let counts = app.store.mood_counts(user, from, to, clock.offset_ms).await?;
    let check_ins = app.store.check_ins(user, &date(first), &date(today)).await?;
    Ok(put_together(&counts, check_ins))
}

fn put_together(counts: &[MoodCount], check_ins: Vec<CheckIn>) -> Vec<MoodDay> {
    let mut days: BTreeMap<String, MoodDay> = BTreeMap::new();
    for of_day in counts.chunk_by(|one, next| one.day == next.day) {
        let inferred = inferred(of_day);
        let day = date(of_day[0].day);
        let point = MoodDay {
            day: day.clone(),
            score: inferred.score,
            mood: inferred.mood.clone(),
            source: PointSource::Inferred,
            check_in: None,
            inferred: Some(inferred),
        };
        days.insert(day, point);
    }
    for check_in in check_ins {
        let inferred = days.remove(&check_in.day).and_then(|day| day.inferred);
        let point = MoodDay {
            day: check_in.day.clone(),
            score: scores::of_name(&check_in.mood).unwrap_or(0.5),
            mood: check_in.mood.clone(),
            source: PointSource::SelfReported,
            check_in: Some(check_in.clone()),
            inferred,
        };
        days.insert(check_in.day, point);
    }
    days.into_values().collect()
}

#[expect(clippy::cast_precision_loss, reason = "nobody writes 2^52 messages a day")]
fn inferred(counts: &[MoodCount]) -> InferredMood {
    let messages: i64 = counts.iter().map(|count| count.messages).sum();
    let sum: f64 = counts.iter().map(|count| count.sentiment_sum).sum();
    // Nothing in particular is the mood of a day only if nothing else was.
    let felt = |count: &&MoodCount| count.mood != "neutral";
    let most = counts.iter().filter(felt).max_by_key(|count| count.messages).unwrap_or(&counts[0]);
    InferredMood {
        score: sum / messages.max(1) as f64,
        mood: most.mood.clone(),
        messages,
        moods: counts.iter().map(|count| (count.mood.clone(), count.messages)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(day: i64, mood: &str, messages: i64, sentiment_sum: f64) -> MoodCount {
        MoodCount { day, mood: mood.to_owned(), messages, sentiment_sum }
    }

    #[test]
    fn a_day_is_where_the_person_is() {
        // 2026-11-22T20:00:00Z
        let evening = Timestamp::from_millis(1_795_334_400_000 + 12 * 3_600_000);
        assert_eq!(LocalClock::new(0).unwrap().day(evening), "2026-11-22");
        let kolkata = LocalClock::new(330).unwrap();
        assert_eq!(kolkata.day(evening), "2026-11-23");
        let (from, to) = kolkata.span(parse_day("2026-11-23").unwrap());
        assert_eq!((from.to_string(), to.to_string()).0, "2026-11-22T18:30:00.000Z");
        assert_eq!(to, from.plus(DAY));
        assert!(LocalClock::new(841).is_err());
    }

    #[test]
    fn days_have_one_spelling() {
        assert!(parse_day("2026-11-24").is_some());
        for wrong in ["", "2026-11-31", "20261124", "2026-11-24T00:00", "-000001-01-01", "yesterday", "1969-12-31"] {
            assert!(parse_day(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn ones_own_word_comes_before_what_was_read() {
        let counts = [count(20_000, "neutral", 3, 1.5), count(20_000, "sad", 2, 0.5), count(20_001, "happy", 1, 0.9)];
        let at = Timestamp::from_millis(0);
        let check_in = CheckIn { day: date(20_000), mood: "calm".into(), note: None, created_at: at, updated_at: at };
        let days = put_together(&counts, vec![check_in]);
        assert_eq!((days[0].mood.as_str(), days[0].source, days[0].score), ("calm", PointSource::SelfReported, 0.7));
        let inferred = days[0].inferred.as_ref().unwrap();
        assert_eq!((inferred.mood.as_str(), inferred.messages, inferred.score), ("sad", 5, 0.4));
        assert_eq!((days[1].mood.as_str(), days[1].source), ("happy", PointSource::Inferred));
    }
}
