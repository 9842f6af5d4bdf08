//! Reads sentiment, mood and signs of a crisis from short texts: pure functions, no network, no state.
//!
//! ```
//! use bondhu_sentiment::{CrisisLevel, Hints, Mood, analyze};
//!
//! let said = analyze("I am not happy at all today", Hints::default());
//! assert!(said.sentiment < 0.5);
//! assert_eq!(analyze("So grateful for you!", Hints::default()).mood, Mood::Grateful);
//! assert_eq!(analyze("I want to die", Hints::default()).crisis.level, Some(CrisisLevel::Ideation));
//! ```

mod analysis;
mod crisis;
mod features;
mod lexicon;
mod model;
mod moods;
mod phrases;
mod reading;
mod register;
mod romanised;
mod rules;
mod sentiment;
mod spelling;
mod tokens;
pub mod training;

pub use analysis::{Analysis, Hints, Language, Mood, Polarity, Span};
pub use crisis::{Crisis, CrisisLevel, CrisisReason, Sign, crisis};
pub use sentiment::analyze;
