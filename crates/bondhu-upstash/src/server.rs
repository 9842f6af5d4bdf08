//! A gateway as a server of its own.

mod plain;

use std::{convert::Infallible, io, path::Path, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    http::{StatusCode, Uri, uri::PathAndQuery},
    response::Response,
};
use bytes::Buf;
use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{
        conn::auto::Builder,
        graceful::{GracefulShutdown, Watcher},
    },
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    time::Instant,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::{Gateway, answer, answer::REST_SECS};

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long requests under way get at the end.
const GRACE: Duration = Duration::from_secs(10);
/// The wait after a connection could not be taken, for example because too many are open.
const BREATH: Duration = Duration::from_millis(50);

/// How long a connection may rest.
const REST: Duration = Duration::from_secs(REST_SECS);
/// How soon the rest of a request is expected; most come whole.
const SOON: Duration = Duration::from_secs(1);
/// Room for a request, at first, and what a connection keeps of it between requests.
const ROOM: usize = 1 << 10;
const KEPT: usize = 4 << 10;
/// Shorter bodies are copied behind their head: that costs less than a write of two pieces.
const SHORT: usize = 2 << 10;

/// What a server needs beside its gateway.
#[derive(Clone, Debug, Default)]
pub struct ServerOptions {
    /// What stands before every path, such as `/redis`, where a reverse proxy leaves it there. Empty for nothing.
    pub base_path: String,
    /// Certificate and key for TLS.
    pub tls: Option<Arc<rustls::ServerConfig>>,
}

/// Reads a certificate chain and its key, both in PEM.
pub fn tls_config(certificates: &Path, key: &Path) -> io::Result<Arc<rustls::ServerConfig>> {
    let wrong = |path: &Path, reason: String| io::Error::other(format!("{}: {reason}", path.display()));
    let chain = CertificateDer::pem_file_iter(certificates)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| wrong(certificates, error.to_string()))?;
    if chain.is_empty() {
        return Err(wrong(certificates, "there is no certificate in it".to_owned()));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| wrong(key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
        .map_err(|error| wrong(certificates, error.to_string()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Serves until `shutdown` completes; requests under way get a few seconds more, streams end.
///
/// Beside the protocol there are `GET /health`, which says that the process runs, and `GET /ready`, which also asks
/// the engines.
pub async fn serve(
    listener: TcpListener,
    gateway: Gateway,
    options: ServerOptions,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        // Also how long a connection may rest.
        .header_read_timeout(REST)
        .pipeline_flush(true);
    http.http2().timer(TokioTimer::new()).keep_alive_interval(Some(Duration::from_secs(30)));
    let graceful = GracefulShutdown::new();
    let closing = CancellationToken::new();
    let base_path = options.base_path.trim_end_matches('/').to_owned();
    let shared = Arc::new(Shared { http, gateway, base_path, closing: closing.clone() });
    let tls = options.tls.map(TlsAcceptor::from);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let _ = stream.set_nodelay(true);
        let (shared, watcher) = (shared.clone(), graceful.watcher());
        match &tls {
            None => drop(tokio::spawn(shared.connection(stream, watcher))),
            Some(tls) => {
                let handshake = tokio::time::timeout(HANDSHAKE, tls.accept(stream));
                tokio::spawn(async move {
                    if let Ok(Ok(stream)) = handshake.await {
                        shared.connection(stream, watcher).await;
                    }
                });
            }
        }
    }
    drop(listener);
    closing.cancel();
    let _ = tokio::time::timeout(GRACE, graceful.shutdown()).await;
    Ok(())
}

struct Shared {
    http: Builder<TokioExecutor>,
    gateway: Gateway,
    base_path: String,
    closing: CancellationToken,
}

impl Shared {
    async fn connection(
        self: Arc<Self>,
        mut stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        watcher: Watcher,
    ) {
        match self.plain(&mut stream).await {
            Ok(Some(bytes)) => Box::pin(self.by_library(bytes, stream, watcher)).await,
            Ok(None) => {}
            Err(error) => tracing::debug!(%error, "a connection has ended with an error"),
        }
    }

    /// Answers what is as usual. Some bytes are the beginning of what is not; none, the end of the connection.
    async fn plain(&self, stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<Option<Vec<u8>>> {
        let mut closing = std::pin::pin!(self.closing.cancelled());
        let mut rested = std::pin::pin!(tokio::time::sleep(REST));
        let mut answered = Instant::now();
        let mut bytes = Vec::new();
        loop {
            match plain::look(&bytes, &self.base_path) {
                plain::Begins::Whole(posted, length) => {
                    let answer = self.gateway.answer_posted(&posted).await;
                    let mut head = Vec::new();
                    plain::write_head(&self.gateway, &answer, &mut head);
                    if answer.body.len() < SHORT {
                        head.extend_from_slice(&answer.body);
                        stream.write_all(&head).await?;
                    } else {
                        stream.write_all_buf(&mut Buf::chain(head.as_slice(), answer.body.as_slice())).await?;
                    }
                    bytes.drain(..length);
                    bytes.shrink_to(KEPT);
                    answered = Instant::now();
                    continue;
                }
                plain::Begins::Other => return Ok(Some(bytes)),
                plain::Begins::Part => {}
            }
            bytes.reserve(ROOM);
            if !bytes.is_empty() {
                // The library has deadlines for those that are slow, and words for those that end here.
                match tokio::time::timeout(SOON, stream.read_buf(&mut bytes)).await {
                    Ok(Ok(1..)) => continue,
                    Ok(Err(error)) => return Err(error),
                    Ok(Ok(0)) | Err(_) => return Ok(Some(bytes)),
                }
            }
            tokio::select! {
                biased;
                read = stream.read_buf(&mut bytes) => if read? == 0 { return Ok(None) },
                () = &mut closing => return Ok(None),
                // Set anew only here, and not with every request.
                () = &mut rested => {
                    if answered.elapsed() >= REST {
                        return Ok(None);
                    }
                    rested.as_mut().reset(answered + REST);
                }
            }
        }
    }

    /// Answers everything, from these bytes on.
    async fn by_library(
        self: Arc<Self>,
        bytes: Vec<u8>,
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        watcher: Watcher,
    ) {
        let shared = self.clone();
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let shared = shared.clone();
            async move { Ok::<_, Infallible>(shared.answer(request.map(Body::new)).await) }
        });
        let (read, write) = tokio::io::split(stream);
        let stream = tokio::io::join(AsyncReadExt::chain(io::Cursor::new(bytes), read), write);
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        if let Err(error) = watcher.watch(connection.into_owned()).await {
            tracing::debug!(%error, "a connection has ended with an error");
        }
    }

    async fn answer(&self, mut request: Request) -> Response {
        match request.uri().path() {
            "/health" => return answer::text(StatusCode::OK, "ok"),
            "/ready" => {
                return match self.gateway.ready().await {
                    Ok(()) => answer::text(StatusCode::OK, "ready"),
                    Err(reason) => answer::text(StatusCode::SERVICE_UNAVAILABLE, &reason),
                };
            }
            _ => {}
        }
        if !self.base_path.is_empty() {
            let Some(uri) = without(request.uri(), &self.base_path) else {
                let told = format!("ERR the gateway is at {}", self.base_path);
                return answer::error(StatusCode::NOT_FOUND, &told).into();
            };
            *request.uri_mut() = uri;
        }
        self.gateway.answer(request).await
    }
}

fn without(uri: &Uri, base: &str) -> Option<Uri> {
    let rest = uri.path_and_query()?.as_str().strip_prefix(base)?;
    let rest = match rest.as_bytes().first() {
        Some(b'/') => rest.to_owned(),
        None | Some(b'?') => format!("/{rest}"),
        Some(_) => return None,
    };
    Some(Uri::from(PathAndQuery::try_from(rest).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_path_is_taken_off() {
        let rest = |uri: &str| without(&uri.parse().unwrap(), "/redis").map(|uri| uri.to_string());
        assert_eq!(rest("/redis/get/a?b=1").as_deref(), Some("/get/a?b=1"));
        assert_eq!(rest("/redis?_token=x").as_deref(), Some("/?_token=x"));
        assert_eq!(rest("/redis").as_deref(), Some("/"));
        assert_eq!(rest("/rediska"), None);
    }
}
