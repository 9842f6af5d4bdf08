//! Which language model answers, if any, and whether it can be reached.

use std::{
    convert::Infallible,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use bondhu_cache::{Cache, CacheKey};
use bondhu_llm::{ChatModel, Fixed, LlmError, ModelSettings, Provider, find_ollama};
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::config::{ModelChoice, ModelConfig};

/// How often an Ollama that was not there is looked for again.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// The model in use. It can appear while the process runs: an Ollama that is started later is found.
pub struct Models {
    current: RwLock<Option<Arc<dyn ChatModel>>>,
    /// Where to look for an Ollama, when nothing was configured.
    look_at: Option<(Url, ModelSettings)>,
}

impl Models {
    /// Connects to the configured model. A model that does not answer is no error here: the listener answers
    /// until it does.
    pub async fn connect(config: &ModelConfig) -> Result<Self, LlmError> {
        let (current, look_at) = match config.choice() {
            ModelChoice::None => (None, None),
            ModelChoice::Scripted => (Some(benchmark_model()), None),
            ModelChoice::Configured(settings) => (Some(bondhu_llm::connect(&settings)?), None),
            ModelChoice::FindOllama(base, settings) => (None, Some((base, settings))),
        };
        let models = Self { current: RwLock::new(current), look_at };
        models.look_for_ollama().await;
        Ok(models)
    }

    /// A given model, or none at all.
    pub fn fixed(model: Option<Arc<dyn ChatModel>>) -> Self {
        Self { current: RwLock::new(model), look_at: None }
    }

    /// The model that answers now.
    pub fn current(&self) -> Option<Arc<dyn ChatModel>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks for an Ollama until one is found. Ends at once where a model is configured.
    pub async fn keep_looking(&self) {
        while self.look_at.is_some() && self.current().is_none() {
            tokio::time::sleep(LOOK_AGAIN).await;
            self.look_for_ollama().await;
        }
    }

    async fn look_for_ollama(&self) {
        let Some((base, settings)) = &self.look_at else { return };
        let Some(name) = find_ollama(base).await else { return };
        let settings = ModelSettings {
            provider: Provider::Ollama,
            model: settings.model.clone().or(Some(name)),
            base_url: Some(base.clone()),
            ..settings.clone()
        };
        match bondhu_llm::connect(&settings) {
            Ok(model) => {
                tracing::info!(model = model.info().model, "found an Ollama; it answers from now on");
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(model);
            }
            Err(error) => tracing::warn!(code = error.code(), "an Ollama is there, but cannot be used"),
        }
    }
}

/// Fixed words at once, so that a benchmark measures everything but the model.
fn benchmark_model() -> Arc<dyn ChatModel> {
    let words = "That sounds like a full day, and you got through it. What stayed with you most?";
    Arc::new(Fixed::new(words))
}

/// Whether a model can answer right now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModelStatus {
    /// Whether it answers.
    pub state: ModelState,
    /// The provider's short name.
    pub provider: Option<String>,
    /// The model's name at its provider.
    pub model: Option<String>,
    /// Whether messages are sent to another machine.
    pub leaves_machine: bool,
    /// What this means and, if something is wrong, what to do.
    pub detail: String,
}

/// Whether a model answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelState {
    /// It answers.
    Ready,
    /// It is configured and does not answer.
    Unreachable,
    /// None is configured.
    None,
}

/// `model:status`: asked of the provider at most four times a minute, however many pages look.
struct ModelStatusKey;

impl fmt::Display for ModelStatusKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("status")
    }
}

impl CacheKey for ModelStatusKey {
    type Value = ModelStatus;
    const NAMESPACE: &'static str = "model";
    const TTL: Duration = Duration::from_secs(15);
    // Another process may have another model.
    const SHARED: bool = false;
}

/// The state of the model in use.
pub async fn status(models: &Models, cache: &Cache) -> ModelStatus {
    let checked = cache.get_or_load(&ModelStatusKey, async || Ok::<_, Infallible>(check(models).await)).await;
    match checked {
        Ok(status) => status.as_ref().clone(),
        Err(never) => match *never {},
    }
}

async fn check(models: &Models) -> ModelStatus {
    let Some(model) = models.current() else {
        return ModelStatus {
            state: ModelState::None,
            provider: None,
            model: None,
            leaves_machine: false,
            detail: "No language model is connected, so the built-in listener answers. Start Ollama on this \
                     machine, or set GEMINI_API_KEY, to connect one."
                .to_owned(),
        };
    };
    let info = model.info();
    let (state, detail) = match model.check().await {
        Ok(()) if info.leaves_machine => {
            (ModelState::Ready, "Messages are sent to this provider to be answered.".to_owned())
        }
        Ok(()) => (ModelState::Ready, "The model runs on this machine; messages stay here.".to_owned()),
        Err(error) => (ModelState::Unreachable, format!("{error} Until then the built-in listener answers.")),
    };
    ModelStatus {
        state,
        provider: Some(info.provider.to_owned()),
        model: Some(info.model),
        leaves_machine: info.leaves_machine,
        detail,
    }
}
