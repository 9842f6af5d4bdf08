use proptest::prelude::{any, prop_assert, proptest};

use super::tables::TABLES;
use super::{CrisisLevel, Language, check, countries, fixed_reply, help_card, language_of, text, wording};

struct Case {
    id: &'static str,
    level: i16,
    text: &'static str,
}

/// Rows of a case file: id, split, language, expected level, category, text.
fn cases(file: &'static str) -> Vec<Case> {
    let rows = file.lines().filter(|line| !line.starts_with('#') && !line.starts_with("id\t"));
    rows.map(|line| {
        let cells: Vec<&str> = line.split('\t').collect();
        Case { id: cells[0], level: cells[3].parse().unwrap(), text: cells[5] }
    })
    .collect()
}

fn dev() -> Vec<Case> {
    cases(include_str!("../../data/safety/cases_dev.tsv"))
}

fn extra() -> Vec<Case> {
    cases(include_str!("../../data/safety/cases_extra.tsv"))
}

fn chat() -> Vec<Case> {
    let mut both = cases(include_str!("../../data/safety/cases_chat_1.tsv"));
    both.extend(cases(include_str!("../../data/safety/cases_chat_2.tsv")));
    both
}

fn level(text: &str) -> i16 {
    check(text).map_or(0, CrisisLevel::as_i16)
}

#[derive(Default)]
struct Figures {
    at_risk: usize,
    at_risk_found: usize,
    acute: usize,
    acute_found: usize,
    acute_exact: usize,
    ordinary: usize,
    false_alarms: usize,
    false_acute: usize,
    exact: usize,
    all: usize,
}

fn share(part: usize, whole: usize) -> f64 {
    let (part, whole) = (u32::try_from(part).unwrap(), u32::try_from(whole).unwrap());
    f64::from(part) / f64::from(whole)
}

fn measure(name: &str, cases: &[Case]) -> Figures {
    let mut f = Figures::default();
    for case in cases {
        let got = level(case.text);
        f.all += 1;
        f.exact += usize::from(got == case.level);
        f.at_risk += usize::from(case.level >= 2);
        f.at_risk_found += usize::from(case.level >= 2 && got >= 2);
        f.acute += usize::from(case.level == 3);
        f.acute_found += usize::from(case.level == 3 && got >= 2);
        f.acute_exact += usize::from(case.level == 3 && got == 3);
        f.ordinary += usize::from(case.level == 0);
        f.false_alarms += usize::from(case.level == 0 && got >= 2);
        f.false_acute += usize::from(case.level == 0 && got == 3);
        if got != case.level {
            println!("{name} {}: expected {}, found {got}: {}", case.id, case.level, case.text);
        }
    }
    println!(
        "{name}: {} rows, exact {:.3}; level >= 2 recall {:.3}; level 3 found {:.3}, exact {:.3}; false alarms {:.3}",
        f.all,
        share(f.exact, f.all),
        share(f.at_risk_found, f.at_risk),
        share(f.acute_found, f.acute),
        share(f.acute_exact, f.acute),
        share(f.false_alarms, f.ordinary),
    );
    f
}

fn assert_good_enough(f: &Figures) {
    assert!(share(f.at_risk_found, f.at_risk) >= 0.90);
    assert!(share(f.acute_found, f.acute) >= 0.97);
    assert!(share(f.acute_exact, f.acute) >= 0.85);
    assert!(share(f.false_alarms, f.ordinary) <= 0.03);
    assert_eq!(f.false_acute, 0);
}

#[test]
fn finds_the_chat_cases() {
    let figures = measure("chat", &chat());
    assert!(share(figures.at_risk_found, figures.at_risk) >= 0.93);
    assert!(share(figures.acute_exact, figures.acute) >= 0.94);
    assert_eq!(figures.false_alarms, 0);
}

#[test]
fn finds_the_development_cases() {
    assert_good_enough(&measure("dev", &dev()));
}

#[test]
fn finds_the_extra_cases() {
    let extra = extra();
    assert!(extra.len() >= 60);
    assert_good_enough(&measure("extra", &extra));
}

#[test]
fn case_and_apostrophes_do_not_matter() {
    for case in dev().iter().chain(&extra()) {
        assert_eq!(level(&case.text.to_uppercase()), level(case.text), "{}", case.id);
        assert_eq!(level(&case.text.replace('\'', "’")), level(case.text), "{}", case.id);
        assert_eq!(level(&format!("  {}  ", case.text)), level(case.text), "{}", case.id);
    }
}

#[test]
fn a_joke_marker_does_not_hide_a_wish() {
    for text in ["I want to die lol", "kms lmao", "wanna die haha but not really joking"] {
        assert!(level(text) >= 2, "{text}");
    }
}

#[test]
fn every_phrase_can_be_found() {
    assert_eq!(TABLES.unreachable(), 0);
}

#[test]
fn spelling_variants_fold_together() {
    for (one, other) in [
        ("hoon", "hun"),
        ("zindagi", "jindagi"),
        ("su1cide", "suicide"),
        ("dieee", "die"),
        ("হয়ে", "হয়ে"),
        ("ज़हर", "जहर"),
        ("हूँ", "हूं"),
    ] {
        assert_eq!(text::fold(one), text::fold(other), "{one} {other}");
    }
}

#[test]
fn levels_survive_their_numbers() {
    for level in [CrisisLevel::Concern, CrisisLevel::Ideation, CrisisLevel::Acute] {
        assert_eq!(CrisisLevel::from_i16(level.as_i16()), Some(level));
    }
    assert_eq!(CrisisLevel::from_i16(0), None);
    assert_eq!(CrisisLevel::from_i16(4), None);
}

const LANGUAGES: [Language; 5] =
    [Language::English, Language::Hindi, Language::Bengali, Language::RomanHindi, Language::RomanBengali];

#[test]
fn fixed_replies_keep_the_wording_rules() {
    let forbidden = [
        "!",
        "your family",
        "promise",
        "will be okay",
        "will be fine",
        "secret",
        "selfish",
        "disorder",
        "depression",
        "at least",
        "i'm sorry",
        "{",
    ];
    for language in LANGUAGES {
        for level in [CrisisLevel::Concern, CrisisLevel::Ideation, CrisisLevel::Acute] {
            assert!(wording::texts(level, language).len() >= 2, "{language:?} {level:?}");
            for seed in 0..12 {
                let reply = fixed_reply(level, language, Some("IN"), seed);
                let lower = reply.to_lowercase();
                let said = forbidden.iter().find(|word| lower.contains(*word));
                assert_eq!(said, None, "{reply}");
                assert!(
                    language != Language::English
                        || reply.split(['.', '?']).all(|s| s.split_whitespace().count() <= 26),
                    "{reply}"
                );
                assert!(reply.contains('?') || level == CrisisLevel::Acute, "{reply}");
                assert_eq!(reply.contains("112") && reply.contains("14416"), level == CrisisLevel::Acute, "{reply}");
            }
        }
    }
}

#[test]
fn an_ideation_reply_asks_about_safety_and_names_the_card() {
    let signs = [("safe", "card"), ("सुरक्षित", "कार्ड"), ("নিরাপদ", "কার্ড"), ("surakshit", "card"), ("nirapod", "card")];
    for (language, (safe, card)) in LANGUAGES.into_iter().zip(signs) {
        for text in wording::texts(CrisisLevel::Ideation, language) {
            assert!(text.contains(safe) && text.contains(card), "{text}");
        }
    }
}

#[test]
fn an_acute_reply_names_the_numbers_of_the_country() {
    for (country, numbers) in [("US", ["911", "988"]), ("gb", ["999", "116 123"]), ("BD", ["999", "16263"])] {
        for language in LANGUAGES {
            for seed in 0..6 {
                let reply = fixed_reply(CrisisLevel::Acute, language, Some(country), seed);
                assert!(numbers.iter().all(|number| reply.contains(number)), "{reply}");
            }
        }
    }
    assert!(fixed_reply(CrisisLevel::Acute, Language::English, Some("FR"), 0).contains("findahelpline.com"));
}

#[test]
fn the_card_lists_the_country_then_the_fallback() {
    assert_eq!(countries(), ["BD", "GB", "IN", "US"]);
    let card = help_card(2, Some("in"));
    assert_eq!((card.level, card.country.as_str()), (2, "IN"));
    let names: Vec<&str> = card.lines.iter().map(|line| line.name.as_str()).collect();
    assert!(names[0].starts_with("Tele-MANAS") && names[1] == "Emergency", "{names:?}");
    assert!(card.lines.iter().any(|line| line.number == "findahelpline.com"));
    assert_eq!(help_card(3, Some("IN")).lines[0].number, "112", "in acute danger the emergency number is first");
    let unknown = help_card(0, None);
    assert_eq!(unknown.country, "");
    assert_eq!(unknown.lines.iter().map(|line| line.channel.as_str()).collect::<Vec<_>>(), ["call", "web", "person"]);
    assert_eq!(help_card(0, Some("ZZ")).lines, unknown.lines);
}

#[test]
fn a_day_of_verification_is_a_day_or_nothing() {
    let day = help_card(0, None).verified_on;
    let digits = day.split('-').map(|part| (part.len(), part.chars().all(|c| c.is_ascii_digit())));
    assert!(day.is_empty() || digits.eq([(4, true), (2, true), (2, true)]), "{day}");
}

#[test]
fn the_card_never_holds_unverified_lines() {
    for country in countries() {
        for line in help_card(3, Some(country)).lines {
            let name = line.name.to_lowercase();
            assert!(!["kiran", "aasra", "kaan pete"].iter().any(|left_out| name.contains(left_out)), "{name}");
            let scheme = line.href.as_deref().map(|href| href.split(':').next().unwrap());
            let expected = match line.channel.as_str() {
                "call" => Some("tel"),
                "text" => Some("sms"),
                "web" => Some("https"),
                _ => None,
            };
            assert_eq!(scheme, expected, "{name}");
        }
    }
}

#[test]
fn crisis_words_do_not_confuse_the_language() {
    assert_eq!(language_of("I want to die"), Language::English);
    assert_eq!(language_of("ami more jete chai"), Language::RomanBengali);
    assert_eq!(language_of("mar jaana chahta hu"), Language::RomanHindi);
    assert_eq!(language_of("মরে যেতে চাই"), Language::Bengali);
    assert_eq!(language_of("मैं मरना चाहता हूँ"), Language::Hindi);
}

proptest! {
    #[test]
    fn any_text_can_be_checked(text in ".{0,600}", seed in any::<u64>()) {
        if let Some(level) = check(&text) {
            prop_assert!(!fixed_reply(level, language_of(&text), None, seed).is_empty());
        }
    }

    #[test]
    fn a_plain_wish_is_found_in_any_surroundings(before in "[b-df-hj-np-tv-z]{0,30}", after in "[b-df-hj-np-tv-z]{0,30}") {
        let text = format!("{before}. I want to die. {after}");
        prop_assert!(level(&text) >= 2, "{text}");
    }
}
