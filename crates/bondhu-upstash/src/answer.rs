//! Answers over HTTP.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use bondhu_cache::{engine::Reply, redis::RedisError};

use crate::{
    json::{self, Encoding},
    texts,
};

const ENCODING: HeaderName = HeaderName::from_static("upstash-encoding");
const FORMAT: HeaderName = HeaderName::from_static("upstash-response-format");
const SYNC_TOKEN: HeaderName = HeaderName::from_static("upstash-sync-token");
const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How long a connection may rest, in seconds: longer than the load balancers in front do, which would otherwise send a
/// request into a connection that is just being closed.
pub(crate) const REST_SECS: u64 = 90;

/// How replies are to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Json(Encoding),
    Resp2,
}

impl Form {
    /// What the headers of a request ask for. The error is the text of the answer.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, &'static str> {
        let encoding = match headers.get(ENCODING).map(HeaderValue::as_bytes) {
            None | Some(b"" | b"false") => Encoding::Plain,
            Some(value) if value.eq_ignore_ascii_case(b"base64") => Encoding::Base64,
            Some(_) => return Err(texts::UNKNOWN_ENCODING),
        };
        match headers.get(FORMAT).map(HeaderValue::as_bytes) {
            None | Some(b"json") => Ok(Self::Json(encoding)),
            Some(b"resp2") if encoding == Encoding::Plain => Ok(Self::Resp2),
            Some(b"resp2") => Err(texts::TWO_FORMATS),
            Some(_) => Err(texts::UNKNOWN_FORMAT),
        }
    }

    /// Transactions are answered in JSON whatever was asked for.
    pub(crate) fn always_json(self) -> Self {
        if self == Self::Resp2 { Self::Json(Encoding::Plain) } else { self }
    }
}

/// One reply; a fault is 400, or 503 where the server is not ready.
pub(crate) fn reply(reply: &Reply, form: Form) -> Response {
    let status = match reply.as_error() {
        None => StatusCode::OK,
        Some(text) if text.starts_with(b"LOADING") => StatusCode::SERVICE_UNAVAILABLE,
        Some(_) => StatusCode::BAD_REQUEST,
    };
    let mut body = Vec::with_capacity(room(reply));
    match form {
        Form::Json(encoding) => json::write(reply, encoding, &mut body),
        Form::Resp2 => reply.write_resp2(&mut body),
    }
    with_body(status, body, form)
}

/// The replies of a pipeline or a transaction.
pub(crate) fn replies(replies: &[Reply], form: Form) -> Response {
    let mut body = Vec::with_capacity(replies.iter().map(room).sum::<usize>() + 2);
    match form {
        Form::Json(encoding) => json::write_list(replies, encoding, &mut body),
        Form::Resp2 => replies.iter().for_each(|reply| reply.write_resp2(&mut body)),
    }
    with_body(StatusCode::OK, body, form)
}

/// How long a reply gets, about.
fn room(reply: &Reply) -> usize {
    match reply {
        Reply::Bulk(bytes) => bytes.len() * 4 / 3 + 24,
        _ => 40,
    }
}

fn with_body(status: StatusCode, body: Vec<u8>, form: Form) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let kind = match form {
        Form::Json(_) => JSON,
        Form::Resp2 => HeaderValue::from_static("application/octet-stream"),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(KEEP_ALIVE, HeaderValue::from_static("timeout=85"));
    response
}

/// An error in JSON.
pub(crate) fn error(status: StatusCode, text: &str) -> Response {
    with_body(status, json::error(text), Form::Json(Encoding::Plain))
}

/// There is no answer from the engine.
pub(crate) fn unavailable(error: &RedisError) -> Response {
    metrics::counter!("bondhu_upstash_unavailable_total").increment(1);
    self::error(StatusCode::SERVICE_UNAVAILABLE, &texts::unavailable(&error.to_string()))
}

/// A line for people.
pub(crate) fn text(status: StatusCode, text: &str) -> Response {
    let mut response = Response::new(Body::from(format!("{text}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// Nothing but a status.
pub(crate) fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A stream of events.
pub(crate) fn events(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    // Asks nginx not to hold events back.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

/// `Upstash-Sync-Token`: another one with every request. There is one primary here, so clients read their own writes
/// without it; they only look whether it changes.
pub(crate) fn sync_token(headers: &mut HeaderMap, prefix: &str, number: u64) {
    let mut text = String::with_capacity(prefix.len() + 20);
    text.push_str(prefix);
    text.push_str(itoa::Buffer::new().format(number));
    if let Ok(value) = HeaderValue::try_from(text) {
        headers.insert(SYNC_TOKEN, value);
    }
}

/// What a browser asks before it lets a page send a request. The token, which no browser adds by itself, is what
/// protects the data, so every origin may ask.
pub(crate) fn preflight(asked: &HeaderMap) -> Response {
    let mut response = empty(StatusCode::OK);
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST, PUT, OPTIONS"));
    let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    let usual = HeaderValue::from_static(
        "Authorization, Content-Type, Upstash-Encoding, Upstash-Response-Format, Upstash-Sync-Token, \
         Upstash-Telemetry-Sdk, Upstash-Telemetry-Platform, Upstash-Telemetry-Runtime",
    );
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.unwrap_or(usual));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// Lets a page of this origin read the answer.
pub(crate) fn allow_origin(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Upstash-Sync-Token"));
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
}
