//! One ranking of two: by words and by meaning.

use serde::Serialize;

/// Reciprocal rank fusion: what stands at place `r` of a ranking gets `1 / (60 + r)` from it, counted from 1, and scores
/// add up. It needs no two scores to be on one scale, which BM25 and a cosine are not. The constant is that of Cormack,
/// Clarke and Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods" (SIGIR 2009).
const K: f64 = 60.0;

/// Where something stands in each of the two rankings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Ranks {
    /// Its place by words, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words_rank: Option<u32>,
    /// Its place by meaning, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning_rank: Option<u32>,
}

impl Ranks {
    /// The sum of what both places are worth.
    pub fn score(self) -> f64 {
        let worth = |rank: Option<u32>| rank.map_or(0.0, |rank| 1.0 / (K + f64::from(rank)));
        worth(self.words_rank) + worth(self.meaning_rank)
    }
}

/// Everything that stands in either ranking with its places, best first; of equals the one that shares words.
pub fn fused<T: PartialEq + Copy>(by_words: &[T], by_meaning: &[T]) -> Vec<(T, Ranks)> {
    let mut all: Vec<(T, Ranks)> =
        (1..).zip(by_words).map(|(rank, key)| (*key, Ranks { words_rank: Some(rank), meaning_rank: None })).collect();
    for (rank, key) in (1..).zip(by_meaning) {
        match all.iter_mut().find(|(known, _)| known == key) {
            Some((_, ranks)) => ranks.meaning_rank = Some(rank),
            None => all.push((*key, Ranks { words_rank: None, meaning_rank: Some(rank) })),
        }
    }
    all.sort_by(|a, b| b.1.score().total_cmp(&a.1.score()));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_rankings_know_comes_first() {
        let all = fused(&["a", "b", "c"], &["d", "b"]);
        assert_eq!(all.iter().map(|(key, _)| *key).collect::<Vec<_>>(), ["b", "a", "d", "c"]);
        let (_, ranks) = all[0];
        assert_eq!(ranks, Ranks { words_rank: Some(2), meaning_rank: Some(2) });
        assert!((ranks.score() - 2.0 / 62.0).abs() < 1e-12);
        assert!((all[2].1.score() - 1.0 / 61.0).abs() < 1e-12);
    }

    #[test]
    fn one_ranking_alone_keeps_its_order() {
        let all = fused(&[3, 1, 2], &[]);
        assert_eq!(all.iter().map(|(key, _)| *key).collect::<Vec<_>>(), [3, 1, 2]);
        assert_eq!(fused::<u8>(&[], &[]), []);
    }
}
