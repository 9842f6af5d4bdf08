//! Names, numbers and days.

use super::{norms, text, trimmed};
use crate::memory::extract::{grammar::GRAMMAR, words::Word};

pub(super) fn digits_in(words: &[Word]) -> Option<String> {
    (words.len() <= 5 && words.iter().any(|word| word.norm.starts_with(|c: char| c.is_numeric()))).then(|| text(words))
}

pub(super) fn name(words: &[Word], must_be_capital: bool) -> Option<String> {
    let words: Vec<&Word> = words.iter().take_while(|word| word.norm != ",").collect();
    if words.is_empty() || words.len() > 3 {
        return None;
    }
    let fits = words.iter().all(|word| {
        let norm = word.norm.as_str();
        word.written
            && norm.chars().count() > 1
            && !norm.chars().any(char::is_numeric)
            && !GRAMMAR.is("no_name", norm)
            && !GRAMMAR.is("no_object", norm)
            && !GRAMMAR.is("not_in_names", norm)
            && (!must_be_capital || word.is_capital())
    });
    let known = ["nation", "religion", "diet", "status", "rel", "having", "language"];
    let other = must_be_capital && words.len() == 1 && known.iter().any(|class| GRAMMAR.is(class, &words[0].norm));
    (fits && !other).then(|| words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" "))
}

pub(super) fn number(word: &str) -> Option<u32> {
    let digits: Option<String> = word
        .chars()
        .map(|c| c.to_digit(10).or_else(|| indic_digit(c)).and_then(|digit| char::from_digit(digit, 10)))
        .collect();
    digits.filter(|digits| !digits.is_empty())?.parse().ok()
}

pub(super) fn indic_digit(c: char) -> Option<u32> {
    match c {
        '०'..='९' => Some(u32::from(c) - u32::from('०')),
        '০'..='৯' => Some(u32::from(c) - u32::from('০')),
        _ => None,
    }
}

const SMALL: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
/// Ages that are often written out in Hindi and Bengali.
const SPELT: &[(&str, u32)] = &[
    ("बीस", 20),
    ("पच्चीस", 25),
    ("तीस", 30),
    ("पैंतीस", 35),
    ("चालीस", 40),
    ("बाईस", 22),
    ("कুড়ি", 20),
    ("কুড়ি", 20),
    ("বিশ", 20),
    ("পঁচিশ", 25),
    ("ত্রিশ", 30),
    ("তিরিশ", 30),
    ("চল্লিশ", 40),
    ("bees", 20),
    ("pachees", 25),
    ("tees", 30),
    ("kuri", 20),
    ("pochish", 25),
    ("trish", 30),
    ("बीस", 20),
    ("अट्ठाईस", 28),
    ("আঠাশ", 28),
    ("বাইশ", 22),
];

pub(super) fn small_number(words: &[&str]) -> Option<u32> {
    let small = |word: &str| SMALL.iter().position(|known| *known == word).and_then(|at| u32::try_from(at).ok());
    let tens = |word: &str| {
        TENS.iter().position(|known| *known == word).and_then(|at| u32::try_from(at).ok()).map(|at| at * 10 + 20)
    };
    match words {
        [word] => number(word)
            .or_else(|| small(word))
            .or_else(|| tens(word))
            .or_else(|| {
                let (ten, one) = word.split_once('-')?;
                Some(tens(ten)? + small(one)?)
            })
            .or_else(|| SPELT.iter().find(|(known, _)| known == word).map(|(_, age)| *age)),
        [ten, one] => Some(tens(ten)? + small(one).filter(|one| *one < 10)?),
        _ => None,
    }
}

pub(super) fn age(words: &[Word]) -> Option<String> {
    let words: Vec<&str> = words.iter().map(|word| word.norm.as_str()).collect();
    small_number(&words).filter(|age| (5..=115).contains(age)).map(|age| age.to_string())
}

pub(super) fn count(words: &[Word]) -> Option<String> {
    let norm = norms(words);
    let known = GRAMMAR.value("number", &norm).map(str::to_owned);
    known.or_else(|| small_number(&[&norm]).filter(|count| (1..=15).contains(count)).map(|count| count.to_string()))
}

pub(super) fn is_month(word: &str) -> bool {
    GRAMMAR.is("months", word)
}

pub(super) fn date(words: &[Word]) -> Option<String> {
    let has = |test: fn(&str) -> bool| words.iter().any(|word| test(&word.norm));
    let month = words.iter().any(|word| is_month(&word.norm));
    let day = has(|word| word.chars().any(char::is_numeric));
    (words.len() <= 6
        && ((month && (day || words.len() <= 2)) || (day && has(|word| word.contains('/') || word.contains('-')))))
    .then(|| text(trimmed(words)))
}

pub(super) fn month(words: &[Word]) -> Option<String> {
    (words.len() <= 2 && is_month(&words.first()?.norm)).then(|| text(words))
}

pub(super) fn year(words: &[Word]) -> Option<String> {
    let [word] = words else { return None };
    number(&word.norm).filter(|year| (1900..=2025).contains(year)).map(|year| year.to_string())
}

/// A time that is still to come.
pub(super) fn when(words: &[Word]) -> Option<String> {
    let known =
        words.iter().any(|word| GRAMMAR.is("time", &word.norm) || is_month(&word.norm) || word.norm == "tonight");
    let begins = words.first().is_some_and(|word| {
        GRAMMAR.is("whenword", &word.norm)
            || GRAMMAR.is("time", &word.norm)
            || is_month(&word.norm)
            || number(&word.norm).is_some()
            || GRAMMAR.is("when_openers", &word.norm)
    });
    let past = words.iter().any(|word| matches!(word.norm.as_str(), "last" | "ago" | "yesterday" | "গত" | "पिछले"));
    (words.len() <= 8 && known && begins && !past).then(|| text(words))
}

pub(super) fn event(words: &[Word]) -> Option<String> {
    let last = words.last()?;
    (words.len() <= 5
        && GRAMMAR.is("event", &last.norm)
        && !words.iter().any(|word| GRAMMAR.is("rel", &word.norm) || word.norm == "'s"))
    .then(|| text(words))
}

pub(super) fn dated(slot: &str, words: &[Word]) -> Option<String> {
    let timed = words.iter().any(|word| {
        GRAMMAR.is("time", &word.norm)
            || is_month(&word.norm)
            || word.norm == "summer"
            || word.norm == "winter"
            || word.norm == "spring"
    });
    let first = words.first()?;
    let begins = slot != "goalday"
        || GRAMMAR.is("aims", &first.norm)
        || ["meet", "attend", "host", "present", "appear", "take"].contains(&first.norm.as_str());
    let past = words.iter().any(|word| matches!(word.norm.as_str(), "last" | "ago" | "yesterday"));
    let fits =
        words.len() >= 2 && words.len() <= 12 && timed && begins && !past && !GRAMMAR.is("not_plan_verbs", &first.norm);
    fits.then(|| text(words))
}
