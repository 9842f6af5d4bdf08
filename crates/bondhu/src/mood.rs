//! How a person has been: insights from what they say.

pub mod insight;
pub mod tasks;
