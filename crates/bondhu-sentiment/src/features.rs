//! What the model sees of a text: hashed word pieces and a few dense numbers.

use crate::{
    lexicon::LEXICON,
    rules::{self, Rules},
    tokens::{Kind, Token},
};

/// Dense numbers beside the hashed features.
pub const DENSE: usize = 24;
/// Buckets of the rule score among the dense numbers.
const BUCKETS: usize = 11;
/// Only so many tokens from the beginning and from the end of a text are read.
const REACH: usize = 200;

/// The features of a text.
#[derive(Clone, Debug)]
pub struct Features {
    /// 32-bit hashes, one for each feature.
    pub hashes: Vec<u32>,
    /// The first of them that stands for a piece of a word; those before stand for words, marks and pairs.
    pub pieces_from: usize,
    /// Rule score, its bucket, style.
    pub dense: [f32; DENSE],
    /// Whether most letters are of an Indic script, and Bengali rather than Devanagari.
    pub script: Script,
}

/// The script of most letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Latin, or none.
    Latin,
    /// Devanagari.
    Devanagari,
    /// Bengali.
    Bengali,
}

const WORD: u32 = 0x9e37_79b1;
const PIECE: u32 = 0x85eb_ca6b;
const PAIR: u32 = 0xc2b2_ae35;
const SKELETON: u32 = 0x27d4_eb2f;
const STYLE: u32 = 0x1656_67b1;

/// One step of the hash: xor, then a multiplication by an odd constant, then a rotation.
const fn step(hash: u32, value: u32) -> u32 {
    (hash ^ value).wrapping_mul(0x0100_0193).rotate_left(13)
}

/// Mixes the bits so that the upper ones depend on all (the finaliser of `MurmurHash3`).
pub(crate) const fn finish(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

/// The hash of a text in a name space.
pub(crate) fn hash(space: u32, text: &str) -> u32 {
    finish(text.chars().fold(space, |hash, c| step(hash, c as u32)))
}

/// The hash of the feature that a word is.
pub(crate) fn word_hash(word: &str) -> u32 {
    hash(WORD, word)
}

/// Hash of a plain feature to that of the same feature in one language.
pub(crate) const fn tagged(hash: u32, language: u32) -> u32 {
    finish(hash ^ (0x51ed_270b_u32.wrapping_mul(language + 1)))
}

/// Reads the features of the tokens of a text.
pub(crate) fn features(tokens: &[Token<'_>], rules: &Rules) -> Features {
    let mut hashes = Vec::with_capacity(tokens.len() * 16);
    let read: Vec<&Token<'_>> = if tokens.len() > 2 * REACH {
        tokens[..REACH].iter().chain(&tokens[tokens.len() - REACH..]).collect()
    } else {
        tokens.iter().collect()
    };
    wholes(&read, &mut hashes);
    let pieces_from = hashes.len();
    for token in read.iter().filter(|token| token.kind == Kind::Word) {
        pieces(token.text, &mut hashes);
        if token.text.is_ascii() && LEXICON.english(token.text).is_none() {
            skeleton(token.folded, &mut hashes);
        }
    }
    Features { hashes, pieces_from, dense: dense(&read, rules), script: script(&read) }
}

/// Tokens and pairs of them.
fn wholes(tokens: &[&Token<'_>], into: &mut Vec<u32>) {
    let mut last = STYLE;
    for token in tokens {
        let this = word_hash(token.text);
        into.push(this);
        if token.kind != Kind::Mark {
            into.push(finish(step(step(PAIR, last), this)));
            last = this;
        }
    }
}

/// Three to five letters in a row, with the ends of the word marked.
fn pieces(word: &str, into: &mut Vec<u32>) {
    let mut letters = [0_u32; 34];
    let mut count = 1;
    letters[0] = u32::from(b'^');
    for c in word.chars().take(32) {
        letters[count] = c as u32;
        count += 1;
    }
    letters[count] = u32::from(b'$');
    let letters = &letters[..=count];
    for start in 0..letters.len() {
        let mut hash = PIECE;
        for (length, letter) in letters[start..].iter().take(5).enumerate() {
            hash = step(hash, *letter);
            if length >= 2 {
                into.push(finish(hash));
            }
        }
    }
}

/// The consonants: romanised spellings differ mostly in vowels and in "h".
fn skeleton(folded: &str, into: &mut Vec<u32>) {
    let mut hash = SKELETON;
    let mut count = 0;
    for (index, c) in folded.chars().enumerate() {
        let c = match c {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' if index > 0 => continue,
            'b' | 'v' => 'b',
            'c' | 'q' => 'k',
            c => c,
        };
        hash = step(hash, c as u32);
        count += 1;
    }
    if count > 1 {
        into.push(finish(hash));
    }
}

fn dense(tokens: &[&Token<'_>], rules: &Rules) -> [f32; DENSE] {
    let mut dense = [0.0; DENSE];
    let count = |wanted: fn(&Token<'_>) -> bool| {
        let count = tokens.iter().filter(|token| wanted(token)).count();
        f32::from(u16::try_from(count).unwrap_or(u16::MAX))
    };
    let words = count(|t| t.kind == Kind::Word);
    let squash = |x: f32| x / (x * x + 15.0).sqrt();
    dense[0] = rules.compound;
    dense[1] = squash(rules.positive);
    dense[2] = squash(rules.negative);
    dense[3] = rules.emoji;
    dense[4] = (count(|t| t.text == "!").min(3.0)) / 3.0;
    dense[5] = (count(|t| t.text == "?").min(2.0)) / 2.0;
    dense[6] = count(|t| t.is_shouted) / words.max(1.0);
    dense[7] = count(|t| t.is_drawn).min(1.0);
    dense[8] = (words.min(40.0)) / 40.0;
    dense[9] = count(|t| t.kind == Kind::Name).min(2.0) / 2.0;
    dense[10] = 1.0;
    let share = (rules.compound + 1.0) * 0.5;
    let bucket = if rules.compound == 0.0 && rules.positive == 0.0 { BUCKETS } else { bucket(share) };
    dense[11 + bucket] = 1.0;
    dense
}

fn bucket(share: f32) -> usize {
    let edges = [0.09, 0.18, 0.27, 0.36, 0.45, 0.55, 0.64, 0.73, 0.82, 0.91];
    edges.iter().filter(|edge| share > **edge).count()
}

fn script(tokens: &[&Token<'_>]) -> Script {
    let (mut devanagari, mut bengali, mut other) = (0, 0, 0);
    for word in tokens.iter().filter(|t| t.kind == Kind::Word).map(|t| t.text) {
        if word.is_ascii() {
            other += word.len();
            continue;
        }
        for c in word.chars() {
            match c {
                '\u{900}'..='\u{97f}' => devanagari += 1,
                '\u{980}'..='\u{9ff}' => bengali += 1,
                _ => other += 1,
            }
        }
    }
    if devanagari + bengali <= other / 4 {
        Script::Latin
    } else if devanagari >= bengali {
        Script::Devanagari
    } else {
        Script::Bengali
    }
}

/// Rules and features of a text in one call.
pub(crate) fn read(text: &str) -> (Rules, Features) {
    let mut letters = String::new();
    let tokens = crate::tokens::tokens(text, &mut letters);
    let rules = rules::score(&tokens);
    let features = features(&tokens, &rules);
    (rules, features)
}
