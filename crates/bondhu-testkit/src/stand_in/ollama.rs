//! Ollama's chat (<https://github.com/ollama/ollama/blob/main/docs/api.md>).

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::openai::bearer;
use super::script::{Ending, Wire, texts};

pub(super) struct Ollama;

fn line(frame: &Value) -> String {
    format!("{frame}\n")
}

fn message(message: &Value) -> String {
    line(&json!({ "model": "stand-in", "created_at": "2026-01-01T00:00:00Z", "message": message, "done": false }))
}

impl Wire for Ollama {
    fn is_chat(&self, path_and_query: &str, body: &Value) -> bool {
        path_and_query == "/api/chat" && body["stream"] == true && body["messages"].is_array()
    }

    fn texts_to_embed(&self, path: &str, body: &Value) -> Option<Vec<String>> {
        if path == "/api/embed" { texts(&body["input"]) } else { None }
    }

    fn embeddings(&self, vectors: &[Vec<f32>]) -> Value {
        json!({ "model": "stand-in", "embeddings": vectors, "total_duration": 5_000_000, "load_duration": 1_000_000,
            "prompt_eval_count": 11 })
    }

    fn is_models(&self, path: &str) -> bool {
        path == "/api/tags"
    }

    fn model_list(&self, models: &[Value]) -> Value {
        json!({ "models": models })
    }

    fn models(&self) -> Vec<Value> {
        let model = |name: &str, family: &str, modified_at: &str| {
            json!({ "name": name, "model": name, "modified_at": modified_at, "size": 2_000_000_000_u64,
                "details": { "format": "gguf", "family": family, "parameter_size": "3B" } })
        };
        vec![
            model("nomic-embed-text:latest", "nomic-bert", "2026-03-01T00:00:00Z"),
            model("llama3.2:latest", "llama", "2026-02-01T00:00:00Z"),
            model("gemma3:1b", "gemma3", "2026-01-01T00:00:00Z"),
        ]
    }

    /// Ollama has no keys; a proxy in front of it asks for a bearer token.
    fn key<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        bearer(headers)
    }

    fn content_type(&self) -> &'static str {
        "application/x-ndjson"
    }

    fn opening(&self) -> Vec<String> {
        Vec::new()
    }

    fn thought(&self, text: &str) -> String {
        message(&json!({ "role": "assistant", "content": "", "thinking": text }))
    }

    fn delta(&self, text: &str) -> String {
        message(&json!({ "role": "assistant", "content": text }))
    }

    /// Ollama has no filter: a withheld reply is an empty one.
    fn ending(&self, ending: Ending, pieces: usize) -> Vec<String> {
        let reason = if matches!(ending, Ending::Length) { "length" } else { "stop" };
        vec![line(&json!({ "model": "stand-in", "created_at": "2026-01-01T00:00:00Z",
            "message": { "role": "assistant", "content": "" }, "done": true, "done_reason": reason,
            "total_duration": 5_000_000, "load_duration": 1_000_000,
            "prompt_eval_count": 11, "prompt_eval_duration": 2_000_000,
            "eval_count": pieces, "eval_duration": 2_000_000 }))]
    }

    fn error(&self) -> String {
        line(&self.error_body(500))
    }

    fn garbage(&self) -> String {
        "{\"message\": oops}\n".into()
    }

    fn error_body(&self, code: u16) -> Value {
        json!({ "error": format!("the stand-in says {code}") })
    }
}
