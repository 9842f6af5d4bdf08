//! What is asked of a model and what comes back, whoever the provider is.

use std::fmt;
use std::pin::Pin;

use async_trait::async_trait;
use futures_util::Stream;

use crate::LlmError;

/// Everything a model needs for one reply.
///
/// `Debug` shows sizes only, so that a request can be traced without showing what a person wrote.
#[derive(Clone, PartialEq)]
pub struct ChatRequest {
    /// Who the companion is and what it knows; sent as the system instruction.
    pub system: String,
    /// The conversation, oldest first; the last message is normally the person's.
    pub messages: Vec<ChatMessage>,
    /// Upper bound of the reply, in the provider's tokens.
    pub max_output_tokens: u32,
    /// Sampling temperature; `None` leaves the provider's default. A wish only: Anthropic's models refuse one and
    /// Gemini's newer ones ignore it.
    pub temperature: Option<f64>,
}

impl fmt::Debug for ChatRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatRequest")
            .field("system_bytes", &self.system.len())
            .field("messages", &self.messages)
            .field("max_output_tokens", &self.max_output_tokens)
            .field("temperature", &self.temperature)
            .finish()
    }
}

/// One turn of the conversation. `Debug` shows its size only.
#[derive(Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Who said it.
    pub role: Role,
    /// What was said.
    pub text: String,
}

impl fmt::Debug for ChatMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatMessage").field("role", &self.role).field("bytes", &self.text.len()).finish()
    }
}

/// Who said a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The person.
    User,
    /// The companion.
    Companion,
}

/// One event of a reply. A stream ends after its `Done` or its first error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatEvent {
    /// The next piece of the reply. A model below [`crate::Resilient`] sends an empty piece to say that it is
    /// still at work (thinking); `Resilient` swallows those.
    Delta(String),
    /// The reply is complete.
    Done {
        /// Why the model stopped.
        finish: Finish,
        /// What it cost, when the provider says so.
        usage: Option<Usage>,
    },
}

/// Why a model stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// It had said everything.
    Stop,
    /// It hit `max_output_tokens` or its context window.
    Length,
    /// The provider's filter withheld the prompt or the rest of the reply.
    Blocked,
}

/// Tokens spent on one reply, as counted by the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Tokens of the prompt.
    pub input_tokens: u32,
    /// Tokens of the reply.
    pub output_tokens: u32,
}

/// A reply on its way.
pub type ChatStream = Pin<Box<dyn Stream<Item = Result<ChatEvent, LlmError>> + Send>>;

/// Which model answers, for status pages and consent texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInfo {
    /// The provider's short name, such as `gemini`.
    pub provider: &'static str,
    /// The model's name at its provider.
    pub model: String,
    /// Whether what a person writes is sent to another machine; false for loopback addresses.
    pub leaves_machine: bool,
}

/// A language model that streams replies.
#[async_trait]
pub trait ChatModel: Send + Sync + 'static {
    /// Which model this is.
    fn info(&self) -> ModelInfo;

    /// Asks for a reply. Dropping the stream ends the request.
    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, LlmError>;

    /// A cheap probe: is the provider reachable, is the key accepted, is a local model installed? Generates nothing.
    async fn check(&self) -> Result<(), LlmError>;
}
