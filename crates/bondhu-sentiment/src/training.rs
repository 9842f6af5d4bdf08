//! What the programs that train and measure the model need beside [`crate::analyze`].

pub use crate::{
    crisis::{
        detect::ACUTE_RISK,
        vote::{QUESTIONS, STEPS, Vote, pack_steps},
    },
    features::{DENSE, Features, Script},
    model::{Answers, Dense, HEADS, MOODS, Model, VALENCE, buckets, crc32, polarity_head, share},
    register::{LATIN, LATIN_REGISTERS, REGISTERS, Register},
};

/// The features of a text.
pub fn features(text: &str) -> Features {
    crate::features::read(text).1
}

/// The hash of the feature that a word is.
pub fn word_hash(word: &str) -> u32 {
    crate::features::word_hash(word)
}

/// How many phrases of each mood a text holds, in the order of [`crate::Mood::ALL`].
pub fn mood_phrases(text: &str) -> [f32; 11] {
    crate::moods::phrases(&crate::spelling::Words::of(text))
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
