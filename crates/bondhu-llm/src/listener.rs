//! The offline listener: what answers when no language model is connected, or when the model fails.
mod compose;
mod echo;
mod language;
mod lines;
mod reading;
mod words;

pub use language::{Language, language_of};

/// What the listener is told about one message.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// The person's message.
    pub text: &'a str,
    /// How many messages the person has written in this conversation so far.
    pub turn: usize,
    /// A number that stays the same for the whole conversation; it varies the wording between conversations.
    pub seed: u64,
    /// The companion's last replies (up to ten), newest first.
    pub recent_replies: &'a [&'a str],
    /// The person's earlier messages, newest first.
    pub recent_messages: &'a [&'a str],
    /// What the message sounds like (`sad`, `happy` ...), from elsewhere; counts when it names no feeling itself.
    pub mood: Option<&'a str>,
}

/// Answers one message in the person's language: never empty, at most three short sentences.
pub fn reply(heard: &Heard) -> String {
    compose::compose(heard)
}
