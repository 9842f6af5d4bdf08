//! Every error that leaves the server, as `application/problem+json` (RFC 9457).
//!
//! Handlers return `Result<_, ApiError>`. What went wrong inside is carried as the source, logged once by
//! [`crate::http::middleware::problems`], and never sent.

use std::{borrow::Cow, sync::Arc, time::Duration};

use axum::{
    http::{StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use bondhu_store::{MessageId, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request cannot be carried out as it is: status, stable code, and what to do.
    #[error("{detail}")]
    Refused {
        /// A 4xx status.
        status: StatusCode,
        /// Stable name for programs.
        code: &'static str,
        /// What happened and what to do, for people.
        detail: Cow<'static, str>,
    },
    /// The thing does not exist, or belongs to somebody else: the answer is the same.
    #[error("There is nothing here that belongs to you.")]
    NotFound,
    /// One or more fields do not fit.
    #[error("Some fields need another look.")]
    Invalid(Vec<FieldError>),
    /// A reply is being written in this conversation already.
    #[error("Bondhu is still answering here. Wait for the reply or stop it, then send again.")]
    ReplyInProgress(MessageId),
    /// Too much, too fast.
    #[error("{detail}")]
    TooMany {
        /// Stable name for programs.
        code: &'static str,
        /// What happened and what to do, for people.
        detail: Cow<'static, str>,
        /// When to try again.
        retry_after: Duration,
    },
    /// A part that the request needs is not there right now.
    #[error("{detail}")]
    Unavailable {
        /// Stable name for programs.
        code: &'static str,
        /// What happened and what to do, for people.
        detail: Cow<'static, str>,
        /// The cause, for the log.
        source: anyhow::Error,
    },
    /// A fault of ours.
    #[error("Something went wrong on the server. Nothing you wrote was lost; try again.")]
    Internal(#[source] anyhow::Error),
}

/// One field that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field's name in the request body.
    pub field: Cow<'static, str>,
    /// Stable name for programs, such as `too_long`.
    pub code: &'static str,
    /// What to change, for people.
    pub detail: Cow<'static, str>,
}

impl FieldError {
    /// A field that does not fit.
    pub fn new(field: &'static str, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Cow::Borrowed(field), code, detail: detail.into() }
    }
}

/// The body of an error answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// A name for the kind of problem, as a URN.
    #[serde(rename = "type")]
    pub kind: String,
    /// The HTTP status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened and what to do.
    pub detail: String,
    /// Stable name for programs.
    pub code: &'static str,
    /// The id of the request, as in the logs and in `X-Request-Id`.
    pub request_id: String,
    /// The fields that do not fit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// The reply that is being written, with the code `reply_in_progress`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_id: Option<MessageId>,
    /// Seconds to wait before trying again, as in `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_secs: Option<u64>,
}

impl ApiError {
    /// 400: the request cannot be understood.
    pub fn bad_request(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(StatusCode::BAD_REQUEST, code, detail)
    }

    /// 401: nobody is signed in.
    pub fn not_signed_in() -> Self {
        Self::unauthorized("not_signed_in", "Sign in to go on.")
    }

    /// 401 with a code of its own.
    pub fn unauthorized(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(StatusCode::UNAUTHORIZED, code, detail)
    }

    /// 403: known, and not allowed.
    pub fn forbidden(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(StatusCode::FORBIDDEN, code, detail)
    }

    /// 409: it does not fit what is there.
    pub fn conflict(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(StatusCode::CONFLICT, code, detail)
    }

    /// Any other 4xx.
    pub fn refused(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Refused { status, code, detail: detail.into() }
    }

    /// 422 for one field.
    pub fn invalid(field: &'static str, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::Invalid(vec![FieldError::new(field, code, detail)])
    }

    /// 500 from any cause.
    pub fn internal(source: impl Into<anyhow::Error>) -> Self {
        Self::Internal(source.into())
    }

    /// The HTTP status of this error.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refused { status, .. } => *status,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::ReplyInProgress(_) => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { code, .. } | Self::TooMany { code, .. } | Self::Unavailable { code, .. } => code,
            Self::NotFound => "not_found",
            Self::Invalid(_) => "invalid_fields",
            Self::ReplyInProgress(_) => "reply_in_progress",
            Self::Internal(_) => "internal",
        }
    }

    /// The body for this error in the request named.
    pub fn problem(&self, request_id: &str) -> Problem {
        let status = self.status();
        Problem {
            kind: format!("urn:bondhu:problem:{}", self.code()),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: self.to_string(),
            code: self.code(),
            request_id: request_id.to_owned(),
            errors: if let Self::Invalid(errors) = self { errors.clone() } else { Vec::new() },
            reply_id: if let Self::ReplyInProgress(id) = self { Some(*id) } else { None },
            retry_after_secs: self.retry_after().map(whole_secs),
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooMany { retry_after, .. } => Some(*retry_after),
            // A busy or full database is worth another try soon, not at once.
            Self::Unavailable { .. } => Some(Duration::from_secs(5)),
            _ => None,
        }
    }
}

/// The body is written by the `problems` middleware, which knows the request id and logs the cause.
impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        if let Some(wait) = self.retry_after() {
            response.headers_mut().insert(RETRY_AFTER, whole_secs(wait).into());
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::NotFound,
            StoreError::Busy => unavailable(
                "database_busy",
                "The database is busy with something else. Your text is still here; send it again in a moment.",
                error,
            ),
            StoreError::Full => unavailable(
                "disk_full",
                "The disk of the server is full, so nothing was stored. Free some space, then send again.",
                error,
            ),
            StoreError::Unavailable(_) => unavailable(
                "database_unavailable",
                "The database cannot be reached. Your text is still here; send it again in a moment.",
                error,
            ),
            other => Self::internal(other),
        }
    }
}

/// Cached loads share their error among all who waited.
impl From<Arc<StoreError>> for ApiError {
    fn from(error: Arc<StoreError>) -> Self {
        match Arc::try_unwrap(error) {
            Ok(error) => error.into(),
            Err(shared) if matches!(*shared, StoreError::NotFound) => Self::NotFound,
            Err(shared) => unavailable(
                "database_unavailable",
                "The database could not answer. Try again in a moment.",
                anyhow::anyhow!(shared),
            ),
        }
    }
}

/// Rounded up, so that nobody comes back too early.
fn whole_secs(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

fn unavailable(code: &'static str, detail: &'static str, source: impl Into<anyhow::Error>) -> ApiError {
    ApiError::Unavailable { code, detail: Cow::Borrowed(detail), source: source.into() }
}
