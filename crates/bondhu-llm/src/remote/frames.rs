//! What `genai` leaves out: whether a stream really ended, why, and errors inside it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use genai::chat::{ChatFrameSink, FrameCtx, RawFrameRef, StopReason};
use serde_json::Value;

use crate::Finish;

/// Watches the raw frames of one stream.
#[derive(Debug, Default)]
pub(super) struct Frames(Mutex<Seen>);

/// What the frames have shown so far.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Any bytes at all came as a frame.
    pub(super) any: bool,
    /// At least one frame was JSON.
    pub(super) readable: bool,
    /// The provider's reason to stop, from the frame that carries one.
    pub(super) finish: Option<Finish>,
    /// The prompt itself was withheld (Gemini sends no candidates then).
    pub(super) blocked: bool,
    /// An error object in place of, or in the middle of, a reply.
    pub(super) fault: Option<Value>,
}

impl Frames {
    /// A poisoned lock only means that another frame could not be noted.
    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes one raw frame: the data of a server-sent event, or a line.
    pub(super) fn note(&self, frame: &str) {
        let mut seen = self.seen();
        seen.any = true;
        if frame == "[DONE]" {
            seen.finish.get_or_insert(Finish::Stop);
        } else if let Ok(frame) = serde_json::from_str(frame) {
            seen.note(&frame);
        }
    }
}

impl ChatFrameSink for Frames {
    fn on_frame(&self, _ctx: &FrameCtx, frame: RawFrameRef<'_>) {
        self.note(frame.data);
    }
}

impl Seen {
    fn note(&mut self, frame: &Value) {
        self.readable = true;
        if let Some(fault) = frame.get("error").filter(|fault| !fault.is_null()) {
            self.fault = Some(fault.clone());
        }
        self.blocked |= frame.pointer("/promptFeedback/blockReason").is_some_and(Value::is_string);
        // Gemini, OpenAI, Anthropic, Ollama.
        let reasons = ["/candidates/0/finishReason", "/choices/0/finish_reason", "/delta/stop_reason", "/done_reason"];
        if let Some(reason) = reasons.iter().find_map(|at| frame.pointer(at)?.as_str()) {
            self.finish = Some(finish(reason));
        } else if frame.get("done") == Some(&Value::Bool(true)) {
            self.finish.get_or_insert(Finish::Stop);
        }
    }
}

fn finish(reason: &str) -> Finish {
    match StopReason::from(reason.to_string()) {
        StopReason::MaxTokens(_) => Finish::Length,
        StopReason::ContentFilter(_) => Finish::Blocked,
        _ => Finish::Stop,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seen(frames: &[Value]) -> Seen {
        let mut seen = Seen::default();
        for frame in frames {
            seen.note(frame);
        }
        seen
    }

    #[test]
    fn every_providers_reason_to_stop_is_found() {
        let cases = [
            (json!({ "candidates": [{ "finishReason": "STOP" }] }), Some(Finish::Stop)),
            (json!({ "candidates": [{ "finishReason": "SAFETY" }] }), Some(Finish::Blocked)),
            (json!({ "choices": [{ "finish_reason": "length" }] }), Some(Finish::Length)),
            (json!({ "choices": [{ "finish_reason": null }] }), None),
            (json!({ "type": "message_delta", "delta": { "stop_reason": "refusal" } }), Some(Finish::Blocked)),
            (json!({ "done": true, "done_reason": "length" }), Some(Finish::Length)),
            (json!({ "done": true }), Some(Finish::Stop)),
            (json!({ "done": false }), None),
        ];
        for (frame, expected) in cases {
            assert_eq!(seen(std::slice::from_ref(&frame)).finish, expected, "{frame}");
        }
    }

    #[test]
    fn a_blocked_prompt_and_an_error_are_noted() {
        assert!(seen(&[json!({ "promptFeedback": { "blockReason": "SAFETY" } })]).blocked);
        assert_eq!(
            seen(&[json!({ "error": "model crashed" }), json!({ "done": false })]).fault,
            Some(json!("model crashed"))
        );
        assert_eq!(seen(&[json!({ "error": null })]).fault, None);
    }
}
