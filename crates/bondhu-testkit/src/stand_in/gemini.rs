//! Gemini's `streamGenerateContent` (<https://ai.google.dev/api/generate-content>) and `batchEmbedContents`
//! (<https://ai.google.dev/api/embeddings>).

use axum::http::HeaderMap;
use serde_json::{Value, json};

use super::script::{Ending, Wire, data};

pub(super) struct Gemini;

fn part(part: &Value) -> String {
    data(&json!({ "candidates": [{ "content": { "role": "model", "parts": [part] }, "index": 0 }],
        "usageMetadata": { "promptTokenCount": 11, "totalTokenCount": 11 }, "modelVersion": "gemini-3.5-flash-lite" }))
}

fn status(code: u16) -> &'static str {
    match code {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "INTERNAL",
    }
}

impl Wire for Gemini {
    fn is_chat(&self, path_and_query: &str, body: &Value) -> bool {
        path_and_query.starts_with("/v1beta/models/")
            && path_and_query.ends_with(":streamGenerateContent?alt=sse")
            && body["contents"].is_array()
    }

    fn texts_to_embed(&self, path: &str, body: &Value) -> Option<Vec<String>> {
        let is_batch = path.starts_with("/v1beta/models/") && path.ends_with(":batchEmbedContents");
        let requests = body["requests"].as_array().filter(|_| is_batch)?;
        let text = |request: &Value| Some(request["content"]["parts"][0]["text"].as_str()?.to_owned());
        requests.iter().map(text).collect()
    }

    fn embeddings(&self, vectors: &[Vec<f32>]) -> Value {
        let vectors: Vec<Value> = vectors.iter().map(|vector| json!({ "values": vector })).collect();
        json!({ "embeddings": vectors })
    }

    fn is_models(&self, path: &str) -> bool {
        path == "/v1beta/models"
    }

    fn model_list(&self, models: &[Value]) -> Value {
        json!({ "models": models })
    }

    fn models(&self) -> Vec<Value> {
        vec![json!({ "name": "models/gemini-3.5-flash-lite", "supportedGenerationMethods": ["generateContent"] })]
    }

    fn key<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        headers.get("x-goog-api-key")?.to_str().ok()
    }

    fn content_type(&self) -> &'static str {
        "text/event-stream"
    }

    /// Token counts may come in a frame of their own, without candidates.
    fn opening(&self) -> Vec<String> {
        vec![data(&json!({ "usageMetadata": { "promptTokenCount": 11, "totalTokenCount": 11 } }))]
    }

    fn thought(&self, text: &str) -> String {
        part(&json!({ "text": text, "thought": true }))
    }

    fn delta(&self, text: &str) -> String {
        part(&json!({ "text": text }))
    }

    fn ending(&self, ending: Ending, pieces: usize) -> Vec<String> {
        let reason = match ending {
            Ending::Stop => "STOP",
            Ending::Length => "MAX_TOKENS",
            Ending::Blocked => {
                return vec![data(&json!({ "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" },
                    "usageMetadata": { "promptTokenCount": 11, "totalTokenCount": 11 } }))];
            }
        };
        vec![data(&json!({ "candidates": [{ "content": { "role": "model", "parts": [{ "text": "" }] },
                "finishReason": reason, "index": 0 }],
            "usageMetadata": { "promptTokenCount": 11, "candidatesTokenCount": pieces,
                "totalTokenCount": 11 + pieces } }))]
    }

    fn error(&self) -> String {
        data(&self.error_body(503))
    }

    fn garbage(&self) -> String {
        "data: {\"candidates\": [{\"content\": oops}]}\n\n".into()
    }

    fn error_body(&self, code: u16) -> Value {
        json!({ "error": { "code": code, "message": format!("the stand-in says {code}"), "status": status(code) } })
    }

    fn wrong_key(&self) -> (u16, Value) {
        let mut body = self.error_body(400);
        body["error"]["details"] = json!([{ "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "API_KEY_INVALID", "domain": "googleapis.com" }]);
        (400, body)
    }
}
