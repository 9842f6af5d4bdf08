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
    let read = Read::of(fit)?;
    let new = |predicate: &str, object: String| Fact::new(predicate, object, now);
    let each = |predicate: &str, texts: Vec<String>| texts.into_iter().map(|text| new(predicate, text)).collect();
    let facts: Vec<Fact> = match fit.predicate {
        "relation" | "relation_aside" => {
            vec![new(&read.said(&["rel"])?.concat().replace(' ', "_"), read.said(&["name", "capname"])?.concat())]
        }
        "pet_named" | "pet_aside" => vec![new(&read.animal()?, read.said(&["name", "capname"])?.concat())],
        "family" => vec![new("family", read.all().join(" "))],
        "family_married" => vec![new("relationship_status", "married".to_owned())],
        "favourite" => {
            let of = read.said(&["favnoun"]).map_or_else(|| "thing".to_owned(), |text| text.concat());
            vec![new(&format!("favourite_{}", of.replace(' ', "_")), read.said(&["thing"])?.join(" and "))]
        }
        "favourite_plain" => vec![new("likes", read.said(&["thing"])?.join(" and "))],
        "learning" | "learning_thing" => each("learning", read.said(&["languages", "thing"])?),
        "student_of" => vec![new("studies", read.first()?)],
        "works_as" => {
            let (_, caught, texts) = read.0.first()?;
            let place = slots::workplace(caught).map(|place| new("works_at", place));
            [new("works_as", texts.concat())].into_iter().chain(place).collect()
        }
        "plan" => vec![read.plan(now)?],
        "diet" if denies => each("does_not_eat", read.said(&["thing"])?),
        "diet_not" => each("does_not_eat", read.said(&["thing"])?),
        "habit_not" => vec![new("does_not", read.first()?)],
        "habit_quit" => vec![new("quit", read.first()?)],
        "lives_alone" => vec![new("lives_with", "alone".to_owned())],
        "married_to" => vec![new("spouse", read.first()?)],
        predicate => each(predicate, read.all()),
    };
    let facts: Vec<Fact> = facts.into_iter().map(Fact::with_status_named).collect();
    (!facts.is_empty() && facts.iter().all(|fact| !fact.object.is_empty())).then_some(facts)
}

/// What the slots of a pattern caught: slot, words, and the texts they stand for.
struct Read<'a>(Vec<(&'a str, &'a [Word], Vec<String>)>);

impl<'a> Read<'a> {
    /// None where a slot caught something that cannot be one.
    fn of(fit: &'a Fit<'a>) -> Option<Self> {
        let mut read = Vec::with_capacity(fit.catches.len());
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
        Some(Self(read))
    }

    /// The texts of the first of these slots.
    fn said(&self, slots: &[&str]) -> Option<Vec<String>> {
        self.0.iter().find(|(slot, _, _)| slots.contains(slot)).map(|(_, _, texts)| texts.clone())
    }

    fn first(&self) -> Option<String> {
        self.0.iter().flat_map(|(_, _, texts)| texts).next().cloned()
    }

    fn all(&self) -> Vec<String> {
        self.0.iter().filter(|(slot, _, _)| *slot != "skip").flat_map(|(_, _, texts)| texts.clone()).collect()
    }

    fn animal(&self) -> Option<String> {
        let named = self.said(&["pet"]).map(|texts| texts.concat());
        named.or_else(|| {
            self.0.iter().find(|(slot, _, _)| *slot == "petwords").and_then(|(_, words, _)| slots::animal(words))
        })
    }

    fn plan(&self, now: Timestamp) -> Option<Fact> {
        let when = self.said(&["when", "placeday", "goalday", "startday"])?.concat();
        let what = self.said(&["event", "eventwords", "place", "placebare"]).map(|texts| texts.concat());
        let mut fact = Fact::new("plan", what.map_or_else(|| when.clone(), |what| format!("{what} {when}")), now);
        fact.event_at = dates::next(&when, now);
        Some(fact)
    }
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
