//! The words that are given back: a clause with its pronouns turned, a topic, or a short quotation.
use std::sync::LazyLock;

use super::language::Language;
use super::words::{capitalised, holds, is_letter, turned};

/// Clauses longer than this many words are cut at a joint or left out.
const LONGEST_CLAUSE: usize = 12;
const SHORTEST_CLAUSE: usize = 3;
/// A quotation holds at most this many words.
const LONGEST_QUOTE: usize = 7;
const LONGEST_ECHO: usize = 90;

/// Words of the person that a reply may use.
pub(super) enum Echo {
    /// What the person says of themselves, turned: "you can't sleep".
    Own(String),
    /// What the person says of others, turned: "he lied to you".
    Others(String),
    /// A short span as it was written.
    Quote(String),
}

/// Words that are never given back: harsh judgements of oneself, harm, illness, and abuse.
const KEPT_BACK: &str = "worthless useless stupid ugly fat dumb idiot failure loser pathetic hate hated deserve burden disgusting \
    weak lazy fault kill killed killing die died dying dead death suicide suicidal cut cutting hurt harm pills knife gun \
    depressed depression bipolar ptsd adhd ocd schizophrenia anxiety disorder raped rape abused abuse sex porn fuck fucking \
    fucked shit bitch asshole bastard whore slut you your yours you're youre u ur should must bondhu ai bot sorry promise love \
    mar marna khudkushi maut randi bhosdi chutiya madarchod more morte atmohotta magi khanki मर मरना मौत आत्महत्या মরে মরতে আত্মহত্যা মৃত্যু";

const FILLERS: &[&str] = &[
    "so",
    "and",
    "but",
    "well",
    "honestly",
    "yeah",
    "ok",
    "okay",
    "because",
    "also",
    "like",
    "just",
    "um",
    "oh",
    "hey",
    "hi",
    "tbh",
    "actually",
    "anyway",
    "yes",
    "no",
    "idk",
    "hello",
    "please",
    "basically",
    "omg",
];
const TAILS: &[&str] = &[
    "lol", "haha", "yaar", "bro", "tho", "though", "rn", "man", "dude", "tbh", "ugh", "btw", "too", "and", "but", "so",
];
const JOINTS: &[&str] = &["because", "but", "so", "and", "which", "cause", "cuz", "since", "then"];
const OWN_STARTS: &[&str] = &["i", "i'm", "im", "i've", "ive", "i'd", "i'll", "my", "we", "we're", "we've"];
const OTHER_STARTS: &[&str] =
    &["he", "she", "they", "nobody", "everyone", "everything", "nothing", "people", "no", "it's", "its"];

/// What to give back of a message, the best first: a clause of one's own, one of others, a quotation.
pub(super) fn echo_of(text: &str, language: Language) -> Option<Echo> {
    let clauses: Vec<Vec<String>> = text.split(['.', '!', '?', '\n', ';', ',', '।', '…', '—']).map(clean).collect();
    if language == Language::English && !text.contains('?') {
        let own = clauses.iter().find_map(|words| clause_with(words, OWN_STARTS));
        if let Some(clause) = own {
            return Some(Echo::Own(clause));
        }
        if let Some(clause) = clauses.iter().find_map(|words| clause_with(words, OTHER_STARTS)) {
            return Some(Echo::Others(clause));
        }
    }
    let quotable = clauses.into_iter().find(|words| (2..=LONGEST_QUOTE).contains(&words.len()) && is_safe(words))?;
    let joined = quotable.join(" ");
    let quote = if joined.chars().any(char::is_lowercase) { joined } else { joined.to_lowercase() };
    (quote.chars().count() <= LONGEST_ECHO).then_some(Echo::Quote(quote))
}

/// The words of a clause without marks, fillers at its start and tails at its end.
fn clean(clause: &str) -> Vec<String> {
    let kept = |c: char| if is_letter(c) || matches!(c, '\'' | '’' | '-') { c } else { ' ' };
    let spaced: String = clause.chars().map(kept).collect();
    let mut words: Vec<String> = spaced
        .split_whitespace()
        .map(|w| w.trim_matches(['\'', '’', '-']))
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect();
    while words.first().is_some_and(|word| FILLERS.contains(&word.to_lowercase().as_str())) {
        words.remove(0);
    }
    while words.last().is_some_and(|word| TAILS.contains(&word.to_lowercase().as_str())) {
        words.pop();
    }
    words
}

fn clause_with(words: &[String], starts: &[&str]) -> Option<String> {
    let first = words.first()?.to_lowercase().replace('’', "'");
    if !starts.contains(&first.as_str()) {
        return None;
    }
    let mut kept = words;
    if kept.len() > LONGEST_CLAUSE {
        let joint =
            kept.iter().skip(SHORTEST_CLAUSE).position(|word| JOINTS.contains(&word.to_lowercase().as_str()))?;
        kept = &kept[..joint + SHORTEST_CLAUSE];
    }
    let fits = (SHORTEST_CLAUSE..=LONGEST_CLAUSE).contains(&kept.len())
        && is_safe(kept)
        && kept.iter().all(|word| word.is_ascii());
    // "I'm not angry" alone says too little, and the rest of the sentence says what is.
    let only_denies = kept.len() <= SHORTEST_CLAUSE && kept.iter().any(|word| word.eq_ignore_ascii_case("not"));
    let clause = turned(&kept.join(" "));
    (fits && !only_denies && clause.len() <= LONGEST_ECHO).then_some(clause)
}

fn is_safe(words: &[String]) -> bool {
    words.iter().all(|word| {
        let lower = word.to_lowercase().replace('’', "'");
        word.chars().count() <= 20 && !KEPT_BACK.split_whitespace().any(|kept| kept == lower)
    })
}

static TOPICS: LazyLock<Vec<(&'static str, Vec<&'static str>)>> = LazyLock::new(|| {
    let file = include_str!("../../data/listener/topics.tsv");
    let rows = file.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'));
    rows.map(|(name, words)| (name, words.split_whitespace().collect())).collect()
});

/// The topic of a message: its group and its name in the reply's language.
pub(super) fn topic_of(text: &str, padded: &str, language: Language) -> Option<(&'static str, String)> {
    match language {
        Language::English => english_topic(text),
        Language::Hindi => other_topic("hi", padded),
        Language::Bengali => other_topic("bn", padded),
        Language::RomanHindi => other_topic("roman_hi", padded),
        Language::RomanBengali => other_topic("roman_bn", padded),
    }
}

/// The first "my ... exam" or "the ... interview" whose last word is in the table.
fn english_topic(text: &str) -> Option<(&'static str, String)> {
    let words = clean(text);
    let lower: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let mut weakest = None;
    for start in 0..words.len() {
        let turned_start = match lower[start].as_str() {
            "my" | "our" => "your",
            "the" => "the",
            "this" => "this",
            _ => continue,
        };
        for end in start + 1..(start + 4).min(words.len()) {
            if is_break(&lower[end]) {
                break;
            }
            let Some(group) = group_of(&lower[end]) else { continue };
            let rest =
                if is_safe(&words[start + 1..=end]) { lower[start + 1..=end].join(" ") } else { lower[end].clone() };
            let found = (group, format!("{turned_start} {rest}"));
            if turned_start == "your" && group != "self" {
                return Some(found);
            }
            weakest.get_or_insert(found);
            break;
        }
    }
    weakest.or_else(|| bare_topic(&lower))
}

/// Words that may stand without "my": "exam tomorrow", "work was awful".
fn bare_topic(lower: &[String]) -> Option<(&'static str, String)> {
    const BARE: &[(&str, &str)] = &[
        ("work", "work"),
        ("school", "school"),
        ("college", "college"),
        ("university", "university"),
        ("mom", "your mom"),
        ("dad", "your dad"),
        ("exam", "the exam"),
        ("exams", "exams"),
        ("money", "money"),
        ("rent", "the rent"),
        ("home", "home"),
        ("interview", "the interview"),
        ("homework", "homework"),
        ("breakup", "the breakup"),
        ("sleep", "sleep"),
        ("guitar", "the guitar"),
        ("piano", "the piano"),
        ("gym", "the gym"),
        ("football", "football"),
        ("cricket", "cricket"),
        ("painting", "painting"),
        ("cooking", "cooking"),
    ];
    let found = lower.iter().find_map(|word| BARE.iter().find(|(bare, _)| bare == word))?;
    Some((group_of(found.0)?, found.1.to_owned()))
}

fn is_break(word: &str) -> bool {
    matches!(
        word,
        "is" | "was"
            | "and"
            | "but"
            | "has"
            | "had"
            | "to"
            | "in"
            | "on"
            | "of"
            | "that"
            | "my"
            | "i"
            | "are"
            | "were"
            | "whole"
    )
}

fn group_of(word: &str) -> Option<&'static str> {
    TOPICS.iter().find(|(_, heads)| heads.contains(&word)).map(|(group, _)| *group)
}

fn other_topic(language: &str, padded: &str) -> Option<(&'static str, String)> {
    let file = include_str!("../../data/listener/topics_other.tsv");
    file.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut cells = line.split('\t');
        let (code, words, name) = (cells.next()?, cells.next()?, cells.next()?);
        let fits = code == language && words.split('|').any(|word| holds(padded, word));
        fits.then(|| ("", name.to_owned()))
    })
}

/// The values of the placeholders of a line.
pub(super) fn fill(line: &str, echo: Option<&Echo>, topic: Option<&str>) -> String {
    let mut out = line.to_owned();
    if let Some(Echo::Own(clause) | Echo::Others(clause)) = echo {
        out = out.replace("{clause}", clause).replace("{Clause}", &capitalised(clause));
    }
    if let Some(Echo::Quote(words)) = echo {
        out = out.replace("{words}", words);
    }
    if let Some(topic) = topic {
        out = if out.starts_with("{topic}") { out.replacen("{topic}", &capitalised(topic), 1) } else { out };
        out = out.replace("{topic}", topic);
    }
    out
}
