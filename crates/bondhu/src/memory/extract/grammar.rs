//! The tables of sentence patterns and how a clause is held against them.
//!
//! A line of a table is `predicate | pattern`. A pattern is made of words (`live`), choices (`in|at`), classes (`@be`),
//! options (`there?`) and slots (`{place}`). A class is declared by `@name = word word=value ...`; the value is what a
//! captured word stands for. A pattern begins where the clause begins and has to use it up.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words::{Word, is_end_of_name};

/// The tables, in the order in which they are tried.
const TABLES: [&str; 6] = [
    include_str!("../../../data/memory/words.txt"),
    include_str!("../../../data/memory/classes.txt"),
    include_str!("../../../data/memory/english.txt"),
    include_str!("../../../data/memory/hindi.txt"),
    include_str!("../../../data/memory/bengali.txt"),
    include_str!("../../../data/memory/romanised.txt"),
];
/// The longest slot, in words.
const LONGEST: usize = 14;

/// One step of a pattern.
#[derive(Debug)]
enum Step {
    Words(Vec<String>),
    Slot(String),
    /// A word of a class, kept by what it stands for.
    Class(String),
}

#[derive(Debug)]
struct Pattern {
    predicate: String,
    steps: Vec<(Step, bool)>,
}

/// What a slot caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Catch<'a> {
    /// The slot's name.
    pub(super) slot: &'a str,
    /// The words.
    pub(super) words: &'a [Word],
    /// What they stand for, where a class says so.
    pub(super) value: Option<&'a str>,
}

/// A pattern that fits, with what its slots caught.
#[derive(Debug)]
pub(super) struct Fit<'a> {
    /// What is said.
    pub(super) predicate: &'a str,
    /// The catches in order.
    pub(super) catches: Vec<Catch<'a>>,
}

/// All patterns and classes.
pub(super) struct Grammar {
    patterns: Vec<Pattern>,
    /// Patterns by the word they begin with; those that begin with a slot under the empty word.
    begins: HashMap<String, Vec<usize>>,
    classes: HashMap<String, HashMap<String, String>>,
}

/// The grammar of all languages.
pub(super) static GRAMMAR: LazyLock<Grammar> = LazyLock::new(Grammar::read);

impl Grammar {
    fn read() -> Self {
        let mut grammar = Self { patterns: Vec::new(), begins: HashMap::new(), classes: HashMap::new() };
        for line in TABLES.iter().flat_map(|table| table.lines()) {
            let line = line.trim();
            if let Some(class) = line.strip_prefix('@') {
                let (name, words) = class.split_once('=').expect("a class line holds an equals sign");
                let words = words.split_whitespace().map(|word| {
                    let (word, value) = word.split_once('=').unwrap_or((word, word));
                    (word.replace('_', " "), value.to_owned())
                });
                grammar.classes.entry(name.trim().to_owned()).or_default().extend(words);
            } else if !line.is_empty() && !line.starts_with('#') {
                let (predicate, pattern) = line.split_once('|').expect("a pattern line holds a bar");
                let steps = pattern.split_whitespace().map(|step| grammar.step(step)).collect();
                grammar.add(Pattern { predicate: predicate.trim().to_owned(), steps });
            }
        }
        grammar
    }

    fn step(&self, text: &str) -> (Step, bool) {
        let (text, optional) = text.strip_suffix('?').map_or((text, false), |text| (text, true));
        let step = if let Some(slot) = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            if self.classes.contains_key(slot) { Step::Class(slot.to_owned()) } else { Step::Slot(slot.to_owned()) }
        } else {
            let words = text.split('/').flat_map(|word| match word.strip_prefix('@') {
                Some(class) => {
                    self.classes.get(class).expect("a class is declared before it is used").keys().cloned().collect()
                }
                None => vec![word.to_owned()],
            });
            Step::Words(words.collect())
        };
        (step, optional)
    }

    fn add(&mut self, pattern: Pattern) {
        let number = self.patterns.len();
        for (step, optional) in &pattern.steps {
            let words: Vec<String> = match step {
                Step::Words(words) => words.clone(),
                Step::Class(class) => self.classes[class].keys().cloned().collect(),
                Step::Slot(_) => vec![String::new()],
            };
            for word in words {
                let first = word.split(' ').next().unwrap_or_default().to_owned();
                let begins = self.begins.entry(first).or_default();
                if begins.last() != Some(&number) {
                    begins.push(number);
                }
            }
            if !optional {
                break;
            }
        }
        self.patterns.push(pattern);
    }

    /// Whether a word belongs to a class.
    pub(super) fn is(&self, class: &str, word: &str) -> bool {
        self.classes.get(class).is_some_and(|words| words.contains_key(word))
    }

    /// Whether a word at the end of a clause belongs to nothing before it: "too", "yaar", but not what ends a name.
    pub(super) fn says_nothing(&self, words: &[Word], at: usize) -> bool {
        let norm = words[at].norm.as_str();
        norm == "," || (self.is("tail", norm) && !is_end_of_name(words, at))
    }

    /// What a word of a class stands for.
    pub(super) fn value(&self, class: &str, word: &str) -> Option<&str> {
        self.classes.get(class)?.get(word).map(String::as_str)
    }

    /// Every pattern that fits the clause and whose catches `accept` takes; the first such fit of each pattern.
    pub(super) fn fits<'a, T>(&'a self, clause: &'a [Word], mut accept: impl FnMut(&Fit<'a>) -> Option<T>) -> Vec<T> {
        let Some(first) = clause.first() else { return Vec::new() };
        let numbers = [first.norm.as_str(), ""].into_iter().filter_map(|word| self.begins.get(word)).flatten();
        let mut found = Vec::new();
        for &number in numbers {
            let pattern = &self.patterns[number];
            let mut catches = Vec::new();
            let mut take =
                |catches: &[Catch<'a>]| accept(&Fit { predicate: &pattern.predicate, catches: catches.to_vec() });
            found.extend(self.walk(&pattern.steps, clause, 0, &mut catches, &mut take));
        }
        found
    }

    fn walk<'a, T>(
        &'a self,
        steps: &'a [(Step, bool)],
        clause: &'a [Word],
        at: usize,
        catches: &mut Vec<Catch<'a>>,
        take: &mut impl FnMut(&[Catch<'a>]) -> Option<T>,
    ) -> Option<T> {
        let Some(((step, optional), rest)) = steps.split_first() else {
            let used_up = (at..clause.len()).all(|at| self.says_nothing(clause, at));
            return if used_up { take(catches) } else { None };
        };
        let found = match step {
            Step::Words(words) => Self::longest(words.iter().map(String::as_str), clause, at)
                .and_then(|end| self.walk(rest, clause, end, catches, take)),
            Step::Class(class) => {
                Self::longest(self.classes[class].keys().map(String::as_str), clause, at).and_then(|end| {
                    let key: Vec<&str> = clause[at..end].iter().map(|word| word.norm.as_str()).collect();
                    let value = self.value(class, &key.join(" "));
                    catches.push(Catch { slot: class, words: &clause[at..end], value });
                    let found = self.walk(rest, clause, end, catches, take);
                    catches.pop();
                    found
                })
            }
            Step::Slot(slot) => {
                let most = clause.len().min(at + LONGEST);
                (at + 1..=most).find_map(|end| {
                    catches.push(Catch { slot, words: &clause[at..end], value: None });
                    let found = self.walk(rest, clause, end, catches, take);
                    catches.pop();
                    found
                })
            }
        };
        if found.is_none() && *optional { self.walk(rest, clause, at, catches, take) } else { found }
    }

    /// Where the longest of these phrases ends that stands here.
    fn longest<'b>(phrases: impl Iterator<Item = &'b str>, clause: &[Word], at: usize) -> Option<usize> {
        phrases
            .filter_map(|phrase| {
                let mut end = at;
                for part in phrase.split(' ') {
                    if clause.get(end)?.norm != part {
                        return None;
                    }
                    end += 1;
                }
                Some(end)
            })
            .max()
    }
}
