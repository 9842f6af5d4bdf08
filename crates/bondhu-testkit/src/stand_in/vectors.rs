//! Vectors that a stand-in makes of texts: the same ones at every run, near each other where words are shared.

use std::collections::BTreeMap;

const DIMENSIONS: usize = 256;

/// Words that mean the same, each with the one that stands for it.
pub(super) type Meanings = BTreeMap<String, String>;

/// One dimension for each meaning, counted; two meanings seldom share one. Short words mean nothing.
pub(super) fn vector(text: &str, meanings: &Meanings) -> Vec<f32> {
    // A text without words has a direction too.
    let mut vector = vec![0.01; DIMENSIONS];
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3) {
        let meaning = meanings.get(word).map_or(word, String::as_str);
        vector[dimension(meaning)] += 1.0;
    }
    vector
}

/// FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>), which no version of Rust changes.
fn dimension(word: &str) -> usize {
    let hash = word.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash as usize % DIMENSIONS
}
