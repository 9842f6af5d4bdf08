use proptest::prelude::{any, prop_assert, proptest};

use super::{CrisisLevel, Language, check, countries, fixed_reply, help_card, language_of, wording};

#[test]
fn what_the_detector_says_is_what_the_product_hears() {
    assert_eq!(check("I want to die"), Some(CrisisLevel::Ideation));
    assert_eq!(check("this homework is killing me"), None);
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
}
