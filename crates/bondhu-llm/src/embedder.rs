//! A model that turns texts into vectors, so that what means the same lies near each other.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::remote::{Purpose, Remote};
use crate::resilient::Breaker;
use crate::{ChatModel, LlmError, ModelInfo, ModelSettings, Phase};

/// One embedding model at one provider. Asks once; who asks in the background comes back later.
pub struct Embedder {
    remote: Remote,
    name: String,
    patience: Duration,
    breaker: Arc<Breaker>,
}

impl Embedder {
    /// Makes the model of these settings ready for use; sends nothing yet. Fails as [`crate::connect`] does.
    pub fn new(settings: &ModelSettings) -> Result<Self, LlmError> {
        let remote = Remote::new(settings)?;
        let name = format!("{}/{}", settings.provider.name(), remote.info().model);
        Ok(Self { remote, name, patience: settings.limits.first_token, breaker: Arc::default() })
    }

    /// Provider and model, such as `ollama/nomic-embed-text`: vectors of one name can be compared.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether texts are sent to another machine.
    pub fn info(&self) -> ModelInfo {
        self.remote.info()
    }

    /// One vector for each text, in their order. Waits as long as for the first word of a reply.
    pub async fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, LlmError> {
        self.within(self.patience, texts, Purpose::Kept).await
    }

    /// The vector of a question that somebody waits for. After four failures in a row the last error is given at once
    /// for 30 s, so that a provider that is down costs the patience only now and then.
    pub async fn embed_question(&self, text: String, patience: Duration) -> Result<Vec<f32>, LlmError> {
        let permit = Breaker::enter(&self.breaker)?;
        match self.within(patience, vec![text], Purpose::Question).await {
            Ok(vectors) => {
                permit.succeeded();
                vectors.into_iter().next().ok_or(LlmError::Malformed)
            }
            Err(error) => {
                permit.failed(&error);
                Err(error)
            }
        }
    }

    /// Whether the provider is there and, for Ollama, has the model.
    pub async fn check(&self) -> Result<(), LlmError> {
        self.remote.check().await
    }

    async fn within(
        &self,
        patience: Duration,
        texts: Vec<String>,
        for_what: Purpose,
    ) -> Result<Vec<Vec<f32>>, LlmError> {
        let late = |_| LlmError::Timeout { phase: Phase::FirstToken };
        timeout(patience, self.remote.embed(texts, for_what)).await.map_err(late)?
    }
}
