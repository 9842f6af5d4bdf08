//! Requests in the form in which clients post commands, over HTTP/1.1.
//!
//! Most requests are alike: a `POST` with a short body of known length. Answering those here costs a fraction of the
//! processor time and of the memory per connection that an HTTP library takes for every kind of request
//! (`docs/PERFORMANCE.md` has figures). Whatever looks different goes to the library, with the bytes that came.

use std::cell::RefCell;

use httparse::{EMPTY_HEADER, Status};

use crate::{
    Gateway,
    answer::{Answer, KEPT},
    request::{Posted, PostedTo},
};

/// Longer bodies go to the library, which reads them with limits and deadlines.
const LONGEST_BODY: usize = 64 << 10;
const MOST_HEADERS: usize = 32;

/// What the bytes of a connection begin with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Begins<'a> {
    /// A part of a request.
    Part,
    /// A whole request, of so many bytes.
    Whole(Posted<'a>, usize),
    /// Something for the library.
    Other,
}

/// Looks at what has arrived of a connection whose paths begin with `base_path`.
pub(super) fn look<'a>(bytes: &'a [u8], base_path: &str) -> Begins<'a> {
    let mut headers = [EMPTY_HEADER; MOST_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let Ok(parsed) = head.parse(bytes) else { return Begins::Other };
    if head.method.is_some_and(|method| method != "POST") || head.version.is_some_and(|version| version != 1) {
        return Begins::Other;
    }
    let Status::Complete(head_length) = parsed else {
        return if bytes.len() > LONGEST_BODY { Begins::Other } else { Begins::Part };
    };
    let place = head.path.and_then(|path| path.strip_prefix(base_path));
    let name = place.and_then(|place| if place.is_empty() { Some("") } else { place.strip_prefix('/') });
    let Some(to) = name.and_then(PostedTo::of) else { return Begins::Other };
    let Some((mut posted, body_length)) = read_headers(to, head.headers) else { return Begins::Other };
    let whole = head_length + body_length;
    let Some(body) = bytes.get(head_length..whole) else { return Begins::Part };
    posted.body = body;
    Begins::Whole(posted, whole)
}

/// The headers that matter, and the length of the body. None where one of them says that there is more to this request,
/// or is there twice.
fn read_headers<'a>(to: PostedTo, headers: &[httparse::Header<'a>]) -> Option<(Posted<'a>, usize)> {
    let (mut bearer, mut encoding, mut format, mut length) = (None, None, None, None);
    for header in headers {
        let is = |name: &str| header.name.eq_ignore_ascii_case(name);
        let known = match header.name.len() {
            13 if is("authorization") => &mut bearer,
            14 if is("content-length") => &mut length,
            16 if is("upstash-encoding") => &mut encoding,
            23 if is("upstash-response-format") => &mut format,
            10 if is("connection") && !header.value.eq_ignore_ascii_case(b"keep-alive") => return None,
            17 if is("transfer-encoding") => return None,
            6 if is("expect") || is("origin") => return None,
            7 if is("upgrade") => return None,
            _ => continue,
        };
        if known.replace(header.value).is_some() {
            return None;
        }
    }
    let length = length.filter(|digits| digits.len() <= 5 && digits.iter().all(u8::is_ascii_digit))?;
    let length: usize = std::str::from_utf8(length).ok()?.parse().ok()?;
    (length <= LONGEST_BODY).then_some((Posted { to, bearer, encoding, format, body: b"" }, length))
}

/// Appends the head of an answer.
pub(super) fn write_head(gateway: &Gateway, answer: &Answer, to: &mut Vec<u8>) {
    to.reserve(512);
    to.extend_from_slice(b"HTTP/1.1 ");
    to.extend_from_slice(answer.status.as_str().as_bytes());
    to.push(b' ');
    to.extend_from_slice(answer.status.canonical_reason().unwrap_or_default().as_bytes());
    to.extend_from_slice(b"\r\ncontent-type: ");
    to.extend_from_slice(answer.kind.as_bytes());
    to.extend_from_slice(b"\r\ncontent-length: ");
    to.extend_from_slice(itoa::Buffer::new().format(answer.body.len()).as_bytes());
    // As in the answers of `Gateway::answer`, those alone that a token has opened.
    if answer.status != axum::http::StatusCode::UNAUTHORIZED {
        to.extend_from_slice(b"\r\nupstash-sync-token: ");
        gateway.write_sync_token(to);
    }
    to.extend_from_slice(b"\r\nkeep-alive: ");
    to.extend_from_slice(KEPT.as_bytes());
    to.extend_from_slice(b"\r\ndate: ");
    write_date(to);
    to.extend_from_slice(b"\r\n\r\n");
}

/// Appends the time of the moment in the form of HTTP, made once a second.
fn write_date(to: &mut Vec<u8>) {
    thread_local! {
        static WRITTEN: RefCell<(u64, String)> = const { RefCell::new((0, String::new())) };
    }
    #[expect(clippy::disallowed_methods, reason = "HTTP dates are of the real world")]
    let now = std::time::SystemTime::now();
    let secs = now.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    WRITTEN.with_borrow_mut(|(written, text)| {
        if *written != secs || text.is_empty() {
            *text = httpdate::fmt_http_date(now);
            *written = secs;
        }
        to.extend_from_slice(text.as_bytes());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(path: &str, headers: &str, body: &str) -> Vec<u8> {
        let length = body.len();
        format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
    }

    #[test]
    fn the_usual_request_is_read_however_it_is_cut() {
        let bytes = request("/pipeline", "Authorization: Bearer t\r\nUpstash-Encoding: base64\r\n", r#"[["ping"]]"#);
        for end in 0..bytes.len() {
            assert_eq!(look(&bytes[..end], ""), Begins::Part, "{end}");
        }
        let posted = Posted {
            to: PostedTo::Pipeline,
            bearer: Some(b"Bearer t"),
            encoding: Some(b"base64"),
            format: None,
            body: br#"[["ping"]]"#,
        };
        let twice = [bytes.as_slice(), &bytes].concat();
        assert_eq!(look(&twice, ""), Begins::Whole(posted, bytes.len()));
    }

    #[test]
    fn base_paths_lead_to_the_same_places() {
        for (path, base, to) in [
            ("/", "", Some(PostedTo::Command)),
            ("/multi-exec", "", Some(PostedTo::Transaction)),
            ("/redis", "/redis", Some(PostedTo::Command)),
            ("/redis/pipeline", "/redis", Some(PostedTo::Pipeline)),
            ("/redispipeline", "/redis", None),
            ("/pipeline", "/redis", None),
            ("/set/a/b", "", None),
            ("/pipeline?_token=x", "", None),
            ("//pipeline", "", None),
        ] {
            let bytes = request(path, "", "[]");
            let found = match look(&bytes, base) {
                Begins::Whole(posted, _) => Some(posted.to),
                Begins::Other => None,
                Begins::Part => panic!("{path} is whole"),
            };
            assert_eq!(found, to, "{path} under {base}");
        }
    }

    #[test]
    fn what_is_not_usual_is_for_the_library() {
        for headers in [
            "transfer-encoding: chunked\r\n",
            "expect: 100-continue\r\n",
            "connection: close\r\n",
            "connection: keep-alive, upgrade\r\n",
            "upgrade: h2c\r\n",
            "origin: https://example.org\r\n",
            "content-length: 2\r\n",
            "authorization: a\r\nauthorization: b\r\n",
            "no header\r\n",
        ] {
            assert_eq!(look(&request("/", headers, "[]"), ""), Begins::Other, "{headers}");
        }
        for bytes in [
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "GET / HTTP/1.1\r\n",
            "POST / HTTP/1.0\r\ncontent-length: 2\r\n\r\n[]",
            "POST / HTTP/1.1\r\nhost: x\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 65537\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: 999999999999\r\n\r\n",
            "POST / HTTP/1.1\r\ncontent-length: -2\r\n\r\n",
            "\x16\x03\x01",
        ] {
            assert_eq!(look(bytes.as_bytes(), ""), Begins::Other, "{bytes}");
        }
        let kept = request("/", "connection: keep-alive\r\n", "[]");
        assert!(matches!(look(&kept, ""), Begins::Whole(..)));
    }
}
