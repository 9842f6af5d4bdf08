//! What a message sounds like: the one place where a person's words are read before they are stored.

use bondhu_sentiment::{CrisisLevel, Hints, Mood, analyze};

/// One message as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// From 0 (negative) to 1 (positive); 0.5 is neutral.
    pub sentiment: f64,
    /// The mood that fits best.
    pub mood: Mood,
    /// From 0 to 1: how much the reading rests on.
    pub confidence: f64,
    /// Signs of a crisis. Never used for anything but help.
    pub crisis: Option<CrisisLevel>,
}

/// Reads a message. Pure; the text goes nowhere.
pub fn read(text: &str) -> Reading {
    let heard = analyze(text, Hints::default());
    Reading { sentiment: heard.sentiment, mood: heard.mood, confidence: heard.confidence, crisis: heard.crisis.level }
}
