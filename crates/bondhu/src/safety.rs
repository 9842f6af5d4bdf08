//! The help card and the reviewed wording for messages with signs of a crisis. The signs themselves are found by
//! `bondhu_sentiment`; there is no other detector.
mod helplines;
pub mod routes;
pub mod state;
#[cfg(test)]
mod tests;
mod wording;

pub use bondhu_llm::listener::{Language, language_of};
pub use bondhu_sentiment::CrisisLevel;
pub use helplines::{HelpCard, HelpLine, countries, help_card};

/// Reads one message for signs of a crisis. Pure; never panics; the text goes nowhere.
pub fn check(text: &str) -> Option<CrisisLevel> {
    bondhu_sentiment::crisis(text).level
}

/// The reviewed words for a level, in the person's language, with the country's numbers.
pub fn fixed_reply(level: CrisisLevel, language: Language, country: Option<&str>, seed: u64) -> String {
    wording::reply(level, language, country, seed)
}
