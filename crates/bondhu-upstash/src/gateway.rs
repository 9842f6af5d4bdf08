//! The gateway: who asks, what for, and the answer.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::{Body, HttpBody as _},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
};
use bondhu_cache::engine::Command;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;

use crate::{
    Token,
    access::Access,
    answer::{self, Answer, Form},
    carry_out,
    request::{self, Posted, PostedTo},
    stream, texts,
};

/// Logins of `ACL RESTTOKEN` with connections of their own, at most.
const USERS: usize = 256;
/// A body beyond the limit is read up to this many times the limit, so that its sender gets to read the answer.
const DISCARDED: u64 = 8;

/// How a gateway behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Largest body of a request, in bytes. Upstash has 10 MiB.
    pub max_request_bytes: u64,
    /// Deadline for a body to arrive.
    pub body_timeout: Duration,
    /// How often a stream without messages says that it is still there, so that proxies keep it.
    pub keep_alive: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_request_bytes: 10 << 20, body_timeout: Duration::from_secs(30), keep_alive: Duration::from_secs(15) }
    }
}

/// Answers requests of the REST protocol. Clones share everything.
#[derive(Clone)]
pub struct Gateway(Arc<Inner>);

struct Inner {
    tokens: Vec<Token>,
    options: Options,
    /// Changes with every request; part of the answer as `Upstash-Sync-Token`.
    sync_prefix: String,
    sync: AtomicU64,
    users: Mutex<HashMap<String, Arc<Access>>>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Gateway").field(&self.0.tokens).finish()
    }
}

impl Gateway {
    /// A gateway that these tokens open. Without any it answers 401 to everything, and says what to set.
    pub fn new(tokens: Vec<Token>, options: Options) -> Self {
        Self(Arc::new(Inner {
            tokens,
            options,
            sync_prefix: format!("{:08x}", rand::random::<u32>()),
            sync: AtomicU64::new(0),
            users: Mutex::default(),
        }))
    }

    /// As routes: `nest_service("/redis", gateway.router())`.
    pub fn router(&self) -> Router {
        async fn all(State(gateway): State<Gateway>, request: Request) -> Response {
            gateway.answer(request).await
        }
        Router::new().fallback(all).with_state(self.clone())
    }

    /// Whether every engine answers; otherwise which does not, and why.
    pub async fn ready(&self) -> Result<(), String> {
        for token in &self.0.tokens {
            let ping = Command::of(["PING"]);
            token.access().engine.run(ping).await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    /// Answers a request.
    pub async fn answer(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let origin = parts.headers.get(header::ORIGIN).cloned();
        let (kind, mut response) = match parts.method {
            Method::OPTIONS => ("preflight", answer::preflight(&parts.headers)),
            Method::HEAD | Method::GET | Method::POST | Method::PUT => self.dispatch(&parts, body).await,
            _ => ("other", answer::empty(StatusCode::METHOD_NOT_ALLOWED)),
        };
        count(kind, response.status());
        if let Some(origin) = origin {
            answer::allow_origin(response.headers_mut(), origin);
        }
        response
    }

    /// Answers what was posted whole. It is what [`Gateway::answer`] would say to the same request.
    pub(crate) async fn answer_posted(&self, posted: &Posted<'_>) -> Answer {
        let (kind, answer) = match posted.bearer.and_then(|value| self.access(bearer(value)?)) {
            None => ("unauthorized", self.unauthorized()),
            Some(access) => match Form::of(posted.encoding, posted.format) {
                Ok(form) => carry_out::posted(&access, posted.to, posted.body, form).await,
                Err(text) => ("other", answer::error(StatusCode::BAD_REQUEST, text)),
            },
        };
        count(kind, answer.status);
        answer
    }

    /// Appends another `Upstash-Sync-Token` with every call. There is one primary here, so clients read their own writes
    /// without it; they only look whether it changes.
    pub(crate) fn write_sync_token(&self, to: &mut Vec<u8>) {
        to.extend_from_slice(self.0.sync_prefix.as_bytes());
        to.extend_from_slice(itoa::Buffer::new().format(self.0.sync.fetch_add(1, Ordering::Relaxed)).as_bytes());
    }

    async fn dispatch(&self, parts: &Parts, body: Body) -> (&'static str, Response) {
        let path = parts.uri.path().trim_start_matches('/');
        let query = parts.uri.query();
        let header = |name| parts.headers.get(name).map(HeaderValue::as_bytes);
        // The query's token goes before the header's.
        let access = match query.and_then(request::query_token) {
            Some(token) => self.access(&token),
            None => header(header::AUTHORIZATION).and_then(|value| self.access(bearer(value)?)),
        };
        let Some(access) = access else {
            drain(body, 1 << 20).await;
            return ("unauthorized", self.unauthorized().into());
        };
        let (kind, mut response) = if parts.method == Method::HEAD {
            ("head", answer::empty(StatusCode::OK))
        } else {
            match Form::of(header(answer::ENCODING), header(answer::FORMAT)) {
                Ok(form) => self.authorized(&access, parts, path, query, body, form).await,
                Err(text) => ("other", answer::error(StatusCode::BAD_REQUEST, text).into()),
            }
        };
        let mut sync = Vec::with_capacity(28);
        self.write_sync_token(&mut sync);
        if let Ok(value) = HeaderValue::from_maybe_shared(Bytes::from(sync)) {
            response.headers_mut().insert(answer::SYNC_TOKEN, value);
        }
        (kind, response)
    }

    fn unauthorized(&self) -> Answer {
        let text = if self.0.tokens.is_empty() { texts::OFF } else { texts::UNAUTHORIZED };
        answer::error(StatusCode::UNAUTHORIZED, text)
    }

    async fn authorized(
        &self,
        access: &Arc<Access>,
        parts: &Parts,
        path: &str,
        query: Option<&str>,
        body: Body,
        form: Form,
    ) -> (&'static str, Response) {
        let body = match self.read(&parts.headers, body).await {
            Ok(body) => body,
            Err(text) => return ("other", answer::error(StatusCode::BAD_REQUEST, &text).into()),
        };
        let is_post = parts.method != Method::GET;
        let (name, rest) = path.split_once('/').unwrap_or((path, ""));
        match (PostedTo::of(name), name) {
            (Some(to), _) if is_post => {
                let (kind, answer) = carry_out::posted(access, to, &body, form).await;
                (kind, answer.into())
            }
            (Some(PostedTo::Pipeline | PostedTo::Transaction), _) => {
                ("other", answer::error(StatusCode::METHOD_NOT_ALLOWED, texts::WRONG_METHOD).into())
            }
            (_, "subscribe" | "psubscribe") => {
                let topics = request::topics(rest, query);
                let opened = stream::subscribe(access, topics, name == "psubscribe", self.0.options.keep_alive);
                ("subscribe", opened.await)
            }
            (_, "monitor") => ("monitor", stream::monitor(access, self.0.options.keep_alive).await),
            _ => ("command", carry_out::path(access, path, query, &body, form).await.into()),
        }
    }

    /// What a token gives access to.
    fn access(&self, token: &str) -> Option<Arc<Access>> {
        // All are compared, so that the time says nothing about which of them it is.
        let own = self.0.tokens.iter().fold(None, |found, own| if own.is(token) { Some(own) } else { found });
        own.map_or_else(|| self.user(token), |own| Some(own.access().clone()))
    }

    /// A token with a login inside: its user's own connection.
    fn user(&self, token: &str) -> Option<Arc<Access>> {
        let mut users = self.0.users.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(access) = users.get(token) {
            return Some(access.clone());
        }
        let access = self.0.tokens.iter().map(Token::access).find_map(|access| {
            let (user, password) = access.seal.as_ref()?.open(token)?;
            access.as_user(&user, &password)
        })?;
        if users.len() >= USERS {
            users.clear();
        }
        let access = Arc::new(access);
        users.insert(token.to_owned(), access.clone());
        Some(access)
    }

    /// The whole body. Too large a one is read on for a while and thrown away: a client that is cut off while it
    /// sends does not read the answer, and tries again.
    async fn read(&self, headers: &HeaderMap, body: Body) -> Result<Bytes, String> {
        let limit = self.0.options.max_request_bytes;
        let declared = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
        if body.is_end_stream() {
            return Ok(Bytes::new());
        }
        if declared.is_none_or(|length: u64| length <= limit) {
            let room = usize::try_from(limit).unwrap_or(usize::MAX);
            match tokio::time::timeout(self.0.options.body_timeout, collect(body, room)).await {
                Ok(Ok(body)) => return Ok(body),
                Ok(Err(Unread::TooLarge { read, rest })) => {
                    let more = drain(rest, limit * DISCARDED).await;
                    return Err(texts::too_large(limit, read + more));
                }
                Ok(Err(Unread::CutOff)) | Err(_) => return Err(texts::CUT_OFF.to_owned()),
            }
        }
        let _ = tokio::time::timeout(self.0.options.body_timeout, drain(body, limit * DISCARDED)).await;
        Err(texts::too_large(limit, declared.unwrap_or(limit)))
    }
}

enum Unread {
    TooLarge { read: u64, rest: Body },
    CutOff,
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, Unread> {
    let mut pieces = body.into_data_stream();
    let mut first = match pieces.next().await {
        None => return Ok(Bytes::new()),
        Some(piece) => piece.map_err(|_| Unread::CutOff)?,
    };
    let mut all: Option<BytesMut> = None;
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|_| Unread::CutOff)?;
        let all = all.get_or_insert_with(|| BytesMut::from(std::mem::take(&mut first)));
        all.extend_from_slice(&piece);
        if all.len() > limit {
            return Err(Unread::TooLarge { read: all.len() as u64, rest: Body::from_stream(pieces) });
        }
    }
    Ok(all.map_or(first, BytesMut::freeze))
}

/// Reads a body to its end or to a limit and forgets it; how long it was.
async fn drain(body: Body, limit: u64) -> u64 {
    let mut pieces = body.into_data_stream();
    let mut read = 0;
    while read < limit
        && let Some(Ok(piece)) = pieces.next().await
    {
        read += piece.len() as u64;
    }
    read
}

/// The token in the value of an `Authorization` header.
fn bearer(value: &[u8]) -> Option<&str> {
    let value = std::str::from_utf8(value).ok()?.trim();
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
        Some(_) => None,
        None => Some(value),
    }
}

fn count(kind: &'static str, status: StatusCode) {
    metrics::counter!("bondhu_upstash_requests_total", "kind" => kind, "status" => class(status)).increment(1);
}

const fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200..=299 => "ok",
        400..=499 => "refused",
        _ => "failed",
    }
}
