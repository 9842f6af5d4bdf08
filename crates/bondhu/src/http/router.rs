//! Every route, on one page.

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, http::header, middleware, routing::get};
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use crate::{
    accounts, admin,
    app::App,
    chat,
    http::{
        assets::{assets, method_not_allowed},
        health::{healthz, readyz},
        middleware::{
            origin::refuse_cross_site,
            problems::{panicked, problems},
            request_id::request_id,
            security_headers::security_headers,
            trace::trace,
        },
        openapi::ApiDoc,
    },
    memory, mood, personality, safety,
};

/// The features' routes under `/api/v1`, with the document that describes them.
fn api() -> (Router<Arc<App>>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .nest("/api/v1", accounts::routes::routes())
        .nest("/api/v1", admin::routes::routes())
        .nest("/api/v1", chat::routes::routes())
        .nest("/api/v1", memory::routes::routes())
        .nest("/api/v1", mood::routes::routes())
        .nest("/api/v1", personality::routes::routes())
        .nest("/api/v1", safety::routes::routes())
        .split_for_parts()
}

/// The API's description as JSON text, the same as at `/api/openapi.json`.
pub fn openapi_json() -> String {
    let mut text = api().1.to_pretty_json().expect("the description is plain data");
    text.push('\n');
    text
}

/// The whole server.
pub fn router(app: Arc<App>) -> Router {
    let gateway = app.gateway.router();
    let (api, _) = api();
    let document: Arc<str> = openapi_json().into();
    let description = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], document.to_string()) });
    let pages = Router::new().fallback(assets).layer(CompressionLayer::new());
    api.route("/api/openapi.json", description)
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback_service(pages)
        .layer(
            // The first layer meets the request first.
            ServiceBuilder::new()
                .layer(middleware::from_fn_with_state(app.clone(), request_id))
                .layer(middleware::from_fn(trace))
                .layer(middleware::from_fn(security_headers))
                .layer(middleware::from_fn(problems))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(middleware::from_fn_with_state(app.clone(), refuse_cross_site))
                .layer(DefaultBodyLimit::max(app.config.http.body_limit_bytes)),
        )
        .with_state(app)
        // Outside of the layers: it has its own tokens, limits, errors and rules for pages of other sites.
        .nest_service("/redis", gateway)
}
