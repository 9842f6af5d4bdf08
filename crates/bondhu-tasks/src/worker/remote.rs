//! Remote control from the answering side: what `celery inspect`, `celery control` and Flower ask of a worker.

mod look;
mod methods;

use std::{sync::Arc, time::Duration};

use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use super::desk::Desk;
use crate::{
    control::{TOPIC, envelope, envelope::Envelope},
    routing::Routes,
};

/// The wait before the bus is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Answers questions and carries out commands until the worker is over.
pub(super) async fn answer<S: Clone + Send + Sync + 'static>(desk: Arc<Desk<S>>, over: CancellationToken) {
    loop {
        let subscribed = tokio::select! {
            subscribed = desk.queue.broker().subscribe(TOPIC) => subscribed,
            () = over.cancelled() => return,
        };
        match subscribed {
            Ok(mut questions) => {
                tokio::spawn(learn_revoked(desk.clone()));
                loop {
                    let question = tokio::select! {
                        question = questions.next() => question,
                        () = over.cancelled() => return,
                    };
                    let Some((_, payload)) = question else { break };
                    // One slow answer must not hold up the others.
                    tokio::spawn(reply(desk.clone(), payload));
                }
            }
            Err(error) => tracing::warn!(%error, "remote control does not reach this worker yet; trying again"),
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = over.cancelled() => return,
        }
    }
}

/// One question.
async fn reply<S: Clone + Send + Sync + 'static>(desk: Arc<Desk<S>>, payload: Vec<u8>) {
    let Some((envelope, Value::Object(question))) =
        Envelope::read(&payload).and_then(|envelope| envelope.content().map(|content| (envelope, content)))
    else {
        tracing::warn!("a message of remote control cannot be read; it is ignored");
        return;
    };
    desk.events.adjust(envelope.headers.get("clock").and_then(Value::as_u64).unwrap_or_default());
    if !is_meant(&desk.status.hostname, &question) || has_expired(&desk, &envelope) {
        return;
    }
    let method = question.get("method").and_then(Value::as_str).unwrap_or_default();
    let arguments = match question.get("arguments") {
        Some(Value::Object(arguments)) => arguments.clone(),
        _ => Map::new(),
    };
    let answer = methods::run(&desk, method, &arguments).await;
    let oid = question.get("reply_to").and_then(|to| to.get("routing_key")).and_then(Value::as_str);
    let (Some(oid), Some(answer)) = (oid, answer) else { return };
    let headers = json!({"ticket": question.get("ticket"), "clock": desk.events.tick()});
    let content = Value::Object(Map::from_iter([(desk.status.hostname.clone(), answer)]));
    let payload = envelope::write(&content, &headers, crate::control::REPLIES, oid, desk.queue.clock().new_id());
    if let Err(error) = desk.queue.broker().post(oid, &payload).await {
        tracing::warn!(%error, method, "an answer of remote control could not be sent");
    }
}

fn is_meant(hostname: &str, question: &Map<String, Value>) -> bool {
    match question.get("destination") {
        Some(Value::Array(names)) if !names.is_empty() => names.iter().any(|name| name == hostname),
        _ => match question.get("pattern").and_then(Value::as_str) {
            None => true,
            // Regular expressions are matched only where they are plain enough to be globs.
            Some(pattern) => Routes::new().route(pattern, "me").find(hostname).is_some(),
        },
    }
}

fn has_expired<S: Clone + Send + Sync + 'static>(desk: &Desk<S>, envelope: &Envelope) -> bool {
    let expires = envelope.headers.get("expires").and_then(Value::as_f64).unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "whole seconds are enough here")]
    let now = desk.now().as_second() as f64;
    expires > 0.0 && expires < now
}

/// Asks the peers which tasks were revoked before this worker was there (Celery's mingle), without waiting for it.
async fn learn_revoked<S: Clone + Send + Sync + 'static>(desk: Arc<Desk<S>>) {
    let control = crate::control::Control::new(desk.queue.broker().clone(), desk.queue.clock().clone());
    let arguments = json!({"from_node": desk.status.hostname, "revoked": {}});
    let Ok(answers) = control.ask("hello", arguments, None, AGAIN).await else { return };
    let now = desk.now();
    for answer in answers.values() {
        let ids = match answer.get("revoked") {
            Some(Value::Array(ids)) => ids.iter().filter_map(Value::as_str).map(Into::into).collect(),
            Some(Value::Object(ids)) => ids.keys().map(|id| id.as_str().into()).collect::<Vec<_>>(),
            _ => Vec::new(),
        };
        desk.status.revoke(ids, now);
    }
}
