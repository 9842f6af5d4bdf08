//! `OpenAI`'s streamed chat completions (<https://platform.openai.com/docs/api-reference/chat-streaming>).

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::script::{Ending, Wire, data, error_object, texts};

pub(super) struct OpenAi;

fn chunk(delta: &Value, finish_reason: Option<&str>) -> String {
    data(&json!({ "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "stand-in",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": finish_reason }] }))
}

/// The bearer token of a request.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get("authorization")?.to_str().ok()?.strip_prefix("Bearer ")
}

impl Wire for OpenAi {
    fn is_chat(&self, path_and_query: &str, body: &Value) -> bool {
        path_and_query == "/v1/chat/completions" && body["stream"] == true && body["messages"].is_array()
    }

    fn texts_to_embed(&self, path: &str, body: &Value) -> Option<Vec<String>> {
        if path == "/v1/embeddings" { texts(&body["input"]) } else { None }
    }

    fn embeddings(&self, vectors: &[Vec<f32>]) -> Value {
        let entry = |(index, vector)| json!({ "object": "embedding", "index": index, "embedding": vector });
        let data: Vec<Value> = vectors.iter().enumerate().map(entry).collect();
        json!({ "object": "list", "data": data, "model": "stand-in",
            "usage": { "prompt_tokens": 11, "total_tokens": 11 } })
    }

    fn is_models(&self, path: &str) -> bool {
        path == "/v1/models"
    }

    fn model_list(&self, models: &[Value]) -> Value {
        json!({ "object": "list", "data": models })
    }

    fn models(&self) -> Vec<Value> {
        vec![json!({ "id": "gpt-6-luna", "object": "model", "created": 1, "owned_by": "stand-in" })]
    }

    fn key<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        bearer(headers)
    }

    fn content_type(&self) -> &'static str {
        "text/event-stream"
    }

    fn opening(&self) -> Vec<String> {
        vec![chunk(&json!({ "role": "assistant", "content": "" }), None)]
    }

    fn thought(&self, text: &str) -> String {
        chunk(&json!({ "reasoning_content": text }), None)
    }

    fn delta(&self, text: &str) -> String {
        chunk(&json!({ "content": text }), None)
    }

    fn ending(&self, ending: Ending, pieces: usize) -> Vec<String> {
        let reason = match ending {
            Ending::Stop => "stop",
            Ending::Length => "length",
            Ending::Blocked => "content_filter",
        };
        let usage = data(&json!({ "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1,
            "model": "stand-in", "choices": [],
            "usage": { "prompt_tokens": 11, "completion_tokens": pieces, "total_tokens": 11 + pieces } }));
        vec![chunk(&json!({}), Some(reason)), usage, "data: [DONE]\n\n".into()]
    }

    fn error(&self) -> String {
        data(&self.error_body(500))
    }

    fn garbage(&self) -> String {
        "data: {\"choices\": [oops]}\n\n".into()
    }

    fn error_body(&self, code: u16) -> Value {
        let kind = match code {
            400 | 404 => "invalid_request_error",
            401 => "authentication_error",
            429 => "rate_limit_error",
            _ => "server_error",
        };
        json!({ "error": error_object(kind, &format!("the stand-in says {code}")) })
    }
}
