//! Facts from a person's own words by rules, without a model: English, Hindi and Bengali, in their own scripts and
//! romanised.
//!
//! A text is cut into sentences and clauses; a clause is held against the patterns of `data/memory`; what a slot
//! caught has to look like what the slot is for. Questions, suppositions, stories, quotations, other people's words and
//! denials are left alone (`guard.rs`), and so is everything said in a crisis.

mod clauses;
mod dates;
mod grammar;
mod guard;
mod slots;
mod words;

use bondhu_store::{Polarity, Timestamp};

use super::fact::{Fact, Predicate};
use clauses::Clause;
use grammar::{Fit, GRAMMAR};
use words::Word;

/// At most so many facts of one message: more is a list, not a conversation.
const MOST: usize = 12;

/// The facts of a message, in the order they are said. `now` is when it was said; dates count from there.
pub fn extract(text: &str, now: Timestamp) -> Vec<Fact> {
    if bondhu_sentiment::analyze(text, bondhu_sentiment::Hints::default()).crisis.level.is_some() {
        return Vec::new();
    }
    let mut facts: Vec<Fact> = Vec::new();
    for sentence in words::sentences(text) {
        if guard::tells_no_fact(&sentence) {
            continue;
        }
        for clause in clauses::clauses(&sentence) {
            if guard::reports_others(&clause) {
                break;
            }
            if clause.condition {
                continue;
            }
            for fact in clause_facts(&clause, now) {
                if !facts.iter().any(|known| known.says_the_same_as(&fact)) {
                    facts.push(fact);
                }
            }
        }
    }
    facts.truncate(MOST);
    facts
}

/// Whether the clause that holds a quotation is one that states something about the person: the guard for facts that
/// something other than the rules has found.
pub fn states_something(text: &str, quote: &str) -> bool {
    if bondhu_sentiment::analyze(text, bondhu_sentiment::Hints::default()).crisis.level.is_some() {
        return false;
    }
    let quoted: Vec<String> =
        words::sentences(quote).into_iter().flat_map(|sentence| sentence.words).map(|word| word.norm).collect();
    let Some(last) = quoted.last() else { return false };
    let holds = |clause: &Clause| clause.all.contains(last);
    for sentence in words::sentences(text) {
        if guard::tells_no_fact(&sentence) {
            continue;
        }
        for clause in clauses::clauses(&sentence) {
            if guard::reports_others(&clause) {
                break;
            }
            if holds(&clause) && !clause.condition {
                return !guard::denies(&clause);
            }
        }
    }
    false
}

fn clause_facts(clause: &Clause, now: Timestamp) -> Vec<Fact> {
    let denies = guard::denies(clause);
    let mut fits = GRAMMAR.fits(&clause.words, |fit| {
        let predicate = Predicate::named(fit.predicate);
        let fits = denies == predicate.is_some_and(Predicate::takes_denial);
        // "I hate coffee" denies without a word that does.
        let fits = fits || (!denies && fit.predicate == "dislikes") || (!denies && fit.predicate == "habit_quit");
        let dieting = fit.predicate == "diet" && denies && clause.words.iter().any(|word| word.norm == "eat");
        if fits || dieting { facts_of(fit, denies, now) } else { None }
    });
    // Patterns are tried in the order of their tables; the first that fits says it best.
    if fits.is_empty() { Vec::new() } else { fits.swap_remove(0) }
}

/// What a fit says; none if a slot holds what it may not.
fn facts_of(fit: &Fit, denies: bool, now: Timestamp) -> Option<Vec<Fact>> {
    let mut read: Vec<(&str, &[Word], Vec<String>)> = Vec::new();
    for catch in &fit.catches {
        let texts = match catch.value {
            Some(value) => vec![value.replace('_', " ")],
            None if GRAMMAR_CLASSES.contains(&catch.slot) => {
                vec![catch.words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ")]
            }
            None => slots::read(catch.slot, catch.words)?,
        };
        read.push((catch.slot, catch.words, texts));
    }
    let said =
        |slots: &[&str]| read.iter().find(|(slot, _, _)| slots.contains(slot)).map(|(_, _, texts)| texts.clone());
    let first = || read.iter().flat_map(|(_, _, texts)| texts).next().cloned();
    let new = |predicate: &str, object: String| Fact::new(predicate, object, now);
    let facts = match fit.predicate {
        "relation" | "relation_aside" => {
            vec![new(&said(&["rel"])?.concat().replace(' ', "_"), said(&["name", "capname"])?.concat())]
        }
        "pet_named" | "pet_aside" => {
            let animal = said(&["pet"]).map(|texts| texts.concat());
            let animal = animal.or_else(|| {
                read.iter().find(|(slot, _, _)| *slot == "petwords").and_then(|(_, words, _)| slots::animal(words))
            })?;
            vec![new(&animal, said(&["name", "capname"])?.concat())]
        }
        "family" => {
            vec![new("family", read.iter().flat_map(|(_, _, texts)| texts.clone()).collect::<Vec<_>>().join(" "))]
        }
        "family_married" => vec![new("relationship_status", "married".to_owned())],
        "favourite" => {
            let of = said(&["favnoun"]).map_or_else(|| "thing".to_owned(), |text| text.concat());
            let objects = said(&["thing"])?;
            vec![new(&format!("favourite_{}", of.replace(' ', "_")), objects.join(" and "))]
        }
        "favourite_plain" => vec![new("likes", said(&["thing"])?.join(" and "))],
        "learning" | "learning_thing" => {
            said(&["languages", "thing"])?.into_iter().map(|text| new("learning", text)).collect()
        }
        "student_of" => vec![new("studies", first()?)],
        "works_as" => {
            let (_, caught, texts) = read.first()?;
            let mut facts = vec![new("works_as", texts.concat())];
            facts.extend(slots::workplace(caught).map(|place| new("works_at", place)));
            facts
        }
        "plan" => {
            let when = said(&["when", "placeday", "goalday", "startday"])?.concat();
            let what = said(&["event", "eventwords", "place", "placebare"]).map(|texts| texts.concat());
            let mut fact = new("plan", what.map_or_else(|| when.clone(), |what| format!("{what} {when}")));
            fact.event_at = dates::next(&when, now);
            vec![fact]
        }
        "diet" if denies => said(&["thing"])?.into_iter().map(|text| new("does_not_eat", text)).collect(),
        "diet_not" => said(&["thing"])?.into_iter().map(|text| new("does_not_eat", text)).collect(),
        "habit_not" => vec![new("does_not", first()?)],
        "habit_quit" => vec![new("quit", first()?)],
        "lives_alone" => vec![new("lives_with", "alone".to_owned())],
        "married_to" => vec![new("spouse", first()?)],
        predicate => read
            .iter()
            .filter(|(slot, _, _)| *slot != "skip")
            .flat_map(|(_, _, texts)| texts.clone())
            .map(|text| new(predicate, text))
            .collect(),
    };
    let facts: Vec<Fact> = facts.into_iter().map(Fact::with_status_named).collect();
    (!facts.is_empty() && facts.iter().all(|fact| !fact.object.is_empty())).then_some(facts)
}

/// Slots that name a class whose words stand for themselves.
const GRAMMAR_CLASSES: &[&str] =
    &["nation", "condition", "having", "event", "plays", "quit", "ownable", "religion", "diet", "status", "married"];

/// Whether a polarity is said by a word that denies.
pub(super) const fn polarity(denied: bool) -> Polarity {
    if denied { Polarity::Negative } else { Polarity::Positive }
}

#[cfg(test)]
mod tests;
