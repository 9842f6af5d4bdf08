//! From text to terms.

use std::collections::BTreeSet;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// Longer words are cut; Postgres takes no term above 2 KiB.
const MAX_TERM_CHARS: usize = 64;

/// A word of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// What is compared: letters, digits and marks only; no case, no Latin accents, one form of each letter.
    pub term: String,
}

/// The words of a text in order.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (start, word) in text.unicode_word_indices() {
        let mut from = start;
        for part in word.split_inclusive(|c| !belongs(c)) {
            let range = from..from + part.trim_end_matches(|c| !belongs(c)).len();
            from += part.len();
            let term = term(&text[range.clone()]);
            if !term.is_empty() {
                tokens.push(Token { range, term });
            }
        }
    }
    tokens
}

/// The distinct terms of a text.
pub(crate) fn terms(text: &str) -> Vec<String> {
    tokens(text).into_iter().map(|token| token.term).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Whether a character may stand inside a word. Apostrophes and joiners may, but are not compared.
fn belongs(c: char) -> bool {
    counts(c) || matches!(c, '\'' | '\u{2019}' | '\u{200c}' | '\u{200d}')
}

/// Whether a character is compared.
fn counts(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

fn term(word: &str) -> String {
    let folded: String = word.nfkc().flat_map(char::to_lowercase).map(|c| if c == 'ς' { 'σ' } else { c }).collect();
    let mut after_latin = false;
    folded
        .nfkd()
        .filter(|&c| {
            if is_latin_accent(c) {
                return !after_latin;
            }
            if !is_combining_mark(c) {
                after_latin = is_latin(c);
            }
            counts(c)
        })
        .nfc()
        .take(MAX_TERM_CHARS)
        .collect()
}

fn is_latin_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

fn is_latin(c: char) -> bool {
    matches!(c, 'a'..='z' | '\u{df}'..='\u{24f}' | '\u{250}'..='\u{2af}' | '\u{1e00}'..='\u{1eff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms_of(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|token| token.term).collect()
    }

    #[test]
    fn case_accents_and_apostrophes_do_not_count() {
        assert_eq!(terms_of("Don’t CAFÉ Zürich naïve"), ["dont", "cafe", "zurich", "naive"]);
        assert_eq!(terms_of("don't cafe\u{301}"), ["dont", "cafe"]);
        assert_eq!(terms_of("ΟΔΟΣ οδός"), ["οδοσ", "οδόσ"]);
    }

    #[test]
    fn punctuation_parts_words() {
        assert_eq!(terms_of("e.g. 3.14, foo_bar; a@b.org!"), ["e", "g", "3", "14", "foo", "bar", "a", "b", "org"]);
        assert_eq!(terms_of(" -- ... ' \u{200d} 🙂"), Vec::<String>::new());
    }

    #[test]
    fn vowel_signs_stay_in_their_words() {
        assert_eq!(terms_of("मैं आज बहुत खुश हूँ।"), ["मैं", "आज", "बहुत", "खुश", "हूँ"]);
        assert_eq!(terms_of("আমার মন ভালো নেই।"), ["আমার", "মন", "ভালো", "নেই"]);
        // The same letter, typed as one code point or as two.
        assert_eq!(terms_of("হয়"), terms_of("হয\u{9bc}"));
        assert_eq!(terms_of("क्\u{200d}ष"), terms_of("क्ष"));
    }

    #[test]
    fn ranges_point_at_the_words() {
        let text = "Well, Ünïcode’s fine.";
        let words: Vec<_> = tokens(text).into_iter().map(|token| &text[token.range]).collect();
        assert_eq!(words, ["Well", "Ünïcode’s", "fine"]);
    }

    #[test]
    fn long_words_are_cut() {
        assert_eq!(terms_of(&"x".repeat(5_000))[0].len(), MAX_TERM_CHARS);
    }
}
