//! The operator's side: what the background work is doing, and what to do about what failed.

pub mod dead_letters;
pub mod overview;
pub mod routes;
