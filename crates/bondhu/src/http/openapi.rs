//! The API's description, made from the handlers themselves.

use utoipa::{
    Modify, OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme},
};

/// The frame that every feature's routes are hung into.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bondhu",
        description = "The API of Bondhu, a self-hosted companion. Errors are application/problem+json with a \
            stable `code`. Sign in with POST /api/v1/session (a cookie), or send an API token as a bearer.",
        license(name = "Apache-2.0 OR MIT"),
    ),
    modifiers(&Security),
    security(("session" = []), ("token" = [])),
    components(schemas(crate::http::problem::Problem, crate::chat::stream::StreamEvent)),
)]
pub struct ApiDoc;

struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let components = openapi.components.get_or_insert_default();
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("bondhu_session")));
        components.add_security_scheme("session", cookie);
        components.add_security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}
