//! Which model to use and how patient to be.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

use crate::remote::Remote;
use crate::{ChatModel, LlmError, Resilient};

/// Who runs the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Google's Gemini API.
    Gemini,
    /// `OpenAI`, or any server that speaks its chat completions.
    OpenAi,
    /// Ollama, on this machine or another.
    Ollama,
    /// Anthropic's Messages API.
    Anthropic,
}

/// What is used for a provider when the settings say nothing.
struct Defaults {
    name: &'static str,
    model: &'static str,
    /// Must end with a slash.
    base_url: &'static str,
    /// What a base URL without a path gets appended.
    version: &'static str,
}

impl Provider {
    /// Every provider.
    pub const ALL: [Provider; 4] = [Provider::Gemini, Provider::OpenAi, Provider::Ollama, Provider::Anthropic];

    /// The short name: `gemini`, `openai`, `ollama`, `anthropic`.
    pub fn name(self) -> &'static str {
        self.defaults().name
    }

    /// Finds a provider by its short name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }

    /// The model used when none is configured.
    pub fn default_model(self) -> &'static str {
        self.defaults().model
    }

    /// Each provider's small, quick model as of November 2026: a companion should not keep one waiting, and what it
    /// costs matters to a self-hoster. Providers retire models about yearly; the settings override the table.
    fn defaults(self) -> Defaults {
        let (name, model, base_url, version) = match self {
            Self::Gemini => {
                ("gemini", "gemini-3.5-flash-lite", "https://generativelanguage.googleapis.com/v1beta/", "v1beta/")
            }
            Self::OpenAi => ("openai", "gpt-6-luna", "https://api.openai.com/v1/", "v1/"),
            Self::Ollama => ("ollama", "llama3.2", "http://127.0.0.1:11434/", ""),
            Self::Anthropic => ("anthropic", "claude-haiku-5-5", "https://api.anthropic.com/v1/", "v1/"),
        };
        Defaults { name, model, base_url, version }
    }

    /// The URL that request paths are appended to. A configured address may leave out the API version; a path that
    /// is given is kept, for proxies.
    pub(crate) fn base_url(self, configured: Option<&Url>) -> Url {
        let defaults = self.defaults();
        let mut url = match configured {
            Some(url) => url.clone(),
            None => Url::parse(defaults.base_url).expect("the table holds valid URLs"),
        };
        if url.path() == "/" {
            url.set_path(defaults.version);
        } else if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        url
    }
}

/// Which model answers, where it is, and how patient to be.
#[derive(Debug, Clone)]
pub struct ModelSettings {
    /// Who runs the model.
    pub provider: Provider,
    /// The model's name at its provider; `None` takes [`Provider::default_model`].
    pub model: Option<String>,
    /// Where the provider is; `None` takes its public address (Ollama: port 11434 of this machine).
    pub base_url: Option<Url>,
    /// The provider's key. Ollama and other local servers need none.
    pub api_key: Option<SecretString>,
    /// How long to wait for what.
    pub limits: Limits,
    /// How often to ask again before the first piece of a reply; 0 never asks again.
    pub retries: u32,
}

impl ModelSettings {
    /// This provider with every default.
    pub fn new(provider: Provider) -> Self {
        Self { provider, model: None, base_url: None, api_key: None, limits: Limits::default(), retries: 2 }
    }
}

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For the connection, TLS included.
    pub connect: Duration,
    /// From the request to the first sign of the reply. Long enough for a local model to be loaded from disk.
    pub first_token: Duration,
    /// From one sign of the reply to the next.
    pub idle: Duration,
}

impl Default for Limits {
    /// 5 s, 60 s, 30 s.
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), first_token: Duration::from_mins(1), idle: Duration::from_secs(30) }
    }
}

/// Makes the configured model ready for use; sends nothing yet.
///
/// Fails with [`LlmError::Unauthorized`] when a public provider has no key, and with [`LlmError::Refused`] when
/// no HTTPS client can be made (no root certificates on this machine).
pub fn connect(settings: &ModelSettings) -> Result<Arc<dyn ChatModel>, LlmError> {
    let remote = Arc::new(Remote::new(settings)?);
    Ok(Arc::new(Resilient::new(remote, settings.limits, settings.retries)))
}

/// Whether this address is this machine itself.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn base_urls_get_the_version_only_without_a_path() {
        let base = |provider: Provider, text| provider.base_url(Some(&url(text))).to_string();
        assert_eq!(base(Provider::OpenAi, "http://127.0.0.1:8080"), "http://127.0.0.1:8080/v1/");
        assert_eq!(base(Provider::OpenAi, "https://proxy.example/openai"), "https://proxy.example/openai/");
        assert_eq!(base(Provider::Gemini, "http://127.0.0.1:1/"), "http://127.0.0.1:1/v1beta/");
        assert_eq!(base(Provider::Ollama, "http://gpu.lan:11434"), "http://gpu.lan:11434/");
        for provider in Provider::ALL {
            assert!(provider.base_url(None).path().ends_with('/'), "{provider:?}");
        }
    }

    #[test]
    fn providers_are_found_by_name() {
        for provider in Provider::ALL {
            assert_eq!(Provider::named(provider.name()), Some(provider));
            assert_eq!(serde_json::to_value(provider).unwrap(), provider.name(), "settings files use the same name");
        }
        assert_eq!(Provider::named("hal"), None);
    }

    #[test]
    fn loopback_addresses_stay_on_the_machine() {
        for text in ["http://localhost:11434", "http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]:5"] {
            assert!(is_loopback(&url(text)), "{text}");
        }
        for text in ["http://192.168.1.5", "https://api.openai.com/v1/", "http://localhost.example", "http://[::2]"] {
            assert!(!is_loopback(&url(text)), "{text}");
        }
    }

    #[test]
    fn a_public_provider_needs_a_key() {
        for provider in [Provider::Gemini, Provider::OpenAi, Provider::Anthropic] {
            assert_eq!(connect(&ModelSettings::new(provider)).err(), Some(LlmError::Unauthorized), "{provider:?}");
        }
    }

    #[test]
    fn settings_never_show_the_key() {
        let settings = ModelSettings {
            api_key: Some("sk-do-not-show".to_string().into()),
            ..ModelSettings::new(Provider::OpenAi)
        };
        assert!(!format!("{settings:?}").contains("do-not-show"));
    }
}
