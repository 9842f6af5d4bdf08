//! Where a server is: one node, the master that Sentinel names, or the node of a cluster that owns our keys.

use redis::{Client, ConnectionAddr, ConnectionInfo, RedisResult, Value};

use super::{
    RedisOptions,
    tls::{node, wrong},
};
use crate::error::TransportError;

/// Where a server is.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// This node.
    Node(Box<ConnectionInfo>),
    /// The master of this name; these know where it is.
    Sentinel { sentinels: Vec<ConnectionInfo>, master: String, node: Box<ConnectionInfo> },
    /// The node that owns the slot of our keys; these know which that is.
    Cluster { nodes: Vec<ConnectionInfo> },
}

impl Address {
    /// Reads `redis://`, `rediss://`, `redis+socket://` and `unix://`; `sentinel://user:password@host:port,host:port/
    /// master/db`, also in Celery's form with `;` between addresses; `redis-cluster://host:port,host:port`. Over TLS
    /// the last two begin with `sentinels://` and `rediss-cluster://`.
    pub(super) fn parse(text: &str) -> Result<Self, TransportError> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("has no scheme such as redis://"))?;
        match scheme {
            "redis" | "rediss" | "valkey" | "valkeys" => {
                let scheme = scheme.replace("valkey", "redis");
                node(&format!("{scheme}://{rest}")).map(|info| Self::Node(Box::new(info)))
            }
            "unix" | "redis+socket" | "socket" => {
                node(&format!("unix://{rest}")).map(|info| Self::Node(Box::new(info)))
            }
            "sentinel" | "redis+sentinel" => Self::sentinel("redis", rest),
            "sentinels" | "rediss+sentinel" => Self::sentinel("rediss", rest),
            "redis-cluster" | "cluster" => Self::cluster("redis", rest),
            "rediss-cluster" => Self::cluster("rediss", rest),
            _ => Err(wrong("must begin with redis://, rediss://, unix://, sentinel:// or redis-cluster://")),
        }
    }

    fn sentinel(scheme: &str, rest: &str) -> Result<Self, TransportError> {
        let unnamed = || wrong("names no master: write sentinel://host:26379,host:26379/name-of-the-master/0");
        // Celery repeats the whole address for each sentinel.
        let rest = rest.replace(";sentinel://", ",");
        let (rest, query) = rest.split_once('?').unwrap_or((&rest, ""));
        let (login, rest) = rest.rsplit_once('@').unwrap_or(("", rest));
        let (hosts, path) = rest.split_once('/').unwrap_or((rest, ""));
        let mut parts: Vec<&str> = path.split('/').collect();
        let named = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "master_name");
        let master = match named {
            Some((_, master)) => master.into_owned(),
            None => parts.remove(0).to_owned(),
        };
        if master.is_empty() {
            return Err(unnamed());
        }
        let db = parts.first().copied().unwrap_or_default();
        let at = if login.is_empty() { "" } else { "@" };
        let sentinels = hosts.split(',').map(|host| node(&format!("{scheme}://{host}?{query}")));
        let sentinels = sentinels.collect::<Result<_, _>>()?;
        let info = node(&format!("{scheme}://{login}{at}127.0.0.1:6379/{db}?{query}"))?;
        Ok(Self::Sentinel { sentinels, master, node: Box::new(info) })
    }

    fn cluster(scheme: &str, rest: &str) -> Result<Self, TransportError> {
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (login, hosts) = rest.rsplit_once('@').unwrap_or(("", rest));
        let hosts = hosts.split('/').next().unwrap_or_default();
        let at = if login.is_empty() { "" } else { "@" };
        let nodes = hosts.split(',').map(|host| node(&format!("{scheme}://{login}{at}{host}?{query}")));
        Ok(Self::Cluster { nodes: nodes.collect::<Result<_, _>>()? })
    }

    /// What to call it in errors: without user and password.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Node(info) => format!("the Redis server at {}", info.addr()),
            Self::Sentinel { master, .. } => format!("the Redis master {master}"),
            Self::Cluster { nodes } => {
                let hosts: Vec<String> = nodes.iter().map(|node| node.addr().to_string()).collect();
                format!("the Redis cluster at {}", hosts.join(","))
            }
        }
    }

    /// The number of the database, which is part of the names of channels.
    pub(super) fn db(&self) -> i64 {
        match self {
            Self::Node(info) => info.redis_settings().db(),
            Self::Sentinel { node, .. } => node.redis_settings().db(),
            Self::Cluster { .. } => 0,
        }
    }

    /// What keys need in front of them unless the options say something.
    pub(super) fn prefix(&self, options: &RedisOptions) -> String {
        match self {
            Self::Cluster { .. } if options.key_prefix.is_empty() => "{celery}:".to_owned(),
            _ => options.key_prefix.clone(),
        }
    }

    /// Finds the node to connect to. Asked anew for every connection, because masters change.
    pub(super) async fn resolve(&self, prefix: &str) -> RedisResult<ConnectionInfo> {
        match self {
            Self::Node(info) => Ok((**info).clone()),
            Self::Sentinel { sentinels, master, node } => {
                let mut last = None;
                for sentinel in sentinels {
                    let mut ask = redis::cmd("SENTINEL");
                    ask.arg("get-master-addr-by-name").arg(master);
                    match ask_one::<Option<(String, u16)>>(sentinel, &ask).await {
                        Ok(Some((host, port))) => {
                            return Ok(moved(node, host, port));
                        }
                        Ok(None) => {}
                        Err(error) => last = Some(error),
                    }
                }
                let unknown = (redis::ErrorKind::MasterNameNotFoundBySentinel, "no sentinel knows the master");
                Err(last.unwrap_or_else(|| unknown.into()))
            }
            Self::Cluster { nodes } => {
                let mut last = None;
                for node in nodes {
                    match owner(node, prefix).await {
                        Ok(owner) => return Ok(owner),
                        Err(error) => last = Some(error),
                    }
                }
                Err(last
                    .unwrap_or_else(|| (redis::ErrorKind::ClusterConnectionNotFound, "the cluster has no node").into()))
            }
        }
    }
}

/// How to reach a node, with another host in it.
fn moved(node: &ConnectionInfo, host: String, port: u16) -> ConnectionInfo {
    let addr = match node.addr().clone() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host, port, insecure, tls_params }
        }
        _ => ConnectionAddr::Tcp(host, port),
    };
    node.clone().set_addr(addr)
}

async fn ask_one<T: redis::FromRedisValue>(node: &ConnectionInfo, ask: &redis::Cmd) -> RedisResult<T> {
    let mut connection = Client::open(node.clone())?.get_multiplexed_async_connection().await?;
    ask.query_async(&mut connection).await
}

/// The node that owns the slot of all our keys.
async fn owner(node: &ConnectionInfo, prefix: &str) -> RedisResult<ConnectionInfo> {
    let slot: i64 = ask_one(node, redis::cmd("CLUSTER").arg("KEYSLOT").arg(prefix)).await?;
    let slots: Vec<(i64, i64, Vec<Value>)> = {
        let rows: Vec<Vec<Value>> = ask_one(node, redis::cmd("CLUSTER").arg("SLOTS")).await?;
        let row = |row: Vec<Value>| {
            let mut row = row.into_iter();
            let first = redis::from_redis_value(row.next()?).ok()?;
            let last = redis::from_redis_value(row.next()?).ok()?;
            Some((first, last, redis::from_redis_value(row.next()?).ok()?))
        };
        rows.into_iter().filter_map(row).collect()
    };
    let found =
        slots.into_iter().find(|(first, last, _)| (*first..=*last).contains(&slot)).and_then(|(_, _, master)| {
            let mut master = master.into_iter();
            let host: String = redis::from_redis_value(master.next()?).ok()?;
            let port: u16 = redis::from_redis_value(master.next()?).ok()?;
            Some((host, port))
        });
    let nobody = || (redis::ErrorKind::ClusterConnectionNotFound, "no node owns the slot of the keys");
    let (host, port) = found.ok_or_else(nobody)?;
    let host = match node.addr() {
        // A node that does not know its own name says nothing.
        ConnectionAddr::Tcp(own, _) | ConnectionAddr::TcpTls { host: own, .. } if host.is_empty() => own.clone(),
        _ => host,
    };
    Ok(moved(node, host, port))
}
