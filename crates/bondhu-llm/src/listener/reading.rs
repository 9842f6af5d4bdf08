//! What a message is: its kind, its feeling, its topic and the words worth giving back.
use std::sync::LazyLock;

use super::echo::{self, Echo};
use super::language::Language;
use super::words::{find, holds, padded};

/// A message longer than this many characters is answered as a long one.
const LONG: usize = 500;
/// Greetings, thanks and goodbyes count as such only in messages of at most this many words.
const SHORT_WORDS: usize = 7;
/// How many characters before a feeling are searched for a "not".
const NEGATION_REACH: usize = 24;

/// One message as the listener reads it.
pub(super) struct Reading {
    /// The part of the tables that answers it: `greeting`, `medical`, or `open` for everything else.
    pub(super) kind: &'static str,
    pub(super) feeling: Option<&'static str>,
    /// The topic's group (`family`) and its name in the reply ("your sister").
    pub(super) topic: Option<(&'static str, String)>,
    pub(super) echo: Option<Echo>,
    pub(super) long: bool,
}

struct Row {
    name: &'static str,
    phrases: Vec<&'static str>,
}

fn read_rows(file: &'static str) -> Vec<Row> {
    let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .filter_map(|line| line.split_once('\t'))
        .map(|(name, phrases)| Row { name, phrases: phrases.split('|').collect() })
        .collect()
}

static CUES: LazyLock<Vec<Row>> = LazyLock::new(|| read_rows(include_str!("../../data/listener/cues.tsv")));
static FEELINGS: LazyLock<Vec<Row>> = LazyLock::new(|| read_rows(include_str!("../../data/listener/feelings.tsv")));

impl Reading {
    pub(super) fn of(text: &str, language: Language, earlier: &[&str], mood: Option<&str>) -> Self {
        let words = padded(text);
        let feeling = feeling_of(&words);
        let topic = echo::topic_of(text, &words, language);
        let kind = kind_of(text, &words, earlier, feeling.is_some() || topic.is_some());
        let feeling = feeling.or_else(|| mood.and_then(known_feeling));
        // A harsh word about oneself is not given back.
        let echo = if kind == "open" && feeling != Some("shame") { echo::echo_of(text, language) } else { None };
        Self { kind, feeling, topic, echo, long: text.chars().count() > LONG }
    }
}

fn kind_of(text: &str, words: &str, earlier: &[&str], has_content: bool) -> &'static str {
    if text.trim().is_empty() {
        return "empty";
    }
    if words.trim().is_empty() {
        return if text.chars().any(|c| c as u32 > 0x2000) { "emoji" } else { "short" };
    }
    let count = words.split_whitespace().count();
    let cue = CUES.iter().find(|row| row.phrases.iter().any(|phrase| cue_fits(words, phrase)));
    match cue.map(|row| row.name) {
        Some("thanks" | "goodbye" | "how_are_you") if count > SHORT_WORDS => {}
        Some("cannot_do") if has_content && count > SHORT_WORDS => {}
        Some(kind) => return kind,
        None => {}
    }
    if is_gibberish(words) && !has_content {
        return "gibberish";
    }
    let again = count > 2 && earlier.iter().take(3).any(|message| padded(message) == words);
    if again { "repeated" } else { "open" }
}

fn cue_fits(words: &str, phrase: &str) -> bool {
    if let Some(whole) = phrase.strip_prefix('=') {
        words.trim() == whole
    } else if let Some(start) = phrase.strip_prefix('^') {
        find(words, start) == Some(1)
    } else {
        holds(words, phrase)
    }
}

/// Words without a vowel, or one letter over and over, are not words.
fn is_gibberish(words: &str) -> bool {
    let list: Vec<&str> = words.split_whitespace().filter(|word| word.is_ascii()).collect();
    let odd = list.iter().filter(|word| is_odd(word)).count();
    !list.is_empty() && list.len() == words.split_whitespace().count() && odd * 2 > list.len()
}

fn is_odd(word: &str) -> bool {
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    let vowels = word.bytes().filter(|b| b"aeiouy".contains(b)).count();
    let run = word.as_bytes().windows(5).any(|five| five.iter().all(|b| *b == five[0] || !b.is_ascii_alphabetic()));
    let clump =
        word.as_bytes().windows(5).any(|five| five.iter().all(|b| b.is_ascii_alphabetic() && !b"aeiouy".contains(b)));
    letters == 0 || (letters > 3 && vowels == 0) || run || clump
}

const NEGATIONS: &[&str] = &[
    "not",
    "don't",
    "dont",
    "isn't",
    "isnt",
    "wasn't",
    "wasnt",
    "never",
    "no",
    "aren't",
    "didn't",
    "didnt",
    "nothing",
    "without",
    "hardly",
    "nahi",
    "nahin",
    "nhi",
    "na",
    "नहीं",
    "না",
];
/// Negations that follow the feeling, as in Hindi and Bengali.
const NEGATIONS_AFTER: &[&str] =
    &["nahi hu", "nahi hoon", "nahi hun", "na", "nei", "nai", "noi", "नहीं", "নেই", "না", "নই"];

/// The feeling of this name, if the tables have lines for it.
fn known_feeling(name: &str) -> Option<&'static str> {
    FEELINGS.iter().map(|row| row.name).find(|known| *known == name)
}

/// The heaviest feeling that is named and not denied.
fn feeling_of(words: &str) -> Option<&'static str> {
    let mut found = None;
    for row in FEELINGS.iter() {
        for phrase in &row.phrases {
            let Some(at) = find(words, phrase) else { continue };
            if !is_denied(words, at, phrase) {
                found = Some(row.name);
            } else if is_light(row.name) {
                found = Some("sad");
            }
        }
    }
    found
}

fn is_denied(words: &str, at: usize, phrase: &str) -> bool {
    let from = words[..at].char_indices().rev().nth(NEGATION_REACH).map_or(0, |(index, _)| index);
    let before = words[from..at].split_whitespace().rev().take(3).collect::<Vec<_>>();
    let after = words[at + phrase.trim_end_matches('*').len()..].trim_start();
    let roman_or_indic =
        NEGATIONS_AFTER.iter().any(|word| after.strip_prefix(word).is_some_and(|r| r.starts_with(' ')));
    before.iter().any(|word| NEGATIONS.contains(word)) || roman_or_indic
}

/// Whether a feeling is a pleasant one.
pub(super) fn is_light(feeling: &str) -> bool {
    matches!(feeling, "happy" | "grateful" | "calm" | "motivated")
}
