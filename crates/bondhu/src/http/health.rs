//! Whether the process lives, and whether it can serve.

use std::sync::Arc;

use axum::{extract::State, http::StatusCode};

use crate::{app::App, http::problem::ApiError};

/// The process answers.
pub async fn healthz() -> &'static str {
    "ok"
}

/// The database answers and the process is not going down.
pub async fn readyz(State(app): State<Arc<App>>) -> Result<&'static str, ApiError> {
    if app.closing.is_cancelled() {
        return Err(ApiError::refused(StatusCode::SERVICE_UNAVAILABLE, "closing", "This process is shutting down."));
    }
    app.store.ping().await?;
    Ok("ready")
}
