//! The engine on a server.

mod library;
mod listen;
mod pipe;

use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt as _;
use redis::{ProtocolVersion, Value};

use self::{listen::Listening, pipe::Pipe};
use super::{
    Command, Reply,
    subscribe::{Event, Subscription, Topic},
};
use crate::redis::{Redis, RedisError, RedisOptions};

/// A server, with one connection for commands and one for messages.
#[derive(Clone, Debug)]
pub(super) struct Server(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    redis: Redis,
    /// Our own connection to one node. Over TLS, and to a cluster, the client library's.
    pipe: Option<Pipe>,
    listening: Listening,
}

impl Server {
    pub(super) fn new(url: &str, options: RedisOptions) -> Result<Self, RedisError> {
        Ok(Self::of(Redis::new(url, options)?))
    }

    fn of(redis: Redis) -> Self {
        let pipe = (!redis.is_tls() && !redis.is_cluster()).then(|| Pipe::new(redis.clone()));
        Self(Arc::new(Inner { pipe, listening: Listening::new(redis.clone()), redis }))
    }

    pub(super) fn as_user(&self, user: &str, password: &str) -> Self {
        Self::of(self.0.redis.as_user(user, password))
    }

    pub(super) fn name(&self) -> String {
        self.0.redis.name()
    }

    pub(super) async fn run(&self, command: &Command) -> Result<Reply, RedisError> {
        match &self.0.pipe {
            Some(pipe) => pipe.run(command).await,
            // The library's futures are large, and every connection of the gateway would have room for one.
            None => Box::pin(library::run(&self.0.redis, command)).await,
        }
    }

    pub(super) async fn run_all(&self, commands: &[Command]) -> Result<Vec<Reply>, RedisError> {
        match &self.0.pipe {
            Some(pipe) => pipe.run_all(commands.iter()).await,
            None => Box::pin(library::run_all(&self.0.redis, commands)).await,
        }
    }

    pub(super) async fn transaction(&self, commands: &[Command]) -> Result<Result<Vec<Reply>, Reply>, RedisError> {
        let Some(pipe) = &self.0.pipe else {
            return Box::pin(library::transaction(&self.0.redis, commands)).await;
        };
        let (multi, exec) = (Command::of(["MULTI"]), Command::of(["EXEC"]));
        let whole = std::iter::once(&multi).chain(commands).chain([&exec]);
        let mut replies = pipe.run_all(whole).await?;
        let executed = replies.pop().unwrap_or(Reply::Nil);
        // What could not be queued says more than the `EXECABORT` that follows from it.
        if let Some(refused) = replies.into_iter().find(|reply| reply.as_error().is_some()) {
            return Ok(Err(refused));
        }
        Ok(match executed {
            Reply::Array(replies) => Ok(replies),
            Reply::Error(text) => Err(Reply::Error(text)),
            _ => Err(Reply::error("EXECABORT Transaction discarded by the server")),
        })
    }

    pub(super) async fn subscribe(&self, topics: Vec<Topic>) -> Result<Subscription, RedisError> {
        self.0.listening.subscribe(topics).await
    }

    pub(super) async fn monitor(&self) -> Result<Subscription, RedisError> {
        let fault = |error: &redis::RedisError| RedisError::new(self.name(), error);
        let client = self.0.redis.client(ProtocolVersion::RESP2).await?;
        let monitor = client.get_async_monitor().await.map_err(|error| fault(&error))?;
        let (events, subscription) = Subscription::of_lines();
        tokio::spawn(async move {
            let mut lines = std::pin::pin!(monitor.into_on_message::<Value>());
            loop {
                let line = tokio::select! {
                    line = lines.next() => line,
                    () = events.closed() => return,
                };
                let Some(Value::SimpleString(line)) = line else { return };
                if events.try_send(Event::Command(Bytes::from(line))).is_err() {
                    return;
                }
            }
        });
        Ok(subscription)
    }
}
