use bondhu_store::Timestamp;

use super::extract;
use crate::memory::fact::plain;

const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);

fn found(text: &str) -> Vec<String> {
    extract(text, NOW).iter().map(|fact| format!("{}={}", fact.predicate, plain(&fact.object))).collect()
}

/// Two hundred sentences in three languages, each with what it states.
#[test]
fn labelled_sentences_reach_the_figures() {
    let (mut hits, mut wrong, mut missed, mut lines) = (0, 0, 0, 0);
    for line in include_str!("../../../data/memory/labelled.tsv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let stated = fields.get(2).copied().unwrap_or_default();
        let wanted = stated.split(';').filter(|fact| !fact.trim().is_empty()).map(|fact| {
            let (predicate, object) = fact.split_once('=').unwrap();
            format!("{}={}", predicate.trim(), plain(object))
        });
        let (wanted, found) = (wanted.collect::<Vec<_>>(), found(fields[1]));
        let right = found.iter().filter(|fact| wanted.contains(fact)).count();
        (hits, wrong, missed) = (hits + right, wrong + found.len() - right, missed + wanted.len() - right);
        lines += 1;
        if right != found.len() || right != wanted.len() {
            println!("{}: wanted {wanted:?}, found {found:?}", fields[1]);
        }
    }
    let (precision, recall) = (
        f64::from(u32::try_from(hits).unwrap()) / f64::from(u32::try_from(hits + wrong).unwrap()),
        f64::from(u32::try_from(hits).unwrap()) / f64::from(u32::try_from(hits + missed).unwrap()),
    );
    println!("{lines} sentences: precision {precision:.3}, recall {recall:.3}");
    assert!(lines >= 200 && precision >= 0.95 && recall >= 0.80);
}

#[test]
fn a_plan_has_its_day() {
    let facts = extract("I have an interview on Friday.", NOW);
    let day = facts[0].event_at.unwrap();
    assert!(day > NOW && day.to_string().contains("T12:00"), "{day}");
    assert!(extract("I have an interview tomorrow.", NOW)[0].event_at.is_some());
}

#[test]
fn contradictions_share_a_slot_and_equals_a_key() {
    let one = |text: &str| extract(text, NOW).remove(0);
    assert_eq!(one("I love coffee.").slot(), one("I hate coffee.").slot());
    assert_ne!(one("I love coffee.").merge_key(), one("I hate coffee.").merge_key());
    assert!(one("I am 25 years old").says_the_same_as(&one("I'm 25 years old.")));
    assert!(one("I love dogs").says_the_same_as(&one("I really love the dogs!")));
    assert_eq!(one("I moved to Pune").slot(), one("मैं दिल्ली में रहता हूँ").slot());
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "(?s).{0,200}|(I|my|am|,|and|मैं|আমি|\"|'| |\\.|is|live in|हूँ|থাকি){0,40}") {
        let _ = extract(&text, NOW);
    }
}

#[test]
fn a_name_keeps_its_end() {
    for (text, name) in [
        ("I love McDonald's", "McDonald's"),
        ("I hate Domino's, honestly.", "Domino's"),
        ("I love my mom's cooking", "mom's cooking"),
        ("I love coffee too", "coffee"),
    ] {
        let objects: Vec<String> = extract(text, NOW).into_iter().map(|fact| fact.object).collect();
        assert_eq!(objects, [name], "{text}");
    }
}
