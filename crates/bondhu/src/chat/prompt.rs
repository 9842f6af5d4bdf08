//! What the model is told: who Bondhu is, and as much of the conversation as fits.

use bondhu_llm::{ChatMessage, ChatRequest, Role};
use bondhu_store::{Sender, Timestamp, Utterance};

use crate::safety::CrisisLevel;

/// Who Bondhu is and how it speaks; the first part of every prompt.
const PERSONA: &str = include_str!("../../data/chat/persona.md");
/// Added when the person may be thinking of suicide or self-harm.
const CARE: &str = include_str!("../../data/chat/care.md");

/// Stands above what the person has told before.
const MEMORIES: &str = include_str!("../../data/chat/memories.md");

/// The parts of a prompt.
#[derive(Debug)]
pub struct Parts<'a> {
    /// What the person wants to be called.
    pub display_name: &'a str,
    /// The current time.
    pub now: Timestamp,
    /// Notes on the person, ready to be read; empty when nothing is known.
    pub person: &'a str,
    /// The conversation on its shown path, newest first, starting with the message to answer.
    pub history: &'a [Utterance],
    /// What the person has told before and that matters now, a line each.
    pub memories: &'a [String],
    /// Raised by the person's newest message, if anything.
    pub crisis: Option<CrisisLevel>,
    /// Estimated tokens for the whole prompt.
    pub token_budget: usize,
    /// The longest reply, in tokens.
    pub max_output_tokens: u32,
}

/// Builds the request: the oldest messages are dropped first, the newest is always there.
pub fn build(parts: &Parts) -> ChatRequest {
    let system = system_text(parts);
    let mut room = parts.token_budget.saturating_sub(estimated_tokens(&system));
    let mut messages: Vec<ChatMessage> = Vec::new();
    for message in parts.history.iter().filter(|message| !message.text.trim().is_empty()) {
        let cost = estimated_tokens(&message.text);
        if cost > room && !messages.is_empty() {
            break;
        }
        room = room.saturating_sub(cost);
        messages.push(ChatMessage { role: role(message.sender), text: message.text.clone() });
    }
    // Some providers refuse a conversation that begins with the model.
    while messages.len() > 1 && messages.last().is_some_and(|oldest| oldest.role == Role::Companion) {
        messages.pop();
    }
    messages.reverse();
    ChatRequest { system, messages, max_output_tokens: parts.max_output_tokens, temperature: Some(0.8) }
}

fn system_text(parts: &Parts) -> String {
    let date = parts.now.to_string();
    let day = date.get(..10).unwrap_or(&date);
    let mut system = format!("{}\nThe person is called {}. Today is {day}.\n", PERSONA.trim_end(), parts.display_name);
    if !parts.person.is_empty() {
        system.push('\n');
        system.push_str(parts.person);
    }
    if !parts.memories.is_empty() {
        system.push_str(MEMORIES);
        for line in parts.memories {
            system.push_str("- ");
            system.push_str(line);
            system.push('\n');
        }
    }
    if parts.crisis.is_some() {
        system.push('\n');
        system.push_str(CARE);
    }
    system
}

fn role(sender: Sender) -> Role {
    match sender {
        Sender::User => Role::User,
        Sender::Companion => Role::Companion,
    }
}

/// A rough count that errs on the high side for English: four bytes a token, and four for the envelope.
/// Indic scripts take three bytes a character and about one token for each, so bytes keep the estimate close.
fn estimated_tokens(text: &str) -> usize {
    text.len().div_ceil(4) + 4
}

#[cfg(test)]
mod tests;
