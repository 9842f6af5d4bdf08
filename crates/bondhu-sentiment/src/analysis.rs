//! What is read from a text, and what is known beside it.

use serde::{Deserialize, Serialize};

use crate::Crisis;

/// What a text sounds like.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Analysis {
    /// From 0 (negative) to 1 (positive); 0.5 is neutral.
    pub sentiment: f64,
    /// The class that fits best. It weighs the classes against each other, so it may say neutral where `sentiment` leans.
    pub polarity: Polarity,
    /// The mood that fits best; neutral if none does.
    pub mood: Mood,
    /// Every mood by its share, largest first; the shares add up to 1.
    pub moods: Vec<(Mood, f64)>,
    /// From 0 to 1: how much the answer rests on.
    pub confidence: f64,
    /// The language it seems to be in.
    pub language: Language,
    /// Signs of a crisis.
    pub crisis: Crisis,
    /// The words with a known weight.
    pub spans: Vec<Span>,
}

/// What is known beside the text.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Hints {
    /// The language the person usually writes in; decides where a text does not tell.
    pub language: Option<Language>,
}

impl Hints {
    /// The person usually writes in this language.
    pub const fn language(language: Language) -> Self {
        Self { language: Some(language) }
    }
}

/// Whether a text is rather negative, neither, or rather positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// Unpleasant.
    Negative,
    /// Neither, or both alike.
    Neutral,
    /// Pleasant.
    Positive,
}

impl Polarity {
    /// Its name as sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }
}

/// How somebody feels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Glad.
    Happy,
    /// Thankful.
    Grateful,
    /// At ease.
    Calm,
    /// Ready to do something.
    Motivated,
    /// Down.
    Sad,
    /// Worried.
    Anxious,
    /// Cross.
    Angry,
    /// Alone.
    Lonely,
    /// Worn out.
    Tired,
    /// Wanting to know.
    Curious,
    /// Nothing in particular.
    Neutral,
}

impl Mood {
    /// Every mood, in the order in which they are declared.
    pub const ALL: [Self; 11] = [
        Self::Happy,
        Self::Grateful,
        Self::Calm,
        Self::Motivated,
        Self::Sad,
        Self::Anxious,
        Self::Angry,
        Self::Lonely,
        Self::Tired,
        Self::Curious,
        Self::Neutral,
    ];

    /// Its name as stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Happy => "happy",
            Self::Grateful => "grateful",
            Self::Calm => "calm",
            Self::Motivated => "motivated",
            Self::Sad => "sad",
            Self::Anxious => "anxious",
            Self::Angry => "angry",
            Self::Lonely => "lonely",
            Self::Tired => "tired",
            Self::Curious => "curious",
            Self::Neutral => "neutral",
        }
    }
}

/// The language of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English, and whatever else is in Latin letters.
    English,
    /// Hindi in Devanagari.
    Hindi,
    /// Bengali in its script.
    Bengali,
    /// Hindi in Latin letters.
    Hinglish,
    /// Bengali in Latin letters.
    Banglish,
}

impl Language {
    /// Its name as sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "english",
            Self::Hindi => "hindi",
            Self::Bengali => "bengali",
            Self::Hinglish => "hinglish",
            Self::Banglish => "banglish",
        }
    }
}

/// A word that counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Span {
    /// Where it begins, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    /// What it added, after negation and emphasis; from about -2 to 2.
    pub weight: f64,
}
