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

pub(crate) const ENCODING: HeaderName = HeaderName::from_static("upstash-encoding");
pub(crate) const FORMAT: HeaderName = HeaderName::from_static("upstash-response-format");
pub(crate) const SYNC_TOKEN: HeaderName = HeaderName::from_static("upstash-sync-token");
pub(crate) const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How long a connection may rest, in seconds: longer than the load balancers in front do, which would otherwise send a
/// request into a connection that is just being closed.
pub(crate) const REST_SECS: u64 = 90;
/// What clients are told about it: less, so that it is they who close.
pub(crate) const KEPT: &str = "timeout=85";

/// How replies are to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Json(Encoding),
    Resp2,
}

impl Form {
    /// What two headers of a request ask for. The error is the text of the answer.
    pub(crate) fn of(encoding: Option<&[u8]>, format: Option<&[u8]>) -> Result<Self, &'static str> {
        let encoding = match encoding {
            None | Some(b"" | b"false") => Encoding::Plain,
            Some(value) if value.eq_ignore_ascii_case(b"base64") => Encoding::Base64,
            Some(_) => return Err(texts::UNKNOWN_ENCODING),
        };
        match format {
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

/// An answer whose body is there as a whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) kind: HeaderValue,
    pub(crate) body: Vec<u8>,
}

impl From<Answer> for Response {
    fn from(answer: Answer) -> Self {
        let mut response = Self::new(Body::from(answer.body));
        *response.status_mut() = answer.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, answer.kind);
        headers.insert(KEEP_ALIVE, HeaderValue::from_static(KEPT));
        response
    }
}

/// One reply; a fault is 400, or 503 where the server is not ready.
pub(crate) fn reply(reply: &Reply, form: Form) -> Answer {
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
pub(crate) fn replies(replies: &[Reply], form: Form) -> Answer {
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

fn with_body(status: StatusCode, body: Vec<u8>, form: Form) -> Answer {
    let kind = match form {
        Form::Json(_) => JSON,
        Form::Resp2 => HeaderValue::from_static("application/octet-stream"),
    };
    Answer { status, kind, body }
}

/// An error in JSON.
pub(crate) fn error(status: StatusCode, text: &str) -> Answer {
    with_body(status, json::error(text), Form::Json(Encoding::Plain))
}

/// There is no answer from the engine.
pub(crate) fn unavailable(error: &RedisError) -> Answer {
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
