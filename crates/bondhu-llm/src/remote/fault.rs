//! From a provider's failures to ours.

use std::error::Error as StdError;
use std::time::Duration;

use genai::webc;
use reqwest::header::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::frames::Frames;
use crate::{LlmError, Phase};

/// A provider's message is cut after this many characters.
const LONGEST_DETAIL: usize = 300;

/// Where a request went, for errors.
pub(super) struct Origin {
    pub(super) address: String,
    /// Only to keep it out of errors.
    pub(super) key: Option<SecretString>,
}

impl Origin {
    /// What a failed stream means.
    pub(super) fn error(&self, error: &genai::Error, frames: &Frames) -> LlmError {
        if let Some(fault) = &frames.seen().fault {
            return self.fault(fault);
        }
        match error {
            genai::Error::WebStream { error, .. } => self.transport(error.as_ref(), frames),
            // The body was cut in the middle of a frame.
            genai::Error::StreamParse { serde_error, .. } if serde_error.is_eof() => LlmError::Truncated,
            genai::Error::RequiresApiKey { .. } | genai::Error::NoAuthData { .. } => LlmError::Unauthorized,
            _ => LlmError::Malformed,
        }
    }

    /// What a failed request without a stream means.
    pub(super) fn answer(&self, error: &genai::Error) -> LlmError {
        match error {
            genai::Error::WebModelCall { webc_error, .. } => match webc_error {
                webc::Error::ResponseFailedStatus { status, body, headers } => {
                    self.status(status.as_u16(), headers, body)
                }
                webc::Error::Reqwest(error) if error.is_body() || error.is_decode() => LlmError::Truncated,
                webc::Error::Reqwest(error) => self.request(error),
                _ => LlmError::Malformed,
            },
            genai::Error::RequiresApiKey { .. } | genai::Error::NoAuthData { .. } => LlmError::Unauthorized,
            _ => LlmError::Malformed,
        }
    }

    fn transport(&self, error: &(dyn StdError + Send + Sync + 'static), frames: &Frames) -> LlmError {
        if let Some(genai::Error::HttpError { status, body, headers, .. }) = error.downcast_ref() {
            return self.status(status.as_u16(), headers, body);
        }
        match error.downcast_ref::<reqwest::Error>() {
            Some(error) if error.is_body() || error.is_decode() || frames.seen().any => LlmError::Truncated,
            Some(error) => self.request(error),
            // Not UTF-8.
            None => LlmError::Malformed,
        }
    }

    /// A request that got no answer.
    pub(super) fn request(&self, error: &reqwest::Error) -> LlmError {
        match (error.is_timeout(), error.is_connect()) {
            (true, true) => LlmError::Timeout { phase: Phase::Connect },
            (true, false) => LlmError::Timeout { phase: Phase::FirstToken },
            _ => LlmError::Unreachable { address: self.address.clone() },
        }
    }

    /// An answer with an error status.
    pub(super) fn status(&self, status: u16, headers: &HeaderMap, body: &str) -> LlmError {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        // Gemini wraps the error into a list when it is not asked for server-sent events.
        let fault = body.pointer("/error").or_else(|| body.pointer("/0/error")).unwrap_or(&Value::Null);
        self.classify(status, retry_after(headers), fault)
    }

    /// An error object inside a stream, which has no status of its own.
    pub(super) fn fault(&self, fault: &Value) -> LlmError {
        self.classify(status_of(fault), None, fault)
    }

    fn classify(&self, status: u16, asked: Option<Duration>, fault: &Value) -> LlmError {
        let retry_after = asked.or_else(|| retry_delay(fault));
        match status {
            401 | 403 => LlmError::Unauthorized,
            // Gemini says so with 400 (<https://ai.google.dev/gemini-api/docs/troubleshooting>).
            400 if details(fault).any(|detail| detail["reason"] == "API_KEY_INVALID") => LlmError::Unauthorized,
            429 => LlmError::RateLimited { retry_after },
            500..=599 => LlmError::Overloaded { status, retry_after },
            _ => LlmError::Refused { status, detail: self.detail(fault) },
        }
    }

    /// The provider's own message, short and without the key.
    fn detail(&self, fault: &Value) -> String {
        let message = fault.as_str().or_else(|| fault["message"].as_str()).unwrap_or("no reason given");
        let mut message: String = message.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(key) = &self.key {
            message = message.replace(key.expose_secret(), "[key]");
        }
        message.chars().take(LONGEST_DETAIL).collect()
    }
}

/// Whole seconds only: no provider here sends the HTTP date form.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// Google's `RetryInfo` with a `retryDelay` such as `"7s"` or `"7.5s"`
/// (<https://github.com/googleapis/googleapis/blob/master/google/rpc/error_details.proto>).
fn retry_delay(fault: &Value) -> Option<Duration> {
    let text = details(fault).find_map(|detail| detail["retryDelay"].as_str())?;
    Duration::try_from_secs_f64(text.strip_suffix('s')?.parse().ok()?).ok()
}

fn details(fault: &Value) -> impl Iterator<Item = &Value> {
    fault["details"].as_array().into_iter().flatten()
}

/// The HTTP status that an error inside a stream stands for: Gemini names the code, Anthropic and `OpenAI` a type.
/// Anything else is the server's own trouble.
fn status_of(fault: &Value) -> u16 {
    if let Some(code) = fault["code"].as_u64() {
        return u16::try_from(code).unwrap_or(500);
    }
    let names = [&fault["code"], &fault["type"]].into_iter().filter_map(Value::as_str);
    let mut known = names.filter_map(|name| match name {
        "invalid_request_error" => Some(400),
        "authentication_error" => Some(401),
        "permission_error" => Some(403),
        "not_found_error" => Some(404),
        "rate_limit_error" | "rate_limit_exceeded" | "insufficient_quota" => Some(429),
        "overloaded_error" => Some(529),
        _ => None,
    });
    known.next().unwrap_or(500)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn origin() -> Origin {
        Origin { address: "127.0.0.1:1".into(), key: Some("sk-secret".to_string().into()) }
    }

    #[test]
    fn a_refusal_keeps_the_providers_message_without_the_key() {
        let body = json!({ "error": { "message": "no model\n for sk-secret" } }).to_string();
        let error = origin().status(404, &HeaderMap::new(), &body);
        assert_eq!(error, LlmError::Refused { status: 404, detail: "no model for [key]".into() });
        let html = origin().status(302, &HeaderMap::new(), "<html>");
        assert_eq!(html, LlmError::Refused { status: 302, detail: "no reason given".into() });
        let long = json!({ "error": "x".repeat(5_000) }).to_string();
        let LlmError::Refused { detail, .. } = origin().status(400, &HeaderMap::new(), &long) else { panic!() };
        assert_eq!(detail.len(), LONGEST_DETAIL);
    }

    #[test]
    fn gemini_says_bad_key_with_400_and_its_pause_in_the_body() {
        let body = json!({ "error": { "code": 400, "details": [{ "reason": "API_KEY_INVALID" }] } }).to_string();
        assert_eq!(origin().status(400, &HeaderMap::new(), &body), LlmError::Unauthorized);
        let body = json!([{ "error": { "code": 429, "details": [{ "@type": "x" }, { "retryDelay": "7.5s" }] } }]);
        let limited = LlmError::RateLimited { retry_after: Some(Duration::from_millis(7_500)) };
        assert_eq!(origin().status(429, &HeaderMap::new(), &body.to_string()), limited);
    }

    #[test]
    fn errors_inside_a_stream_get_the_status_they_stand_for() {
        let fault = |fault: Value| origin().fault(&fault);
        assert_eq!(fault(json!({ "code": 503 })), LlmError::Overloaded { status: 503, retry_after: None });
        assert_eq!(
            fault(json!({ "type": "overloaded_error" })),
            LlmError::Overloaded { status: 529, retry_after: None }
        );
        assert_eq!(fault(json!({ "type": "rate_limit_error" })), LlmError::RateLimited { retry_after: None });
        assert_eq!(fault(json!("the runner crashed")), LlmError::Overloaded { status: 500, retry_after: None });
    }
}
