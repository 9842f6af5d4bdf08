//! A reply that has begun.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout};

use super::breaker::Permit;
use super::count_reply;
use crate::{ChatEvent, ChatStream, Finish, LlmError, Phase, Usage};

/// The rest of a reply after its first event; ends with `Done` or the first error.
pub(super) struct Reply {
    first: Option<ChatEvent>,
    rest: ChatStream,
    /// Gone once the reply has ended.
    permit: Option<Permit>,
    idle: Duration,
    provider: &'static str,
    begun: Instant,
}

impl Reply {
    pub(super) fn new(
        first: ChatEvent,
        rest: ChatStream,
        permit: Permit,
        idle: Duration,
        provider: &'static str,
    ) -> Self {
        permit.alive();
        Self { first: Some(first), rest, permit: Some(permit), idle, provider, begun: Instant::now() }
    }

    pub(super) fn into_stream(self) -> ChatStream {
        Box::pin(stream::unfold(self, Self::step))
    }

    async fn step(mut self) -> Option<(Result<ChatEvent, LlmError>, Self)> {
        self.permit.as_ref()?;
        let event = match self.first.take() {
            Some(first) => Ok(first),
            None => self.next().await,
        };
        match &event {
            Ok(ChatEvent::Delta(_)) => {}
            Ok(ChatEvent::Done { finish, usage }) => self.complete(*finish, *usage),
            Err(error) => self.fail(error),
        }
        Some((event, self))
    }

    /// The next event that a reader should see.
    async fn next(&mut self) -> Result<ChatEvent, LlmError> {
        loop {
            let event = timeout(self.idle, self.rest.next()).await;
            match event.map_err(|_| LlmError::Timeout { phase: Phase::Idle })?.ok_or(LlmError::Truncated)?? {
                ChatEvent::Delta(text) if text.is_empty() => {}
                event => return Ok(event),
            }
        }
    }

    fn complete(&mut self, finish: Finish, usage: Option<Usage>) {
        let Some(permit) = self.permit.take() else { return };
        permit.succeeded();
        count_reply(self.provider, if finish == Finish::Blocked { "blocked" } else { "ok" });
        let seconds = self.begun.elapsed().as_secs_f64();
        metrics::histogram!("bondhu_llm_reply_seconds", "provider" => self.provider).record(seconds);
        if let Some(usage) = usage {
            let count = |kind, tokens: u32| {
                metrics::counter!("bondhu_llm_tokens_total", "provider" => self.provider, "kind" => kind)
                    .increment(tokens.into());
            };
            count("input", usage.input_tokens);
            count("output", usage.output_tokens);
        }
    }

    fn fail(&mut self, error: &LlmError) {
        if let Some(permit) = self.permit.take() {
            permit.failed(error);
            count_reply(self.provider, error.code());
        }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        if self.permit.is_some() {
            count_reply(self.provider, "cancelled");
        }
    }
}
