//! Finding a local Ollama, so that a machine that already runs one needs no settings.

use std::time::Duration;

use serde::Deserialize;
use url::Url;

use crate::Provider;
use crate::remote::client;

/// Long enough for a server on the same machine or network, short enough not to delay a start.
const PATIENCE: Duration = Duration::from_millis(300);

/// The answer of `GET /api/tags` (<https://github.com/ollama/ollama/blob/main/docs/api.md#list-local-models>).
#[derive(Debug, Deserialize)]
pub(crate) struct Tags {
    #[serde(default)]
    pub(crate) models: Vec<Tag>,
}

/// One installed model.
#[derive(Debug, Deserialize)]
pub(crate) struct Tag {
    pub(crate) name: String,
    #[serde(default)]
    modified_at: String,
    #[serde(default)]
    details: Details,
}

#[derive(Debug, Default, Deserialize)]
struct Details {
    #[serde(default)]
    family: String,
}

impl Tag {
    /// Embedding models are listed too, but cannot chat; their families are the BERT ones.
    fn can_chat(&self) -> bool {
        !self.details.family.contains("bert") && !self.name.contains("embed")
    }

    /// A name without a tag means `latest`.
    pub(crate) fn is(&self, model: &str) -> bool {
        self.name == model || self.name.strip_suffix(":latest") == Some(model)
    }
}

/// Asks the Ollama at `base` for its chat models and takes the most recently installed one.
///
/// `None` when nothing answers within 300 ms or no chat model is installed.
pub async fn find_ollama(base: &Url) -> Option<String> {
    let base = Provider::Ollama.base_url(Some(base));
    let client = client(&base, PATIENCE).ok()?;
    let request = client.get(base.join("api/tags").ok()?).timeout(PATIENCE);
    let tags: Tags = request.send().await.ok()?.error_for_status().ok()?.json().await.ok()?;
    newest_chat_model(tags)
}

fn newest_chat_model(tags: Tags) -> Option<String> {
    // One server writes all its times with one offset, so they sort as text.
    let chat = tags.models.into_iter().filter(Tag::can_chat);
    chat.max_by(|a, b| a.modified_at.cmp(&b.modified_at)).map(|tag| tag.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_model_that_can_chat_is_taken() {
        let tags = serde_json::json!({ "models": [
            { "name": "llama3.2:latest", "modified_at": "2026-03-01T10:00:00Z", "details": { "family": "llama" } },
            { "name": "gemma3:4b", "modified_at": "2026-07-01T10:00:00Z", "details": { "family": "gemma3" } },
            { "name": "all-minilm:latest", "modified_at": "2026-09-01T10:00:00Z", "details": { "family": "bert" } },
            { "name": "nomic-embed-text", "modified_at": "2026-10-01T10:00:00Z", "details": { "family": "nomic-bert" } },
        ]});
        assert_eq!(newest_chat_model(serde_json::from_value(tags).unwrap()).as_deref(), Some("gemma3:4b"));
        assert_eq!(newest_chat_model(Tags { models: vec![] }), None);
    }

    #[test]
    fn a_name_without_a_tag_means_latest() {
        let tag = Tag { name: "llama3.2:latest".into(), modified_at: String::new(), details: Details::default() };
        assert!(tag.is("llama3.2") && tag.is("llama3.2:latest") && !tag.is("llama3.2:1b"));
    }
}
