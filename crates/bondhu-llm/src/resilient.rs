//! Time limits, retries and a circuit breaker around any model.

mod backoff;
mod breaker;
mod reply;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

use self::backoff::pause_before_retry;
pub(crate) use self::breaker::Breaker;
use self::reply::Reply;
use crate::{ChatEvent, ChatModel, ChatRequest, ChatStream, Limits, LlmError, ModelInfo, Phase};

/// A model that gives up in time, asks again when that may help, and is left alone while it is down.
///
/// - A reply must show a first sign within [`Limits::first_token`] and another within [`Limits::idle`] each time.
/// - Before the first piece of text, trouble that passes ([`LlmError::is_retryable`]) is tried again with growing,
///   jittered pauses. A pause the provider asks for is honoured up to 15 s; a longer one is not waited for.
/// - After four failures in a row every request fails at once with the last error for 30 s; then one request
///   probes whether the model is back.
pub struct Resilient {
    inner: Arc<dyn ChatModel>,
    limits: Limits,
    retries: u32,
    breaker: Arc<Breaker>,
}

impl Resilient {
    /// Wraps a model. [`Limits::connect`] is the wrapped model's own business.
    pub fn new(inner: Arc<dyn ChatModel>, limits: Limits, retries: u32) -> Self {
        Self { inner, limits, retries, breaker: Arc::default() }
    }

    /// Asks once and waits for the first piece of text, or for an end without any.
    async fn first_event(&self, request: ChatRequest) -> Result<(ChatEvent, ChatStream), LlmError> {
        let mut deadline = Instant::now() + self.limits.first_token;
        let mut phase = Phase::FirstToken;
        let too_late = |phase| move |_| LlmError::Timeout { phase };
        let mut events = timeout_at(deadline, self.inner.stream(request)).await.map_err(too_late(phase))??;
        loop {
            let event = timeout_at(deadline, events.next()).await.map_err(too_late(phase))?;
            match event.ok_or(LlmError::Truncated)?? {
                ChatEvent::Delta(text) if text.is_empty() => {
                    deadline = Instant::now() + self.limits.idle;
                    phase = Phase::Idle;
                }
                event => return Ok((event, events)),
            }
        }
    }

    fn pause(&self, attempt: u32, error: &LlmError) -> Option<Duration> {
        if attempt < self.retries { pause_before_retry(attempt, error, rand::random()) } else { None }
    }
}

#[async_trait]
impl ChatModel for Resilient {
    fn info(&self) -> ModelInfo {
        self.inner.info()
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, LlmError> {
        let provider = self.info().provider;
        let asked = Instant::now();
        let mut attempt = 0;
        loop {
            let permit = Breaker::enter(&self.breaker).inspect_err(|_| count_reply(provider, "breaker_open"))?;
            let error = match self.first_event(request.clone()).await {
                Ok((first, rest)) => {
                    let waited = asked.elapsed().as_secs_f64();
                    metrics::histogram!("bondhu_llm_first_token_seconds", "provider" => provider).record(waited);
                    return Ok(Reply::new(first, rest, permit, self.limits.idle, provider).into_stream());
                }
                Err(error) => error,
            };
            let still_closed = permit.failed(&error);
            let pause = self.pause(attempt, &error).filter(|_| still_closed);
            tracing::debug!(provider, code = error.code(), attempt, retry = pause.is_some(), "model gave no reply");
            let Some(pause) = pause else {
                count_reply(provider, error.code());
                return Err(error);
            };
            metrics::counter!("bondhu_llm_retries_total", "provider" => provider).increment(1);
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    async fn check(&self) -> Result<(), LlmError> {
        self.inner.check().await
    }
}

/// Counts one reply by how it ended: `ok`, `cancelled`, `breaker_open` or an error's code.
fn count_reply(provider: &'static str, outcome: &'static str) {
    metrics::counter!("bondhu_llm_replies_total", "provider" => provider, "outcome" => outcome).increment(1);
}
