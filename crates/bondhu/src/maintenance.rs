//! Keeping the house tidy.

pub mod tasks;
