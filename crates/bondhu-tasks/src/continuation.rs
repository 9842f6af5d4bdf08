//! What follows the end of a task: callbacks, the next of a chain, errbacks, and the body of a chord.

mod failure;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub(crate) use failure::after_failure;

use crate::{
    backend::{ChordEnd, ChordMember, ChordStep},
    canvas::{
        Kind, Signature,
        plan::{give, handed_down},
    },
    error::Error,
    id::TaskId,
    message::{Embed, Message},
    python::PyException,
    queue::Queue,
    result::{ResultTuple, State},
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

/// Counts the end of a chord's member, after its result is stored, and runs or fails the body if it was the last.
/// Nothing for a task that belongs to no chord.
pub(crate) async fn join_chord(queue: &Queue, message: &Message, state: State, value: Value) -> Result<(), Error> {
    let headers = &message.headers;
    let (Some(group), Some(body)) = (&headers.group, &message.embed.chord) else { return Ok(()) };
    let member = ChordMember { id: headers.id.clone(), index: headers.group_index, state, value };
    count(queue, group, body, &member, Some(message), &[]).await
}

/// `told` are errbacks that know of this failure already.
async fn count(
    queue: &Queue,
    group: &str,
    body: &Signature,
    member: &ChordMember,
    last: Option<&Message>,
    told: &[Signature],
) -> Result<(), Error> {
    let Some(backend) = queue.backend() else { return Err(no_backend()) };
    let ChordStep::Complete { members, claim } = backend.join_chord(group, member).await? else { return Ok(()) };
    if let Some(failed) = members.iter().find(|member| member.state != State::Success) {
        let cause: PyException = serde_json::from_value(failed.value.clone())
            .unwrap_or_else(|_| PyException::builtin("RuntimeError", "the member failed"));
        Box::pin(failure::fail_body(queue, body, &failed.id, &cause, told)).await?;
        return Ok(backend.close_chord(group, &claim, ChordEnd::Failed).await?);
    }
    let values: Value = match backend.group(group).await? {
        Some(header) => {
            let mut values = members.into_iter().map(|member| (member.id, member.value)).collect();
            nested(&header.result, &mut values)
        }
        None => members.into_iter().map(|member| member.value).collect(),
    };
    let mut body = body.clone();
    give(&mut body, &[values]);
    match last {
        Some(last) => queue.apply_child(body, last).await.map(drop)?,
        None => queue.apply(body).await.map(drop)?,
    }
    Ok(backend.close_chord(group, &claim, ChordEnd::BodySent).await?)
}

/// The values of a header in the form of its groups.
fn nested(header: &ResultTuple, values: &mut BTreeMap<TaskId, Value>) -> Value {
    match &header.members {
        Some(members) => members.iter().map(|member| nested(member, values)).collect(),
        None => values.remove(&header.id).unwrap_or_default(),
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
    let mut tasks = match signature.kind()? {
        Kind::Chain(tasks) => handed_down(&signature, tasks),
        _ => vec![signature],
    };
    // The list of a group's results needs a task to be the result of.
    if let Some(Kind::Group(_)) = tasks.last().map(Signature::kind).transpose()? {
        let accumulate = Signature { subtask_type: None, ..Signature::named("celery.accumulate") };
        tasks.push(accumulate.kwarg("index", 0));
    }
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
