//! Spelling folds: one form for the many ways the same word is typed.

use std::hash::BuildHasher;

use rustc_hash::FxBuildHasher;

/// The folded words of a message.
#[derive(Default)]
pub(crate) struct Words {
    /// All of them, one after another.
    letters: String,
    /// Where each ends among the letters, and where it begins and ends in the message, in bytes.
    places: Vec<(usize, usize, usize)>,
    keys: Vec<Key>,
}

/// A folded word as a number of 64 bits: two words share one about as often as two files share a checksum. Comparing the
/// letters instead would fetch them from all over the memory for every word of every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key(u64);

impl Key {
    /// Of the empty word that stands at every end of a sentence.
    pub(crate) const BOUNDARY: Self = Self(0);

    /// The key of a folded word.
    pub(crate) fn of(word: &str) -> Self {
        if word.is_empty() { Self::BOUNDARY } else { Self(FxBuildHasher.hash_one(word) | 1) }
    }
}

impl Words {
    /// Reads a message.
    pub(crate) fn of(text: &str) -> Self {
        let count = text.len() / 5 + 2;
        let mut words = Self {
            letters: String::with_capacity(text.len()),
            places: Vec::with_capacity(count),
            keys: Vec::with_capacity(count),
        };
        each_word(text, |word, start, end| words.push(word, start, end));
        words
    }

    /// The same message with some words in another spelling, given by where each begins in the message: one word or more. None
    /// if there are none.
    pub(crate) fn respelled(&self, spellings: &[(usize, &str)]) -> Option<Self> {
        if spellings.is_empty() {
            return None;
        }
        let mut words = Self::default();
        let mut left = spellings.iter().peekable();
        for (word, (_, start, end)) in self.iter().zip(&self.places) {
            while left.next_if(|(at, _)| at < start).is_some() {}
            match left.peek() {
                Some((at, spelling)) if at == start && start < end => {
                    spelling.split(' ').for_each(|word| words.push(&fold(word), *start, *end));
                }
                _ => words.push(word, *start, *end),
            }
        }
        Some(words)
    }

    fn push(&mut self, folded: &str, start: usize, end: usize) {
        self.letters.push_str(folded);
        self.places.push((self.letters.len(), start, end));
        self.keys.push(Key::of(folded));
    }

    /// Each word, empty at every end of a sentence.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let mut from = 0;
        self.places.iter().map(move |(to, _, _)| &self.letters[std::mem::replace(&mut from, *to)..*to])
    }

    /// The key of each word.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Key> {
        self.keys.iter().copied()
    }

    /// Where each begins and ends in the message, in bytes.
    pub(crate) fn places(&self) -> Vec<(usize, usize)> {
        self.places.iter().map(|(_, start, end)| (*start, *end)).collect()
    }
}

/// Room for the letters of most words.
pub(crate) const USUAL_WORD: usize = 48;

/// Gives each folded word of a message to `each` with where it begins and ends in bytes, and an empty word at every end
/// of a sentence.
///
/// Case, apostrophes, invisible characters, doubled and drawn-out letters, digits standing for letters ("su1cide"),
/// romanisation variants ("hoon", "hun", "hu") and Indic spelling variants all fold to one form. Phrases from the
/// tables go through the same fold, so a table may be written in any of these spellings.
fn each_word(text: &str, mut each: impl FnMut(&str, usize, usize)) {
    let mut word = String::with_capacity(USUAL_WORD);
    let mut folded = String::with_capacity(USUAL_WORD);
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if word.is_empty() {
            start = at;
        }
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
            continue;
        }
        match narrow(c) {
            '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FE0F}' | '\u{FEFF}' | '\'' | '’' | '‘' | '`' | '´' | 'ʼ' =>
                {}
            c @ ('$' | '@' | '*') => word.push(c),
            c @ ('!' | '|') if is_one_letter(&word) => word.push(c),
            c if c.is_alphanumeric() || is_indic_sign(c) => word.extend(c.to_lowercase()),
            c => {
                end_word(&mut word, &mut folded, (start, at), &mut each);
                if matches!(c, '.' | '!' | '?' | '\n' | ';' | '।' | '॥') {
                    each("", at, at);
                }
            }
        }
    }
    end_word(&mut word, &mut folded, (start, text.len()), &mut each);
    each("", text.len(), text.len());
}

/// Gives the fold of a word to `each`, unless it is signs alone, and empties it. `folded` is room for the fold.
fn end_word(
    word: &mut String,
    folded: &mut String,
    (start, end): (usize, usize),
    each: &mut impl FnMut(&str, usize, usize),
) {
    if word.chars().any(char::is_alphanumeric) {
        folded.clear();
        fold_into(word, folded);
        each(folded, start, end);
    }
    word.clear();
}

fn is_one_letter(word: &str) -> bool {
    word.chars().nth(1).is_none() && !word.is_empty()
}

/// Full-width forms to their ASCII letters, everything else unchanged.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

pub(crate) fn is_indic_sign(c: char) -> bool {
    matches!(c, '\u{0900}'..='\u{0903}' | '\u{093A}'..='\u{094F}' | '\u{0955}'..='\u{0957}' | '\u{0962}'..='\u{0963}'
        | '\u{0981}'..='\u{0983}' | '\u{09BC}'..='\u{09CD}' | '\u{09D7}' | '\u{09E2}'..='\u{09E3}')
}

/// The folded spelling of one lower-case word.
pub(crate) fn fold(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    fold_into(word, &mut out);
    out
}

fn fold_into(word: &str, out: &mut String) {
    if word == "##" || word.bytes().all(|b| b.is_ascii_digit()) {
        out.push_str(if word.len() == 1 { "#" } else { "##" });
    } else if word.is_ascii() {
        fold_latin(word, out);
    } else {
        fold_indic(word, out);
    }
}

/// The fold of a word of ASCII alone, written behind what is there.
pub(crate) fn fold_latin(word: &str, out: &mut String) {
    let from = out.len();
    if is_settled(word) {
        out.push_str(word);
        drop_last_n(out, from);
        return;
    }
    let has_letter = word.bytes().any(|b| b.is_ascii_alphabetic());
    let (mut last, mut run) = (' ', 0);
    for c in word.bytes().map(char::from) {
        let Some(c) = (if has_letter { letter_for(c) } else { Some(c) }) else { continue };
        let c = match c {
            'z' => 'j',
            'w' => 'v',
            _ => c,
        };
        run = if c == last { run + 1 } else { 1 };
        last = c;
        match (run, c) {
            (1, _) => out.push(c),
            (2, 'e') => replace_last(out, 'i'),
            (2, 'o') => replace_last(out, 'u'),
            // "dieee" is a drawn-out "die", not a spelling of "dii".
            (3, 'e' | 'o') => replace_last(out, c),
            _ => {}
        }
    }
    drop_last_n(out, from);
}

/// Whether every letter of a word stands for itself: most words do.
fn is_settled(word: &str) -> bool {
    let mut last = 0;
    word.bytes().all(|byte| matches!(byte, b'a'..=b'v' | b'x' | b'y') && std::mem::replace(&mut last, byte) != byte)
}

/// "hoon" and "hun" are "hu": the nasal at the end of the word that begins at `from` is often not written.
fn drop_last_n(out: &mut String, from: usize) {
    if out.len() > from + 2 && matches!(&out.as_bytes()[out.len() - 2..], b"un" | b"in") {
        out.pop();
    }
}

fn replace_last(out: &mut String, with: char) {
    out.pop();
    out.push(with);
}

/// The letter that a digit or sign stands for inside a word; `None` when it stands for nothing.
fn letter_for(c: char) -> Option<char> {
    match c {
        '0' => Some('o'),
        '1' | '!' | '|' => Some('i'),
        '3' => Some('e'),
        '4' | '@' => Some('a'),
        '5' | '$' => Some('s'),
        '7' => Some('t'),
        'a'..='z' => Some(c),
        _ => None,
    }
}

/// Nukta, chandrabindu and split vowel signs written in more than one way become one way.
pub(crate) fn fold_indic(word: &str, out: &mut String) {
    let from = out.len();
    for c in word.chars() {
        let folded = match c {
            '\u{093C}' | '\u{09BC}' | '\u{0981}' => continue,
            '\u{0958}' => 'क',
            '\u{0959}' => 'ख',
            '\u{095A}' => 'ग',
            '\u{095B}' => 'ज',
            '\u{095C}' => 'ड',
            '\u{095D}' => 'ढ',
            '\u{095E}' => 'फ',
            '\u{095F}' | '\u{09DF}' => {
                if c == '\u{095F}' {
                    'य'
                } else {
                    'য'
                }
            }
            '\u{09DC}' => 'ড',
            '\u{09DD}' => 'ঢ',
            '\u{0901}' => '\u{0902}',
            '\u{09BE}' if out[from..].ends_with('\u{09C7}') => {
                out.pop();
                '\u{09CB}'
            }
            '\u{09D7}' if out[from..].ends_with('\u{09C7}') => {
                out.pop();
                '\u{09CC}'
            }
            _ => c,
        };
        out.push(folded);
    }
    if out[from..].ends_with('\u{0902}') {
        out.pop();
    }
}
