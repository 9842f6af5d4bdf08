//! What can go wrong between a request and a complete reply.

use std::fmt;
use std::time::Duration;

/// Why a model gave no complete reply. Holds no prompt, reply or key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LlmError {
    /// No connection could be made, or it broke before an answer.
    #[error(
        "the language model at {address} cannot be reached: check that it is running and that its address is right"
    )]
    Unreachable {
        /// Host and port that were tried.
        address: String,
    },
    /// The provider wants a key, or a better one (HTTP 401 or 403).
    #[error("the language model refused the API key: set a valid key that may use the chosen model")]
    Unauthorized,
    /// Too many requests or an exhausted quota (HTTP 429).
    #[error("the language model's rate limit is reached{}: wait, or raise the quota with the provider", wait(*.retry_after))]
    RateLimited {
        /// How long the provider asks to wait, if it says so.
        retry_after: Option<Duration>,
    },
    /// The provider failed or is overloaded (HTTP 5xx).
    #[error("the language model's server answered {status}{}: it usually recovers by itself, try again soon", wait(*.retry_after))]
    Overloaded {
        /// The HTTP status.
        status: u16,
        /// How long the provider asks to wait, if it says so.
        retry_after: Option<Duration>,
    },
    /// The model took too long.
    #[error("the language model took too long {phase}: try again, or raise the time limit if the model is slow")]
    Timeout {
        /// What was being waited for.
        phase: Phase,
    },
    /// The provider does not accept the request (any other HTTP status).
    #[error(
        "the language model refused the request with status {status} ({detail}): check the model's name and settings"
    )]
    Refused {
        /// The HTTP status, or the nearest one for an error that came inside a stream.
        status: u16,
        /// The provider's own message, shortened, without keys.
        detail: String,
    },
    /// The stream ended before the provider's end marker.
    #[error("the language model's reply broke off before its end: ask again")]
    Truncated,
    /// The answer is not what the provider's protocol allows.
    #[error("the language model's answer could not be read: check that the address belongs to the configured provider")]
    Malformed,
}

/// What was being waited for when time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// The connection, TLS included.
    Connect,
    /// The first piece of the reply.
    FirstToken,
    /// The next piece of the reply.
    Idle,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Phase::Connect => "to accept a connection",
            Phase::FirstToken => "to begin its reply",
            Phase::Idle => "to continue its reply",
        })
    }
}

impl LlmError {
    /// A stable name for logs, metrics and API answers.
    pub fn code(&self) -> &'static str {
        match self {
            LlmError::Unreachable { .. } => "unreachable",
            LlmError::Unauthorized => "unauthorized",
            LlmError::RateLimited { .. } => "rate_limited",
            LlmError::Overloaded { .. } => "overloaded",
            LlmError::Timeout { phase: Phase::Connect } => "connect_timeout",
            LlmError::Timeout { phase: Phase::FirstToken } => "first_token_timeout",
            LlmError::Timeout { phase: Phase::Idle } => "idle_timeout",
            LlmError::Refused { .. } => "refused",
            LlmError::Truncated => "truncated",
            LlmError::Malformed => "malformed",
        }
    }

    /// Whether asking again soon may help. 529 is Anthropic's "overloaded".
    pub fn is_retryable(&self) -> bool {
        match self {
            LlmError::Unreachable { .. } | LlmError::RateLimited { .. } => true,
            LlmError::Overloaded { status, .. } => matches!(status, 500 | 503 | 504 | 529),
            _ => false,
        }
    }

    /// How long the provider asks to wait, if it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            LlmError::RateLimited { retry_after } | LlmError::Overloaded { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn wait(retry_after: Option<Duration>) -> String {
    retry_after.map_or_else(String::new, |wait| format!(" (asks to wait {} s)", wait.as_secs().max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_says_what_happened_and_what_to_do() {
        let limited = LlmError::RateLimited { retry_after: Some(Duration::from_secs(30)) };
        insta::assert_snapshot!(limited, @"the language model's rate limit is reached (asks to wait 30 s): wait, or raise the quota with the provider");
        let idle = LlmError::Timeout { phase: Phase::Idle };
        insta::assert_snapshot!(idle, @"the language model took too long to continue its reply: try again, or raise the time limit if the model is slow");
        assert_eq!(idle.code(), "idle_timeout");
    }

    #[test]
    fn only_passing_trouble_is_retried() {
        let overloaded = |status| LlmError::Overloaded { status, retry_after: None };
        assert!([500, 503, 504, 529].into_iter().all(|status| overloaded(status).is_retryable()));
        assert!(!overloaded(502).is_retryable());
        assert!(LlmError::RateLimited { retry_after: None }.is_retryable());
        assert!(!LlmError::Unauthorized.is_retryable());
        assert!(!LlmError::Truncated.is_retryable());
        assert!(!LlmError::Refused { status: 400, detail: String::new() }.is_retryable());
    }
}
