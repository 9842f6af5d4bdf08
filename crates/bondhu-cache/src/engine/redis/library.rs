//! Commands by way of the client library: for TLS, and for clusters, where every command finds its node.

use redis::{Cmd, Pipeline, Value};

use crate::engine::{Command, Reply};
use crate::redis::{Redis, RedisError};

fn cmd(command: &Command) -> Cmd {
    let mut cmd = Cmd::new();
    for word in command {
        cmd.arg(word);
    }
    cmd
}

fn pipeline(commands: &[Command]) -> Pipeline {
    let mut pipeline = redis::pipe();
    for command in commands {
        pipeline.add_command(cmd(command));
    }
    pipeline
}

pub(super) async fn run(redis: &Redis, command: &Command) -> Result<Reply, RedisError> {
    redis.run(&cmd(command)).await.map(reply)
}

pub(super) async fn run_all(redis: &Redis, commands: &[Command]) -> Result<Vec<Reply>, RedisError> {
    if redis.is_cluster() {
        // The library's pipelines are for keys of one slot. One after the other, because the order counts.
        let mut replies = Vec::with_capacity(commands.len());
        for command in commands {
            replies.push(run(redis, command).await?);
        }
        return Ok(replies);
    }
    let replies = redis.run_all(&pipeline(commands)).await?;
    Ok(replies.into_iter().map(reply).collect())
}

pub(super) async fn transaction(redis: &Redis, commands: &[Command]) -> Result<Result<Vec<Reply>, Reply>, RedisError> {
    let mut whole = pipeline(commands);
    whole.atomic();
    let executed = redis.run_all(&whole).await?.into_iter().next().map(reply);
    Ok(match executed {
        Some(Reply::Array(replies)) => Ok(replies),
        Some(Reply::Error(text)) => Err(Reply::Error(text)),
        _ => Err(Reply::error("EXECABORT Transaction discarded by the server")),
    })
}

/// A reply of protocol 3 in the forms of protocol 2: maps become flat lists, numbers with a point text.
fn reply(value: Value) -> Reply {
    let list = |items: Vec<Value>| Reply::Array(items.into_iter().map(reply).collect());
    match value {
        Value::Nil => Reply::Nil,
        Value::Int(number) => Reply::Int(number),
        Value::BulkString(bytes) => Reply::Bulk(bytes.into()),
        Value::Array(items) | Value::Set(items) | Value::Push { data: items, .. } => list(items),
        Value::Map(pairs) => {
            Reply::Array(pairs.into_iter().flat_map(|(key, value)| [reply(key), reply(value)]).collect())
        }
        Value::SimpleString(text) => Reply::Status(text.into()),
        Value::Okay => Reply::OK,
        Value::Attribute { data, .. } => reply(*data),
        Value::Double(number) => Reply::bulk(crate::engine::memory::float_text(number)),
        Value::Boolean(is) => Reply::Int(i64::from(is)),
        Value::VerbatimString { text, .. } => Reply::Bulk(text.into()),
        Value::BigNumber(digits) => Reply::bulk(digits),
        Value::ServerError(error) => {
            Reply::error(format!("{} {}", error.code(), error.details().unwrap_or_default()).trim_end())
        }
        _ => Reply::error("ERR the server has answered with something that this gateway does not know"),
    }
}
