//! Anthropic's streamed messages (<https://docs.anthropic.com/en/api/messages-streaming>).

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::script::{Ending, Wire, error_object};

pub(super) struct Anthropic;

fn event(name: &str, mut frame: Value) -> String {
    frame["type"] = name.into();
    format!("event: {name}\ndata: {frame}\n\n")
}

fn block(index: u32, kind: &str, start: &Value, delta: &Value) -> String {
    let mut started = start.clone();
    started["type"] = kind.into();
    event("content_block_start", json!({ "index": index, "content_block": started }))
        + &event("content_block_delta", json!({ "index": index, "delta": delta }))
        + &event("content_block_stop", json!({ "index": index }))
}

impl Wire for Anthropic {
    fn is_chat(&self, path_and_query: &str, body: &Value) -> bool {
        path_and_query == "/v1/messages"
            && body["stream"] == true
            && body["messages"].is_array()
            && body["max_tokens"].is_u64()
    }

    /// Anthropic has no embeddings.
    fn texts_to_embed(&self, _: &str, _: &Value) -> Option<Vec<String>> {
        None
    }

    fn embeddings(&self, _: &[Vec<f32>]) -> Value {
        Value::Null
    }

    fn is_models(&self, path: &str) -> bool {
        path == "/v1/models"
    }

    fn model_list(&self, models: &[Value]) -> Value {
        json!({ "data": models, "has_more": false })
    }

    fn models(&self) -> Vec<Value> {
        vec![json!({ "type": "model", "id": "claude-haiku-5-5", "display_name": "Claude Haiku 5.5" })]
    }

    /// A request without the version header is not answered by the real service either.
    fn key<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers.get("anthropic-version")?;
        headers.get("x-api-key")?.to_str().ok()
    }

    fn content_type(&self) -> &'static str {
        "text/event-stream"
    }

    fn opening(&self) -> Vec<String> {
        let message = json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": "stand-in",
            "content": [], "stop_reason": null, "usage": { "input_tokens": 11, "output_tokens": 1 } });
        vec![event("message_start", json!({ "message": message })), event("ping", json!({}))]
    }

    fn thought(&self, text: &str) -> String {
        let start = json!({ "thinking": "", "signature": "" });
        block(0, "thinking", &start, &json!({ "type": "thinking_delta", "thinking": text }))
    }

    fn delta(&self, text: &str) -> String {
        block(1, "text", &json!({ "text": "" }), &json!({ "type": "text_delta", "text": text }))
    }

    fn ending(&self, ending: Ending, pieces: usize) -> Vec<String> {
        let reason = match ending {
            Ending::Stop => "end_turn",
            Ending::Length => "max_tokens",
            Ending::Blocked => "refusal",
        };
        let delta = json!({ "delta": { "stop_reason": reason, "stop_sequence": null },
            "usage": { "output_tokens": pieces } });
        vec![event("message_delta", delta), event("message_stop", json!({}))]
    }

    fn error(&self) -> String {
        event("error", json!({ "error": error_object("overloaded_error", "Overloaded") }))
    }

    fn garbage(&self) -> String {
        "event: content_block_start\ndata: {\"content_block\": oops}\n\n".into()
    }

    fn error_body(&self, code: u16) -> Value {
        let kind = match code {
            400 => "invalid_request_error",
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            429 => "rate_limit_error",
            529 => "overloaded_error",
            _ => "api_error",
        };
        json!({ "type": "error", "error": error_object(kind, &format!("the stand-in says {code}")) })
    }
}
