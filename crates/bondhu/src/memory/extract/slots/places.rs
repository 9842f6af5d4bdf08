//! Places, workplaces, occupations and schools.

use super::{text, trimmed};
use crate::memory::extract::{grammar::GRAMMAR, words::Word};

pub(super) fn place(slot: &str, words: &[Word]) -> Option<String> {
    let mut words = words;
    if words.first().is_some_and(|word| word.norm == "the") {
        words = &words[1..];
    }
    let cut = words.iter().position(|word| {
        matches!(
            word.norm.as_str(),
            "with"
                | "for"
                | "on"
                | "near"
                | "and"
                | "by"
                | "from"
                | "to"
                | "last"
                | "this"
                | "next"
                | "two"
                | "three"
                | "a"
                | "about"
                | "around"
                | "in"
                | "back"
                | "alone"
                | "आर"
                | "साथ"
                | "वाले"
        ) || GRAMMAR.is("object_ends", &word.norm)
    });
    let words = without_detached_case(slot, trimmed(&words[..cut.unwrap_or(words.len())]));
    let first = words.first()?;
    let bare = |word: &Word| bare_place(slot, &word.raw);
    let fits = words.len() <= 5
        && !GRAMMAR.is("no_place", &first.norm)
        && !GRAMMAR.is("no_object", &first.norm)
        && !GRAMMAR.is("rel", &first.norm)
        && !words.iter().any(|word| {
            GRAMMAR.is("time", &word.norm) || ["मैं", "আমি", "main", "ami", "i"].contains(&word.norm.as_str())
        })
        && !first.norm.chars().all(char::is_numeric);
    let (last, before) = words.split_last()?;
    if !fits {
        return None;
    }
    let mut parts: Vec<String> =
        before.iter().map(|word| if word.norm == "," { ",".to_owned() } else { word.raw.clone() }).collect();
    parts.push(bare(last));
    Some(parts.join(" ").replace(" ,", ","))
}

/// "Chattogram e": romanised case endings are often written apart.
fn without_detached_case<'a>(slot: &str, words: &'a [Word]) -> &'a [Word] {
    match words {
        [place @ .., ending]
            if slot == "placer" && !place.is_empty() && ["e", "te", "y"].contains(&ending.norm.as_str()) =>
        {
            place
        }
        words => words,
    }
}

/// A Bengali place without its case ending: কলকাতায় -> কলকাতা, পুণেতে -> পুণে, সিলেটে -> সিলেট.
pub(super) fn bare_place(slot: &str, raw: &str) -> String {
    let cut = |text: &str, tail: &str| text.strip_suffix(tail).map(str::to_owned);
    let is_bengali = raw.chars().any(|c| ('\u{980}'..='\u{9ff}').contains(&c));
    if is_bengali {
        if slot == "placegen" {
            return cut(raw, "এর")
                .or_else(|| cut(raw, "ের"))
                .or_else(|| cut(raw, "র"))
                .unwrap_or_else(|| raw.to_owned());
        }
        return cut(raw, "তে")
            .or_else(|| raw.strip_suffix("য়").filter(|stem| stem.ends_with('া')).map(str::to_owned))
            .or_else(|| raw.strip_suffix('ে').filter(|stem| stem.chars().count() > 3).map(str::to_owned))
            .unwrap_or_else(|| raw.to_owned());
    }
    let lower = raw.to_lowercase();
    match slot {
        "placer" | "placebare" => {
            let stem = |count: usize| raw[..raw.len() - count].to_owned();
            if lower.ends_with("ay") && lower.len() > 4 {
                stem(1)
            } else if lower.ends_with("te")
                && (lower[..lower.len() - 2].ends_with(['i', 'o', 'u', 'a']) || lower == "punete")
            {
                stem(2)
            } else if slot == "placer" && lower.ends_with('e') && lower.len() > 5 && raw.is_ascii() {
                stem(1)
            } else {
                raw.to_owned()
            }
        }
        "placegen" => raw.strip_suffix("er").or_else(|| raw.strip_suffix('r')).unwrap_or(raw).to_owned(),
        _ => raw.to_owned(),
    }
}

pub(super) fn organisation(words: &[Word]) -> Option<String> {
    let cut = words.iter().position(|word| {
        matches!(word.norm.as_str(), "as" | "for" | "with" | "since" | "and" | "full" | "part")
            || GRAMMAR.is("object_ends", &word.norm)
    });
    let words = &words[..cut.unwrap_or(words.len())];
    let first = words.first()?;
    let fits = words.len() <= 7
        && !GRAMMAR.is("no_organisation", &first.norm)
        && !words.iter().any(|word| word.norm == "moment" || word.norm == "time" || GRAMMAR.is("time", &word.norm));
    let mut text = text(trimmed(words));
    if let Some(stem) = text
        .strip_suffix("তে")
        .or_else(|| text.strip_suffix("ে"))
        .or_else(|| text.strip_suffix(" e"))
        .map(str::to_owned)
    {
        text = stem;
    }
    fits.then_some(text)
}

/// "স্কুলে অঙ্ক" without where: a Bengali word in the locative before the thing itself.
pub(super) fn without_locative(words: &[Word]) -> &[Word] {
    match words {
        [first, rest @ ..] if !rest.is_empty() && (first.norm.ends_with('ে') || first.norm.ends_with("য়")) => {
            rest
        }
        words => words,
    }
}

pub(super) fn is_school(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "school",
        "college",
        "university",
        "institute",
        "iit",
        "academy",
        "nit ",
        "iim",
        "polytechnic",
        "campus",
        "vidyalaya",
    ]
    .iter()
    .any(|kind| lower.contains(kind))
        && lower.split(' ').count() > 1
}

/// Endings of occupations that the list does not name.
const TRADES: &[&str] = &[
    "ologist",
    "grapher",
    "smith",
    "maker",
    "keeper",
    "ician",
    "iatrist",
    "ographer",
    "worker",
    "officer",
    "manager",
    "developer",
    "designer",
    "engineer",
    "analyst",
    "specialist",
    "scientist",
    "consultant",
    "teacher",
    "instructor",
    "assistant",
    "technician",
    "therapist",
    "operator",
    "writer",
    "nurse",
    "artist",
    "driver",
    "economist",
    "ist's",
    "monger",
    "wright",
];

pub(super) fn job(words: &[Word]) -> Option<String> {
    let cut = words.iter().position(|word| {
        matches!(word.norm.as_str(), "at" | "for" | "in" | "with" | "by" | "from" | "and" | "of" | "," | "on")
            || GRAMMAR.is("object_ends", &word.norm)
    });
    let head = after_postposition(&words[..cut.unwrap_or(words.len())]);
    let head: &[Word] = match head.first() {
        Some(first) if GRAMMAR.is("job_articles", &first.norm) => &head[1..],
        _ => head,
    };
    let last = head.last()?;
    let known = GRAMMAR.is("jobname", &last.norm)
        || TRADES.iter().any(|end| last.norm.ends_with(end) && last.norm.len() > end.len().min(5));
    let fits = head.len() <= 5 && known && !head.iter().any(|word| GRAMMAR.is("not_in_jobs", &word.norm));
    fits.then(|| text(head))
}

/// "अस्पताल में नर्स" without where.
fn after_postposition(words: &[Word]) -> &[Word] {
    let inside = words.iter().rposition(|word| is_postposition(&word.norm));
    inside.map_or(words, |at| &words[at + 1..])
}

fn is_postposition(word: &str) -> bool {
    ["में", "mein", "me"].contains(&word)
}

/// What an occupation's own tail tells of the place: "a nurse at City Hospital", "अस्पताल में नर्स".
pub(in crate::memory::extract) fn workplace(words: &[Word]) -> Option<String> {
    if let Some(at) = words.iter().rposition(|word| is_postposition(&word.norm)) {
        return organisation(&words[..at]);
    }
    let at = words.iter().position(|word| matches!(word.norm.as_str(), "at" | "for"))?;
    organisation(&words[at + 1..])
}

pub(super) fn student(words: &[Word]) -> Option<String> {
    let cut = words
        .iter()
        .position(|word| matches!(word.norm.as_str(), "at" | "from" | "in" | "and" | ","))
        .unwrap_or(words.len());
    let head = &words[..cut];
    let known = head.iter().any(|word| GRAMMAR.is("studentword", &word.norm));
    (known && head.len() <= 6 && !head.iter().any(|word| GRAMMAR.is("not_in_students", &word.norm))).then(|| text(head))
}

pub(super) fn grade(words: &[Word]) -> Option<String> {
    let numbered =
        words.iter().any(|word| word.norm.chars().any(char::is_numeric) || GRAMMAR.is("grade_ordinals", &word.norm));
    (words.len() <= 7 && numbered && words.iter().any(|word| GRAMMAR.is("grade_kinds", &word.norm)))
        .then(|| text(trimmed(words)))
}
