//! From `genai`'s events to ours.

use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use genai::chat::{self, ChatStreamEvent};

use super::fault::Origin;
use super::frames::Frames;
use crate::{ChatEvent, ChatStream, Finish, LlmError, Usage};

/// A reply being read.
pub(super) struct Reading<S> {
    events: S,
    frames: Arc<Frames>,
    origin: Origin,
    over: bool,
}

impl<S: Stream<Item = genai::Result<ChatStreamEvent>> + Send + Unpin + 'static> Reading<S> {
    pub(super) fn new(events: S, frames: Arc<Frames>, origin: Origin) -> Self {
        Self { events, frames, origin, over: false }
    }

    pub(super) fn into_stream(self) -> ChatStream {
        Box::pin(stream::unfold(self, |mut reading| async move {
            if reading.over {
                return None;
            }
            let event = reading.next().await;
            reading.over = !matches!(event, Ok(ChatEvent::Delta(_)));
            Some((event, reading))
        }))
    }

    async fn next(&mut self) -> Result<ChatEvent, LlmError> {
        loop {
            match self.events.next().await {
                // Opened before the request is even sent, so it says nothing.
                Some(Ok(ChatStreamEvent::Start)) => {}
                Some(Ok(ChatStreamEvent::Chunk(chunk))) => return Ok(ChatEvent::Delta(chunk.content)),
                Some(Ok(ChatStreamEvent::End(end))) => return self.verdict(end.captured_usage.as_ref()),
                // Thoughts, tool calls and heartbeats are not shown, but the model is at work.
                Some(Ok(_)) => return Ok(ChatEvent::Delta(String::new())),
                Some(Err(error)) if self.is_only_metadata(&error) => {}
                Some(Err(error)) => return self.failed(&error),
                None => return self.verdict(None),
            }
        }
    }

    /// The stream is over: did it reach its end?
    fn verdict(&self, usage: Option<&chat::Usage>) -> Result<ChatEvent, LlmError> {
        let seen = self.frames.seen();
        if let Some(fault) = &seen.fault {
            return Err(self.origin.fault(fault));
        }
        let withheld = seen.blocked.then_some(Finish::Blocked);
        match seen.finish.or(withheld) {
            Some(finish) => Ok(ChatEvent::Done { finish, usage: usage.and_then(counted) }),
            None if seen.any && !seen.readable => Err(LlmError::Malformed),
            None => Err(LlmError::Truncated),
        }
    }

    /// Gemini may send frames with token counts alone, which `genai` takes for a missing reply.
    fn is_only_metadata(&self, error: &genai::Error) -> bool {
        let seen = self.frames.seen();
        matches!(error, genai::Error::ChatResponse { .. }) && !seen.blocked && seen.fault.is_none()
    }

    fn failed(&self, error: &genai::Error) -> Result<ChatEvent, LlmError> {
        let blocked = self.frames.seen().blocked;
        if blocked && matches!(error, genai::Error::ChatResponse { .. }) {
            return Ok(ChatEvent::Done { finish: Finish::Blocked, usage: None });
        }
        Err(self.origin.error(error, &self.frames))
    }
}

fn counted(usage: &chat::Usage) -> Option<Usage> {
    let tokens = |count: Option<i32>| count.and_then(|count| u32::try_from(count).ok());
    Some(Usage { input_tokens: tokens(usage.prompt_tokens)?, output_tokens: tokens(usage.completion_tokens)? })
}

#[cfg(test)]
mod tests {
    use futures_util::stream::iter;
    use genai::chat::StreamChunk;

    use super::*;

    /// A reading of events that were decoded from `frames`.
    async fn read(frames: &[&str], events: Vec<genai::Result<ChatStreamEvent>>) -> Vec<Result<ChatEvent, LlmError>> {
        let seen = Arc::new(Frames::default());
        for frame in frames {
            seen.note(frame);
        }
        let origin = Origin { address: "127.0.0.1:1".into(), key: None };
        Reading::new(iter(events), seen, origin).into_stream().collect().await
    }

    #[tokio::test]
    async fn a_reason_to_stop_is_an_end_even_without_the_end_marker() {
        // Some servers that speak OpenAI's protocol leave out `[DONE]`.
        let frames = [r#"{ "choices": [{ "finish_reason": "length" }] }"#];
        let hi = ChatStreamEvent::Chunk(StreamChunk { content: "hi".into() });
        let done = ChatEvent::Done { finish: Finish::Length, usage: None };
        assert_eq!(read(&frames, vec![Ok(hi)]).await, [Ok(ChatEvent::Delta("hi".into())), Ok(done)]);
        assert_eq!(read(&[r#"{ "choices": [] }"#], vec![]).await, [Err(LlmError::Truncated)]);
        assert_eq!(read(&[], vec![]).await, [Err(LlmError::Truncated)]);
        assert_eq!(read(&["<html>"], vec![]).await, [Err(LlmError::Malformed)]);
    }
}
