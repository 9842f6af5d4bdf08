//! Is a provider there, and does it accept the key?

use std::time::Duration;

use reqwest::{RequestBuilder, Response};

use super::Remote;
use crate::ollama::Tags;
use crate::{LlmError, Provider};

/// Listing models is quick everywhere; a status page should not wait longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Lists the provider's models, which costs nothing and needs a valid key; for Ollama it also checks that the model
/// is installed, since that is up to the person who runs it.
pub(super) async fn check(remote: &Remote) -> Result<(), LlmError> {
    let origin = remote.origin();
    let response = list_models(remote).timeout(PATIENCE).send().await.map_err(|error| origin.request(&error))?;
    if !response.status().is_success() {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        return Err(origin.status(status, &headers, &response.text().await.unwrap_or_default()));
    }
    match remote.provider {
        Provider::Ollama => check_installed(remote, response).await,
        _ => Ok(()),
    }
}

fn list_models(remote: &Remote) -> RequestBuilder {
    let path = if remote.provider == Provider::Ollama { "api/tags" } else { "models" };
    let url = remote.base_url.join(path).expect("a constant relative path joins any base URL");
    let request = remote.http.get(url);
    let Some(key) = remote.exposed_key() else { return request };
    match remote.provider {
        Provider::Gemini => request.header("x-goog-api-key", key),
        Provider::Anthropic => request.header("x-api-key", key).header("anthropic-version", "2023-06-01"),
        Provider::OpenAi | Provider::Ollama => request.bearer_auth(key),
    }
}

async fn check_installed(remote: &Remote, response: Response) -> Result<(), LlmError> {
    let tags: Tags = response.json().await.map_err(|_| LlmError::Malformed)?;
    if tags.models.iter().any(|tag| tag.is(&remote.model)) {
        return Ok(());
    }
    let detail = format!("model {0} is not installed, run `ollama pull {0}`", remote.model);
    Err(LlmError::Refused { status: 404, detail })
}
