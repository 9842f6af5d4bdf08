//! What the programs that train and measure the model need beside [`crate::analyze`].

pub use crate::{
    crisis::{
        detect::ACUTE_RISK,
        vote::{QUESTIONS, STEPS, Vote, pack_steps},
    },
    features::Features,
    model::{Answers, Dense, HEADS, MOODS, Model, POLES, VALENCE, crc32, polarity_head, row, share},
    reading::{DENSE, Reading},
    register::{LATIN, LATIN_REGISTERS, REGISTERS, ROMANISED, ROMANISED_REGISTERS, Register},
};

/// The features of a text.
pub fn features(text: &str) -> Features {
    crate::features::of(text)
}

/// A text as the model reads it, where `register_of` tells what its features are to be read as; it is given what to add to the
/// score of each Latin register.
pub fn reading(text: &str, register_of: impl Fn(&Features, [f32; LATIN_REGISTERS]) -> Register) -> Reading {
    crate::reading::read(text, register_of).1
}

/// The hash of the feature that a word is.
pub fn word_hash(word: &str) -> u32 {
    crate::features::word_hash(word)
}

/// How many phrases of each mood a text holds, by what was read of it, in the order of [`crate::Mood::ALL`].
pub fn mood_phrases(text: &str, reading: &Reading) -> [f32; 11] {
    let words = crate::spelling::Words::of(text);
    crate::moods::phrases(&words, words.respelled(&reading.standard).as_ref())
}

/// What the sentiment is put together from: polarity, valence, rule score, emoji.
pub fn parts(model: &Model<'_>, text: &str) -> [f32; 4] {
    crate::sentiment::parts(model, text)
}

/// What the second vote of the crisis check sees of a text.
pub fn sight(text: &str) -> Vec<u32> {
    crate::crisis::sight(text)
}

/// What the phrases of the crisis check say by themselves.
pub fn by_phrases(text: &str) -> crate::Crisis {
    crate::crisis::by_phrases(text)
}
