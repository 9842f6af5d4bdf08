//! Background work on personality.

pub mod update_personality_from_activity;
