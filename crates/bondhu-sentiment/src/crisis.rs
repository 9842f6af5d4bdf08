//! Signs of a crisis: a phrase detector with gates for whom and when a sentence is about.

pub(crate) mod detect;
mod doubt;
mod tables;
#[cfg(test)]
mod tests;
pub(crate) mod vote;

use serde::{Deserialize, Serialize};

use crate::{features, reading, spelling::Words};

/// How urgent a message reads. A message without any sign has no level.
///
/// The steps follow the order of the Columbia suicide severity scale's questions; they are no diagnosis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
    pub const fn as_i16(self) -> i16 {
        self as i16
    }

    /// The level of a stored number; anything but 1, 2 and 3 is none.
    pub const fn from_i16(level: i16) -> Option<Self> {
        match level {
            1 => Some(Self::Concern),
            2 => Some(Self::Ideation),
            3 => Some(Self::Acute),
            _ => None,
        }
    }
}

/// Why a message has a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CrisisReason {
    /// Hopelessness, being a burden or worthless, being trapped, severe distress.
    Distress,
    /// Somebody else is at risk, or was lost to suicide.
    SomebodyElse,
    /// One's own past.
    Past,
    /// A wish or an act that is denied.
    Denied,
    /// A wish to be dead, or thoughts of suicide.
    Wish,
    /// An urge to harm oneself, or recent self-harm.
    SelfHarm,
    /// A sentence that says it will be done, is being done or was tried.
    Intent,
    /// A time, or not being there any more.
    Plan,
    /// Means at hand, or a place.
    Means,
    /// A goodbye, a letter, things given away.
    Farewell,
    /// Violence against the person or somebody near, now.
    Violence,
    /// A threat to others.
    Threat,
    /// No phrase says it alone, the message as a whole does.
    Whole,
}

impl CrisisReason {
    /// Its name as sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Distress => "distress",
            Self::SomebodyElse => "somebody_else",
            Self::Past => "past",
            Self::Denied => "denied",
            Self::Wish => "wish",
            Self::SelfHarm => "self_harm",
            Self::Intent => "intent",
            Self::Plan => "plan",
            Self::Means => "means",
            Self::Farewell => "farewell",
            Self::Violence => "violence",
            Self::Threat => "threat",
            Self::Whole => "whole",
        }
    }
}

/// What was found, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Sign {
    /// What it stands for.
    pub reason: CrisisReason,
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
}

/// Signs of a crisis in one message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Crisis {
    /// None without a sign.
    pub level: Option<CrisisLevel>,
    /// What was found, in the order of the text.
    pub signs: Vec<Sign>,
}

impl Crisis {
    /// The level as a number from 0 (none) to 3 (acute).
    pub fn number(&self) -> u8 {
        self.level.map_or(0, |level| level as u8)
    }

    /// Each reason once, in the order of [`CrisisReason`].
    pub fn reasons(&self) -> Vec<CrisisReason> {
        let mut reasons: Vec<CrisisReason> = self.signs.iter().map(|sign| sign.reason).collect();
        reasons.sort_unstable();
        reasons.dedup();
        reasons
    }
}

/// Reads one message for signs of a crisis alone. [`crate::analyze`] does this and more.
pub fn crisis(text: &str) -> Crisis {
    let words = Words::of(text);
    let reading = reading::of(text);
    detect::read(text, &words, words.respelled(&reading.standard).as_ref(), reading.features)
}

/// What the vote sees of a message, for training.
pub(crate) fn sight(text: &str) -> Vec<u32> {
    let words = Words::of(text);
    detect::Look::at(&words).sight(&words, features::of(text))
}

/// What the phrases alone say, for training.
pub(crate) fn by_phrases(text: &str) -> Crisis {
    let words = Words::of(text);
    let standard = words.respelled(&reading::of(text).standard);
    detect::Look::at(&words).phrases(text, standard.as_ref())
}
