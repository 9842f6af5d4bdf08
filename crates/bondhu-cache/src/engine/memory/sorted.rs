//! Members with scores, in the order of their scores.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashMap};

use bytes::Bytes;

/// A score; never "not a number", so it has an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Score(pub(super) f64);

impl Eq for Score {}

impl PartialOrd for Score {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Score {
    fn cmp(&self, other: &Self) -> Ordering {
        // Unlike `total_cmp`, both zeros are the same.
        self.0.partial_cmp(&other.0).unwrap_or(Ordering::Equal)
    }
}

/// Members by score, then by bytes. Ranks are counted, so a range far from both ends of a very large set takes time.
#[derive(Debug, Clone, Default)]
pub(super) struct Sorted {
    scores: HashMap<Bytes, f64>,
    order: BTreeSet<(Score, Bytes)>,
}

impl Sorted {
    pub(super) fn len(&self) -> usize {
        self.scores.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.scores.is_empty()
    }

    pub(super) fn score(&self, member: &[u8]) -> Option<f64> {
        self.scores.get(member).copied()
    }

    /// Sets a score; the one before.
    pub(super) fn insert(&mut self, member: &[u8], score: f64) -> Option<f64> {
        let member = Bytes::copy_from_slice(member);
        let before = self.scores.insert(member.clone(), score);
        if let Some(before) = before {
            self.order.remove(&(Score(before), member.clone()));
        }
        self.order.insert((Score(score), member));
        before
    }

    pub(super) fn remove(&mut self, member: &[u8]) -> bool {
        let Some((member, score)) = self.scores.remove_entry(member) else { return false };
        self.order.remove(&(Score(score), member));
        true
    }

    /// From the lowest score to the highest.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (f64, &Bytes)> {
        self.order.iter().map(|(score, member)| (score.0, member))
    }

    /// How many come before a member.
    pub(super) fn rank(&self, member: &[u8]) -> Option<usize> {
        let score = Score(self.score(member)?);
        Some(self.order.range(..(score, Bytes::copy_from_slice(member))).count())
    }

    /// Members with at least this score.
    pub(super) fn with_at_least(&self, least: f64) -> impl DoubleEndedIterator<Item = (f64, &Bytes)> {
        self.order.range((Score(least), Bytes::new())..).map(|(score, member)| (score.0, member))
    }
}
