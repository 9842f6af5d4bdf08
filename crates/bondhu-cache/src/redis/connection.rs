//! One open connection, to a node or to all nodes of a cluster.

use std::sync::Arc;
use std::time::Duration;

use redis::{
    AsyncConnectionConfig, Client, Cmd, ErrorKind, Pipeline, ProtocolVersion, PushInfo, RedisError, RedisResult,
    TlsCertificates, Value,
    aio::{ConnectionLike, MultiplexedConnection},
    cluster::ClusterClient,
    cluster_async::ClusterConnection,
    io::tcp::{TcpSettings, socket2::TcpKeepalive},
};

use super::{RedisOptions, address::Address};

/// A peer that does not answer for this long is gone, although nothing is sent: the system finds that out by itself.
const SILENCE: Duration = Duration::from_mins(2);

/// What hears the messages that no command has asked for. Called by the task that reads the connection, so in the
/// order in which they stand among the replies; it must not wait.
pub(super) type OnPush = Arc<dyn Fn(PushInfo) + Send + Sync>;

/// An open connection; clones share it, and their commands do not wait for one another.
#[derive(Clone)]
pub(super) enum Connection {
    Node(MultiplexedConnection),
    Cluster(ClusterConnection),
}

impl Connection {
    /// Connects. Speaks protocol 3 where the server knows it.
    pub(super) async fn open(address: &Address, options: &RedisOptions, on_push: OnPush) -> RedisResult<Self> {
        let open = async {
            if let Address::Cluster { nodes, certificates } = address {
                return Self::open_cluster(nodes, certificates.as_ref(), options, on_push).await;
            }
            match open_node(address, options, Some(on_push)).await {
                // Servers older than Redis 6 do not know the protocol.
                Err(error) if error.kind() == ErrorKind::RESP3NotSupported => open_node(address, options, None).await,
                opened => opened,
            }
            .map(Self::Node)
        };
        let opened = tokio::time::timeout(options.connect_timeout * 2, open).await;
        opened.unwrap_or_else(|_| Err((ErrorKind::Io, "the server does not answer").into()))
    }

    async fn open_cluster(
        nodes: &[redis::ConnectionInfo],
        certificates: Option<&TlsCertificates>,
        options: &RedisOptions,
        on_push: OnPush,
    ) -> RedisResult<Self> {
        let mut client = ClusterClient::builder(nodes.to_vec());
        if let Some(certificates) = certificates {
            client = client.certs(certificates.clone());
        }
        let client = client
            .use_protocol(ProtocolVersion::RESP3)
            .connection_timeout(options.connect_timeout)
            .response_timeout(options.response_timeout)
            .tcp_settings(tcp())
            .retries(3)
            .push_sender(move |push| {
                on_push(push);
                Ok::<_, redis::aio::SendError>(())
            })
            .build()?;
        Ok(Self::Cluster(client.get_async_connection().await?))
    }

    pub(super) async fn send(&mut self, cmd: &Cmd) -> RedisResult<Value> {
        match self {
            Self::Node(node) => node.send_packed_command(cmd).await,
            Self::Cluster(cluster) => cluster.req_packed_command(cmd).await.or_else(as_answer),
        }
    }

    /// The replies in the order of the commands; a transaction has the one reply of its `EXEC`.
    pub(super) async fn send_all(&mut self, pipeline: &Pipeline) -> RedisResult<Vec<Value>> {
        let count = pipeline.cmd_iter().count();
        let (offset, count) = if pipeline.is_transaction() { (count + 1, 1) } else { (0, count) };
        let answers = match self {
            Self::Node(node) => node.send_packed_commands(pipeline, offset, count).await,
            Self::Cluster(cluster) => cluster.req_packed_commands(pipeline, offset, count).await,
        };
        match answers {
            // What could not be queued says more than the `EXECABORT` that follows from it.
            Err(error) if pipeline.is_transaction() => as_answer(error).map(|answer| vec![answer]),
            answers => answers,
        }
    }
}

/// What a node of a cluster refuses, and what cannot be queued, comes as an error of the client; it is an answer like any
/// other.
fn as_answer(error: RedisError) -> RedisResult<Value> {
    match error.clone().into_server_errors().as_deref() {
        Some([(_, refusal), ..]) => Ok(Value::ServerError(refusal.clone())),
        _ => Err(error),
    }
}

fn tcp() -> TcpSettings {
    TcpSettings::default().set_nodelay(true).set_keepalive(TcpKeepalive::new().with_time(SILENCE))
}

/// A client for one node as it is to be reached now.
pub(super) async fn client(address: &Address, protocol: ProtocolVersion) -> RedisResult<Client> {
    let info = address.node().await?.set_tcp_settings(tcp());
    let settings = info.redis_settings().clone().set_protocol(protocol);
    Client::open(info.set_redis_settings(settings))
}

async fn open_node(
    address: &Address,
    options: &RedisOptions,
    on_push: Option<OnPush>,
) -> RedisResult<MultiplexedConnection> {
    let protocol = if on_push.is_some() { ProtocolVersion::RESP3 } else { ProtocolVersion::RESP2 };
    let mut config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(options.connect_timeout))
        .set_response_timeout(Some(options.response_timeout));
    if let Some(on_push) = on_push {
        config = config.set_push_sender(move |push| {
            on_push(push);
            Ok::<_, redis::aio::SendError>(())
        });
    }
    client(address, protocol).await?.get_multiplexed_async_connection_with_config(&config).await
}
