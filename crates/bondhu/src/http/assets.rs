//! The web app, from inside the binary.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::http::problem::ApiError;

/// The built web app. A binary built without it still serves the API.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../web/build"]
#[allow_missing = true]
struct Files;

/// Every address of the app is one page; the page reads the address.
const PAGE: &str = "index.html";

/// Names under here carry a hash of their content, so they never change.
const IMMUTABLE: &str = "_app/immutable/";

/// The page itself, if the binary was built with the web app.
pub fn page() -> Option<std::borrow::Cow<'static, [u8]>> {
    Files::get(PAGE).map(|page| page.data)
}

/// Serves a file, or the page for any address of the app. Unknown API addresses answer as such.
pub async fn assets(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return ApiError::refused(StatusCode::NOT_FOUND, "no_such_route", "There is no such address in this API.")
            .into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return method_not_allowed().await.into_response();
    }
    match Files::get(path).filter(|_| !path.is_empty()) {
        Some(file) => answer(path, file, &headers),
        // A missing script is a stale tab, not a page.
        None if path.starts_with("_app/") => StatusCode::NOT_FOUND.into_response(),
        None => match Files::get(PAGE) {
            Some(page) => answer(PAGE, page, &headers),
            None => Html(NOT_BUILT).into_response(),
        },
    }
}

/// 405 as a problem.
pub async fn method_not_allowed() -> ApiError {
    ApiError::refused(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take that method.")
}

fn answer(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = tag(&file);
    let immutable = path.starts_with(IMMUTABLE);
    let cache = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let mut response = if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(file.data).into_response()
    };
    let kind = mime_guess::from_path(path).first_or_octet_stream().to_string();
    let kind = HeaderValue::from_str(&kind).expect("a media type is a header value");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response.headers_mut().insert(header::ETAG, tag);
    response
}

fn tag(file: &EmbeddedFile) -> HeaderValue {
    use std::fmt::Write as _;
    let mut tag = String::from("\"");
    for byte in &file.metadata.sha256_hash()[..12] {
        write!(tag, "{byte:02x}").expect("a string takes any text");
    }
    tag.push('"');
    HeaderValue::from_str(&tag).expect("a hexadecimal tag is a header value")
}

/// Shown when the binary was built before the web app.
const NOT_BUILT: &str = "<!doctype html><html lang=en><meta charset=utf-8><title>Bondhu</title>\
    <p>The server runs, but this binary was built without the web app. Run <code>make build</code> and start it again.";
