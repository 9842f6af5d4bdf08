//! Phrases with choices, optional words and gaps, matched over numbered words.
//!
//! A phrase is written as words. `(a|b c)` is a choice, `?` after a word or a choice makes it optional, `@name` is a
//! choice defined in `classes.txt`, `_` stands for up to two words and `__` for up to six. The first part of a phrase
//! must be a fixed word or a choice: phrases are looked up by the word they begin with.
use std::collections::HashMap;

use rustc_hash::FxHashMap;

use crate::spelling::{Key, Words};

/// The number of a word that occurs in no phrase.
pub(crate) const UNKNOWN: u32 = 0;
/// The number of a sentence boundary.
pub(crate) const BOUNDARY: u32 = 1;

/// Every word that occurs in a phrase, numbered.
#[derive(Default)]
pub(crate) struct Vocabulary {
    numbers: FxHashMap<Key, u32>,
}

impl Vocabulary {
    /// The numbers of the words of a message, with a boundary at every end of a sentence.
    pub(crate) fn numbers(&self, words: &Words) -> Vec<u32> {
        let number =
            |key| if key == Key::BOUNDARY { BOUNDARY } else { self.numbers.get(&key).copied().unwrap_or(UNKNOWN) };
        words.keys().map(number).collect()
    }

    /// How many numbers are in use.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len() + 2
    }

    fn add(&mut self, word: &str) -> u32 {
        let next = u32::try_from(self.numbers.len() + 2).expect("the tables hold far fewer words");
        *self.numbers.entry(Key::of(&crate::spelling::fold(word))).or_insert(next)
    }
}

enum Part {
    /// Up to this many words of any kind, within the sentence.
    Gap(usize),
    /// One of several word sequences.
    Choice { options: Options, optional: bool },
}

/// Word sequences by their first word; of those, what follows it, longest first.
struct Options {
    groups: Vec<(u32, Vec<Vec<u32>>)>,
    /// A bit for each first word: most words of a message are turned away here.
    bits: u64,
}

impl Options {
    fn new(mut all: Vec<Vec<u32>>) -> Self {
        all.retain(|option| !option.is_empty());
        all.sort_by_key(|option| (option[0], std::cmp::Reverse(option.len())));
        let mut groups: Vec<(u32, Vec<Vec<u32>>)> = Vec::new();
        for option in all {
            let tail = option[1..].to_vec();
            match groups.last_mut() {
                Some((first, group)) if *first == option[0] => group.push(tail),
                _ => groups.push((option[0], vec![tail])),
            }
        }
        let bits = groups.iter().fold(0, |bits, (first, _)| bits | bit(*first));
        Self { groups, bits }
    }

    /// The ends of the options that stand at a place.
    fn ends<'a>(&'a self, words: &'a [u32], at: usize) -> impl Iterator<Item = usize> + 'a {
        let first = words.get(at).filter(|word| self.bits & bit(**word) != 0);
        let group = first.and_then(|word| self.groups.binary_search_by_key(word, |(first, _)| *first).ok());
        let tails = group.map_or(&[][..], |group| self.groups[group].1.as_slice());
        let rest = words.get(at + 1..).unwrap_or_default();
        let stands = move |tail: &&'a Vec<u32>| tail.len() <= rest.len() && tail.iter().zip(rest).all(|(a, b)| a == b);
        tails.iter().filter(stands).map(move |tail| at + 1 + tail.len())
    }
}

fn bit(word: u32) -> u64 {
    1 << (word % 64)
}

/// The words of a message, as a set of their numbers.
pub(crate) struct Present {
    /// A bit for each number.
    words: Vec<u64>,
    /// One of 64 bits for each word.
    bits: u64,
}

impl Present {
    /// `count` is how many numbers are in use.
    pub(crate) fn of(words: &[u32], count: usize) -> Self {
        let mut present = Self { words: vec![0; count / 64 + 1], bits: 0 };
        for word in words.iter().filter(|word| **word > BOUNDARY) {
            present.words[*word as usize / 64] |= bit(*word);
            present.bits |= bit(*word);
        }
        present
    }

    fn has(&self, word: u32) -> bool {
        self.words[word as usize / 64] & bit(word) != 0
    }
}

/// Phrases by the word they begin with.
pub(crate) struct ByFirst(Vec<Vec<Candidate>>);

/// What is looked at before a phrase itself: it lies close together, while phrases are all over the memory.
struct Candidate {
    /// Of each of these at least one bit must be there: the two parts that the fewest words fit.
    bits: [u64; 2],
    /// The bits of the words that may follow the first one.
    next: u64,
    index: usize,
}

impl ByFirst {
    /// Empty, for so many words.
    pub(crate) fn new(words: usize) -> Self {
        Self((0..words).map(|_| Vec::new()).collect())
    }

    /// The phrase with this index is looked for from now on.
    pub(crate) fn add(&mut self, phrase: &Phrase, index: usize) {
        for (word, next) in phrase.beginnings() {
            self.0[word as usize].push(Candidate { bits: phrase.bits, next, index });
        }
    }

    /// The phrases that may stand at a place among these words. `present` are the words, or more.
    pub(crate) fn candidates<'a>(
        &'a self,
        words: &[u32],
        present: &Present,
        start: usize,
    ) -> impl Iterator<Item = usize> + use<'a> {
        let bits = present.bits;
        let next = words.get(start + 1).map_or(u64::MAX, |word| bit(*word));
        let may_be = move |candidate: &&Candidate| {
            candidate.next & next != 0 && candidate.bits.iter().all(|part| part & bits != 0)
        };
        self.0[words[start] as usize].iter().filter(may_be).map(|candidate| candidate.index)
    }
}

/// One compiled phrase.
pub(crate) struct Phrase {
    parts: Vec<Part>,
    /// See [`Candidate`].
    bits: [u64; 2],
    /// One of these words must be there: those of the part that has the fewest. None where those are many.
    needed: Vec<u32>,
}

/// More words than this are not looked for one by one.
const MOST_NEEDED: usize = 24;

impl Phrase {
    /// Compiles a phrase. `classes` holds the options of each `@name`.
    pub(crate) fn parse(source: &str, classes: &HashMap<String, Vec<String>>, words: &mut Vocabulary) -> Self {
        let parts: Vec<Part> = split_parts(source).iter().map(|part| parse_part(part, classes, words)).collect();
        let fixed = parts.iter().skip(1).filter_map(|part| match part {
            Part::Choice { options, optional: false } => Some(options),
            _ => None,
        });
        let fixed: Vec<&Options> = fixed.collect();
        let mut bits: Vec<u64> = fixed.iter().map(|options| options.bits).collect();
        bits.sort_unstable_by_key(|bits| bits.count_ones());
        bits.resize(2, u64::MAX);
        let fewest = fixed.iter().min_by_key(|options| options.groups.len());
        let fewest = fewest.filter(|options| options.groups.len() <= MOST_NEEDED);
        let needed = fewest.map(|options| options.groups.iter().map(|(first, _)| *first).collect()).unwrap_or_default();
        Self { parts, bits: [bits[0], bits[1]], needed }
    }

    /// The words a match can begin with, each with the bits of the words that may follow it.
    fn beginnings(&self) -> Vec<(u32, u64)> {
        let Some((Part::Choice { options, optional: false }, rest)) = self.parts.split_first() else {
            return Vec::new();
        };
        let after = match rest.first() {
            Some(Part::Choice { options, optional: false }) => options.bits,
            _ => u64::MAX,
        };
        let next = |tails: &[Vec<u32>]| {
            tails.iter().fold(0, |bits, tail| bits | tail.first().map_or(after, |second| bit(*second)))
        };
        options.groups.iter().map(|(first, tails)| (*first, next(tails))).collect()
    }

    /// Whether it can never be found, because it begins with a gap or an optional word.
    #[cfg(test)]
    pub(crate) fn is_unreachable(&self) -> bool {
        self.beginnings().is_empty()
    }

    /// The end of a match that begins at `start`, if there is one. `present` are the words, or more.
    pub(crate) fn matches(&self, words: &[u32], present: &Present, start: usize) -> Option<usize> {
        if !self.needed.is_empty() && !self.needed.iter().any(|word| present.has(*word)) {
            return None;
        }
        follow(&self.parts, words, start)
    }
}

fn follow(parts: &[Part], words: &[u32], at: usize) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    match part {
        Part::Gap(longest) => {
            let open = words[at..].iter().take(*longest).take_while(|w| **w != BOUNDARY).count();
            (0..=open).find_map(|skip| follow(rest, words, at + skip))
        }
        Part::Choice { options, optional } => {
            let found = options.ends(words, at).find_map(|end| follow(rest, words, end));
            if found.is_none() && *optional { follow(rest, words, at) } else { found }
        }
    }
}

/// Splits at spaces outside brackets.
fn split_parts(source: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in source.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ' ' if depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn parse_part(part: &str, classes: &HashMap<String, Vec<String>>, words: &mut Vocabulary) -> Part {
    match part {
        "_" => return Part::Gap(2),
        "__" => return Part::Gap(6),
        _ => {}
    }
    let (body, optional) = part.strip_suffix('?').map_or((part, false), |body| (body, true));
    let mut texts = Vec::new();
    expand(body, classes, &mut texts);
    let number = |text: &String| text.split_whitespace().map(|word| words.add(word)).collect();
    Part::Choice { options: Options::new(texts.iter().map(number).collect()), optional }
}

/// Writes out every reading of an option: choices in brackets, optional brackets and `@name` classes.
fn expand(option: &str, classes: &HashMap<String, Vec<String>>, into: &mut Vec<String>) {
    if let Some(open) = option.find('(') {
        let close = closing(option, open);
        let (before, inner, mut after) = (&option[..open], &option[open + 1..close], &option[close + 1..]);
        if let Some(rest) = after.strip_prefix('?') {
            after = rest;
            expand(&format!("{before}{after}"), classes, into);
        }
        for choice in split_choices(inner) {
            expand(&format!("{before}{choice}{after}"), classes, into);
        }
    } else if let Some(at) = option.find('@') {
        let end = option[at..].find(' ').map_or(option.len(), |space| at + space);
        let name = &option[at + 1..end];
        let choices = classes.get(name).unwrap_or_else(|| panic!("a phrase table names an unknown class @{name}"));
        for choice in choices {
            expand(&format!("{}{choice}{}", &option[..at], &option[end..]), classes, into);
        }
    } else {
        into.push(option.to_owned());
    }
}

/// Splits at the bars outside inner brackets.
fn split_choices(inner: &str) -> Vec<&str> {
    let (mut depth, mut from, mut choices) = (0, 0, Vec::new());
    for (at, c) in inner.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            '|' if depth == 0 => {
                choices.push(&inner[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    choices.push(&inner[from..]);
    choices
}

/// The place of the bracket that closes the one at `open`.
fn closing(text: &str, open: usize) -> usize {
    let mut depth = 0;
    for (at, c) in text[open..].char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return open + at,
            ')' => depth -= 1,
            _ => {}
        }
    }
    panic!("a phrase table has an open bracket: {text}")
}

/// Rows of a table: two columns apart by a tab; empty lines and lines that begin with `# ` are for readers.
pub(crate) fn rows(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# "))
        .map(|line| line.split_once('\t').unwrap_or_else(|| panic!("a phrase table has a line without a tab: {line}")))
}

/// A class is `name = option|option`; a line that begins with `|` goes on with the class above.
pub(crate) fn read_classes(file: &str) -> HashMap<String, Vec<String>> {
    let mut classes: HashMap<String, Vec<String>> = HashMap::new();
    let mut name = "";
    for line in file.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("# ")) {
        let options = match line.split_once('=') {
            Some((before, after)) => {
                name = before.trim();
                after
            }
            None => line,
        };
        let options = options.split('|').map(str::trim).filter(|o| !o.is_empty()).map(str::to_owned);
        classes.entry(name.to_owned()).or_default().extend(options);
    }
    classes
}
