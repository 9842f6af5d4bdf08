//! How a profile has changed, and whether a change is more than noise.

use bondhu_store::{Snapshot, Timestamp, Trait};
use serde::Serialize;
use utoipa::ToSchema;

use crate::personality::{changes::Reason, profile::TraitEstimate, scale::norm};

/// A profile as it was.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PersonalitySnapshot {
    /// When.
    pub at: Timestamp,
    /// What had happened: `questionnaire`, `learnt`, `veto` or `lock`.
    pub reason: String,
    /// The traits then.
    pub traits: Vec<TraitEstimate>,
}

/// Whether a trait has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Higher than before by more than noise.
    Rose,
    /// Lower than before by more than noise.
    Fell,
    /// No change that could be told from noise.
    Steady,
}

/// One trait, before and now.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TraitChange {
    /// Which trait.
    #[serde(rename = "trait")]
    pub of: Trait,
    /// What it is compared with.
    pub since: Timestamp,
    /// Its mean then.
    pub before: f64,
    /// Its mean now.
    pub now: f64,
    /// Points by which it would have to differ to count: 1.96 * SEM * sqrt(2).
    pub needed: f64,
    /// What that comes to.
    pub verdict: Verdict,
}

/// Reads stored snapshots; one that does not decode is left out.
pub fn read(rows: Vec<Snapshot>) -> Vec<PersonalitySnapshot> {
    let read = |row: Snapshot| {
        let traits = serde_json::from_str(&row.traits).ok()?;
        Some(PersonalitySnapshot { at: row.created_at, reason: row.reason, traits })
    };
    rows.into_iter().filter_map(read).collect()
}

/// Compares a profile with how it was at the sitting before the last one, or at its beginning. `snapshots` are newest
/// first; with fewer than two there is nothing to compare.
pub fn changes(now: &[TraitEstimate], snapshots: &[PersonalitySnapshot]) -> Vec<TraitChange> {
    let is_sitting = |one: &&PersonalitySnapshot| one.reason == Reason::Questionnaire.name();
    let before = match snapshots.iter().filter(is_sitting).nth(1) {
        Some(sitting) => sitting,
        None if snapshots.len() > 1 => &snapshots[snapshots.len() - 1],
        None => return Vec::new(),
    };
    let change = |one: &TraitEstimate| {
        let then = before.traits.iter().find(|then| then.of == one.of)?;
        let needed = norm(one.of).real_change();
        let verdict = match one.mean - then.mean {
            difference if difference > needed => Verdict::Rose,
            difference if difference < -needed => Verdict::Fell,
            _ => Verdict::Steady,
        };
        Some(TraitChange { of: one.of, since: before.at, before: then.mean, now: one.mean, needed, verdict })
    };
    now.iter().filter_map(change).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::personality::profile::replay;

    fn at(mean: f64) -> Vec<TraitEstimate> {
        replay(&[], &[]).into_iter().map(|one| TraitEstimate { mean, ..one }).collect()
    }

    fn snapshot(reason: &str, at_ms: i64, mean: f64) -> PersonalitySnapshot {
        PersonalitySnapshot { at: Timestamp::from_millis(at_ms), reason: reason.to_owned(), traits: at(mean) }
    }

    #[test]
    fn only_what_is_beyond_noise_is_a_change() {
        let before = [snapshot("learnt", 2, 50.0), snapshot("questionnaire", 1, 50.0)];
        let verdict = |mean| changes(&at(mean), &before)[0].verdict;
        let needed = norm(Trait::Openness).real_change();
        assert_eq!(verdict(50.0 + needed - 0.1), Verdict::Steady);
        assert_eq!(verdict(50.0 + needed + 0.1), Verdict::Rose);
        assert_eq!(verdict(50.0 - needed - 0.1), Verdict::Fell);
    }

    #[test]
    fn a_sitting_is_compared_with_the_one_before() {
        let history =
            [snapshot("questionnaire", 3, 60.0), snapshot("questionnaire", 2, 40.0), snapshot("learnt", 1, 10.0)];
        assert!((changes(&at(60.0), &history)[0].before - 40.0).abs() < 1e-9);
        assert_eq!(changes(&at(60.0), &history[2..]), [], "one snapshot is no history");
    }
}
