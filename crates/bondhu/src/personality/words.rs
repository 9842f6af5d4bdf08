//! Counts kinds of words in English text, by own lists.

use std::{collections::HashMap, sync::LazyLock};

use crate::personality::scale::rows;

/// A kind of word, such as articles.
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// The share of all words that are of the kind, in general.
    pub rate: f64,
}

/// The kinds and, for each word, which of them it belongs to.
pub struct Kinds {
    all: Vec<Kind>,
    whole: HashMap<&'static str, Vec<usize>>,
    /// Beginnings of words, each with its kind.
    beginnings: Vec<(&'static str, usize)>,
}

/// The lists that come with Bondhu.
pub static KINDS: LazyLock<Kinds> = LazyLock::new(|| Kinds::read(include_str!("../../data/personality/words.tsv")));

impl Kinds {
    fn read(table: &'static str) -> Self {
        let mut read = Self { all: Vec::new(), whole: HashMap::new(), beginnings: Vec::new() };
        for (kind, cells) in rows(table).enumerate() {
            read.all.push(Kind { name: cells[0], rate: cells[1].parse().expect("a rate is a number") });
            for word in cells[2].split(' ') {
                match word.strip_suffix('*') {
                    Some(beginning) => read.beginnings.push((beginning, kind)),
                    None => read.whole.entry(word).or_default().push(kind),
                }
            }
        }
        read
    }

    /// The kinds, in the order in which [`Kinds::count`] counts them.
    pub fn all(&self) -> &[Kind] {
        &self.all
    }

    /// How many words a text has, and how many of each kind.
    pub fn count(&self, text: &str) -> (u32, Vec<u32>) {
        let lower = text.to_lowercase().replace('’', "'");
        let is_part = |c: char| c.is_ascii_lowercase() || c == '\'';
        let (mut total, mut counts) = (0, vec![0; self.all.len()]);
        let words = lower.split(|c| !is_part(c)).map(|word| word.trim_matches('\'')).filter(|word| !word.is_empty());
        for word in words {
            total += 1;
            let mut seen = vec![false; self.all.len()];
            let by_beginning = self.beginnings.iter().filter(|(beginning, _)| word.starts_with(beginning));
            let kinds = self.whole.get(word).into_iter().flatten().chain(by_beginning.map(|(_, kind)| kind));
            for &kind in kinds {
                if !seen[kind] {
                    seen[kind] = true;
                    counts[kind] += 1;
                }
            }
        }
        (total, counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_by_kind() {
        let (total, counts) = KINDS.count("The river didn’t stop; we walked along it. TOGETHER, happily!");
        assert_eq!(total, 10);
        let count = |name: &str| counts[KINDS.all().iter().position(|kind| kind.name == name).unwrap()];
        assert_eq!(count("articles"), 1);
        assert_eq!(count("negation"), 1);
        assert_eq!(count("positive_emotion"), 1, "happi*");
        assert_eq!(count("inclusive"), 3, "we, along, together");
        assert_eq!(KINDS.count("আজ মন ভালো নেই 😀").0, 0, "other scripts have no lists");
    }

    #[test]
    fn every_kind_has_a_rate_and_words() {
        assert_eq!(KINDS.all().len(), 18);
        assert!(KINDS.all().iter().all(|kind| kind.rate > 0.005 && kind.rate < 0.25));
    }
}
