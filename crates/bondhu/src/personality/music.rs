//! Learning from what a person listens to: four kinds of music, each with the traits that research ties it to.

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use bondhu_store::{EvidenceId, NewEvidence, Source, StoreError, Trait, UserId};
use serde::Deserialize;

use crate::{
    app::App,
    personality::{
        changes::{self, Reason},
        profile::weight_of,
        scale::rows,
    },
};

/// How far back is listened, and how long a cue counts after it was last found.
const SPAN: Duration = Duration::from_hours(24 * 180);
/// At most so many notes are read, the newest.
const MOST_NOTES: u32 = 500;
/// With less listening (minutes, or plays where there are no minutes) nothing is concluded.
const LEAST_LISTENING: f64 = 60.0;
/// Where somebody without a leaning would be, with four kinds.
const EVEN_SHARE: f64 = 0.25;
/// How much people differ in the share of a kind. An assumption: the research asked for liking, not for minutes.
const SPREAD: f64 = 0.25;
/// No leaning counts as further from the mean than this, in standard deviations.
const FURTHEST: f64 = 2.0;

/// What a note on music may hold: how much of each genre.
#[derive(Debug, Default, Deserialize)]
struct Note {
    #[serde(default)]
    genres: BTreeMap<String, f64>,
}

/// One cue: a kind of music and a trait.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// The kind of music.
    pub name: &'static str,
    /// The trait it speaks of.
    pub of: Trait,
    /// Where it puts the trait, in standard deviations from the mean of people.
    pub value: f64,
    /// How much it counts.
    pub weight: f64,
}

static EFFECTS: LazyLock<Vec<(&'static str, Trait, f64)>> = LazyLock::new(|| {
    let row = |cells: Vec<&'static str>| {
        let of = cells[1].parse().expect("an effect is on a trait");
        (cells[0], of, cells[2].parse().expect("a correlation is a number"))
    };
    rows(include_str!("../../data/personality/music.tsv")).map(row).collect()
});

static GENRES: LazyLock<Vec<(&'static str, Vec<&'static str>)>> = LazyLock::new(|| {
    let table = include_str!("../../data/personality/genres.tsv");
    rows(table).map(|cells| (cells[0], cells[1].split('|').collect())).collect()
});

fn kind_of(genre: &str) -> Option<&'static str> {
    let genre = genre.trim().to_lowercase();
    GENRES.iter().find(|(_, names)| names.contains(&genre.as_str())).map(|(kind, _)| *kind)
}

/// Finds the cues in how much of each genre somebody listens to; none when that is too little, or nothing known.
pub fn cues<'a>(genres: impl Iterator<Item = (&'a str, f64)>) -> Vec<Cue> {
    let mut kinds: BTreeMap<&str, f64> = BTreeMap::new();
    for (genre, amount) in genres.filter(|(_, amount)| amount.is_finite() && *amount > 0.0) {
        if let Some(kind) = kind_of(genre) {
            *kinds.entry(kind).or_default() += amount;
        }
    }
    let whole: f64 = kinds.values().sum();
    if whole < LEAST_LISTENING || !whole.is_finite() {
        return Vec::new();
    }
    let cue = |(name, of, r): &(&'static str, Trait, f64)| {
        let share = kinds.get(name).copied().unwrap_or_default() / whole;
        let z = ((share - EVEN_SHARE) / SPREAD).clamp(-FURTHEST, FURTHEST);
        Cue { name, of: *of, value: z / r, weight: weight_of(*r) }
    };
    EFFECTS.iter().map(cue).collect()
}

/// Learns from what is noted of a person's music; true if there was enough of it.
pub async fn learn(app: &App, user: UserId) -> Result<bool, StoreError> {
    let now = app.clock.now();
    let state = app.store.personality_state(user).await?;
    let start = state.map_or(now.minus(SPAN), |state| state.learn_from.max(now.minus(SPAN)));
    let notes = app.store.activities(user, Source::Music.as_str(), start, MOST_NOTES).await?;
    // Notes may hold anything; one without genres says nothing here.
    let notes: Vec<Note> = notes.iter().map(|note| serde_json::from_str(note).unwrap_or_default()).collect();
    let genres = notes.iter().flat_map(|note| note.genres.iter().map(|(genre, amount)| (genre.as_str(), *amount)));
    let found = cues(genres);
    if found.is_empty() {
        return Ok(false);
    }
    let mut tx = app.store.begin().await?;
    if tx.personality_state(user).await? != state {
        // The person began anew while this was being worked out: it is no longer wanted.
        return Ok(false);
    }
    for cue in found {
        let new = NewEvidence {
            id: EvidenceId(app.clock.new_id()),
            source: Source::Music,
            cue: cue.name.to_owned(),
            of: cue.of,
            value: cue.value,
            weight: cue.weight,
            message_ids: "[]".to_owned(),
            expires_at: Some(now.plus(SPAN)),
            now,
        };
        tx.put_evidence(user, new).await?;
    }
    changes::commit(app, tx, user, Reason::Learnt).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jazz_speaks_for_openness_and_little_listening_for_nothing() {
        let found = cues([("Jazz", 500.0), ("pop", 20.0), ("field recordings", 900.0)].into_iter());
        let value = |name, of| found.iter().find(|cue| cue.name == name && cue.of == of).unwrap().value;
        assert!(value("reflective_complex", Trait::Openness) > 0.0);
        assert!(value("upbeat_conventional", Trait::Extraversion) < 0.0);
        assert_eq!(cues([("jazz", 5.0)].into_iter()), []);
        assert_eq!(cues([("jazz", f64::NAN), ("pop", f64::INFINITY), ("rock", -70.0)].into_iter()), []);
    }

    #[test]
    fn every_kind_has_genres_and_bounded_effects() {
        for (name, _, r) in EFFECTS.iter() {
            assert!(GENRES.iter().any(|(kind, _)| kind == name), "{name}");
            assert!((0.10..0.45).contains(&r.abs()), "{name}");
        }
    }
}
