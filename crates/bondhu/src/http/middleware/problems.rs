//! Writes error bodies and logs their causes, once.

use std::{any::Any, sync::Arc};

use axum::{
    Extension,
    body::Body,
    extract::Request,
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::http::{middleware::request_id::RequestId, problem::ApiError};

/// Turns an [`ApiError`] into its `application/problem+json` body. The cause goes to the log and never leaves.
pub async fn problems(Extension(request_id): Extension<RequestId>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(error) = response.extensions_mut().remove::<Arc<ApiError>>() else { return response };
    log(&error);
    let body = serde_json::to_vec(&error.problem(&request_id.0)).expect("a problem is plain data");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.remove(header::CONTENT_LENGTH);
    *response.body_mut() = Body::from(body);
    response
}

fn log(error: &ApiError) {
    match error {
        ApiError::Internal(source) => tracing::error!(code = error.code(), cause = %chain(source), "request failed"),
        ApiError::Unavailable { source, .. } => {
            tracing::warn!(code = error.code(), cause = %chain(source), "request could not be served");
        }
        // What a caller got wrong is theirs to know: the code is enough here.
        _ => tracing::debug!(code = error.code(), status = error.status().as_u16(), "request refused"),
    }
}

fn chain(source: &anyhow::Error) -> String {
    source.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// What a panic in a handler answers: the same body as any other fault of ours.
pub fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    // The panic hook has written the place; the message may hold anything, so it is not repeated.
    ApiError::internal(anyhow::anyhow!("a handler panicked")).into_response()
}
