//! What a connection does between requests, and when they come in pieces or several at once.

use std::time::Duration;

use bondhu_cache::engine::Engine;
use bondhu_upstash::{
    Gateway, Options, Token,
    server::{ServerOptions, serve},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::oneshot,
    time::{sleep, timeout},
};

use crate::start::{TOKEN, on_memory};

fn post(path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {TOKEN}\r\n{headers}content-length: {length}\r\n\r\n{body}"
    )
}

async fn connect(url: &str) -> TcpStream {
    TcpStream::connect(url.trim_start_matches("http://")).await.unwrap()
}

/// Reads until so many answers are there.
async fn answers(stream: &mut TcpStream, count: usize) -> Vec<String> {
    let mut bytes = Vec::new();
    let read = async {
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let found: Vec<&str> = text.split("HTTP/1.1 ").skip(1).collect();
            if found.len() == count && found.iter().all(|answer| is_whole(answer)) {
                return found.into_iter().map(str::to_owned).collect();
            }
            assert!(stream.read_buf(&mut bytes).await.unwrap() > 0, "closed after {text}");
        }
    };
    timeout(Duration::from_secs(20), read).await.expect("all are answered")
}

fn is_whole(answer: &str) -> bool {
    let Some((head, body)) = answer.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    length.is_some_and(|length| length.parse() == Ok(body.len()))
}

#[tokio::test]
async fn requests_that_come_at_once_are_answered_in_order_whoever_answers_them() {
    let gateway = on_memory().await;
    let mut stream = connect(&gateway.url).await;
    let all = [
        post("/", "", r#"["set","a","1"]"#),
        post("/pipeline", "upstash-encoding: base64\r\n", r#"[["get","a"],["incr","a"]]"#),
        post("/multi-exec", "", r#"[["incr","a"]]"#),
        "GET /health HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(),
    ];
    stream.write_all(all.concat().as_bytes()).await.unwrap();
    let answers = answers(&mut stream, 4).await;
    let bodies: Vec<&str> = answers.iter().map(|answer| answer.split_once("\r\n\r\n").unwrap().1).collect();
    assert_eq!(bodies, [r#"{"result":"OK"}"#, r#"[{"result":"MQ=="},{"result":2}]"#, r#"[{"result":3}]"#, "ok\n"]);
}

#[tokio::test]
async fn both_ways_of_answering_say_the_same() {
    let gateway = on_memory().await;
    // What names an origin goes to the library.
    let other = "origin: https://example.org\r\n";
    for (path, headers, body) in [
        ("/", "", r#"["ping"]"#),
        ("/", "", "no"),
        ("/pipeline", "upstash-encoding: base64\r\n", r#"[["ping"],["nothing"]]"#),
        ("/multi-exec", "", "[]"),
        ("/", "upstash-response-format: resp2\r\n", r#"["ping"]"#),
        ("/", "upstash-encoding: rot13\r\n", r#"["ping"]"#),
    ] {
        let mut said = Vec::new();
        for more in ["", other] {
            let mut stream = connect(&gateway.url).await;
            stream.write_all(post(path, &format!("{headers}{more}"), body).as_bytes()).await.unwrap();
            let answer = answers(&mut stream, 1).await.remove(0);
            let differs =
                |line: &&str| !["date", "upstash-sync", "access-control", "vary"].iter().any(|of| line.starts_with(of));
            let mut lines: Vec<String> = answer.lines().filter(differs).map(str::to_owned).collect();
            assert!(answer.contains("\r\nupstash-sync-token: ") && answer.contains("\r\ndate: "), "{answer}");
            lines.sort();
            said.push(lines);
        }
        assert_eq!(said[0], said[1], "{path} {body}");
    }
    let mut stream = connect(&gateway.url).await;
    stream.write_all(post("/", "", "[]").replace(TOKEN, "wrong").as_bytes()).await.unwrap();
    let refused = answers(&mut stream, 1).await.remove(0);
    assert!(refused.starts_with("401 Unauthorized\r\n") && !refused.contains("sync"), "{refused}");
    stream.write_all(post("/", "", r#"["ping"]"#).as_bytes()).await.unwrap();
    assert!(answers(&mut stream, 1).await[0].starts_with("200 OK\r\n"), "the connection goes on");
}

#[tokio::test]
async fn a_request_in_pieces_is_answered_also_when_they_are_long_in_coming() {
    let gateway = on_memory().await;
    let request = post("/", "", r#"["echo","piece by piece"]"#);
    for (size, wait) in [(7, 1), (request.len() / 2, 1_300)] {
        let mut stream = connect(&gateway.url).await;
        stream.set_nodelay(true).unwrap();
        for piece in request.as_bytes().chunks(size) {
            stream.write_all(piece).await.unwrap();
            sleep(Duration::from_millis(wait)).await;
        }
        let answer = answers(&mut stream, 1).await.remove(0);
        assert!(answer.ends_with(r#"{"result":"piece by piece"}"#), "{answer}");
    }
}

#[tokio::test]
async fn at_the_end_connections_that_rest_are_closed_and_requests_under_way_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = listener.local_addr().unwrap().to_string();
    let gateway = Gateway::new(vec![Token::standard(TOKEN, Engine::memory(1 << 20))], Options::default());
    let (end, ended) = oneshot::channel::<()>();
    let ended = async { drop(ended.await) };
    let served = tokio::spawn(serve(listener, gateway, ServerOptions::default(), ended));
    let (mut rests, mut sends) = (connect(&url).await, connect(&url).await);
    let request = post("/", "", r#"["ping"]"#);
    rests.write_all(request.as_bytes()).await.unwrap();
    answers(&mut rests, 1).await;
    let (first, last) = request.split_at(request.len() - 3);
    sends.write_all(first.as_bytes()).await.unwrap();
    sleep(Duration::from_millis(100)).await;
    end.send(()).unwrap();
    assert_eq!(timeout(Duration::from_secs(5), rests.read(&mut [0; 8])).await.unwrap().unwrap(), 0);
    sends.write_all(last.as_bytes()).await.unwrap();
    assert!(answers(&mut sends, 1).await[0].starts_with("200 OK\r\n"));
    timeout(Duration::from_secs(9), served).await.expect("nobody is waited for in vain").unwrap().unwrap();
}
