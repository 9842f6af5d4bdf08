//! Refuses state-changing requests that another site made a browser send.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use url::Url;

use crate::{app::App, http::problem::ApiError};

/// Browsers send `Origin` with every cross-site write and scripts cannot forge it. A request without one does
/// not come from a page, so it carries no ambient cookie of a victim.
pub async fn refuse_cross_site(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if is_write(request.method()) && !is_same_site(request.headers(), app.config.http.public_url.as_ref()) {
        return ApiError::forbidden(
            "cross_site_request",
            "This request came from another site and was refused. Open Bondhu at its own address; \
             behind a proxy, set BONDHU_PUBLIC_URL to that address.",
        )
        .into_response();
    }
    next.run(request).await
}

fn is_write(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn is_same_site(headers: &HeaderMap, public_url: Option<&Url>) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        let fetch_site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        return !matches!(fetch_site, Some("cross-site" | "same-site"));
    };
    let Some(origin) = origin.to_str().ok().and_then(|origin| Url::parse(origin).ok()) else { return false };
    let own = public_url.is_some_and(|url| url.origin() == origin.origin());
    own || is_host(headers, &origin)
}

/// Whether the origin is the address that the request itself went to.
fn is_host(headers: &HeaderMap, origin: &Url) -> bool {
    let Some(host) = headers.get(header::HOST).and_then(|host| host.to_str().ok()) else { return false };
    let Ok(target) = Url::parse(&format!("{}://{host}", origin.scheme())) else { return false };
    target.origin() == origin.origin()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(headers: &[(&'static str, &str)], public_url: Option<&str>) -> bool {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        is_same_site(&map, public_url.map(|url| Url::parse(url).unwrap()).as_ref())
    }

    #[test]
    fn only_our_own_pages_may_write() {
        assert!(allowed(&[("host", "127.0.0.1:8383")], None));
        assert!(allowed(&[("host", "127.0.0.1:8383"), ("origin", "http://127.0.0.1:8383")], None));
        assert!(allowed(&[("host", "10.0.0.2:8383"), ("origin", "https://b.example")], Some("https://b.example")));
        assert!(!allowed(&[("host", "b.example"), ("origin", "https://evil.example")], None));
        assert!(!allowed(&[("host", "b.example"), ("origin", "null")], None));
        assert!(!allowed(&[("host", "b.example:8383"), ("origin", "http://b.example:9999")], None));
        assert!(!allowed(&[("host", "b.example"), ("sec-fetch-site", "cross-site")], None));
    }
}
