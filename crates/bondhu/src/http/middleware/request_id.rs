//! Gives every request an id, for the log, the answer's `X-Request-Id` and error bodies.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::HeaderValue,
    middleware::Next,
    response::Response,
};

use crate::app::App;

/// The id of the request at hand.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Names the request. An id from outside is not taken over: it could be anything, and it goes to the log.
pub async fn request_id(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let id = app.clock.new_id().simple().to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    let value = HeaderValue::from_str(&id).expect("a hexadecimal id is a header value");
    response.headers_mut().insert("x-request-id", value);
    response
}
