//! A profile, worked out from its evidence.
//!
//! Each trait starts as what is known of people in general, which counts 1, and every piece of evidence is a noisy
//! measurement of it; they are put together by their precision (the normal-normal model). The order does not matter and
//! nothing is carried over from an earlier profile, so leaving a cue out gives the profile as if it had never been.

use bondhu_store::{Evidence, Lock, Source, Trait};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::personality::scale::{Band, TRAITS, norm};

/// Half of an interval that holds 95 % of a normal distribution, in standard deviations.
const INTERVAL: f64 = 1.96;

/// One trait as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TraitEstimate {
    /// Which trait.
    #[serde(rename = "trait")]
    pub of: Trait,
    /// The best guess, 0 to 100.
    pub mean: f64,
    /// How uncertain it is: the variance in points squared.
    pub variance: f64,
    /// The lower end of the interval that holds it with 95 %.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The mean in one word.
    pub band: Band,
    /// How many pieces of evidence count. With none the mean is that of people in general and says nothing of this one.
    pub evidence: usize,
    /// Held where it is, whatever is found out.
    pub locked: bool,
}

/// The most that all evidence of one source may count together, as the correlation that it stands for. Cues of a source
/// repeat each other, so adding them up would claim more than anybody has found:
/// text .31 to .42 (Schwartz et al. 2013, `PLoS` ONE 8(9) e73791), music .26 to .37 (Anderson et al. 2021, Social
/// Psychological and Personality Science 12(4)), film and video hardly anything.
const fn most_correlation(source: Source) -> Option<f64> {
    match source {
        Source::Questionnaire => None,
        Source::Chat | Source::Music => Some(0.35),
        Source::Video => Some(0.10),
    }
}

/// The weight of one measurement that correlates with a trait: its precision in units of the spread between people.
pub fn weight_of(r: f64) -> f64 {
    r * r / (1.0 - r * r)
}

/// By how much the weights of a source are scaled down for one trait.
fn scale(source: Source, of: Trait, evidence: &[Evidence]) -> f64 {
    let Some(most) = most_correlation(source).map(weight_of) else { return 1.0 };
    let sum: f64 = counting(of, evidence).filter(|one| one.source == source).map(|one| one.weight).sum();
    if sum > most { most / sum } else { 1.0 }
}

/// What counts for a trait. What is vetoed or makes no sense does not.
fn counting(of: Trait, evidence: &[Evidence]) -> impl Iterator<Item = &Evidence> {
    evidence.iter().filter(move |one| {
        let sound = one.value.is_finite() && one.weight.is_finite() && one.weight > 0.0;
        one.of == of && one.vetoed_at.is_none() && sound
    })
}

/// A trait from its evidence and nothing else.
fn estimate(of: Trait, evidence: &[Evidence]) -> TraitEstimate {
    let norm = norm(of);
    let (mut precision, mut pull, mut count) = (1.0, 0.0, 0);
    for one in counting(of, evidence) {
        let weight = one.weight * scale(one.source, of, evidence);
        precision += weight;
        pull += weight * one.value;
        count += 1;
    }
    shown(of, norm.from_z(pull / precision), norm.deviation.powi(2) / precision, count, false)
}

fn shown(of: Trait, mean: f64, variance: f64, evidence: usize, locked: bool) -> TraitEstimate {
    let reach = INTERVAL * variance.sqrt();
    let (low, high) = ((mean - reach).max(0.0), (mean + reach).min(100.0));
    TraitEstimate { of, mean, variance, low, high, band: Band::of(mean), evidence, locked }
}

/// The five traits from their evidence; a locked one stays as it was.
pub fn replay(evidence: &[Evidence], locks: &[Lock]) -> Vec<TraitEstimate> {
    let of_trait = |of: Trait| {
        let free = estimate(of, evidence);
        match locks.iter().find(|lock| lock.of == of) {
            Some(lock) => shown(of, lock.mean, lock.variance, free.evidence, true),
            None => free,
        }
    };
    TRAITS.map(of_trait).to_vec()
}

/// What one piece of evidence does: the weight that it counts with, and the points by which the trait would move without
/// it, turned around.
pub fn effect(one: &Evidence, evidence: &[Evidence]) -> (f64, f64) {
    if one.vetoed_at.is_some() {
        return (0.0, 0.0);
    }
    let without: Vec<Evidence> = evidence.iter().filter(|other| other.id != one.id).cloned().collect();
    let delta = estimate(one.of, evidence).mean - estimate(one.of, &without).mean;
    (one.weight * scale(one.source, one.of, evidence), delta)
}

#[cfg(test)]
mod tests;
