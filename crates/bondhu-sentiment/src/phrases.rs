//! Phrases with choices, optional words and gaps, matched over numbered words.
//!
//! A phrase is written as words. `(a|b c)` is a choice, `?` after a word or a choice makes it optional, `@name` is a
//! choice defined in `classes.txt`, `_` stands for up to two words and `__` for up to six. The first part of a phrase
//! must be a fixed word or a choice: phrases are looked up by the word they begin with.
use std::{collections::HashMap, ops::Range};

use rustc_hash::FxHashMap;

use crate::spelling::{Key, Words};

/// The number of a word that occurs in no phrase.
pub(crate) const UNKNOWN: u32 = 0;
/// The number of a sentence boundary.
pub(crate) const BOUNDARY: u32 = 1;

/// Compiled phrases, looked up by the word they begin with.
///
/// All of them lie together in a few long arrays: following pointers from one to the next would wait for the memory at every
/// step.
#[derive(Default)]
pub(crate) struct Phrases {
    /// Every word that occurs in a phrase, numbered from 2.
    numbers: FxHashMap<Key, u32>,
    parts: Vec<Part>,
    options: Vec<Choice>,
    /// The second and later words of options.
    tails: Vec<u32>,
    candidates: Vec<Candidate>,
    /// Where the candidates of each word begin, pass by pass.
    begins: Vec<u32>,
    passes: usize,
}

/// One part of a phrase.
#[derive(Clone, Copy)]
enum Part {
    /// Up to this many words of any kind, within the sentence.
    Gap(usize),
    /// A word that must be there.
    Word(u32),
    /// One of several word sequences: those of `options` from one place to another. A bit for each first word turns most
    /// words of a message away.
    OneOf { options: (u32, u32), bits: u64, optional: bool },
}

/// A word sequence that a part may be; those of a part are ordered by their first word, then longest first.
struct Choice {
    first: u32,
    tail: (u32, u32),
}

/// What is looked at before a phrase itself.
#[derive(Clone, Copy)]
struct Candidate {
    /// Of each of these at least one bit must be there: the two parts that the fewest words fit.
    bits: [u64; 2],
    /// The bits of the words that may follow the first one.
    next: u64,
    /// The parts that are left to be found: all, or those after the first one.
    parts: (u32, u32),
    has_first: bool,
    phrase: u32,
}

/// The numbers of the words of a message.
pub(crate) struct Numbers {
    /// [`BOUNDARY`] at every end of a sentence, [`UNKNOWN`] for a word that occurs in no phrase.
    pub(crate) words: Vec<u32>,
    /// One of 64 bits for each word, or more: those of words hidden since stay.
    bits: u64,
}

impl Numbers {
    /// Hides words from the phrases that are looked for next.
    pub(crate) fn hide(&mut self, words: Range<usize>) {
        self.words[words].fill(UNKNOWN);
    }
}

fn bit(word: u32) -> u64 {
    1 << (word % 64)
}

impl Part {
    /// Of these at least one must be there; all where the part may be missing.
    fn bits(&self) -> u64 {
        match self {
            Self::Word(word) => bit(*word),
            Self::OneOf { bits, optional: false, .. } => *bits,
            Self::OneOf { .. } | Self::Gap(_) => u64::MAX,
        }
    }
}

impl Phrases {
    /// Compiles phrases, each with the pass that it is looked for in, from 0 to one below `passes`. `classes` holds the
    /// options of each `@name`.
    pub(crate) fn compile<'a>(
        passes: usize,
        classes: &HashMap<String, Vec<String>>,
        sources: impl Iterator<Item = (usize, &'a str)>,
    ) -> Self {
        let mut all = Self { passes, ..Self::default() };
        // Many phrases have a part in common: it is kept once.
        let mut known: HashMap<String, Part> = HashMap::new();
        let mut found: Vec<(u32, usize, Candidate)> = Vec::new();
        for (phrase, (pass, source)) in sources.enumerate() {
            let from = all.parts.len();
            for source in split_parts(source) {
                let part = *known.entry(source).or_insert_with_key(|source| all.part(source, classes));
                all.parts.push(part);
            }
            let parts = (as_u32(from), as_u32(all.parts.len()));
            let candidates = all.beginnings(parts, as_u32(phrase));
            found.extend(candidates.into_iter().map(|(first, candidate)| (first, pass, candidate)));
        }
        // Stable: the phrases of a word and pass stay in the order of the file.
        found.sort_by_key(|(first, pass, _)| (*first, *pass));
        for place in 0..=(all.numbers.len() + 2) * passes {
            let before = |(first, pass, _): &(u32, usize, Candidate)| *first as usize * passes + pass < place;
            all.begins.push(as_u32(found.partition_point(before)));
        }
        all.candidates = found.into_iter().map(|(_, _, candidate)| candidate).collect();
        all
    }

    /// The numbers of the words of a message, with a boundary at every end of a sentence.
    pub(crate) fn numbers(&self, words: &Words) -> Numbers {
        let number =
            |key| if key == Key::BOUNDARY { BOUNDARY } else { self.numbers.get(&key).copied().unwrap_or(UNKNOWN) };
        let words: Vec<u32> = words.keys().map(number).collect();
        let bits = words.iter().filter(|word| **word > BOUNDARY).fold(0, |bits, word| bits | bit(*word));
        Numbers { words, bits }
    }

    /// Every phrase of a pass that stands at `start`, in the order of the file, and where it ends.
    pub(crate) fn at<'a>(
        &'a self,
        pass: usize,
        numbers: &'a Numbers,
        start: usize,
    ) -> impl Iterator<Item = (usize, usize)> + 'a {
        let words = &numbers.words[..];
        let place = words[start] as usize * self.passes + pass;
        let candidates = &self.candidates[self.begins[place] as usize..self.begins[place + 1] as usize];
        let next = words.get(start + 1).map_or(u64::MAX, |word| bit(*word));
        let may_be = move |candidate: &&Candidate| {
            candidate.next & next != 0 && candidate.bits.iter().all(|part| part & numbers.bits != 0)
        };
        let end = move |candidate: &Candidate| {
            let at = start + usize::from(candidate.has_first);
            let end = self.follow(among(&self.parts, candidate.parts), words, at)?;
            Some((candidate.phrase as usize, end))
        };
        candidates.iter().filter(may_be).filter_map(end)
    }

    /// The end of a match of these parts that begins at `at`, if there is one.
    fn follow(&self, parts: &[Part], words: &[u32], at: usize) -> Option<usize> {
        let Some((part, rest)) = parts.split_first() else { return Some(at) };
        match part {
            Part::Gap(longest) => {
                let open = words[at..].iter().take(*longest).take_while(|w| **w != BOUNDARY).count();
                (0..=open).find_map(|skip| self.follow(rest, words, at + skip))
            }
            Part::Word(word) => (words.get(at)? == word).then(|| self.follow(rest, words, at + 1)).flatten(),
            Part::OneOf { options, bits, optional } => {
                let first = words.get(at).filter(|word| bits & bit(**word) != 0);
                let found = first.and_then(|first| {
                    let mut ends = self.ends(among(&self.options, *options), *first, &words[at + 1..]);
                    ends.find_map(|length| self.follow(rest, words, at + 1 + length))
                });
                if found.is_none() && *optional { self.follow(rest, words, at) } else { found }
            }
        }
    }

    /// How many words after the first one belong to each option that stands there.
    fn ends<'a>(&'a self, options: &'a [Choice], first: u32, after: &'a [u32]) -> impl Iterator<Item = usize> + 'a {
        let from = options.partition_point(|option| option.first < first);
        let same = options[from..].iter().take_while(move |option| option.first == first);
        // Most options are one word: comparing nothing would still be a call.
        let stands = |tail: &&[u32]| tail.is_empty() || after.starts_with(tail);
        same.map(|option| among(&self.tails, option.tail)).filter(stands).map(<[u32]>::len)
    }

    fn number(&mut self, word: &str) -> u32 {
        let next = as_u32(self.numbers.len() + 2);
        *self.numbers.entry(Key::of(&crate::spelling::fold(word))).or_insert(next)
    }

    fn part(&mut self, source: &str, classes: &HashMap<String, Vec<String>>) -> Part {
        match source {
            "_" => return Part::Gap(2),
            "__" => return Part::Gap(6),
            _ => {}
        }
        let (body, optional) = source.strip_suffix('?').map_or((source, false), |body| (body, true));
        let mut texts = Vec::new();
        expand(body, classes, &mut texts);
        let mut all: Vec<Vec<u32>> =
            texts.iter().map(|text| text.split_whitespace().map(|word| self.number(word)).collect()).collect();
        all.retain(|option| !option.is_empty());
        all.sort_by_key(|option| (option[0], std::cmp::Reverse(option.len())));
        if let ([option], false) = (&all[..], optional)
            && let [word] = option[..]
        {
            return Part::Word(word);
        }
        let from = as_u32(self.options.len());
        for option in &all {
            let tail = as_u32(self.tails.len());
            self.tails.extend(&option[1..]);
            self.options.push(Choice { first: option[0], tail: (tail, as_u32(self.tails.len())) });
        }
        let bits = all.iter().fold(0, |bits, option| bits | bit(option[0]));
        Part::OneOf { options: (from, as_u32(self.options.len())), bits, optional }
    }

    /// The candidates of a phrase by the words that it can begin with. None, if it begins with a gap or an optional word.
    fn beginnings(&self, (from, to): (u32, u32), phrase: u32) -> Vec<(u32, Candidate)> {
        let rest = among(&self.parts, (from + 1, to));
        let after = rest.first().map_or(u64::MAX, Part::bits);
        let mut bits: Vec<u64> = rest.iter().map(Part::bits).chain([u64::MAX; 2]).collect();
        bits.sort_by_key(|bits| bits.count_ones());
        let bits = [bits[0], bits[1]];
        let whole = Candidate { bits, next: after, parts: (from + 1, to), has_first: true, phrase };
        let options = match self.parts[from as usize] {
            Part::Word(word) => return vec![(word, whole)],
            Part::OneOf { options, optional: false, .. } => among(&self.options, options),
            _ => return Vec::new(),
        };
        let candidate = |group: &[Choice]| {
            let tails = || group.iter().map(|option| among(&self.tails, option.tail));
            if tails().all(<[u32]>::is_empty) {
                return (group[0].first, whole);
            }
            let next = tails().fold(0, |bits, tail| bits | tail.first().map_or(after, |second| bit(*second)));
            (group[0].first, Candidate { next, parts: (from, to), has_first: false, ..whole })
        };
        options.chunk_by(|one, other| one.first == other.first).map(candidate).collect()
    }

    /// How many phrases can never be found, because they begin with a gap or an optional word.
    #[cfg(test)]
    pub(crate) fn unreachable(&self, count: usize) -> usize {
        let reached: std::collections::HashSet<u32> = self.candidates.iter().map(|one| one.phrase).collect();
        count - reached.len()
    }
}

/// The part of an array from one place to another.
fn among<T>(all: &[T], (from, to): (u32, u32)) -> &[T] {
    &all[from as usize..to as usize]
}

fn as_u32(count: usize) -> u32 {
    u32::try_from(count).expect("the tables are far smaller")
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
