//! What follows the end of a task: callbacks, the next of a chain, errbacks, and the body of a chord.

use serde_json::{Value, json};

use crate::{
    backend::{Backend, ChordMember, ChordStep},
    canvas::{Kind, Signature, plan::give},
    error::Error,
    id::TaskId,
    message::{Embed, Message},
    python::PyException,
    queue::Queue,
    result::{ResultTuple, State, StoredResult},
};

/// Sends what follows a success, before its result is stored: first the callbacks, then the next of the chain. Returns
/// what was sent, for the `children` of the result.
pub(crate) async fn after_success(queue: &Queue, message: &Message, result: &Value) -> Result<Vec<ResultTuple>, Error> {
    let Embed { callbacks, chain, .. } = &message.embed;
    let mut children = Vec::new();
    for callback in callbacks.iter().flatten() {
        let mut callback = callback.clone();
        give(&mut callback, std::slice::from_ref(result));
        children.push(queue.apply_child(callback, message).await?);
    }
    let mut rest = chain.clone().unwrap_or_default();
    if let Some(mut next) = rest.pop() {
        give(&mut next, std::slice::from_ref(result));
        let next = match next.kind()? {
            Kind::Task | Kind::Map { .. } | Kind::Starmap { .. } if rest.is_empty() => next,
            Kind::Task | Kind::Map { .. } | Kind::Starmap { .. } => {
                next.option("chain", rest.iter().map(Signature::to_value).collect::<Value>())
            }
            _ => {
                rest.push(next);
                Signature::chain(rest.into_iter().rev())
            }
        };
        children.push(queue.apply_child(next, message).await?);
    }
    Ok(children)
}

/// Sends what follows a failure, after it is stored: the errbacks of the task. What would have come after it in its
/// chain fails with it, so that nobody waits for it.
pub(crate) async fn after_failure(queue: &Queue, message: &Message, exception: &PyException) -> Result<(), Error> {
    for lost in message.embed.chain.iter().flatten() {
        fail_place(queue, lost, exception).await?;
    }
    run_errbacks(queue, message, message.embed.errbacks.iter().flatten(), &message.headers.id).await
}

/// Counts the end of a chord's member, after its result is stored, and runs or fails the body if it was the last.
/// Nothing for a task that belongs to no chord.
pub(crate) async fn join_chord(queue: &Queue, message: &Message, state: State, value: Value) -> Result<(), Error> {
    let headers = &message.headers;
    let (Some(group), Some(body)) = (&headers.group, &message.embed.chord) else { return Ok(()) };
    let member = ChordMember { id: headers.id.clone(), index: headers.group_index, state, value };
    count(queue, group, body, &member, Some(message)).await
}

async fn count(
    queue: &Queue,
    group: &str,
    body: &Signature,
    member: &ChordMember,
    last: Option<&Message>,
) -> Result<(), Error> {
    let Some(backend) = queue.backend() else { return Err(no_backend()) };
    let ChordStep::Complete { members, claim } = backend.join_chord(group, member).await? else { return Ok(()) };
    let failed = members.iter().find(|member| member.state != State::Success);
    if let Some(member) = failed {
        let cause: PyException = serde_json::from_value(member.value.clone())
            .unwrap_or_else(|_| PyException::builtin("RuntimeError", "the member failed"));
        let exception = PyException::chord_error(member.id.as_str(), &cause);
        Box::pin(fail_place(queue, body, &exception)).await?;
        run_errbacks_of_body(queue, body).await?;
    } else {
        let mut body = body.clone();
        give(&mut body, &[members.into_iter().map(|member| member.value).collect()]);
        match last {
            Some(last) => queue.apply_child(body, last).await.map(drop)?,
            None => queue.apply(body).await.map(drop)?,
        }
    }
    Ok(backend.close_chord(group, &claim).await?)
}

/// Tells the errbacks of a body that its header has failed.
async fn run_errbacks_of_body(queue: &Queue, body: &Signature) -> Result<(), Error> {
    let Some(id) = body.options.get("task_id").and_then(Value::as_str).map(TaskId::from) else { return Ok(()) };
    let errbacks: Vec<Signature> = match body.options.get("link_error") {
        Some(list @ Value::Array(_)) => serde_json::from_value(list.clone()).unwrap_or_default(),
        Some(single @ Value::Object(_)) => serde_json::from_value(json!([single])).unwrap_or_default(),
        _ => Vec::new(),
    };
    for errback in errbacks {
        send_errback(queue, errback, &id, None).await?;
    }
    Ok(())
}

/// Stores the failure of something that will never run, and counts it in the chord it belongs to. Its errbacks are not
/// run: as in Celery, an error is told once, by what has failed.
async fn fail_place(queue: &Queue, lost: &Signature, exception: &PyException) -> Result<(), Error> {
    let inner = match lost.kind()? {
        Kind::Chain(tasks) => tasks,
        Kind::Chord { body, .. } => vec![*body],
        _ => Vec::new(),
    };
    for part in &inner {
        Box::pin(fail_place(queue, part, exception)).await?;
    }
    let text = |name: &str| lost.options.get(name).and_then(Value::as_str);
    let Some(id) = text("task_id").map(TaskId::from) else { return Ok(()) };
    if let Some(backend) = queue.backend() {
        store_failure(queue, backend, &id, exception).await?;
    }
    let chord = lost.options.get("chord").filter(|chord| !chord.is_null());
    if let (Some(group), Some(chord)) = (text("group_id"), chord) {
        let body: Signature = serde_json::from_value(chord.clone())
            .map_err(|_| Error::Malformed { what: "signature", reason: "its chord has no body".to_owned() })?;
        let index = lost.options.get("group_index").and_then(Value::as_u64);
        let member = ChordMember { id, index, state: State::Failure, value: json!(exception) };
        Box::pin(count(queue, group, &body, &member, None)).await?;
    }
    Ok(())
}

async fn store_failure(queue: &Queue, backend: &Backend, id: &TaskId, exception: &PyException) -> Result<(), Error> {
    let result = StoredResult::new(id.clone(), State::Failure, json!(exception)).done_at(queue.clock().now());
    Ok(backend.store(&[result]).await?)
}

async fn run_errbacks(
    queue: &Queue,
    message: &Message,
    errbacks: impl Iterator<Item = &Signature>,
    id: &TaskId,
) -> Result<(), Error> {
    for errback in errbacks {
        send_errback(queue, errback.clone(), id, Some(message)).await?;
    }
    Ok(())
}

/// An errback is called with the id of the task that failed.
async fn send_errback(
    queue: &Queue,
    mut errback: Signature,
    failed: &TaskId,
    parent: Option<&Message>,
) -> Result<(), Error> {
    give(&mut errback, &[failed.as_str().into()]);
    match parent {
        Some(parent) => queue.apply_child(errback, parent).await.map(drop),
        None => queue.apply(errback).await.map(drop),
    }
}

/// Sends what a message for `celery.chain`, `celery.group` or `celery.chord` stands for.
pub(crate) async fn expand(queue: &Queue, message: &Message) -> Result<ResultTuple, Error> {
    let headers = &message.headers;
    let mut signature = Signature {
        args: message.args.clone(),
        kwargs: message.kwargs.clone(),
        ..Signature::named(headers.task.clone())
    };
    signature = signature.option("task_id", headers.id.as_str());
    inherit(&mut signature, message);
    queue.apply_child(signature, message).await
}

/// Sends a signature in the place of a task: under its id, once more replaced, with what was to follow it.
pub(crate) async fn replace(queue: &Queue, message: &Message, signature: Signature) -> Result<(), Error> {
    let signature = match signature.kind()? {
        // The list of a group's results needs a task to be the result of.
        Kind::Group(_) => {
            let accumulate = Signature { subtask_type: None, ..Signature::named("celery.accumulate") };
            Signature::chain([signature, accumulate.kwarg("index", 0)])
        }
        _ => signature,
    };
    let mut tasks = match signature.kind()? {
        Kind::Chain(tasks) => tasks,
        _ => vec![signature],
    };
    let Some(last) = tasks.last_mut() else {
        return Err(Error::Malformed {
            what: "signature",
            reason: "an empty chain cannot take a task's place".to_owned(),
        });
    };
    let (mut link, mut link_error) = (last.options.remove("link"), last.options.remove("link_error"));
    inherit(last, message);
    for (name, own) in [("link", &mut link), ("link_error", &mut link_error)] {
        if let Some(Value::Array(own)) = own {
            let together = last.options.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(together) = together {
                together.append(own);
            }
        }
    }
    last.options.insert("task_id".to_owned(), message.headers.id.as_str().into());
    last.options.insert("replaced_task_nesting".to_owned(), (message.headers.replaced_task_nesting + 1).into());
    tasks.extend(message.embed.chain.iter().flatten().rev().cloned());
    let whole = if tasks.len() == 1 { tasks.remove(0) } else { Signature::chain(tasks) };
    queue.apply_in_place(whole, message).await
}

/// Adds a member to the header of the chord that a task belongs to.
pub(crate) async fn add_to_chord(queue: &Queue, message: &Message, signature: Signature) -> Result<ResultTuple, Error> {
    let (Some(group), Some(chord), Some(backend)) = (&message.headers.group, &message.embed.chord, queue.backend())
    else {
        return Err(Error::Malformed { what: "chord", reason: "the task belongs to none".to_owned() });
    };
    backend.grow_chord(group, 1).await?;
    let member = signature.option("group_id", group.as_str()).option("chord", chord.to_value());
    queue.apply_child(member, message).await
}

/// Gives a signature that takes the place of a message what follows that message.
pub(crate) fn inherit(signature: &mut Signature, message: &Message) {
    let (headers, embed) = (&message.headers, &message.embed);
    let mut set = |name: &str, value: Value| {
        if !value.is_null() {
            signature.options.insert(name.to_owned(), value);
        }
    };
    set("group_id", json!(headers.group));
    set("group_index", json!(headers.group_index));
    set("chord", json!(embed.chord));
    set("link", json!(embed.callbacks));
    set("link_error", json!(embed.errbacks));
}

pub(crate) fn no_backend() -> Error {
    Error::Malformed {
        what: "set-up",
        reason: "a chord, and waiting for results, need a result backend; give the queue one".to_owned(),
    }
}
