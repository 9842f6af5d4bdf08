//! Texts as vectors.

use futures_util::{StreamExt, stream};
use genai::Headers;
use genai::embed::{EmbedOptions, EmbedRequest};

use super::Remote;
use super::hushed::hushed;
use crate::{LlmError, Provider};

/// What a text is embedded for. Gemini's models put questions and what answers them beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be looked for by.
    Question,
    /// To be found.
    Kept,
}

/// Gemini's vectors have 3,072 dimensions unless asked for fewer; its documents name 768 as the smallest that loses
/// little (<https://ai.google.dev/gemini-api/docs/embeddings#control-embedding-size>).
const GEMINI_DIMENSIONS: usize = 768;

impl Remote {
    /// One vector for each text, in their order. Asks once.
    pub(crate) async fn embed(&self, texts: Vec<String>, purpose: Purpose) -> Result<Vec<Vec<f32>>, LlmError> {
        let wanted = texts.len();
        let options = self.embed_options(purpose);
        let asking = self.genai.exec_embed(self.target(), EmbedRequest::new_batch(texts), Some(&options));
        // A vector says much of its text, and `genai` writes whole answers to the log.
        let answer = hushed(Box::pin(stream::once(asking))).next().await.ok_or(LlmError::Truncated)?;
        let mut found = answer.map_err(|error| self.origin().answer(&error))?.embeddings;
        found.sort_by_key(|embedding| embedding.index);
        let usable = |vector: &[f32]| !vector.is_empty() && vector.iter().all(|part| part.is_finite());
        if found.len() != wanted || !found.iter().all(|embedding| usable(&embedding.vector)) {
            return Err(LlmError::Malformed);
        }
        Ok(found.into_iter().map(|embedding| embedding.vector).collect())
    }

    fn embed_options(&self, purpose: Purpose) -> EmbedOptions {
        let mut options = EmbedOptions::default();
        if self.provider == Provider::Gemini {
            let kind = match purpose {
                Purpose::Question => "RETRIEVAL_QUERY",
                Purpose::Kept => "RETRIEVAL_DOCUMENT",
            };
            options = options.with_embedding_type(kind).with_dimensions(GEMINI_DIMENSIONS);
        }
        if let (Provider::Ollama, Some(key)) = (self.provider, self.exposed_key()) {
            options.headers = Some(Headers::from(("Authorization".to_string(), format!("Bearer {key}"))));
        }
        options
    }
}
