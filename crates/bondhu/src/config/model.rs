//! Which language model answers, where it is, and how patient to be with it.

use std::net::Ipv4Addr;
use std::time::Duration;

use bondhu_llm::{Limits, ModelSettings, Provider};
use secrecy::SecretString;
use url::{Host, Url};

use crate::config::values::web_url;
use crate::config::{ConfigError, Values};

/// The language model.
#[derive(Debug, Clone)]
pub struct ModelConfig {
    /// `BONDHU_MODEL_PROVIDER`.
    pub provider: ModelProvider,
    /// `BONDHU_MODEL`.
    pub name: Option<String>,
    /// `BONDHU_EMBEDDING_MODEL`.
    pub embedding: Option<String>,
    /// `GEMINI_API_KEY`, `GEMINI_BASE_URL`.
    pub gemini: Endpoint,
    /// `OPENAI_API_KEY`, `OPENAI_BASE_URL`.
    pub openai: Endpoint,
    /// `ANTHROPIC_API_KEY`, `ANTHROPIC_BASE_URL`.
    pub anthropic: Endpoint,
    /// `OLLAMA_HOST`.
    pub ollama_host: Url,
    /// `BONDHU_MODEL_CONNECT_TIMEOUT_SECS`, `BONDHU_MODEL_FIRST_TOKEN_TIMEOUT_SECS` and
    /// `BONDHU_MODEL_IDLE_TIMEOUT_SECS`.
    pub limits: Limits,
    /// `BONDHU_MODEL_RETRIES`.
    pub retries: u32,
    /// `BONDHU_MODEL_MAX_OUTPUT_TOKENS`.
    pub max_output_tokens: u32,
    /// `BONDHU_PROMPT_TOKEN_BUDGET`.
    pub prompt_token_budget: usize,
}

/// A provider's key and address.
#[derive(Debug, Clone, Default)]
pub struct Endpoint {
    /// The key.
    pub api_key: Option<SecretString>,
    /// Another address than the provider's own.
    pub base_url: Option<Url>,
}

/// What `BONDHU_MODEL_PROVIDER` can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelProvider {
    /// Whatever is set up.
    Auto,
    /// No model: the listener answers.
    None,
    /// A fixed reply without delay, to measure everything but the model. Not in the documents.
    Scripted,
    /// This one.
    Named(Provider),
}

/// What the settings come to.
#[derive(Debug, Clone)]
pub enum ModelChoice {
    /// No model.
    None,
    /// The fixed reply.
    Scripted,
    /// This model.
    Configured(ModelSettings),
    /// An Ollama at this address, if one answers; `model` of the settings is set only when a name was given.
    FindOllama(Url, ModelSettings),
}

impl ModelConfig {
    /// From the loaded values.
    pub fn from_values(values: &Values) -> Result<Self, ConfigError> {
        let seconds = |key| values.number(key, 1..=3600).map(Duration::from_secs);
        let config = Self {
            provider: values.require("model.provider", provider)?,
            name: values.read("model.name", |text| Some(text.to_owned()))?,
            embedding: values.read("model.embedding", |text| Some(text.to_owned()))?,
            gemini: endpoint(values, "gemini.api_key", "gemini.base_url")?,
            openai: endpoint(values, "openai.api_key", "openai.base_url")?,
            anthropic: endpoint(values, "anthropic.api_key", "anthropic.base_url")?,
            ollama_host: values.require("ollama.host", ollama_url)?,
            limits: Limits {
                connect: seconds("model.connect_timeout_secs")?,
                first_token: seconds("model.first_token_timeout_secs")?,
                idle: seconds("model.idle_timeout_secs")?,
            },
            retries: values.number("model.retries", 0..=10)?,
            max_output_tokens: values.number("model.max_output_tokens", 16..=100_000)?,
            prompt_token_budget: values.number("model.prompt_token_budget", 500..=1_000_000)?,
        };
        config.check_key()?;
        config.check_embedding()?;
        Ok(config)
    }

    /// A provider that is named must have its key, unless it is reached at an address of one's own.
    fn check_key(&self) -> Result<(), ConfigError> {
        let ModelProvider::Named(provider) = self.provider else { return Ok(()) };
        let (env, endpoint) = match provider {
            Provider::Gemini => ("GEMINI_API_KEY", &self.gemini),
            Provider::OpenAi => ("OPENAI_API_KEY", &self.openai),
            Provider::Anthropic => ("ANTHROPIC_API_KEY", &self.anthropic),
            Provider::Ollama => return Ok(()),
        };
        if endpoint.api_key.is_some() || endpoint.base_url.is_some() {
            return Ok(());
        }
        let reason = format!("BONDHU_MODEL_PROVIDER is `{}`", provider.name());
        Err(ConfigError::Incomplete { env, reason, other: "BONDHU_MODEL_PROVIDER" })
    }

    /// Of the providers, Anthropic has no embeddings.
    fn check_embedding(&self) -> Result<(), ConfigError> {
        if self.embedding.is_none() || self.embedding_settings().is_some() {
            return Ok(());
        }
        let reason = "no provider is set up that has embedding models (Ollama, Gemini or OpenAI)";
        Err(ConfigError::Useless { env: "BONDHU_EMBEDDING_MODEL", reason, other: "BONDHU_MODEL_PROVIDER" })
    }

    /// The embedding model, at the provider of the model that answers; none unless one is named.
    pub fn embedding_settings(&self) -> Option<ModelSettings> {
        let model = self.embedding.clone()?;
        let settings = match self.choice() {
            ModelChoice::Configured(settings) | ModelChoice::FindOllama(_, settings) => settings,
            ModelChoice::None | ModelChoice::Scripted => return None,
        };
        (settings.provider != Provider::Anthropic).then_some(ModelSettings { model: Some(model), ..settings })
    }

    /// The model that these settings ask for. `auto` takes the first provider that is set up.
    pub fn choice(&self) -> ModelChoice {
        match self.provider {
            ModelProvider::None => ModelChoice::None,
            ModelProvider::Scripted => ModelChoice::Scripted,
            // Without a name the newest model on its disk is meant, which only the Ollama itself can tell.
            ModelProvider::Named(Provider::Ollama) if self.name.is_none() => self.find_ollama(),
            ModelProvider::Named(provider) => ModelChoice::Configured(self.settings(provider)),
            ModelProvider::Auto if self.gemini.api_key.is_some() => self.configured(Provider::Gemini),
            ModelProvider::Auto if self.openai.api_key.is_some() || self.openai.base_url.is_some() => {
                self.configured(Provider::OpenAi)
            }
            ModelProvider::Auto if self.anthropic.api_key.is_some() => self.configured(Provider::Anthropic),
            ModelProvider::Auto => self.find_ollama(),
        }
    }

    fn configured(&self, provider: Provider) -> ModelChoice {
        ModelChoice::Configured(self.settings(provider))
    }

    fn find_ollama(&self) -> ModelChoice {
        ModelChoice::FindOllama(self.ollama_host.clone(), self.settings(Provider::Ollama))
    }

    fn settings(&self, provider: Provider) -> ModelSettings {
        let endpoint = match provider {
            Provider::Gemini => self.gemini.clone(),
            Provider::OpenAi => self.openai.clone(),
            Provider::Anthropic => self.anthropic.clone(),
            Provider::Ollama => Endpoint { api_key: None, base_url: Some(self.ollama_host.clone()) },
        };
        ModelSettings {
            provider,
            model: self.name.clone(),
            base_url: endpoint.base_url,
            api_key: endpoint.api_key,
            limits: self.limits,
            retries: self.retries,
        }
    }
}

fn provider(text: &str) -> Option<ModelProvider> {
    Some(match text {
        "auto" => ModelProvider::Auto,
        "none" => ModelProvider::None,
        "scripted" => ModelProvider::Scripted,
        name => ModelProvider::Named(Provider::ALL.into_iter().find(|provider| provider.name() == name)?),
    })
}

fn endpoint(values: &Values, api_key: &'static str, base_url: &'static str) -> Result<Endpoint, ConfigError> {
    Ok(Endpoint {
        api_key: values.read(api_key, |text| Some(text.to_owned().into()))?,
        base_url: values.read(base_url, web_url)?,
    })
}

/// The Ollama server reads the same variable for where it listens, so it may hold no scheme, no port, or the
/// address that means "everywhere", at which nothing can be reached.
fn ollama_url(text: &str) -> Option<Url> {
    let (mut url, has_scheme) = match text.split_once("://") {
        Some(_) => (web_url(text)?, true),
        None => (web_url(&format!("http://{text}"))?, false),
    };
    if !has_scheme && url.port().is_none() {
        url.set_port(Some(11434)).ok()?;
    }
    if matches!(url.host(), Some(Host::Ipv4(ip)) if ip.is_unspecified()) {
        url.set_ip_host(Ipv4Addr::LOCALHOST.into()).ok()?;
    }
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn choice(pairs: &[(&str, &str)]) -> ModelChoice {
        Config::from_pairs(pairs).unwrap().model.choice()
    }

    fn configured(pairs: &[(&str, &str)]) -> Provider {
        match choice(pairs) {
            ModelChoice::Configured(settings) => settings.provider,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn auto_takes_the_first_that_is_set_up() {
        let gemini = ("gemini.api_key", "g");
        let anthropic = ("anthropic.api_key", "a");
        assert_eq!(configured(&[anthropic, gemini]), Provider::Gemini);
        assert_eq!(configured(&[anthropic, ("openai.base_url", "http://127.0.0.1:1/v1")]), Provider::OpenAi);
        assert_eq!(configured(&[("openai.api_key", "o")]), Provider::OpenAi);
        assert_eq!(configured(&[anthropic]), Provider::Anthropic);
        assert!(matches!(choice(&[]), ModelChoice::FindOllama(..)));
        assert!(matches!(choice(&[gemini, ("model.provider", "none")]), ModelChoice::None));
    }

    #[test]
    fn a_named_ollama_without_a_model_is_asked_which_it_has() {
        assert!(matches!(choice(&[("model.provider", "ollama")]), ModelChoice::FindOllama(..)));
        assert_eq!(configured(&[("model.provider", "ollama"), ("model.name", "qwen3")]), Provider::Ollama);
    }

    #[test]
    fn an_embedding_model_is_at_the_provider_that_answers() {
        let embedding = ("model.embedding", "nomic-embed-text");
        let settings = |pairs: &[(&str, &str)]| {
            let settings = Config::from_pairs(pairs).unwrap().model.embedding_settings()?;
            Some((settings.provider, settings.model.unwrap()))
        };
        assert_eq!(settings(&[]), None);
        assert_eq!(settings(&[embedding]), Some((Provider::Ollama, "nomic-embed-text".to_owned())));
        let gemini = ("gemini.api_key", "g");
        let named = ("model.name", "gemini-4-pro");
        assert_eq!(settings(&[embedding, gemini, named]).unwrap().0, Provider::Gemini);
        let error = Config::from_pairs(&[embedding, ("anthropic.api_key", "a")]).unwrap_err();
        insta::assert_snapshot!(error, @"BONDHU_EMBEDDING_MODEL cannot be used: no provider is set up that has embedding models (Ollama, Gemini or OpenAI). Leave it out, or change BONDHU_MODEL_PROVIDER.");
        assert!(Config::from_pairs(&[embedding, ("model.provider", "none")]).is_err());
    }

    #[test]
    fn a_named_provider_needs_its_key_or_an_address() {
        let error = Config::from_pairs(&[("model.provider", "gemini")]).unwrap_err();
        insta::assert_snapshot!(error, @"GEMINI_API_KEY is needed because BONDHU_MODEL_PROVIDER is `gemini`. Set it, or change BONDHU_MODEL_PROVIDER.");
        let local = [("model.provider", "openai"), ("openai.base_url", "http://127.0.0.1:8080")];
        assert_eq!(configured(&local), Provider::OpenAi);
    }

    #[test]
    fn an_ollama_is_reached_where_it_listens() {
        let url = |text| ollama_url(text).unwrap().to_string();
        assert_eq!(url("0.0.0.0"), "http://127.0.0.1:11434/");
        assert_eq!(url("0.0.0.0:8080"), "http://127.0.0.1:8080/");
        assert_eq!(url("gpu.lan:11434"), "http://gpu.lan:11434/");
        assert_eq!(url("https://gpu.example.org"), "https://gpu.example.org/");
        assert_eq!(ollama_url("ftp://gpu.lan"), None);
    }
}
