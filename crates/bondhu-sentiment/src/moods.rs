//! Phrases that tell a mood: a prior beside the model, above all for the moods that no public data has.

use std::sync::LazyLock;

use crate::{
    analysis::Mood,
    phrases::{BOUNDARY, ByFirst, Phrase, Present, UNKNOWN, Vocabulary, read_classes, rows},
    spelling::Words,
};

/// What a phrase stands for: a mood, or nothing (its words are hidden).
type Meaning = Option<Mood>;

struct Tables {
    words: Vocabulary,
    phrases: Vec<(Meaning, Phrase)>,
    by_first: ByFirst,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let classes = read_classes("");
    let mut words = Vocabulary::default();
    let mut phrases = Vec::new();
    for (name, source) in rows(include_str!("../data/moods/phrases.tsv")) {
        let mood = Mood::ALL.into_iter().find(|mood| mood.name() == name);
        assert!(mood.is_some() || name == "mask", "the mood phrases name an unknown mood: {name}");
        phrases.push((mood, Phrase::parse(source, &classes, &mut words)));
    }
    let mut by_first = ByFirst::new(words.len());
    for (index, (_, phrase)) in phrases.iter().enumerate() {
        by_first.add(phrase, index);
    }
    Tables { words, phrases, by_first }
});

/// How many phrases of each mood a text holds, at most two each, in the order of [`Mood::ALL`].
pub(crate) fn phrases(words: &Words) -> [f32; 11] {
    let tables = &*TABLES;
    let mut numbers = tables.words.numbers(words);
    let mut counts = [0.0_f32; 11];
    if numbers.iter().all(|number| *number <= BOUNDARY) {
        return counts;
    }
    let present = Present::of(&numbers, tables.words.len());
    for wants_mood in [false, true] {
        for start in 0..numbers.len() {
            for index in tables.by_first.candidates(&numbers, &present, start) {
                let (mood, phrase) = &tables.phrases[index];
                if mood.is_some() != wants_mood {
                    continue;
                }
                let Some(end) = phrase.matches(&numbers, &present, start) else { continue };
                match mood {
                    Some(mood) => counts[*mood as usize] = (counts[*mood as usize] + 1.0).min(2.0),
                    None => numbers[start..end].fill(UNKNOWN),
                }
                if mood.is_none() {
                    break;
                }
            }
        }
    }
    counts
}
