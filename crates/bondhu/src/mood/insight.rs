//! An insight: what a person's messages of a day sound like, put together.

use std::collections::BTreeMap;

use bondhu_store::{Insight, Said, Timestamp, UserId};
use uuid::Uuid;

use crate::mood::reading;

/// With fewer messages nothing is concluded.
pub const AT_LEAST: usize = 5;
/// A mean that differs from the one before by no more than this is steady.
const STEADY: f64 = 0.1;

/// Puts a day together; none if too little was said. `before` are the messages of the day before.
pub fn conclude(
    id: Uuid,
    user: UserId,
    from: Timestamp,
    day: &[Said],
    before: &[Said],
    now: Timestamp,
) -> Option<Insight> {
    let newest = day.last()?;
    if day.len() < AT_LEAST {
        return None;
    }
    let read: Vec<(f64, String)> = day.iter().map(reading).collect();
    let mean = mean(read.iter().map(|(sentiment, _)| *sentiment))?;
    let variance = self::mean(read.iter().map(|(sentiment, _)| (sentiment - mean).powi(2)))?;
    let mut counts: BTreeMap<&str, f64> = BTreeMap::new();
    for (_, mood) in &read {
        *counts.entry(mood).or_default() += 1.0;
    }
    let dominant =
        counts.iter().max_by(|(_, one), (_, other)| one.total_cmp(other)).map_or("neutral", |(mood, _)| mood);
    let whole: f64 = counts.values().sum();
    let shares: BTreeMap<&str, f64> = counts.iter().map(|(mood, count)| (*mood, count / whole)).collect();
    let earlier = if before.len() < AT_LEAST { None } else { self::mean(before.iter().map(|said| reading(said).0)) };
    Some(Insight {
        id,
        user_id: user,
        from_at: from,
        to_at: newest.created_at,
        messages: i64::try_from(day.len()).unwrap_or(i64::MAX),
        mean,
        volatility: variance.sqrt(),
        dominant_mood: dominant.to_owned(),
        moods: serde_json::to_string(&shares).expect("shares are plain data"),
        trend: trend(mean, earlier).to_owned(),
        created_at: now,
    })
}

/// What is stored with the message, or what it sounds like now.
fn reading(said: &Said) -> (f64, String) {
    if let (Some(sentiment), Some(mood)) = (said.sentiment, &said.mood) {
        (sentiment, mood.clone())
    } else {
        let read = reading::read(&said.text);
        (read.sentiment, read.mood.name().to_owned())
    }
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0.0);
    for value in values {
        sum += value;
        count += 1.0;
    }
    (count > 0.0).then(|| sum / count)
}

fn trend(mean: f64, earlier: Option<f64>) -> &'static str {
    match earlier {
        None => "unknown",
        Some(earlier) if mean > earlier + STEADY => "rising",
        Some(earlier) if mean < earlier - STEADY => "falling",
        Some(_) => "steady",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(sentiments: &[f64]) -> Vec<Said> {
        let said = |sentiment: &f64| Said {
            text: String::new(),
            sentiment: Some(*sentiment),
            mood: Some(if *sentiment > 0.5 { "happy" } else { "sad" }.to_owned()),
            created_at: Timestamp::from_millis(1000),
        };
        sentiments.iter().map(said).collect()
    }

    fn concluded(day: &[f64], before: &[f64]) -> Option<Insight> {
        let at = Timestamp::from_millis(0);
        conclude(Uuid::nil(), UserId(Uuid::nil()), at, &said(day), &said(before), at)
    }

    #[test]
    fn a_day_has_a_mean_a_spread_and_a_mood() {
        let insight = concluded(&[0.2, 0.2, 0.4, 0.8, 0.4], &[]).unwrap();
        assert!((insight.mean - 0.4).abs() < 1e-9);
        assert!((insight.volatility - 0.048_f64.sqrt()).abs() < 1e-9);
        assert_eq!((insight.dominant_mood.as_str(), insight.trend.as_str()), ("sad", "unknown"));
        assert_eq!(insight.moods, r#"{"happy":0.2,"sad":0.8}"#);
    }

    #[test]
    fn the_trend_needs_a_day_before_and_a_real_difference() {
        let trend = |before: &[f64]| concluded(&[0.5; 5], before).unwrap().trend;
        assert_eq!(trend(&[0.3; 5]), "rising");
        assert_eq!(trend(&[0.45; 5]), "steady");
        assert_eq!(trend(&[0.7; 5]), "falling");
        assert_eq!(trend(&[0.1; 4]), "unknown");
    }

    #[test]
    fn little_says_nothing() {
        assert_eq!(concluded(&[0.5; 4], &[]), None);
        assert_eq!(concluded(&[], &[]), None);
    }

    #[test]
    fn a_message_that_was_never_read_is_read_now() {
        let unread =
            Said { text: "I am so happy".into(), sentiment: None, mood: None, created_at: Timestamp::from_millis(1) };
        let at = Timestamp::from_millis(0);
        let insight = conclude(Uuid::nil(), UserId(Uuid::nil()), at, &vec![unread; 5], &[], at).unwrap();
        assert_eq!(insight.dominant_mood, "happy");
    }
}
