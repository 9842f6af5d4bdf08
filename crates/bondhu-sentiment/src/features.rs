//! What is seen of a text in any register: hashed words and pieces of words.

use crate::tokens::{Kind, Token};

/// Only so many tokens from the beginning and from the end of a text are read.
const REACH: usize = 200;

/// The features of a text.
#[derive(Clone, Debug)]
pub struct Features {
    /// 32-bit hashes, one for each feature.
    pub hashes: Vec<u32>,
    /// The first of them that stands for a piece of a word; those before stand for words, marks and pairs.
    pub pieces_from: usize,
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

/// The hash of two features in a row.
pub(crate) const fn pair(before: u32, this: u32) -> u32 {
    finish(step(step(PAIR, before), this))
}

/// Reads the features of the tokens of a text.
pub(crate) fn features(tokens: &[Token<'_>]) -> Features {
    let mut hashes = Vec::with_capacity(tokens.len() * 20);
    let read: Vec<&Token<'_>> = in_reach(tokens).collect();
    wholes(&read, &mut hashes);
    let pieces_from = hashes.len();
    for token in read.iter().filter(|token| token.kind == Kind::Word) {
        pieces(token.text, &mut hashes);
        if token.text.is_ascii() && token.english.is_none() {
            skeleton(token.folded, &mut hashes);
        }
    }
    Features { hashes, pieces_from, script: script(&read) }
}

/// The tokens that are read.
pub(crate) fn in_reach<'a, 'b>(tokens: &'b [Token<'a>]) -> impl Iterator<Item = &'b Token<'a>> {
    let begin = tokens.len().min(REACH);
    let end = begin.max(tokens.len().saturating_sub(REACH));
    tokens[..begin].iter().chain(&tokens[end..])
}

/// Tokens and pairs of them.
fn wholes(tokens: &[&Token<'_>], into: &mut Vec<u32>) {
    let mut last = STYLE;
    for token in tokens {
        let this = word_hash(token.text);
        into.push(this);
        if token.kind != Kind::Mark {
            into.push(pair(last, this));
            last = this;
        }
    }
}

/// Three to five letters in a row, with the ends of the word marked.
fn pieces(word: &str, into: &mut Vec<u32>) {
    let mut letters = [0_u32; 32 + 2 + 2];
    let mut count = 1;
    letters[0] = u32::from(b'^');
    for c in word.chars().take(32) {
        letters[count] = c as u32;
        count += 1;
    }
    letters[count] = u32::from(b'$');
    // The last but one is too near to the end for five letters, the last one for four: computing all three everywhere and
    // leaving out what is too much costs less than asking each time.
    for five in letters[..count + 3].windows(5) {
        let three = five[..3].iter().fold(PIECE, |hash, letter| step(hash, *letter));
        let four = step(three, five[3]);
        into.extend([three, four, step(four, five[4])].map(finish));
    }
    let end = into.len();
    match count {
        // A word of signs alone has folded to nothing.
        0 | 1 => {}
        2 => into.truncate(end - 2),
        _ => {
            into[end - 4] = into[end - 3];
            into.truncate(end - 3);
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

/// The features of a text.
pub(crate) fn of(text: &str) -> Features {
    features(&crate::tokens::tokens(text, &mut String::new()))
}
