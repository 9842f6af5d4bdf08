//! A person's messages and facts as an index in memory, and how a question is held against it.
//!
//! One index holds one person's words alone, so no query can reach anybody else's. The ranking is BM25 (Robertson and
//! Zaragoza 2009) with stop words and a light stemmer, then what the conversation around a message adds: its neighbours,
//! its conversation, who said it, and words that the best matches have in common. The weights were set on conversations
//! 0 to 2 of `LoCoMo`; docs/UNDERSTANDING.md has the figures.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use super::stem::stem;

/// BM25: how quickly repetition stops to count, and how much length does.
const K1: f32 = 0.9;
const B: f32 = 0.4;
/// What a message gets of the score of its neighbours, at a distance of one and of two.
const NEIGHBOURS: [f32; 2] = [0.5, 0.25];
/// What a message gets of its conversation's score: the mean of the three best messages.
const SESSION: f32 = 0.8;
const SESSION_BEST: usize = 3;
/// How much more the words of the person named in the question count.
const NAMED: f32 = 0.4;
/// A question seldom holds an answer.
const QUESTION: f32 = 0.65;
/// How much the words count that the best matches have in common (pseudo relevance feedback).
const FEEDBACK: f32 = 0.2;
const FEEDBACK_FROM: usize = 8;
const FEEDBACK_WORDS: usize = 10;
/// Only so many of the best matches spread their score.
const SPREADING: usize = 400;

/// Something to find.
#[derive(Debug, Clone)]
pub struct Document<K> {
    /// What it is.
    pub key: K,
    /// Who said it, if names matter.
    pub speaker: Option<String>,
    /// The conversation it stands in; documents of one come in their order. None stands alone.
    pub session: Option<u128>,
    /// Its words.
    pub text: String,
}

/// What a score is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Signals {
    /// The words of the question in it.
    pub words: f32,
    /// Words that the best matches share.
    pub related: f32,
    /// What stands around it.
    pub neighbours: f32,
    /// The conversation it stands in.
    pub conversation: f32,
    /// What remains is multiplied by this: who said it, and whether it asks itself.
    pub factor: f32,
}

impl Signals {
    fn total(self) -> f32 {
        (self.words + self.related + self.neighbours + self.conversation) * self.factor
    }
}

/// Something found.
#[derive(Debug, Clone, PartialEq)]
pub struct Match<K> {
    /// What it is.
    pub key: K,
    /// How well it fits; comparable within one answer alone.
    pub score: f32,
    /// What the score is made of.
    pub signals: Signals,
}

struct Entry<K> {
    key: K,
    speaker: Option<u32>,
    session: Option<u32>,
    /// Position among the documents of its session.
    place: u32,
    asks: bool,
    terms: Box<[u32]>,
}

/// All that can be found of one person.
pub struct Index<K> {
    entries: Vec<Entry<K>>,
    /// How many words each entry has; apart from the entries, for every posting of a query reads one.
    lengths: Vec<f32>,
    terms: HashMap<String, u32>,
    /// For each term the documents that hold it and how often.
    postings: Vec<Vec<(u32, u16)>>,
    sessions: HashMap<u128, u32>,
    members: Vec<Vec<u32>>,
    speakers: Vec<String>,
    total_length: f32,
}

impl<K: Copy> Default for Index<K> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            lengths: Vec::new(),
            terms: HashMap::new(),
            postings: Vec::new(),
            sessions: HashMap::new(),
            members: Vec::new(),
            speakers: Vec::new(),
            total_length: 0.0,
        }
    }
}

impl<K: Copy> Index<K> {
    /// Adds a document after those of its session that are there.
    pub fn add(&mut self, document: &Document<K>) {
        let Ok(number) = u32::try_from(self.entries.len()) else { return };
        let mut words = content_words(&document.text);
        if let Some(speaker) = &document.speaker {
            words.extend(content_words(speaker));
        }
        let counts = self.counted(&words);
        for (term, count) in &counts {
            self.postings[*term as usize].push((number, *count));
        }
        let session = document.session.map(|session| {
            let next = u32::try_from(self.members.len()).unwrap_or(u32::MAX);
            let session = *self.sessions.entry(session).or_insert(next);
            if session == next {
                self.members.push(Vec::new());
            }
            session
        });
        let place = session.map_or(0, |session| {
            let members = &mut self.members[session as usize];
            members.push(number);
            u32::try_from(members.len() - 1).unwrap_or(u32::MAX)
        });
        #[expect(clippy::cast_precision_loss, reason = "a message has few words")]
        let length = words.len() as f32;
        self.total_length += length;
        self.lengths.push(length);
        let speaker = document.speaker.as_ref().map(|speaker| self.speaker(speaker));
        self.entries.push(Entry {
            key: document.key,
            speaker,
            session,
            place,
            asks: document.text.trim_end().ends_with(['?', '？']),
            terms: counts.into_keys().collect(),
        });
    }

    /// The terms of the words and how often each stands there; new ones get a number.
    fn counted(&mut self, words: &[String]) -> HashMap<u32, u16> {
        let mut counts: HashMap<u32, u16> = HashMap::with_capacity(words.len());
        for word in words {
            let next = u32::try_from(self.terms.len()).unwrap_or(u32::MAX);
            let term = if let Some(term) = self.terms.get(word) {
                *term
            } else {
                self.terms.insert(word.clone(), next);
                self.postings.push(Vec::new());
                next
            };
            let count = counts.entry(term).or_default();
            *count = count.saturating_add(1);
        }
        counts
    }

    fn speaker(&mut self, name: &str) -> u32 {
        let name = name.to_lowercase();
        let at = self.speakers.iter().position(|known| *known == name).unwrap_or_else(|| {
            self.speakers.push(name);
            self.speakers.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// The best matches, best first, at most `limit`.
    pub fn search(&self, question: &str, limit: usize) -> Vec<Match<K>> {
        let mut wanted: Vec<u32> =
            content_words(question).iter().filter_map(|word| self.terms.get(word).copied()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        if wanted.is_empty() {
            return Vec::new();
        }
        let scores = self.scores(&wanted);
        self.ranked(question, &scores, limit)
    }

    /// What the words of a question and those that the best matches share give each entry, and the entries with most.
    fn scores(&self, wanted: &[u32]) -> Scores {
        let mut words = vec![0.0_f32; self.entries.len()];
        let mut matched: Vec<u32> = Vec::new();
        for term in wanted {
            self.score_term(*term, 1.0, &mut words, &mut matched);
        }
        keep_best(&mut matched, |number| words[number as usize]);
        let mut related = vec![0.0_f32; self.entries.len()];
        let mut best: Vec<u32> = Vec::new();
        for (term, weight) in self.feedback(wanted, &words, &matched) {
            self.score_term(term, weight, &mut related, &mut best);
        }
        best.extend(matched.into_iter().filter(|number| related[*number as usize] == 0.0));
        keep_best(&mut best, |number| words[number as usize] + related[number as usize]);
        Scores { words, related, best }
    }

    fn score_term(&self, term: u32, weight: f32, scores: &mut [f32], touched: &mut Vec<u32>) {
        let postings = &self.postings[term as usize];
        let weight = weight * self.rarity(postings.len());
        #[expect(clippy::cast_precision_loss, reason = "counts far below the limit of exact integers")]
        let mean = self.total_length / self.entries.len() as f32;
        for (number, count) in postings {
            let (length, count) = (self.lengths[*number as usize], f32::from(*count));
            let score = &mut scores[*number as usize];
            if *score == 0.0 {
                touched.push(*number);
            }
            *score += weight * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / mean));
        }
    }

    /// Inverse document frequency, as BM25 in Lucene has it: never negative.
    #[expect(clippy::cast_precision_loss, reason = "counts far below the limit of exact integers")]
    fn rarity(&self, holding: usize) -> f32 {
        let (all, holding) = (self.entries.len() as f32, holding as f32);
        (1.0 + (all - holding + 0.5) / (holding + 0.5)).ln()
    }

    /// Words that the best matches have in common and that are rare elsewhere, with their weights.
    fn feedback(&self, wanted: &[u32], scores: &[f32], best: &[u32]) -> Vec<(u32, f32)> {
        let rare = self.entries.len() / 20;
        let mut sums: HashMap<u32, f32> = HashMap::new();
        for number in best.iter().take(FEEDBACK_FROM) {
            for term in &self.entries[*number as usize].terms {
                let holding = self.postings[*term as usize].len();
                if holding > 1 && holding < rare.max(2) && !wanted.contains(term) {
                    *sums.entry(*term).or_default() += scores[*number as usize] * self.rarity(holding);
                }
            }
        }
        let mut sums: Vec<(u32, f32)> = sums.into_iter().collect();
        sums.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        sums.truncate(FEEDBACK_WORDS);
        let most = sums.first().map_or(1.0, |(_, sum)| *sum);
        sums.into_iter().map(|(term, sum)| (term, FEEDBACK * sum / most)).collect()
    }

    fn ranked(&self, question: &str, scores: &Scores, limit: usize) -> Vec<Match<K>> {
        let lower = question.to_lowercase();
        let named: Vec<usize> =
            self.speakers.iter().enumerate().filter(|(_, name)| names(&lower, name)).map(|(at, _)| at).collect();
        let numbers = self.candidates(&scores.best);
        let conversations = self.conversations(scores);
        let mut matches: Vec<(f32, u32, Signals)> = Vec::with_capacity(numbers.len());
        for number in numbers {
            let entry = &self.entries[number as usize];
            let neighbours = self.around(number).map(|(apart, other)| NEIGHBOURS[apart - 1] * scores.sum(other)).sum();
            let conversation =
                entry.session.and_then(|session| conversations.get(&session)).copied().unwrap_or_default();
            let mut factor = 1.0;
            if let ([named], Some(speaker)) = (named.as_slice(), entry.speaker) {
                factor += if *named == speaker as usize { NAMED } else { 0.0 };
            }
            if entry.asks {
                factor *= QUESTION;
            }
            let signals = Signals {
                words: scores.words[number as usize],
                related: scores.related[number as usize],
                neighbours,
                conversation: SESSION * conversation,
                factor,
            };
            matches.push((signals.total(), number, signals));
        }
        matches.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        matches.truncate(limit);
        let found = |(score, number, signals)| Match { key: self.entries[number as usize].key, score, signals };
        matches.into_iter().map(found).collect()
    }

    /// The best matches and what stands beside them, though it may share no word with the question.
    fn candidates(&self, best: &[u32]) -> Vec<u32> {
        let mut numbers: Vec<u32> = Vec::with_capacity(best.len() * (1 + 2 * NEIGHBOURS.len()));
        for number in best {
            numbers.extend(self.around(*number).map(|(_, number)| number));
            numbers.push(*number);
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The documents up to two places away in the same session, with how far they are.
    fn around(&self, number: u32) -> impl Iterator<Item = (usize, u32)> + '_ {
        let entry = &self.entries[number as usize];
        let members = entry.session.map_or(&[][..], |session| &self.members[session as usize]);
        let place = entry.place as usize;
        (1..=NEIGHBOURS.len()).flat_map(move |apart| {
            [place.checked_sub(apart), place.checked_add(apart)]
                .into_iter()
                .flatten()
                .filter_map(move |at| members.get(at).map(|number| (apart, *number)))
        })
    }

    /// The mean of the best messages of each conversation that a match stands in.
    fn conversations(&self, scores: &Scores) -> HashMap<u32, f32> {
        let mut found: HashMap<u32, [f32; SESSION_BEST]> = HashMap::new();
        for number in &scores.best {
            let Some(session) = self.entries[*number as usize].session else { continue };
            let top = found.entry(session).or_default();
            // They come best first, so the first free place is the right one.
            if let Some(free) = top.iter_mut().find(|score| **score == 0.0) {
                *free = scores.sum(*number);
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "three")]
        let count = SESSION_BEST as f32;
        found.into_iter().map(|(session, top)| (session, top.iter().sum::<f32>() / count)).collect()
    }
}

/// What the words give each entry.
struct Scores {
    words: Vec<f32>,
    related: Vec<f32>,
    /// The entries with most, best first.
    best: Vec<u32>,
}

impl Scores {
    fn sum(&self, number: u32) -> f32 {
        self.words[number as usize] + self.related[number as usize]
    }
}

/// Leaves those that may spread their score, best first; of equals the later one.
fn keep_best(numbers: &mut Vec<u32>, score: impl Fn(u32) -> f32) {
    let compare = |a: &u32, b: &u32| score(*b).total_cmp(&score(*a)).then(b.cmp(a));
    if numbers.len() > SPREADING {
        numbers.select_nth_unstable_by(SPREADING, compare);
        numbers.truncate(SPREADING);
    }
    numbers.sort_unstable_by(compare);
}

fn names(question: &str, name: &str) -> bool {
    question.split(|c: char| !c.is_alphanumeric()).any(|word| word == name)
}

/// The words of a text that say what it is about, by their stems.
pub fn content_words(text: &str) -> Vec<String> {
    let terms = bondhu_store::tokens(text).into_iter().map(|token| token.term);
    terms.filter(|term| !STOP.contains(term.as_str())).map(|term| stem(&term)).collect()
}

/// Words that say little in English, Hindi and Bengali.
static STOP: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("../../data/memory/stop_words.txt").split_whitespace().collect());

#[cfg(test)]
mod tests;
