//! Goals, habits, possessions, animals, relatives and languages.

use super::names::number;
use super::{norms, text, trimmed};
use crate::memory::extract::{grammar::GRAMMAR, words::Word};

pub(super) fn relation_words(words: &[Word]) -> Option<String> {
    let known = |word: &Word| {
        let norm = &word.norm;
        GRAMMAR.is("rel", norm)
            || norm.strip_suffix('s').is_some_and(|one| GRAMMAR.is("rel", one))
            || GRAMMAR.is("relatives_counted", norm)
    };
    let fits = words.len() <= 5 && known(words.iter().rev().find(|word| word.norm != ",")?);
    fits.then(|| text(words))
}

pub(super) fn pet_words(words: &[Word]) -> Option<String> {
    (words.len() <= 5 && words.iter().any(|word| is_pet(&word.norm))).then(|| text(words))
}

pub(super) fn is_pet(word: &str) -> bool {
    GRAMMAR.is("pet", word)
        || word.strip_suffix('s').is_some_and(|one| GRAMMAR.is("pet", one))
        || ["puppies", "bunnies", "kittens", "कुत्ते", "बिल्लियाँ", "बिल्लियां"].contains(&word)
}

/// The animal that words speak of.
pub(in crate::memory::extract) fn animal(words: &[Word]) -> Option<String> {
    words.iter().find_map(|word| {
        let one = word.norm.strip_suffix('s').unwrap_or(&word.norm);
        GRAMMAR.value("pet", &word.norm).or_else(|| GRAMMAR.value("pet", one)).map(str::to_owned)
    })
}

pub(super) fn pets(words: &[Word]) -> Option<String> {
    let (last, _) = words.split_last()?;
    let counted = |word: &Word| {
        GRAMMAR.is("number", &word.norm)
            || number(&word.norm).is_some()
            || ["a", "an", "some", "many", "one"].contains(&word.norm.as_str())
    };
    let quantity = counted(words.first()?);
    let odd = ["phobia", "hot"];
    (words.len() <= 7 && quantity && is_pet(&last.norm) && !words.iter().any(|word| odd.contains(&word.norm.as_str())))
        .then(|| text(trimmed(words)))
}

pub(super) fn goal(words: &[Word]) -> Option<String> {
    let words: Vec<Word> = words
        .iter()
        .take_while(|word| !matches!(word.norm.as_str(), "because" | "but" | "so" | ","))
        .cloned()
        .collect();
    let first = words.first()?;
    let second = words.get(1);
    // "Stop" and the like are goals with a habit alone.
    let habit = ["smoking", "drinking", "procrastinating", "biting", "junk", "healthier", "healthy", "sugar"];
    let weak = GRAMMAR.is("weak_goal_verbs", &first.norm);
    let backed = weak
        && (words.iter().any(|word| habit.contains(&word.norm.as_str()))
            || (words.len() >= 3 && words.iter().skip(1).any(|word| GRAMMAR.is("goal_support", &word.norm))));
    let fits = GRAMMAR.is("aims", &first.norm)
        && words.len() >= 2
        && words.len() <= 14
        && second.is_none_or(|word| {
            !GRAMMAR.is("not_aims", &word.norm)
                || (word.norm == "to" && first.norm != "have" && words.len() > 2)
                || (word.norm == "up" && first.norm == "wake")
        })
        && (!weak || backed)
        && !words.iter().any(|word| GRAMMAR.is("not_in_goals", &word.norm));
    fits.then(|| text(trimmed(&words)))
}

pub(super) fn goal_hindi(words: &[Word]) -> Option<String> {
    let last = words.last()?;
    let verb = |norm: &str| {
        norm.ends_with("ना")
            || norm.ends_with("ने")
            || (norm.is_ascii() && (norm.ends_with("na") || norm.ends_with("ne")))
    };
    let fits = words.len() >= 2
        && words.len() <= 12
        && verb(&last.norm)
        && (!GRAMMAR.is("not_goal_verbs_hindi", &last.norm)
            || (["जाना", "jaana", "jana"].contains(&last.norm.as_str()) && words.iter().any(Word::is_capital)))
        && !GRAMMAR.is("not_goal_openers_hindi", &words[0].norm)
        && !words.iter().any(|word| ["बात", "baat", "रोना", "मर", "mar"].contains(&word.norm.as_str()));
    fits.then(|| text(words))
}

pub(super) fn goal_bengali(words: &[Word]) -> Option<String> {
    let last = words.last()?;
    let norm = &last.norm;
    let verb = norm.ends_with("তে")
        || norm.ends_with("ার")
        || norm.ends_with("োর")
        || (norm.is_ascii() && (norm.ends_with("te") || norm.ends_with("ar") || norm.ends_with("or")));
    let fits = words.len() >= 2
        && words.len() <= 12
        && verb
        && !words.iter().any(|word| GRAMMAR.is("not_in_goals_bengali", &word.norm))
        && !GRAMMAR.is("not_goal_openers_bengali", &words[0].norm);
    fits.then(|| text(words))
}

pub(super) fn medicine(words: &[Word]) -> Option<String> {
    (words.len() <= 7 && words.iter().any(|word| GRAMMAR.is("medicines", &word.norm))).then(|| text(trimmed(words)))
}

/// Something done again and again: a verb and how often.
pub(super) fn habit(words: &[Word]) -> Option<String> {
    let first = words.first()?;
    let text_all = norms(words);
    let often = [
        "every morning",
        "every day",
        "every evening",
        "every night",
        "every sunday",
        "every saturday",
        "every week",
        "every weekend",
        "every monday",
        "every month",
        "everyday",
        "daily",
        "twice a week",
        "three times a week",
        "once a week",
        "each morning",
        "each day",
        "every friday",
        "every tuesday",
        "every wednesday",
        "every thursday",
        "before bed",
        "on weekends",
        "on sundays",
        "every year",
        "times a week",
        "रोज़",
        "रोज",
        "हर दिन",
        "हर सुबह",
        "हर रविवार",
        "roz",
        "har din",
        "har subah",
        "rozana",
        "हर शाम",
        "har sham",
        "har roz",
    ];
    let fits = words.len() >= 2
        && words.len() <= 12
        && !GRAMMAR.is("not_habit_verbs", &first.norm)
        && often.iter().any(|phrase| text_all.contains(phrase))
        && !first.norm.ends_with("ed")
        && !text_all.contains(" you ");
    fits.then(|| text(words))
}

pub(super) fn owned(words: &[Word]) -> Option<String> {
    let words = trimmed(words);
    let cut = words.iter().position(|word| {
        matches!(
            word.norm.as_str(),
            "that" | "which" | "from" | "for" | "in" | "with" | "to" | "last" | "this" | "yesterday" | "and" | ","
        )
    });
    let words = &words[..cut.unwrap_or(words.len())];
    let last = words.last()?;
    let known =
        GRAMMAR.is("ownable", &last.norm) || last.norm.strip_suffix('s').is_some_and(|one| GRAMMAR.is("ownable", one));
    (known && words.len() <= 6).then(|| text(words))
}

pub(super) fn languages(words: &[Word]) -> Option<Vec<String>> {
    let words = trimmed(words);
    let mut found = Vec::new();
    for word in words {
        if GRAMMAR.is("language", &word.norm) {
            found.push(word.raw.clone());
        } else if !GRAMMAR.is("beside_languages", &word.norm) && !GRAMMAR.is("and", &word.norm) {
            return None;
        }
    }
    (!found.is_empty()).then_some(found)
}
