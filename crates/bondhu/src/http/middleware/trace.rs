//! One span and one log line per request, and its metrics. Paths appear as their route, so no id or query of a
//! person is written down.

use axum::{
    Extension,
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use tokio::time::Instant;
use tracing::Instrument;

use crate::http::middleware::request_id::RequestId;

/// Wraps the request in a span named after its route.
pub async fn trace(Extension(request_id): Extension<RequestId>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("request", request_id = %request_id.0, %method, route);
    let started = Instant::now();
    let response = next.run(request).instrument(span.clone()).await;
    let (status, elapsed) = (response.status().as_u16(), started.elapsed());
    // The page's own files are many and say little.
    if route == "other" {
        tracing::debug!(parent: &span, status, elapsed_ms = elapsed.as_secs_f64() * 1e3, "answered");
    } else {
        tracing::info!(parent: &span, status, elapsed_ms = elapsed.as_secs_f64() * 1e3, "answered");
    }
    let labels = [("method", method.to_string()), ("route", route), ("status", status.to_string())];
    metrics::counter!("bondhu_http_requests_total", &labels).increment(1);
    metrics::histogram!("bondhu_http_request_seconds", &labels).record(elapsed.as_secs_f64());
    response
}
