//! Models behind an HTTP API. The `genai` crate speaks the providers' protocols; this module hands it the address,
//! the key and the request, and turns its events and errors into ours.

mod embed;
mod fault;
mod frames;
mod hushed;
mod probe;
mod reading;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use genai::adapter::AdapterKind;
use genai::chat::{self, ChatOptions, ReasoningEffort};
use genai::resolver::{AuthData, Endpoint};
use genai::{Headers, ModelIden, ServiceTarget};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::Url;

pub(crate) use self::embed::Purpose;
use self::fault::Origin;
use self::frames::Frames;
use self::hushed::hushed;
use self::reading::Reading;
use crate::settings::is_loopback;
use crate::{ChatMessage, ChatModel, ChatRequest, ChatStream, LlmError, ModelInfo, ModelSettings, Provider, Role};

/// One model at one provider; asks once, without retries.
pub(crate) struct Remote {
    provider: Provider,
    model: String,
    base_url: Url,
    key: Option<SecretString>,
    genai: genai::Client,
    /// For the probe; shares its connections with `genai`.
    http: reqwest::Client,
}

impl Remote {
    pub(crate) fn new(settings: &ModelSettings) -> Result<Self, LlmError> {
        let provider = settings.provider;
        let key = settings.api_key.clone().filter(|key| !key.expose_secret().trim().is_empty());
        if key.is_none() && settings.base_url.is_none() && provider != Provider::Ollama {
            return Err(LlmError::Unauthorized);
        }
        let base_url = provider.base_url(settings.base_url.as_ref());
        let http = client(&base_url, settings.limits.connect)?;
        let genai = genai::Client::builder().with_reqwest(http.clone()).build();
        let genai = genai.expect("a client that is handed its HTTP client builds nothing that can fail");
        let model = settings.model.clone().unwrap_or_else(|| provider.default_model().into());
        Ok(Self { provider, model, base_url, key, genai, http })
    }

    fn target(&self) -> ServiceTarget {
        let kind = match self.provider {
            Provider::Gemini => AdapterKind::Gemini,
            Provider::OpenAi => AdapterKind::OpenAI,
            Provider::Ollama => AdapterKind::Ollama,
            Provider::Anthropic => AdapterKind::Anthropic,
        };
        ServiceTarget {
            endpoint: Endpoint::from_owned(self.base_url.as_str()),
            // Local servers that need no key accept any.
            auth: AuthData::from_single(self.exposed_key().unwrap_or("none")),
            model: ModelIden::new(kind, self.model.as_str()),
        }
    }

    fn options(&self, request: &ChatRequest, frames: &Arc<Frames>) -> ChatOptions {
        let sink: Arc<dyn chat::ChatFrameSink> = frames.clone();
        let mut options = ChatOptions::default()
            .with_max_tokens(request.max_output_tokens)
            .with_capture_usage(true)
            .with_raw_frame_sink_arc(sink);
        options.temperature = self.temperature(request.temperature);
        options.reasoning_effort = self.least_thinking();
        if self.provider == Provider::Gemini {
            options.extra_body = Some(gemini_safety());
        }
        if let (Provider::Ollama, Some(key)) = (self.provider, self.exposed_key()) {
            // Ollama itself knows no keys, but a proxy in front of it may.
            options.extra_headers = Some(Headers::from(("Authorization".to_string(), format!("Bearer {key}"))));
        }
        options
    }

    /// Thinking costs seconds and counts against the reply's tokens, so it is turned off where the model lets us.
    /// Other servers that speak `OpenAI`'s protocol may not know the setting, so it goes to `OpenAI`'s models only.
    fn least_thinking(&self) -> Option<ReasoningEffort> {
        let is = |part| self.model.contains(part);
        match self.provider {
            Provider::Ollama | Provider::Anthropic => Some(ReasoningEffort::Zero),
            Provider::OpenAi if is("gpt-5.") || is("gpt-6") => Some(ReasoningEffort::Zero),
            Provider::Gemini if is("2.5-flash") => Some(ReasoningEffort::Budget(0)),
            Provider::Gemini if is("gemini-3") && is("flash") => Some(ReasoningEffort::Minimal),
            _ => None,
        }
    }

    /// Anthropic's models from 4.7 on answer 400 to any temperature of one's own.
    fn temperature(&self, asked: Option<f64>) -> Option<f64> {
        asked.filter(|_| self.provider != Provider::Anthropic)
    }

    fn exposed_key(&self) -> Option<&str> {
        self.key.as_ref().map(ExposeSecret::expose_secret)
    }

    fn origin(&self) -> Origin {
        let host = self.base_url.host_str().unwrap_or("no host");
        let port = self.base_url.port_or_known_default().unwrap_or(0);
        Origin { address: format!("{host}:{port}"), key: self.key.clone() }
    }
}

#[async_trait]
impl ChatModel for Remote {
    fn info(&self) -> ModelInfo {
        ModelInfo {
            provider: self.provider.name(),
            model: self.model.clone(),
            leaves_machine: !is_loopback(&self.base_url),
        }
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, LlmError> {
        let frames = Arc::new(Frames::default());
        let options = self.options(&request, &frames);
        let asking = self.genai.exec_chat_stream(self.target(), messages(request), Some(&options));
        let origin = self.origin();
        let reply = asking.await.map_err(|error| origin.error(&error, &frames))?;
        Ok(Reading::new(hushed(reply.stream), frames, origin).into_stream())
    }

    async fn check(&self) -> Result<(), LlmError> {
        probe::check(self).await
    }
}

/// Several providers and most local chat templates insist that the person speaks first and last, while a companion
/// that greets or nudges does so unasked; a stage direction stands in for the person then.
fn messages(request: ChatRequest) -> chat::ChatRequest {
    let companion = |message: Option<&ChatMessage>| message.is_some_and(|message| message.role == Role::Companion);
    let opener = companion(request.messages.first()).then(|| chat::ChatMessage::user("(opens the chat)"));
    let closer = companion(request.messages.last()).then(|| chat::ChatMessage::user("(says nothing)"));
    let spoken = request.messages.into_iter().map(|message| match message.role {
        Role::User => chat::ChatMessage::user(message.text),
        Role::Companion => chat::ChatMessage::assistant(message.text),
    });
    let mut asked = chat::ChatRequest::from_messages(opener.into_iter().chain(spoken).chain(closer).collect());
    if !request.system.is_empty() {
        asked.system = Some(request.system);
    }
    asked
}

/// Somebody in distress talks about harm; withholding the reply would leave them alone with it. Only what Google
/// rates as most probably harmful stays blocked (<https://ai.google.dev/gemini-api/docs/safety-settings>).
fn gemini_safety() -> serde_json::Value {
    let categories = ["HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT"];
    let settings = categories
        .map(|category| json!({ "category": format!("HARM_CATEGORY_{category}"), "threshold": "BLOCK_ONLY_HIGH" }));
    json!({ "safetySettings": settings })
}

/// An HTTP client for this address.
///
/// Redirects are not followed, because they would carry keys to another host. This machine is reached without a
/// proxy, and plain HTTP without loading root certificates, which a small container may not have.
pub(crate) fn client(base: &Url, connect: Duration) -> Result<reqwest::Client, LlmError> {
    // A provider that is already installed serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .connect_timeout(connect)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("bondhu/", env!("CARGO_PKG_VERSION")));
    if is_loopback(base) {
        builder = builder.no_proxy();
    }
    if base.scheme() == "http" {
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|_| LlmError::Refused {
        status: 0,
        detail: "no HTTPS client could be made; are root certificates (ca-certificates) installed?".into(),
    })
}
