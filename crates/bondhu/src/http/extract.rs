//! Extractors that refuse bad input with a problem that says what to change.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    http::{StatusCode, header::CONTENT_TYPE, request::Parts},
};
use serde::de::DeserializeOwned;

use crate::http::problem::ApiError;

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(&request) {
            return Err(ApiError::refused(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "not_json",
                "Send the body as JSON with the header Content-Type: application/json.",
            ));
        }
        let body = Bytes::from_request(request, state).await.map_err(|rejection| body_error(&rejection))?;
        serde_json::from_slice(&body).map(Self).map_err(|error| json_error(&error))
    }
}

fn is_json(request: &Request) -> bool {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn body_error(rejection: &BytesRejection) -> ApiError {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        ApiError::refused(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            "The request is too large. Send less at once.",
        )
    } else {
        ApiError::bad_request("body_cut_off", "The request ended before its body was complete. Send it again.")
    }
}

/// serde's own words name the field and the type wanted; they go to the sender and to nobody else.
fn json_error(error: &serde_json::Error) -> ApiError {
    if error.is_data() {
        ApiError::refused(StatusCode::UNPROCESSABLE_ENTITY, "wrong_shape", format!("The body does not fit: {error}."))
    } else {
        ApiError::bad_request("malformed_json", format!("The body is not JSON: {error}."))
    }
}

/// Parts of the path. One that cannot be an id leads nowhere, so it answers as an unknown id does.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Path::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(ApiError::NotFound),
        }
    }
}

/// The query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match axum::extract::Query::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(ApiError::bad_request("wrong_query", format!("{}.", rejection.body_text()))),
        }
    }
}
