//! The reviewed words for each level. A model never writes these.
use super::helplines::{emergency_number, first_helpline};
use super::{CrisisLevel, Language};

fn table(language: Language) -> &'static str {
    match language {
        Language::English => include_str!("../../data/safety/wording/en.tsv"),
        Language::Hindi => include_str!("../../data/safety/wording/hi.tsv"),
        Language::Bengali => include_str!("../../data/safety/wording/bn.tsv"),
        Language::RomanHindi => include_str!("../../data/safety/wording/roman_hindi.tsv"),
        Language::RomanBengali => include_str!("../../data/safety/wording/roman_bengali.tsv"),
    }
}

/// Every wording of a level, with its placeholders.
pub(super) fn texts(level: CrisisLevel, language: Language) -> Vec<&'static str> {
    let wanted = level.as_i16().to_string();
    let rows = table(language).lines().filter_map(|line| line.split_once('\t'));
    rows.filter(|(level, _)| *level == wanted).map(|(_, text)| text).collect()
}

/// One wording of a level, chosen by the seed, with the country's numbers in place.
pub(super) fn reply(level: CrisisLevel, language: Language, country: Option<&str>, seed: u64) -> String {
    let texts = texts(level, language);
    let count = u64::try_from(texts.len()).expect("a handful of texts");
    let index = usize::try_from(seed % count).expect("smaller than the number of texts");
    let (name, number) = first_helpline(country);
    texts[index].replace("{emergency}", emergency_number(country)).replace("{helpline}", &format!("{name} ({number})"))
}
