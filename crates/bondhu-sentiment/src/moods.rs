//! Phrases that tell a mood: a prior beside the model, above all for the moods that no public data has.

use std::sync::LazyLock;

use crate::{
    analysis::Mood,
    phrases::{Phrases, read_classes, rows},
    spelling::Words,
};

struct Tables {
    phrases: Phrases,
    /// What each stands for; nothing for those that hide their words from the others.
    moods: Vec<Option<Mood>>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mood = |(name, source)| {
        let mood = Mood::ALL.into_iter().find(|mood| mood.name() == name);
        assert!(mood.is_some() || name == "mask", "the mood phrases name an unknown mood: {name}");
        (mood, source)
    };
    let rows: Vec<(Option<Mood>, &str)> = rows(include_str!("../data/moods/phrases.tsv")).map(mood).collect();
    let sources = rows.iter().map(|(mood, source)| (if mood.is_none() { MASKS } else { NAMED }, *source));
    Tables {
        phrases: Phrases::compile(PASSES, &read_classes(""), sources),
        moods: rows.iter().map(|(mood, _)| *mood).collect(),
    }
});

/// What is hidden is looked for first.
const MASKS: usize = 0;
const NAMED: usize = 1;
const PASSES: usize = 2;

/// How many phrases of each mood a text holds as it is typed, or in standard spelling if there are more then; at most two
/// each, in the order of [`Mood::ALL`].
pub(crate) fn phrases(typed: &Words, standard: Option<&Words>) -> [f32; 11] {
    let mut counts = count(typed);
    for (count, other) in counts.iter_mut().zip(standard.map(count).unwrap_or_default()) {
        *count = count.max(other);
    }
    counts
}

fn count(words: &Words) -> [f32; 11] {
    let Tables { phrases, moods } = &*TABLES;
    let mut numbers = phrases.numbers(words);
    for start in 0..numbers.words.len() {
        let mask = phrases.at(MASKS, &numbers, start).next();
        if let Some((_, end)) = mask {
            numbers.hide(start..end);
        }
    }
    let mut counts = [0.0_f32; 11];
    for start in 0..numbers.words.len() {
        for mood in phrases.at(NAMED, &numbers, start).filter_map(|(phrase, _)| moods[phrase]) {
            counts[mood as usize] = (counts[mood as usize] + 1.0).min(2.0);
        }
    }
    counts
}
