//! The tasks that every Celery worker knows, and tasks that nobody knows.

use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::{
    desk::{Abandoned, Desk},
    outcome::{Ended, Reason},
};
use crate::{
    broker::Delivery,
    canvas::{Kind, Signature},
    context::{Run, TaskContext},
    continuation,
    error::Error,
    message::Message,
    options::TaskOptions,
    outcome::{TaskError, TaskResult},
    queue::Queue,
};

/// Runs one of Celery's own tasks, or fails one that is not registered.
pub(super) async fn run<S: Clone + Send + Sync + 'static>(
    desk: &Arc<Desk<S>>,
    delivery: &Delivery,
    message: &Message,
) -> Result<(), Abandoned> {
    let task = message.headers.task.as_str();
    let known = matches!(
        task,
        "celery.map"
            | "celery.starmap"
            | "celery.chunks"
            | "celery.accumulate"
            | "celery.backend_cleanup"
            | "celery.chord_unlock"
            | "celery.chain"
            | "celery.group"
            | "celery.chord"
    );
    if !known {
        return desk.failed(delivery, message, Reason::Unknown(task.to_owned())).await;
    }
    let (queue, message) = (desk.queue.clone(), Arc::new(message.clone()));
    let run = Run::new(message.clone(), queue.clone(), desk.status.hostname.clone(), CancellationToken::new());
    desk.events.started(&message);
    let begun = tokio::time::Instant::now();
    let result = builtin(desk, &queue, &message).await;
    desk.conclude(delivery, &run, &TaskOptions::new(), Ended::Returned(result), begun.elapsed()).await
}

async fn builtin<S>(desk: &Arc<Desk<S>>, queue: &Queue, message: &Arc<Message>) -> TaskResult<Value>
where
    S: Clone + Send + Sync + 'static,
{
    match message.headers.task.as_str() {
        "celery.accumulate" => {
            let index =
                message.kwargs.get("index").and_then(Value::as_u64).and_then(|index| usize::try_from(index).ok());
            let one = index.map(|index| message.args.get(index).cloned().unwrap_or_default());
            Ok(one.unwrap_or_else(|| message.args.clone().into()))
        }
        "celery.backend_cleanup" => match queue.backend() {
            Some(backend) => Ok(backend.clean_up().await?.into()),
            None => Ok(Value::Null),
        },
        // Celery's way to wait for chords on backends that cannot count; those here can.
        "celery.chord_unlock" => Err(TaskError::Ignore),
        "celery.map" | "celery.starmap" | "celery.chunks" => repeat(desk, queue, message).await,
        _ => {
            continuation::expand(queue, message).await.map_err(TaskError::fail)?;
            Err(TaskError::Ignore)
        }
    }
}

/// Calls a task for each item, one after the other, and returns the list of results.
async fn repeat<S>(desk: &Arc<Desk<S>>, queue: &Queue, message: &Arc<Message>) -> TaskResult<Value>
where
    S: Clone + Send + Sync + 'static,
{
    let signature = Signature {
        args: message.args.clone(),
        kwargs: message.kwargs.clone(),
        ..Signature::named(message.headers.task.clone())
    };
    let (task, items, spread) = match named_parts(signature).kind().map_err(TaskError::fail)? {
        Kind::Map { task, items } => (task, items, false),
        Kind::Starmap { task, items } | Kind::Chunks { task, items, .. } => (task, items, true),
        _ => return Err(TaskError::fail(Error::UnknownTask(message.headers.task.clone()))),
    };
    let registered = desk.registry.get(&task.task).map_err(TaskError::fail)?;
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        let mut call = (**message).clone();
        let mut args = match item {
            Value::Array(args) if spread => args,
            item => vec![item],
        };
        args.extend(task.args.iter().cloned());
        (call.args, call.kwargs) = (args, task.kwargs.clone());
        let run = Run::new(Arc::new(call), queue.clone(), desk.status.hostname.clone(), CancellationToken::new());
        results.push(registered.run(TaskContext::new(desk.state.clone(), Arc::new(run))).await?);
    }
    Ok(results.into())
}

/// A peer may pass the parts by position.
fn named_parts(mut signature: Signature) -> Signature {
    for (name, value) in ["task", "it"].into_iter().zip(std::mem::take(&mut signature.args)) {
        signature.kwargs.insert(name.to_owned(), value);
    }
    signature
}
