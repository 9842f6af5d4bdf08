//! The server behind a stand-in.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Method, Request, Response, StatusCode, header};
use axum::serve::ListenerExt;
use futures_util::stream;
use serde_json::Value;
use tokio::sync::oneshot;

use super::script::{Reply, Step, steps};
use super::vectors::vector;
use super::{Asked, Shared};

/// The longest request a stand-in reads.
const LONGEST_BODY: usize = 4 * 1024 * 1024;

/// Serves until told to stop; ending the runtime closes the connections that are still open.
pub(super) fn run(listener: TcpListener, shared: Arc<Shared>, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be built");
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::from_std(listener).expect("the listener is non-blocking");
        // Small frames leave at once; held back for an acknowledgement they would come 40 ms late.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        let router = Router::new().fallback(answer).with_state(shared);
        tokio::select! {
            served = async { axum::serve(listener, router).await } => served.expect("serving never fails"),
            _ = stopped => {}
        }
    });
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_string();
    let body = axum::body::to_bytes(body, LONGEST_BODY).await.unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let wire = shared.wire;
    let asks_chat = head.method == Method::POST && wire.is_chat(&path, &body);
    let texts = if head.method == Method::POST { wire.texts_to_embed(&path, &body) } else { None };
    let asked = || Asked { path: path.clone(), headers: texts_of(&head.headers), body: body.clone() };
    if asks_chat {
        shared.state().requests.push(asked());
        shared.asked.send_modify(|count| *count += 1);
    } else if texts.is_some() {
        shared.state().embedded.push(asked());
    }
    let key_fits = shared.state().key.as_deref().is_none_or(|key| wire.key(&head.headers) == Some(key));
    if !key_fits {
        let (code, body) = wire.wrong_key();
        return json(code, None, &body);
    }
    if asks_chat {
        let reply = {
            let mut state = shared.state();
            state.queue.pop_front().unwrap_or_else(|| state.otherwise.clone())
        };
        return given(&shared, &reply).await;
    }
    if let Some(texts) = texts {
        return embed(&shared, &texts).await;
    }
    if head.method == Method::GET && wire.is_models(&path) {
        let models = shared.state().models.clone();
        return json(200, None, &wire.model_list(&models));
    }
    json(404, None, &wire.error_body(404))
}

fn texts_of(headers: &header::HeaderMap) -> BTreeMap<String, String> {
    let name_and_text = |(name, text): (&header::HeaderName, &header::HeaderValue)| {
        (name.to_string(), text.to_str().unwrap_or("").to_string())
    };
    headers.iter().map(name_and_text).collect()
}

async fn embed(shared: &Arc<Shared>, texts: &[String]) -> Response<Body> {
    let (instead, meanings) = {
        let state = shared.state();
        (state.instead_of_vectors.clone(), state.meanings.clone())
    };
    if let Some(reply) = instead {
        return given(shared, &reply).await;
    }
    let vectors: Vec<Vec<f32>> = texts.iter().map(|text| vector(text, &meanings)).collect();
    json(200, None, &shared.wire.embeddings(&vectors))
}

/// The answer that a script says.
async fn given(shared: &Arc<Shared>, reply: &Reply) -> Response<Body> {
    match reply {
        Reply::Status { code, retry_after, body } => {
            let body = body.clone().unwrap_or_else(|| shared.wire.error_body(*code));
            json(*code, *retry_after, &body)
        }
        Reply::Hang => std::future::pending().await,
        Reply::WebPage => streamed(shared, "text/html", steps(shared.wire, reply)),
        _ => streamed(shared, shared.wire.content_type(), steps(shared.wire, reply)),
    }
}

fn json(code: u16, retry_after: Option<u64>, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = StatusCode::from_u16(code).expect("a scripted status is a valid one");
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    response
}

/// A streamed reply under way; gone when the reply has ended or its reader has closed the connection.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|count| *count -= 1);
    }
}

fn streamed(shared: &Arc<Shared>, content_type: &'static str, steps: Vec<Step>) -> Response<Body> {
    shared.open.send_modify(|count| *count += 1);
    let under_way = (Open(Arc::clone(shared)), steps.into_iter());
    let body = stream::unfold(under_way, |(open, mut steps)| async move {
        loop {
            match steps.next()? {
                Step::Send(frame) => {
                    // Lets the frame before this one leave, so that pieces arrive one by one.
                    tokio::task::yield_now().await;
                    return Some((Ok(Bytes::from(frame)), (open, steps)));
                }
                Step::Wait(pause) => tokio::time::sleep(pause).await,
                Step::Cut => {
                    tokio::task::yield_now().await;
                    return Some((Err("cut on purpose"), (open, steps)));
                }
                Step::Stall => std::future::pending().await,
            }
        }
    });
    let mut response = Response::new(Body::from_stream(body));
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    response
}
