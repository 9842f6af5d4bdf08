//! The first check for crisis phrases, the help card and the reviewed wording.
mod detect;
mod helplines;
mod phrase;
pub mod routes;
mod tables;
#[cfg(test)]
mod tests;
mod text;
mod wording;

pub use bondhu_llm::listener::{Language, language_of};
pub use helplines::{HelpCard, HelpLine, countries, help_card};

/// How urgent a message reads. A message without any sign has no level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CrisisLevel {
    /// Hopelessness, being a burden, severe distress, worry about someone else, one's own past.
    Concern = 1,
    /// A wish to be dead, thoughts of suicide, an urge to self-harm or recent self-harm.
    Ideation = 2,
    /// Intent, a plan, means at hand, a goodbye, an attempt, or violence happening now.
    Acute = 3,
}

impl CrisisLevel {
    /// The level as stored and sent: 1, 2 or 3.
    pub fn as_i16(self) -> i16 {
        self as i16
    }

    /// The level of a stored number; anything but 1, 2 and 3 is none.
    pub fn from_i16(level: i16) -> Option<Self> {
        match level {
            1 => Some(Self::Concern),
            2 => Some(Self::Ideation),
            3 => Some(Self::Acute),
            _ => None,
        }
    }
}

/// Reads one message for signs of a crisis. Pure; never panics; the text goes nowhere.
pub fn check(text: &str) -> Option<CrisisLevel> {
    detect::level_of(text)
}

/// The reviewed words for a level, in the person's language, with the country's numbers.
pub fn fixed_reply(level: CrisisLevel, language: Language, country: Option<&str>, seed: u64) -> String {
    wording::reply(level, language, country, seed)
}
