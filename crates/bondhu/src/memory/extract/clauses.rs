//! From sentences to clauses: where one ends, and whose subject the next one has.

use super::grammar::GRAMMAR;
use super::words::{Sentence, Word};

/// One clause: words from its subject on, and whether it only supposes.
#[derive(Debug, Clone, Default)]
pub(super) struct Clause {
    /// Words, openers and adverbs left out.
    pub(super) words: Vec<Word>,
    /// It begins with `if`, `when` or the like.
    pub(super) condition: bool,
    /// Words that were left out count too for what a clause must not hold.
    pub(super) all: Vec<String>,
}

/// The clauses of a sentence in order.
pub(super) fn clauses(sentence: &Sentence) -> Vec<Clause> {
    let mut clauses: Vec<Vec<Word>> = Vec::new();
    for (joint, words) in segments(&sentence.words) {
        let Some(last) = clauses.last_mut() else {
            clauses.push(words);
            continue;
        };
        if let Some(begun) = begins_anew(last, &joint, &words) {
            clauses.push(begun);
        } else {
            last.extend(joint);
            last.extend(words);
        }
    }
    clauses.iter().map(|words| tidy(words)).collect()
}

/// Stretches between commas and conjunctions, each with what stands before it.
fn segments(words: &[Word]) -> Vec<(Vec<Word>, Vec<Word>)> {
    let mut segments: Vec<(Vec<Word>, Vec<Word>)> = vec![(Vec::new(), Vec::new())];
    for word in words {
        let parts = word.norm == "," || GRAMMAR.is("and", &word.norm) || GRAMMAR.is("parting", &word.norm);
        let (joint, body) = segments.last_mut().expect("there is one from the start");
        // A joint word right after another belongs with it: ", and".
        if parts && body.is_empty() {
            joint.push(word.clone());
        } else if parts {
            segments.push((vec![word.clone()], Vec::new()));
        } else {
            body.push(word.clone());
        }
    }
    segments.retain(|(_, body)| !body.is_empty());
    segments
}

/// The words of a new clause, its subject added where it is only meant; none if this goes on from the last one.
fn begins_anew(last: &[Word], joint: &[Word], words: &[Word]) -> Option<Vec<Word>> {
    let opening =
        words.iter().position(|word| !GRAMMAR.is("opener", &word.norm) && !GRAMMAR.is("adverb", &word.norm))?;
    let first = &words[opening].norm;
    let parting = joint.iter().any(|word| GRAMMAR.is("parting", &word.norm));
    let with = |subject: &[&str]| {
        let subject = subject.iter().map(|word| Word::meant(word));
        Some(subject.chain(words[opening..].iter().cloned()).collect())
    };
    if names_what_was_told(last, &words[opening..]) {
        return None;
    }
    if GRAMMAR.is("subjects", first) {
        let mut words = words.to_vec();
        if let Some(joint) = joint.iter().find(|word| GRAMMAR.is("parting", &word.norm)) {
            words.insert(0, joint.clone());
        }
        return Some(words);
    }
    let subject = subject_of(last);
    if subject == Some("i") && !negated_object(words) {
        if GRAMMAR.is("verbs", first) && !words.iter().any(|word| word.norm == "is" || word.norm == "are") {
            return with(&["i"]);
        }
        let was = last.iter().any(|word| word.norm == "am");
        let age = words.len() <= 3 && first.parse::<u32>().is_ok();
        let standing = ["religion", "diet", "nation", "status"].iter().any(|class| GRAMMAR.is(class, first));
        if was && (GRAMMAR.is("fragment_openers", first) || age || standing) {
            return with(&["i", "am"]);
        }
    }
    let own = match subject {
        Some(own @ ("मैं" | "আমি" | "main" | "mai" | "ami")) => Some(own),
        _ => None,
    };
    let ended = |words: &[Word]| words.last().is_some_and(|word| GRAMMAR.is("finished", &word.norm));
    if let Some(own) = own.filter(|_| ended(last) && !joint.is_empty()) {
        return with(&[own]);
    }
    // Without "am", Bengali and Hindi may leave the verb out altogether.
    if parting || (ended(last) && ended(words)) {
        return Some(words.to_vec());
    }
    // "My name is Tara, from Goa": a name is over at a comma.
    let names = last.len() >= 4 && last[0].norm == "my" && last[1].norm == "name";
    let fragment = first == "from" || first.parse::<u32>().is_ok();
    if names && fragment {
        return with(&["i", "am"]);
    }
    None
}

/// "I have a dog, and his name is Max": the name belongs to the animal or the relative before it.
fn names_what_was_told(last: &[Word], words: &[Word]) -> bool {
    let [whose, name, ..] = words else { return false };
    let told = |word: &Word| GRAMMAR.is("rel", &word.norm) || GRAMMAR.is("pet", &word.norm);
    GRAMMAR.is("of_whom", &whose.norm) && GRAMMAR.is("name_noun", &name.norm) && last.iter().any(told)
}

fn subject_of(words: &[Word]) -> Option<&str> {
    let found = words.iter().find(|word| !GRAMMAR.is("opener", &word.norm) && !GRAMMAR.is("adverb", &word.norm))?;
    GRAMMAR.is("subjects", &found.norm).then_some(found.norm.as_str())
}

fn negated_object(words: &[Word]) -> bool {
    words.first().is_some_and(|word| word.norm == "not")
}

fn tidy(words: &[Word]) -> Clause {
    let all: Vec<String> = words.iter().map(|word| word.norm.clone()).collect();
    let condition = all.first().is_some_and(|word| CONDITIONS.contains(&word.as_str()));
    let mut kept: Vec<Word> = Vec::with_capacity(words.len());
    for (at, word) in words.iter().enumerate() {
        let opens = kept.is_empty() && (GRAMMAR.is("opener", &word.norm) || word.norm == "," || is_parting(&word.norm));
        // "Main" is a subject at the beginning of a clause and never an adverb; the same goes for "ami".
        let adverb =
            GRAMMAR.is("adverb", &word.norm) && at > 0 || (kept.is_empty() && GRAMMAR.is("adverb", &word.norm));
        if !opens && !adverb {
            kept.push(word.clone());
        }
    }
    Clause { words: without_introduction(kept), condition, all }
}

fn is_parting(word: &str) -> bool {
    GRAMMAR.is("parting", word) && !CONDITIONS.contains(&word)
}

/// Words that make what follows a mere supposition.
const CONDITIONS: &[&str] =
    &["if", "unless", "when", "until", "अगर", "जब", "यदि", "যদি", "যখন", "agar", "jab", "jodi", "jokhon"];

/// "I told you that I", "by the way I", "did I mention": what follows is said by the person all the same.
fn without_introduction(mut words: Vec<Word>) -> Vec<Word> {
    const INTRODUCTIONS: &[&[&str]] = &[
        &["i", "told", "you", "that"],
        &["i", "told", "you"],
        &["i", "said", "that"],
        &["i", "said"],
        &["as", "i", "said"],
        &["by", "the", "way"],
        &["you", "know"],
        &["you", "should", "know", "that"],
        &["guess", "what"],
        &["fun", "fact"],
        &["to", "be", "honest"],
        &["in", "fact"],
        &["i", "must", "say", "that"],
        &["i", "must", "admit", "that"],
        &["i", "must", "admit"],
        &["i", "have", "to", "say"],
        &["i", "guess"],
        &["for", "the", "record"],
        &["as", "you", "know"],
        &["good", "morning"],
        &["good", "evening"],
        &["one", "thing", "about", "me"],
        &["these", "days"],
        &["last", "year"],
        &["last", "month"],
        &["last", "week"],
        &["this", "year"],
        &["right"],
        &["at", "the", "moment"],
        &["for", "work"],
        &["every", "morning"],
        &["every", "day"],
        &["every", "evening"],
        &["every", "sunday"],
        &["next", "month"],
        &["next", "week"],
        &["next", "year"],
        &["tomorrow"],
        &["today"],
    ];
    let starts = |intro: &&[&str]| {
        words.len() > intro.len() && intro.iter().zip(&words).all(|(wanted, word)| *wanted == word.norm)
    };
    let Some(intro) = INTRODUCTIONS.iter().copied().filter(|intro| starts(intro)).max_by_key(|intro| intro.len())
    else {
        return words;
    };
    let mut rest = words.split_off(intro.len());
    if rest.first().is_some_and(|word| word.norm == ",") {
        rest.remove(0);
    }
    // When something happens is part of it: "Every morning I run" says how often.
    if matches!(intro[0], "every" | "next" | "tomorrow") {
        rest.append(&mut words);
    }
    rest
}
