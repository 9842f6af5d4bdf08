//! Streams of events: subscriptions, and what the engine runs.
//!
//! `@upstash/redis` splits frames at `\n` and reads lines that begin with `data: `.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{body::Body, http::StatusCode, response::Response};
use bondhu_cache::engine::{Event, Subscription, Topic};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};

use crate::{
    access::{Access, Rights},
    answer, texts,
};

/// `/subscribe/...` and `/psubscribe/...`.
pub(crate) async fn subscribe(
    access: &Arc<Access>,
    names: Vec<Vec<u8>>,
    by_pattern: bool,
    keep_alive: Duration,
) -> Response {
    if names.is_empty() {
        return answer::error(StatusCode::BAD_REQUEST, texts::NO_CHANNEL).into();
    }
    let word = if by_pattern { "psubscribe" } else { "subscribe" };
    let mut greeting = Vec::new();
    for (index, name) in names.iter().enumerate() {
        frame(&[word.as_bytes(), name, (index + 1).to_string().as_bytes()], &mut greeting);
    }
    let topic = |name: Vec<u8>| if by_pattern { Topic::Pattern(name.into()) } else { Topic::Channel(name.into()) };
    match access.engine.subscribe(names.into_iter().map(topic).collect()).await {
        Ok(subscription) => open(access, subscription, greeting, keep_alive),
        Err(error) => answer::unavailable(&error).into(),
    }
}

/// `/monitor`.
pub(crate) async fn monitor(access: &Arc<Access>, keep_alive: Duration) -> Response {
    if access.rights == Rights::Read {
        return answer::error(StatusCode::BAD_REQUEST, &texts::no_permission("monitor")).into();
    }
    match access.engine.monitor().await {
        Ok(subscription) => open(access, subscription, b"data: \"OK\"\n\n".to_vec(), keep_alive),
        Err(error) => answer::unavailable(&error).into(),
    }
}

/// Says that there is one stream less.
struct Counted;

impl Counted {
    fn new() -> Self {
        metrics::gauge!("bondhu_upstash_streams").increment(1.0);
        Self
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        metrics::gauge!("bondhu_upstash_streams").decrement(1.0);
    }
}

/// The stream goes on for as long as the client reads it: clients do not notice when one ends.
fn open(access: &Arc<Access>, subscription: Subscription, greeting: Vec<u8>, keep_alive: Duration) -> Response {
    // The engine of a user closes its connections with its last handle.
    let state = (subscription, access.clone(), Counted::new());
    let events = stream::unfold(state, move |mut state| async move {
        let frame = match tokio::time::timeout(keep_alive, state.0.next()).await {
            Ok(Some(event)) => written(&event),
            Ok(None) => return None,
            Err(_) => Bytes::from_static(b": keepalive\n\n"),
        };
        Some((frame, state))
    });
    let greeting = stream::once(async { Bytes::from(greeting) });
    answer::events(Body::from_stream(greeting.chain(events).map(Ok::<_, Infallible>)))
}

fn written(event: &Event) -> Bytes {
    let mut bytes = Vec::new();
    match event {
        Event::Command(line) => frame(&[line], &mut bytes),
        Event::Message { topic: Topic::Channel(_), channel, payload } => {
            frame(&[b"message", channel, payload], &mut bytes);
        }
        Event::Message { topic: Topic::Pattern(glob), channel, payload } => {
            frame(&[b"pmessage", glob, channel, payload], &mut bytes);
        }
    }
    bytes.into()
}

/// One event: parts with commas between. A line cannot hold the end of a line, so JSON gets spaces, which mean the same
/// to it, and any other text an escape.
fn frame(parts: &[&[u8]], to: &mut Vec<u8>) {
    to.extend_from_slice(b"data: ");
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            to.push(b',');
        }
        if !part.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            to.extend_from_slice(part);
            continue;
        }
        metrics::counter!("bondhu_upstash_messages_with_line_ends_total").increment(1);
        let is_json = serde_json::from_slice::<serde::de::IgnoredAny>(part).is_ok();
        for byte in *part {
            match byte {
                b'\n' | b'\r' if is_json => to.push(b' '),
                b'\n' => to.extend_from_slice(b"\\n"),
                b'\r' => to.extend_from_slice(b"\\r"),
                byte => to.push(*byte),
            }
        }
    }
    to.extend_from_slice(b"\n\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(parts: &[&[u8]]) -> String {
        let mut bytes = Vec::new();
        frame(parts, &mut bytes);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn no_message_breaks_a_line() {
        assert_eq!(framed(&[b"message", b"chat", b"hello"]), "data: message,chat,hello\n\n");
        assert_eq!(framed(&[b"message", b"c", b"{\"a\":\n 1}\r\n"]), "data: message,c,{\"a\":  1}  \n\n");
        assert_eq!(framed(&[b"message", b"c", b"one\r\ntwo"]), "data: message,c,one\\r\\ntwo\n\n");
    }
}
