//! One connection that comes back by itself.

use std::time::Duration;

use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, FromRedisValue, ProtocolVersion, PushInfo, RedisError, RedisResult,
    ScriptInvocation, ServerErrorKind,
    aio::{MultiplexedConnection, PubSub},
    io::tcp::{TcpSettings, socket2::TcpKeepalive},
};
use tokio::sync::{Mutex, mpsc};

use super::{RedisOptions, address::Address};
use crate::error::TransportError;

/// A peer that does not answer for this long is gone, although nothing is sent: the system finds that out by itself.
const SILENCE: Duration = Duration::from_mins(2);

/// One multiplexed connection, made when it is first used and again after it broke. What was on its way then fails;
/// every command here may be repeated.
#[derive(Debug)]
pub(crate) struct Link {
    address: Address,
    options: RedisOptions,
    prefix: String,
    connection: Mutex<Option<MultiplexedConnection>>,
    pushes: Option<mpsc::UnboundedSender<PushInfo>>,
}

impl Link {
    pub(crate) fn new(url: &str, options: RedisOptions) -> Result<Self, TransportError> {
        let address = Address::parse(url)?;
        let prefix = address.prefix(&options);
        Ok(Self { address, options, prefix, connection: Mutex::new(None), pushes: None })
    }

    /// Another connection to the same server.
    pub(crate) fn another(&self) -> Self {
        let (address, options, prefix) = (self.address.clone(), self.options.clone(), self.prefix.clone());
        Self { address, options, prefix, connection: Mutex::new(None), pushes: None }
    }

    /// Another connection that hears what the server says by itself; with protocol 3 and client tracking.
    pub(crate) fn tracking(&self, pushes: mpsc::UnboundedSender<PushInfo>) -> Self {
        Self { pushes: Some(pushes), ..self.another() }
    }

    pub(crate) const fn options(&self) -> &RedisOptions {
        &self.options
    }

    /// The key of this name on the server.
    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(crate) fn db(&self) -> i64 {
        self.address.db()
    }

    async fn get(&self) -> RedisResult<MultiplexedConnection> {
        let mut connection = self.connection.lock().await;
        if let Some(connection) = &*connection {
            return Ok(connection.clone());
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.options.connect_timeout))
            .set_response_timeout(Some(self.options.response_timeout));
        let fresh = self.connect(config);
        let fresh = tokio::time::timeout(self.options.connect_timeout * 2, fresh).await;
        let fresh = fresh.unwrap_or_else(|_| Err((ErrorKind::Io, "the server does not answer").into()))?;
        Ok(connection.insert(fresh).clone())
    }

    async fn connect(&self, mut config: AsyncConnectionConfig) -> RedisResult<MultiplexedConnection> {
        let info = self.address.resolve(&self.prefix).await?;
        let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(TcpKeepalive::new().with_time(SILENCE));
        let mut info = info.set_tcp_settings(tcp);
        if let Some(pushes) = &self.pushes {
            let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
            info = info.set_redis_settings(settings);
            config = config.set_push_sender(pushes.clone());
        }
        let mut connection = Client::open(info)?.get_multiplexed_async_connection_with_config(&config).await?;
        if self.pushes.is_some() {
            redis::cmd("CLIENT").arg("TRACKING").arg("ON").arg("NOLOOP").exec_async(&mut connection).await?;
        }
        Ok(connection)
    }

    /// A connection of its own for what is published. Breaks with the server.
    pub(crate) async fn pubsub(&self) -> Result<PubSub, TransportError> {
        let open = async {
            let info = self.address.resolve(&self.prefix).await?;
            Client::open(info)?.get_async_pubsub().await
        };
        let opened = tokio::time::timeout(self.options.connect_timeout, open).await;
        opened
            .unwrap_or_else(|_| Err((ErrorKind::Io, "the server does not answer").into()))
            .map_err(|error| self.fault(&error))
    }

    /// A connection of its own for commands that wait, without a deadline on replies.
    pub(crate) async fn waiting(&self) -> Result<MultiplexedConnection, TransportError> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.options.connect_timeout))
            .set_response_timeout(None);
        self.connect(config).await.map_err(|error| self.fault(&error))
    }

    pub(crate) async fn cmd<T: FromRedisValue>(&self, cmd: &Cmd) -> Result<T, TransportError> {
        let result = async { cmd.query_async(&mut self.get().await?).await };
        let result = result.await;
        self.checked(result).await
    }

    pub(crate) async fn pipe<T: FromRedisValue>(&self, pipe: &redis::Pipeline) -> Result<T, TransportError> {
        let result = async { pipe.query_async(&mut self.get().await?).await };
        let result = result.await;
        self.checked(result).await
    }

    pub(crate) async fn script<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, TransportError> {
        let result = async { script.invoke_async(&mut self.get().await?).await };
        let result = result.await;
        self.checked(result).await
    }

    /// A connection that broke, or leads to a server that is no longer the right one, is not used again.
    async fn checked<T>(&self, result: RedisResult<T>) -> Result<T, TransportError> {
        match result {
            Ok(value) => Ok(value),
            Err(error) => {
                let moved = matches!(
                    error.kind(),
                    ErrorKind::Server(ServerErrorKind::ReadOnly | ServerErrorKind::Moved | ServerErrorKind::MasterDown)
                );
                if moved || error.is_io_error() || error.is_timeout() || error.is_unrecoverable_error() {
                    self.forget().await;
                }
                Err(self.fault(&error))
            }
        }
    }

    /// Makes a new connection for the next command.
    pub(crate) async fn forget(&self) {
        self.connection.lock().await.take();
    }

    pub(crate) fn fault(&self, error: &RedisError) -> TransportError {
        let server = self.address.name();
        let reason = error.detail().map_or_else(
            || error.to_string(),
            |detail| error.code().map_or_else(|| detail.to_owned(), |code| format!("{code} {detail}")),
        );
        let is_refusal = ["OOM", "NOAUTH", "WRONGPASS", "NOPERM", "MISCONF", "READONLY"]
            .iter()
            .any(|code| error.code() == Some(code) || reason.starts_with(code));
        match error.kind() {
            ErrorKind::AuthenticationFailed => TransportError::Refused { server, reason },
            _ if is_refusal => TransportError::Refused { server, reason },
            ErrorKind::UnexpectedReturnType | ErrorKind::Parse => TransportError::Corrupt { server, reason },
            _ => TransportError::Unavailable { server, reason },
        }
    }
}
