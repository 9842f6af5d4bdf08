//! A model that needs no provider, to measure everything around one.

use async_trait::async_trait;
use futures_util::stream;

use crate::{ChatEvent, ChatModel, ChatRequest, ChatStream, Finish, LlmError, ModelInfo};

/// Answers the same words at once, whatever is asked, and keeps nothing.
#[derive(Debug, Clone)]
pub struct Fixed {
    pieces: Vec<String>,
}

impl Fixed {
    /// Answers these words, one event each.
    pub fn new(words: &str) -> Self {
        Self { pieces: words.split_inclusive(' ').map(str::to_owned).collect() }
    }
}

#[async_trait]
impl ChatModel for Fixed {
    fn info(&self) -> ModelInfo {
        ModelInfo { provider: "scripted", model: "scripted".to_owned(), leaves_machine: false }
    }

    async fn stream(&self, _: ChatRequest) -> Result<ChatStream, LlmError> {
        let pieces = self.pieces.clone().into_iter().map(ChatEvent::Delta);
        let end = ChatEvent::Done { finish: Finish::Stop, usage: None };
        Ok(Box::pin(stream::iter(pieces.chain([end]).map(Ok))))
    }

    async fn check(&self) -> Result<(), LlmError> {
        Ok(())
    }
}
