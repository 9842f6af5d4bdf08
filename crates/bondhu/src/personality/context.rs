//! What a reply needs to know of the person: built here from rows, kept for half an hour, dropped at every change.

use std::{collections::BTreeMap, sync::Arc, sync::LazyLock, time::Duration};

use bondhu_store::{Insight, StoreError, Timestamp, Trait, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    app::App,
    cache_keys::PersonalityContextKey,
    mood::{scores, timeline::LocalClock},
    personality::{
        profile::{TraitEstimate, replay},
        scale::{Band, norm, rows},
    },
};

/// A word of one's own on one's mood counts for this long.
const CHECK_IN_COUNTS: Duration = Duration::from_hours(24);
/// An insight says how somebody is for this long.
const INSIGHT_COUNTS: Duration = Duration::from_hours(48);
/// Below this mean somebody is met gently, above the other one brightly.
const GENTLE_BELOW: f64 = 0.3;
const UPBEAT_ABOVE: f64 = 0.7;
/// Above this standard deviation somebody needs a steady counterpart.
const STEADY_ABOVE: f64 = 0.3;
/// A trait is mentioned when it differs from people in general by this many standard deviations.
const NOTABLE: f64 = 0.3;

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

impl From<Insight> for SentimentInsight {
    fn from(row: Insight) -> Self {
        Self {
            from_at: row.from_at,
            to_at: row.to_at,
            messages: row.messages,
            mean: row.mean,
            volatility: row.volatility,
            dominant_mood: row.dominant_mood,
            // Written by this program; a row that does not decode only loses its shares.
            moods: serde_json::from_str(&row.moods).unwrap_or_default(),
            trend: row.trend,
        }
    }
}

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
    /// Which trait.
    #[serde(rename = "trait")]
    pub of: Trait,
    /// Its mean, 0 to 100.
    pub mean: f64,
    /// The same in one word.
    pub band: Band,
}

/// What a person last said themselves about their mood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnWord {
    /// The day where they are, as `YYYY-MM-DD`.
    pub day: String,
    /// Name of the mood.
    pub mood: String,
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

impl PersonalityContext {
    /// Puts together what is known.
    pub fn of(traits: &[TraitEstimate], insight: Option<SentimentInsight>, check_in: Option<OwnWord>) -> Self {
        let read = insight.as_ref().map_or(0.5, |insight| insight.mean);
        let mean = check_in.as_ref().and_then(|word| scores::of_name(&word.mood)).unwrap_or(read);
        let style = match mean {
            mean if mean < GENTLE_BELOW => Style::Gentle,
            mean if mean > UPBEAT_ABOVE => Style::Upbeat,
            _ => Style::Balanced,
        };
        let needs_consistency = insight.as_ref().is_some_and(|insight| insight.volatility > STEADY_ABOVE);
        let notable = |one: &&TraitEstimate| {
            let is_known = one.evidence > 0 || one.locked;
            is_known && one.band != Band::Moderate && norm(one.of).to_z(one.mean).abs() >= NOTABLE
        };
        let hint = |one: &TraitEstimate| TraitHint { of: one.of, mean: one.mean, band: one.band };
        let traits = traits.iter().filter(notable).map(hint).collect();
        Self { style, needs_consistency, check_in, insight, traits }
    }
}

/// The context of a person, from the cache or from their rows.
pub async fn of(app: &App, user: UserId) -> Result<Arc<PersonalityContext>, Arc<StoreError>> {
    app.cache.get_or_load(&PersonalityContextKey(user), async || build(app, user).await).await
}

async fn build(app: &App, user: UserId) -> Result<PersonalityContext, StoreError> {
    let now = app.clock.now();
    let traits = replay(&app.store.evidence(user, now).await?, &app.store.locks(user).await?);
    let insight = app.store.insights(user, 1).await?.into_iter().next();
    let insight = insight.filter(|insight| insight.to_at >= now.minus(INSIGHT_COUNTS)).map(SentimentInsight::from);
    let check_in = app.store.latest_check_in(user, now.minus(CHECK_IN_COUNTS)).await?;
    // A word on an older day, given now, says nothing of today.
    let recent = LocalClock::utc().day(now.minus(CHECK_IN_COUNTS * 2));
    let check_in = check_in.filter(|word| word.day >= recent).map(|word| OwnWord { day: word.day, mood: word.mood });
    Ok(PersonalityContext::of(&traits, insight, check_in))
}

static ADVICE: LazyLock<Vec<(Trait, &'static str, &'static str)>> = LazyLock::new(|| {
    let row = |cells: Vec<&'static str>| (cells[0].parse().expect("advice is for a trait"), cells[1], cells[2]);
    rows(include_str!("../../data/personality/advice.tsv")).map(row).collect()
});

/// The context as notes for whoever writes the reply; empty when nothing is known.
pub fn notes(context: &PersonalityContext) -> String {
    let mut lines = Vec::new();
    match context.style {
        Style::Gentle => lines.push("They are low at the moment: be empathetic and gentle, and do not cheer them up."),
        Style::Upbeat => lines.push("They are well at the moment: an upbeat tone fits."),
        Style::Balanced => {}
    }
    if context.needs_consistency {
        lines.push("Their mood has swung a good deal: stay consistent, calm and predictable.");
    }
    let mut said = Vec::new();
    if let Some(word) = &context.check_in {
        said.push(format!("They said themselves how they feel: {}. Take that over any guess.", word.mood));
    } else if let Some(insight) = &context.insight {
        let trend = match insight.trend.as_str() {
            "rising" => ", brighter than the day before",
            "falling" => ", lower than the day before",
            _ => "",
        };
        said.push(format!("Their last messages sounded mostly {}{trend}; that is a guess.", insight.dominant_mood));
    }
    let advice = |hint: &TraitHint| {
        let row = ADVICE.iter().find(|(of, band, _)| *of == hint.of && *band == hint.band.name());
        row.map(|(_, _, advice)| (*advice).to_owned())
    };
    let lines = lines.into_iter().map(str::to_owned).chain(said).chain(context.traits.iter().filter_map(advice));
    let notes: Vec<String> = lines.map(|line| format!("- {line}\n")).collect();
    if notes.is_empty() {
        return String::new();
    }
    format!("What is known of them (adapt to it, never speak of it unless asked):\n{}", notes.concat())
}

#[cfg(test)]
mod tests;
