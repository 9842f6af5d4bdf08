//! The server over TLS, with clients that verify who it is.

use std::{sync::Arc, time::Duration};

use axum::body::{Body, to_bytes};
use bondhu_cache::engine::Engine;
use bondhu_testkit::certificates::Certificates;
use bondhu_upstash::{
    Gateway, Options, Token,
    server::{ServerOptions, serve, tls_config},
};
use hyper::{Request, Version, client::conn::http2, header::HOST};
use hyper_util::rt::{TokioExecutor, TokioIo};
use reqwest::{Certificate, Client};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

use crate::start::{TOKEN, raw};

struct Encrypted {
    port: u16,
    authority: String,
}

/// A gateway with a certificate by an authority of this test alone.
async fn start() -> Encrypted {
    let certificates = Certificates::new().unwrap();
    let tls = tls_config(&certificates.path("server.pem"), &certificates.path("server.key")).unwrap();
    let options = ServerOptions { tls: Some(tls), base_path: "/redis".to_owned() };
    let gateway = Gateway::new(vec![Token::standard(TOKEN, Engine::memory(1 << 20))], Options::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(serve(listener, gateway, options, std::future::pending()));
    let _ = rustls::crypto::ring::default_provider().install_default();
    Encrypted { port, authority: std::fs::read_to_string(certificates.path("ca.pem")).unwrap() }
}

#[tokio::test]
async fn clients_that_trust_its_authority_are_answered_and_others_leave() {
    let gateway = start().await;
    let url = format!("https://localhost:{}/redis", gateway.port);
    let trusted = Certificate::from_pem(gateway.authority.as_bytes()).unwrap();
    let here = ([127, 0, 0, 1], gateway.port).into();
    let client = Client::builder().no_proxy().resolve("elsewhere.test", here).tls_certs_only([trusted]);
    let client = client.build().unwrap();
    let ask = async |path: &str, body: String| {
        let response = client.post(format!("{url}{path}")).bearer_auth(TOKEN).body(body).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let answer = |body: &str| (200, body.to_owned());
    assert_eq!(ask("", r#"["set","a","1"]"#.to_owned()).await, answer(r#"{"result":"OK"}"#));
    assert_eq!(ask("/pipeline", r#"[["incr","a"]]"#.to_owned()).await, answer(r#"[{"result":2}]"#));
    let long = "x".repeat(300_000);
    assert_eq!(ask("/set/long", long.clone()).await, answer(r#"{"result":"OK"}"#), "more than one record");
    assert_eq!(ask("/", r#"["get","long"]"#.to_owned()).await, answer(&format!("{{\"result\":\"{long}\"}}")));

    let stranger = Client::builder().no_proxy().build().unwrap();
    let error = stranger.post(&url).bearer_auth(TOKEN).body(r#"["ping"]"#).send().await.unwrap_err();
    assert!(format!("{error:?}").contains("UnknownIssuer"), "{error:?}");
    let other_name = format!("https://elsewhere.test:{}/redis", gateway.port);
    assert!(client.post(other_name).body("[]").send().await.is_err(), "the certificate is for another name");
    let plain = raw(&format!("http://127.0.0.1:{}", gateway.port), b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", false).await;
    assert!(!plain.contains("HTTP/"), "what is not encrypted gets no answer: {plain}");
    assert_eq!(ask("", r#"["ping"]"#.to_owned()).await.0, 200, "and holds nobody up");
}

#[tokio::test]
async fn http_2_is_offered_and_carries_requests_side_by_side() {
    let gateway = start().await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(gateway.authority.as_bytes()).unwrap()).unwrap();
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let stream = TcpStream::connect(("127.0.0.1", gateway.port)).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));

    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let ask = async |path: &str, body: &'static str| {
        let request = Request::post(format!("https://localhost{path}"))
            .header(HOST, "localhost")
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Body::from(body))
            .unwrap();
        let response = sender.clone().send_request(request).await.unwrap();
        assert_eq!((response.version(), response.status().as_u16()), (Version::HTTP_2, 200));
        let body = to_bytes(Body::new(response.into_body()), 1 << 20).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    };
    let both = async {
        tokio::join!(ask("/redis", r#"["set","a","1"]"#), ask("/redis/pipeline", r#"[["ping"],["echo","b"]]"#))
    };
    let (one, other) = tokio::time::timeout(Duration::from_secs(20), both).await.unwrap();
    assert_eq!((one.as_str(), other.as_str()), (r#"{"result":"OK"}"#, r#"[{"result":"PONG"},{"result":"b"}]"#));
}
