//! Hindi and Bengali in Latin letters: what a word is, in however many spellings it is typed.
//!
//! A list for each language gives the standard spelling, the dictionary form and the valence of the spellings that people
//! use. A spelling that is not listed is looked up by its consonants and vowels, then by its consonants and where its
//! vowels stand.

use std::{collections::hash_map::Entry, sync::LazyLock};

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::{
    features::{hash, in_reach, pair},
    register::Register,
    spelling::Key,
    tokens::{Kind, Token},
};

/// What a spelling stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Known {
    /// The standard spelling: one word or more.
    form: &'static str,
    /// The dictionary form, with a negation as a second word.
    lemma: &'static str,
    /// How the word by itself colours a message, from -3 to 3.
    pub(crate) valence: f32,
    /// Whether it is a negation and nothing else.
    pub(crate) negates: bool,
    /// Whether English has a word that is spelled so.
    is_english_too: bool,
}

/// The list of one language.
pub(crate) struct Romanised {
    spellings: FxHashMap<&'static str, Known>,
    /// By fold, and by fold with all vowels alike: none where a fold stands for different words.
    folds: [FxHashMap<Key, Option<Known>>; 2],
    /// What "w" folds to: "haowa" in Bengali, "wala" and "vala" in Hindi.
    w: char,
}

/// The standard spellings of "not" in both languages.
const NEGATIONS: [&str; 10] = ["না", "নাই", "নেই", "নি", "নয়", "নহে", "नहीं", "ना", "न", "मत"];
/// Shorter words are too much alike to be looked up by a fold.
const FOLDED_FROM: usize = 3;

static HINGLISH: LazyLock<Romanised> =
    LazyLock::new(|| Romanised::read(include_str!("../data/lexicon/hinglish.tsv"), 'b'));
static BANGLISH: LazyLock<Romanised> =
    LazyLock::new(|| Romanised::read(include_str!("../data/lexicon/banglish.tsv"), 'o'));

/// The list of a register, if it is one of Hindi or Bengali in Latin letters.
pub(crate) fn of(register: Register) -> Option<&'static Romanised> {
    match register {
        Register::Hinglish => Some(&HINGLISH),
        Register::Banglish => Some(&BANGLISH),
        Register::Chat | Register::Tweet | Register::Hindi | Register::Bengali => None,
    }
}

impl Romanised {
    fn read(file: &'static str, w: char) -> Self {
        let count = file.lines().count();
        let mut list = Self {
            spellings: FxHashMap::with_capacity_and_hasher(count, FxBuildHasher),
            folds: [(); 2].map(|()| FxHashMap::with_capacity_and_hasher(count, FxBuildHasher)),
            w,
        };
        for row in file.lines().filter(|line| !line.starts_with('#')) {
            let (word, known) =
                parse(row).unwrap_or_else(|| panic!("a word list has a row without its four columns: {row}"));
            let folded = fold(word, w);
            add(&mut list.folds[1], &without_vowels(&folded), known);
            add(&mut list.folds[0], &folded, known);
            list.spellings.insert(word, known);
        }
        list
    }

    fn listed(&self, word: &str) -> Option<Known> {
        self.spellings.get(word).copied()
    }

    /// What a spelling that is not listed stands for, if all that sound like it are the same word.
    fn by_sound(&self, word: &str) -> Option<Known> {
        if word.len() < FOLDED_FROM || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        let folded = fold(word, self.w);
        let [by_fold, by_consonants] = &self.folds;
        let unambiguous =
            |folds: &FxHashMap<Key, Option<Known>>, fold: &str| folds.get(&Key::of(fold)).copied().flatten();
        unambiguous(by_fold, &folded).or_else(|| unambiguous(by_consonants, &without_vowels(&folded)))
    }

    /// Whether a word tells that this is the language, and not English.
    pub(crate) fn is_spoken(&self, tokens: &[Token<'_>]) -> bool {
        let tells = |known: Known| !known.form.is_ascii() && !known.is_english_too;
        let is_word = |token: &&Token<'_>| token.kind == Kind::Word && token.english.is_none();
        tokens.iter().filter(is_word).any(|token| self.listed(token.text).is_some_and(tells))
    }

    /// Writes into the tokens what their words are.
    pub(crate) fn look_up(&self, tokens: &mut [Token<'_>]) {
        for token in tokens.iter_mut().filter(|token| token.kind == Kind::Word) {
            // "kiss" and "heaven" are English before they are another spelling of a word that sounds like them.
            let by_sound = || token.english.is_none().then(|| self.by_sound(token.text)).flatten();
            token.known = self.listed(token.text).or_else(by_sound);
        }
    }
}

/// A row of a list: spelling, standard spelling, dictionary form, valence, and "en" where English has the word too.
fn parse(row: &'static str) -> Option<(&'static str, Known)> {
    let mut cells = row.split('\t');
    let (word, form, lemma, valence) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?.parse().ok()?);
    let is_english_too = cells.next() == Some("en");
    Some((word, Known { form, lemma, valence, negates: NEGATIONS.contains(&form), is_english_too }))
}

fn add(to: &mut FxHashMap<Key, Option<Known>>, fold: &str, known: Known) {
    match to.entry(Key::of(fold)) {
        Entry::Vacant(place) => {
            place.insert(Some(known));
        }
        Entry::Occupied(mut place) if *place.get() != Some(known) => {
            place.insert(None);
        }
        Entry::Occupied(_) => {}
    }
}

/// Spellings that sound alike become one: "h" is left out ("bhalo", "balo"), "ph" is "f", long vowels are short.
fn fold(word: &str, w: char) -> String {
    let mut out = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    while let Some(c) = letters.next() {
        let c = match c {
            'h' if !out.is_empty() => continue,
            'p' if letters.peek() == Some(&'h') => 'f',
            'e' | 'o' if letters.peek() == Some(&c) => {
                letters.next();
                if c == 'e' { 'i' } else { 'u' }
            }
            'v' => 'b',
            'z' => 'j',
            'q' => 'k',
            'y' => 'i',
            'w' => w,
            c => c,
        };
        if !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

/// All vowels after the first letter alike.
fn without_vowels(folded: &str) -> String {
    let mut out = String::with_capacity(folded.len());
    for c in folded.chars() {
        let c = if matches!(c, 'a' | 'e' | 'i' | 'o' | 'u') && !out.is_empty() { 'a' } else { c };
        if c != 'a' || !out.ends_with('a') || out.len() == 1 {
            out.push(c);
        }
    }
    out
}

/// Where each word that was found in a list begins, in bytes, and its standard spelling.
pub(crate) fn standard(tokens: &[Token<'_>]) -> Vec<(usize, &'static str)> {
    tokens.iter().filter_map(|token| Some((token.start, token.known?.form))).collect()
}

const FORM: u32 = 0x7feb_352d;
const LEMMA: u32 = 0x846c_a68b;

/// How many kinds of features [`words`] gives.
pub(crate) const WORD_BLOCKS: usize = 3;

/// The features of tokens that were looked up: standard spellings, dictionary forms, and pairs of these.
pub(crate) fn words(tokens: &[Token<'_>]) -> [Vec<u32>; WORD_BLOCKS] {
    let [mut forms, mut lemmas, mut pairs]: [Vec<u32>; WORD_BLOCKS] = Default::default();
    let mut last = LEMMA;
    for token in in_reach(tokens) {
        let (form, lemma) = token.known.map_or((token.text, token.text), |known| (known.form, known.lemma));
        forms.extend(form.split(' ').map(|form| hash(FORM, form)));
        for lemma in lemma.split(' ') {
            let this = hash(LEMMA, lemma);
            lemmas.push(this);
            pairs.push(pair(last, this));
            last = this;
        }
    }
    [forms, lemmas, pairs]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(register: Register, word: &str) -> Option<&'static str> {
        of(register).and_then(|list| list.listed(word).or_else(|| list.by_sound(word))).map(|known| known.form)
    }

    #[test]
    fn spellings_of_a_word_are_one_word() {
        for word in ["valo", "vlo", "bhalo", "balo", "bhaalo", "valoo"] {
            assert_eq!(form(Register::Banglish, word), Some("ভালো"), "{word}");
        }
        for word in ["nahi", "nhi", "nahin", "nahii"] {
            assert_eq!(form(Register::Hinglish, word), Some("नहीं"), "{word}");
        }
        assert_eq!(form(Register::Chat, "valo"), None);
        assert_eq!(form(Register::Banglish, "qwrtzp"), None);
        assert_eq!(form(Register::Banglish, "v"), None);
    }

    #[test]
    fn negations_are_known_in_their_spellings() {
        let negates = |register: Register, word: &str| {
            of(register).and_then(|list| list.listed(word).or_else(|| list.by_sound(word))).map(|known| known.negates)
        };
        for word in ["na", "nai", "nei", "noy", "ni"] {
            assert_eq!(negates(Register::Banglish, word), Some(true), "{word}");
        }
        for word in ["nahi", "nhi", "nahin"] {
            assert_eq!(negates(Register::Hinglish, word), Some(true), "{word}");
        }
        assert_eq!(negates(Register::Banglish, "valo"), Some(false));
    }

    #[test]
    fn folds_keep_different_words_apart() {
        assert_eq!(fold("phool", 'b'), fold("ful", 'b'));
        assert_eq!(without_vowels(&fold("korechilam", 'o')), without_vowels(&fold("korecilem", 'o')));
        assert_ne!(fold("kom", 'o'), fold("khub", 'o'));
        assert_eq!(without_vowels("aj"), "aj");
    }

    #[test]
    fn every_row_is_well_formed() {
        for register in [Register::Hinglish, Register::Banglish] {
            let list = of(register).unwrap();
            assert!(list.spellings.len() > 5_000);
            for (word, known) in &list.spellings {
                assert!(word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
                assert!(!known.form.is_empty() && !known.lemma.is_empty(), "{word}");
                assert!((-3.0..=3.0).contains(&known.valence), "{word}");
            }
        }
    }
}
