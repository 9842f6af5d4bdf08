//! What may stand in a slot, and what is kept of it.

use std::sync::LazyLock;

use super::grammar::GRAMMAR;
use super::words::Word;

mod names;
mod places;
mod pursuits;

use names::{age, count, date, dated, digits_in, event, month, name, when, year};
pub(super) use places::workplace;
use places::{grade, is_school, job, organisation, place, student, without_locative};
pub(super) use pursuits::animal;
use pursuits::{goal, goal_bengali, goal_hindi, habit, languages, medicine, owned, pet_words, pets, relation_words};

/// What a slot caught, ready to be kept; none if it may not stand there.
pub(super) fn read(slot: &str, words: &[Word]) -> Option<Vec<String>> {
    who_and_when(slot, words).or_else(|| where_and_what(slot, words)).or_else(|| wishes_and_ways(slot, words))
}

fn one(text: Option<String>) -> Option<Vec<String>> {
    text.map(|text| vec![text])
}

/// Slots of names, ages, counts, days and places.
fn who_and_when(slot: &str, words: &[Word]) -> Option<Vec<String>> {
    match slot {
        "skip" => (words.len() <= 10).then(Vec::new),
        "name" => one(name(words, false)),
        "selfname" | "capname" => one(name(words, true)),
        "age" => one(age(words)),
        "ageperson" => is_one_of(
            words,
            &[
                "guy", "girl", "man", "woman", "student", "boy", "person", "male", "female", "engineer", "teacher",
                "mother", "father",
            ],
        )
        .map(|_| Vec::new()),
        "count" => one(count(words)),
        "date" | "datehi" | "datebn" => one(date(words)),
        "month" => one(month(words)),
        "year" => one(year(words)),
        "place" | "placebare" | "placer" | "placegen" => one(place(slot, words)),
        "org" | "orgloc" | "orglocr" => one(organisation(words)),
        "bigorg" => one(organisation(words).filter(|_| words.iter().any(Word::is_capital))),
        "school" => one(organisation(words).filter(|text| is_school(text))),
        "field" => one(thing(without_locative(words), 6).filter(|text| {
            !holds(
                text,
                &[
                    "home",
                    "the",
                    "morning",
                    "night",
                    "hard",
                    "well",
                    "better",
                    "late",
                    "progress",
                    "में",
                    "mein",
                    "me",
                    "रहा",
                    "रही",
                ],
            )
        })),
        "job" => one(job(words)),
        "student" => one(student(words)),
        _ => None,
    }
}

/// Slots of work, study, people, animals and things.
fn where_and_what(slot: &str, words: &[Word]) -> Option<Vec<String>> {
    match slot {
        "grade" => one(grade(words)),
        "relmany" => one(relation_words(words)),
        "childof" => one(phrase(words, &["the", "youngest", "eldest", "oldest", "one", "middle"])),
        "childorder" => {
            one(phrase_with(words, &["child", "sibling", "son", "daughter", "brother", "sister", "siblings"], 6))
        }
        "parent" => one(phrase_with(
            words,
            &["mother", "father", "parent", "mom", "dad", "mum", "grandmother", "grandfather"],
            7,
        )),
        "alone" => one(is_one_of(words, &["alone"])),
        "liveswith" | "healththing" => one(plain(words, 5)),
        "petwords" => one(pet_words(words)),
        "pets" => one(pets(words)),
        "likedthing" => one(plain(words, 3).filter(|text| !holds_any(text, "not_liked"))),
        "thing" | "goalthing" => things(slot, words),
        "verbthing" => one(plain(words, 8).filter(|text| !begins_with(text, "momentary"))),
        "goal" => one(goal(words)),
        "goalhi" | "goalhr" | "goalhi2" => one(goal_hindi(words)),
        "goalbn" | "goalbr" => one(goal_bengali(words)),
        "when" => one(when(words)),
        "eventwords" => one(event(words)),
        "placeday" | "goalday" | "startday" => one(dated(slot, words)),
        "medicine" => one(medicine(words)),
        "habit" | "habitdaily" => one(habit(words)),
        "habithi" | "habitbn" => one(plain(words, 8)),
        "wake" => one(phrase_with(words, &["am", "pm", "early", "late", "o'clock"], 6).or_else(|| digits_in(words))),
        "habitnot" => one(is_one_of(
            words,
            &[
                "smoke",
                "drink",
                "drink alcohol",
                "drink coffee",
                "drink tea",
                "drive",
                "swim",
                "eat breakfast",
                "gamble",
            ],
        )),
        _ => None,
    }
}

/// Slots of wishes, plans, health, habits and languages.
fn wishes_and_ways(slot: &str, words: &[Word]) -> Option<Vec<String>> {
    match slot {
        "substance" => one(is_one_of(
            words,
            &[
                "शराब",
                "सिगरेट",
                "दारू",
                "চা",
                "মদ",
                "সিগারেট",
                "sharab",
                "cigarette",
                "daru",
                "mod",
                "cigaret",
                "alcohol",
                "chai",
                "चाय",
                "कॉफी",
                "coffee",
            ],
        )),
        "plays_hi" | "plays_bn" => one(plain(words, 3)),
        "things" => one(owned(words)),
        "languages" => languages(words),
        "belief" => {
            one(is_one_of(words, &["islam", "hinduism", "christianity", "sikhism", "buddhism", "jainism", "judaism"]))
        }
        "dietname" => one(is_one_of(
            words,
            &[
                "vegetarian",
                "vegan",
                "keto",
                "paleo",
                "gluten-free",
                "jain",
                "low-carb",
                "mediterranean",
                "halal",
                "kosher",
            ],
        )),
        "dietonly" => {
            one(plain(words, 4).filter(|text| holds(text, &["halal", "kosher", "vegetarian", "veg", "vegan", "jain"])))
        }
        _ => None,
    }
}

fn text(words: &[Word]) -> String {
    let mut text = String::new();
    for word in words {
        // The tail of "master's" was cut off as if it were "is".
        if word.norm == "," || (word.norm == "'s" && !word.written) {
            text.push_str(&word.raw);
            continue;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word.raw);
    }
    text
}

fn holds(text: &str, words: &[&str]) -> bool {
    text.to_lowercase().split(' ').any(|word| words.contains(&word))
}

fn holds_any(text: &str, class: &str) -> bool {
    text.to_lowercase().split(' ').any(|word| GRAMMAR.is(class, word))
}

fn begins_with(text: &str, class: &str) -> bool {
    text.to_lowercase().split(' ').next().is_some_and(|first| GRAMMAR.is(class, first))
}

fn norms(words: &[Word]) -> String {
    words.iter().map(|word| word.norm.as_str()).collect::<Vec<_>>().join(" ")
}

fn is_one_of(words: &[Word], known: &[&str]) -> Option<String> {
    known.contains(&norms(words).as_str()).then(|| text(words))
}

fn phrase(words: &[Word], among: &[&str]) -> Option<String> {
    words.iter().all(|word| among.contains(&word.norm.as_str())).then(|| text(words))
}

fn phrase_with(words: &[Word], one_of: &[&str], most: usize) -> Option<String> {
    (words.len() <= most && words.iter().any(|word| one_of.contains(&word.norm.as_str()))).then(|| text(trimmed(words)))
}

/// Phrases at the end of an object that say when, how much or with whom.
static TRAILING: LazyLock<Vec<Vec<&str>>> = LazyLock::new(|| {
    let lines = include_str!("../../../data/memory/trailing.txt").lines();
    lines.map(|line| line.split_whitespace().collect()).collect()
});

/// Without determiners before it, and without what only says when or why after it.
fn trimmed(words: &[Word]) -> &[Word] {
    let mut words = words;
    while let Some((first, rest)) = words.split_first() {
        if rest.is_empty() || !(GRAMMAR.is("determiners", &first.norm) || first.norm == ",") {
            break;
        }
        words = rest;
    }
    let end = words.iter().enumerate().position(|(at, word)| at > 0 && GRAMMAR.is("object_ends", &word.norm));
    words = &words[..end.unwrap_or(words.len())];
    for tail in TRAILING.iter() {
        let ends = words.len() > tail.len()
            && words[words.len() - tail.len()..].iter().map(|word| word.norm.as_str()).eq(tail.iter().copied());
        if ends {
            words = &words[..words.len() - tail.len()];
        }
    }
    while words.len() > 1 && GRAMMAR.says_nothing(words, words.len() - 1) {
        words = &words[..words.len() - 1];
    }
    words
}

fn plain(words: &[Word], most: usize) -> Option<String> {
    let words = trimmed(words);
    let first = words.first()?;
    let fits = words.len() <= most && !GRAMMAR.is("no_object", &first.norm);
    fits.then(|| text(words))
}

fn thing(words: &[Word], most: usize) -> Option<String> {
    plain(words, most).filter(|text| text.chars().count() > 1)
}

/// Things in a row: "tea and coffee", "cricket, chess or golf".
fn things(slot: &str, words: &[Word]) -> Option<Vec<String>> {
    let words = trimmed(words);
    if slot == "goalthing" {
        return plain(words, 12).map(|text| vec![text]);
    }
    let mut parts: Vec<&[Word]> = words.split(|word| word.norm == "," || GRAMMAR.is("and", &word.norm)).collect();
    parts.retain(|part| !part.is_empty());
    // One thing with a conjunction inside is not taken apart when a part would be a whole phrase of its own.
    if parts.len() > 1 && parts.iter().all(|part| part.len() <= 4) {
        let read: Option<Vec<String>> = parts.iter().map(|part| thing(part, 4)).collect();
        return read;
    }
    thing(words, 9).map(|text| vec![text])
}
