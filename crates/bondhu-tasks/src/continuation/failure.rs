//! What a failure takes with it: everything that would have come after it, so that nobody waits for that.
//!
//! Celery's rules: what was to follow in a chain fails with the same error, silently; the body of a chord whose header
//! failed tells its errbacks, and fails with an error that names the member, or, if it is a group, with the member's
//! own error in each of its tasks.

use serde_json::{Value, json};

use super::count;
use crate::{
    backend::ChordMember,
    canvas::{Kind, Signature, plan::give},
    error::Error,
    id::TaskId,
    message::Message,
    python::PyException,
    queue::Queue,
    result::{ResultTuple, State, StoredResult},
};

/// Sends what follows a failure, after it is stored: the errbacks of the task. What would have come after it in its
/// chain fails with it.
pub(crate) async fn after_failure(queue: &Queue, message: &Message, exception: &PyException) -> Result<(), Error> {
    for lost in message.embed.chain.iter().flatten() {
        fail_place(queue, lost, exception, &Told::default()).await?;
    }
    for errback in message.embed.errbacks.iter().flatten() {
        queue.apply_child(told(errback.clone(), &message.headers.id), message).await?;
    }
    Ok(())
}

/// Fails the body of a chord because `member` of its header has failed with `cause`. `told` are errbacks that know.
pub(super) async fn fail_body(
    queue: &Queue,
    body: &Signature,
    member: &TaskId,
    cause: &PyException,
    told: &[Signature],
) -> Result<(), Error> {
    let exception = PyException::chord_error(member.as_str(), cause);
    if let Kind::Group(tasks) = body.kind()? {
        for task in tasks {
            let mut errbacks = Vec::new();
            for errback in own_errbacks(&task)?.into_iter().chain(errbacks_of(body)) {
                if !errbacks.contains(&errback) && !told.contains(&errback) {
                    errbacks.push(errback);
                }
            }
            tell_and_fail(queue, &task, cause, errbacks).await?;
        }
        return fail_chain(queue, body, &exception).await;
    }
    let mut errbacks = errbacks_of(body);
    // A chain as a body is its first task, which would have got the results.
    if let (true, Kind::Chain(tasks)) = (errbacks.is_empty(), body.kind()?) {
        errbacks = tasks.first().map(errbacks_of).unwrap_or_default();
    }
    errbacks.retain(|errback| !told.contains(errback));
    tell_and_fail(queue, body, &exception, errbacks).await
}

/// Errbacks that were sent for something that will never run.
#[derive(Default)]
struct Told {
    errbacks: Vec<Signature>,
    /// For the children of its result.
    group: Option<ResultTuple>,
}

async fn tell_and_fail(
    queue: &Queue,
    lost: &Signature,
    exception: &PyException,
    errbacks: Vec<Signature>,
) -> Result<(), Error> {
    let Some(id) = result_id(lost)? else { return fail_place(queue, lost, exception, &Told::default()).await };
    let mut sent = Vec::new();
    for errback in &errbacks {
        sent.push(queue.apply(told(errback.clone(), &id)).await?.as_tuple().clone());
    }
    let group = (!sent.is_empty()).then(|| ResultTuple::group(queue.clock().new_id().into(), sent));
    fail_place(queue, lost, exception, &Told { errbacks, group }).await
}

/// Stores the failure of something that will never run, with all that it consists of and all that was to follow it,
/// and counts it in the chord it belongs to.
async fn fail_place(queue: &Queue, lost: &Signature, exception: &PyException, told: &Told) -> Result<(), Error> {
    let inner = match lost.kind()? {
        Kind::Chain(tasks) | Kind::Group(tasks) => tasks,
        Kind::Chord { body, .. } => vec![*body],
        _ => Vec::new(),
    };
    for part in &inner {
        Box::pin(fail_place(queue, part, exception, &Told::default())).await?;
    }
    fail_chain(queue, lost, exception).await?;
    let text = |name: &str| lost.options.get(name).and_then(Value::as_str);
    let Some(id) = text("task_id").map(TaskId::from) else { return Ok(()) };
    if let Some(backend) = queue.backend() {
        let failure = StoredResult::new(id.clone(), State::Failure, json!(exception)).done_at(queue.clock().now());
        backend.store(&[failure.children(told.group.iter().cloned().collect())]).await?;
    }
    let chord = lost.options.get("chord").filter(|chord| !chord.is_null());
    if let (Some(group), Some(chord)) = (text("group_id"), chord) {
        let body: Signature = serde_json::from_value(chord.clone())
            .map_err(|_| Error::Malformed { what: "signature", reason: "its chord has no body".to_owned() })?;
        let index = lost.options.get("group_index").and_then(Value::as_u64);
        let member = ChordMember { id, index, state: State::Failure, value: json!(exception) };
        Box::pin(count(queue, group, &body, &member, None, &told.errbacks)).await?;
    }
    Ok(())
}

async fn fail_chain(queue: &Queue, lost: &Signature, exception: &PyException) -> Result<(), Error> {
    for later in signatures(lost.options.get("chain")) {
        Box::pin(fail_place(queue, &later, exception, &Told::default())).await?;
    }
    Ok(())
}

/// The id by which the result of a signature is known.
fn result_id(signature: &Signature) -> Result<Option<TaskId>, Error> {
    Ok(match signature.kind()? {
        Kind::Chord { body, .. } => result_id(&body)?,
        _ => signature.options.get("task_id").and_then(Value::as_str).map(TaskId::from),
    })
}

/// The errbacks of a member of a group: for a chord those of its body too, for a group those of its members.
fn own_errbacks(signature: &Signature) -> Result<Vec<Signature>, Error> {
    let mut errbacks = errbacks_of(signature);
    match signature.kind()? {
        Kind::Chord { body, .. } => errbacks.extend(own_errbacks(&body)?),
        Kind::Group(tasks) => {
            for task in &tasks {
                errbacks.extend(own_errbacks(task)?);
            }
        }
        _ => {}
    }
    Ok(errbacks)
}

fn errbacks_of(signature: &Signature) -> Vec<Signature> {
    signatures(signature.options.get("link_error"))
}

/// A list of signatures, or a single one.
fn signatures(value: Option<&Value>) -> Vec<Signature> {
    match value {
        Some(list @ Value::Array(_)) => serde_json::from_value(list.clone()).unwrap_or_default(),
        Some(single @ Value::Object(_)) => serde_json::from_value(json!([single])).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// An errback is called with the id of the task that failed.
fn told(mut errback: Signature, failed: &TaskId) -> Signature {
    give(&mut errback, &[failed.as_str().into()]);
    errback
}
