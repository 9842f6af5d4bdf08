//! What is remembered about a person: facts from their own words, and the messages themselves.
//!
//! [`extract`] finds facts by rules, [`tasks`] by a language model; both pass the same guard. [`recall`] finds what matters
//! for a message, by its words and, where an embedding model is set, by what it means ([`embedding`], [`vectors`],
//! [`fuse`]). [`learn`] keeps what a message says, [`answer`] lets the offline listener tell it.

pub mod answer;
pub mod embedding;
pub mod evaluate;
pub mod extract;
pub mod fact;
pub mod fuse;
pub mod index;
pub mod learn;
pub mod model_facts;
pub mod recall;
pub mod routes;
pub mod stem;
pub mod tasks;
pub mod vectors;
pub mod wording;
