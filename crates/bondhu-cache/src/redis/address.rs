//! Where a server is: one node, the master that Sentinel names, or a cluster.

use redis::{Client, ConnectionAddr, ConnectionInfo, ErrorKind, RedisResult, TlsCertificates};

use super::{
    RedisError,
    tls::{certificates, node, wrong},
};

/// Where a server is.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// This node.
    Node(Box<ConnectionInfo>),
    /// The master of this name; these know where it is. `node` has the login and the database.
    Sentinel { sentinels: Vec<ConnectionInfo>, master: String, node: Box<ConnectionInfo> },
    /// A cluster that at least one of these belongs to. The certificates are also for nodes that become known later.
    Cluster { nodes: Vec<ConnectionInfo>, certificates: Option<TlsCertificates> },
}

impl Address {
    /// Reads `redis://`, `rediss://`, `valkey://`, `valkeys://`, `unix://` and `redis+socket://`;
    /// `sentinel://user:password@host:port,host:port/master/db`; `redis-cluster://host:port,host:port`. Over TLS the last
    /// two begin with `sentinels://` and `rediss-cluster://`.
    pub(super) fn parse(text: &str) -> Result<Self, RedisError> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("has no scheme such as redis://"))?;
        match scheme {
            "redis" | "rediss" | "valkey" | "valkeys" => {
                let scheme = scheme.replace("valkey", "redis");
                node(&format!("{scheme}://{rest}")).map(|info| Self::Node(Box::new(info)))
            }
            "unix" | "redis+socket" | "redis+unix" | "socket" => {
                node(&format!("unix://{rest}")).map(|info| Self::Node(Box::new(info)))
            }
            "sentinel" | "redis+sentinel" => Self::sentinel("redis", rest),
            "sentinels" | "rediss+sentinel" => Self::sentinel("rediss", rest),
            "redis-cluster" | "cluster" => Self::cluster("redis", rest),
            "rediss-cluster" => Self::cluster("rediss", rest),
            _ => Err(wrong("must begin with redis://, rediss://, unix://, sentinel:// or redis-cluster://")),
        }
    }

    fn cluster(scheme: &str, rest: &str) -> Result<Self, RedisError> {
        let (login, rest) = split_login(rest);
        let (hosts, query) = rest.split_once('?').unwrap_or((rest, ""));
        let hosts = hosts.split('/').next().unwrap_or_default();
        let nodes = hosts.split(',').map(|host| node(&format!("{scheme}://{login}{host}?{query}")));
        Ok(Self::Cluster { nodes: nodes.collect::<Result<_, _>>()?, certificates: certificates(query)? })
    }

    fn sentinel(scheme: &str, rest: &str) -> Result<Self, RedisError> {
        let unnamed = || wrong("names no master: write sentinel://host:26379,host:26379/name-of-the-master/0");
        // Celery repeats the whole address for each sentinel.
        let rest = rest.replace(";sentinel://", ",");
        let (login, rest) = split_login(&rest);
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (hosts, path) = rest.split_once('/').ok_or_else(unnamed)?;
        let mut parts: Vec<&str> = path.split('/').collect();
        let named = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "master_name");
        let master = match named {
            Some((_, master)) => master.into_owned(),
            None => parts.remove(0).to_owned(),
        };
        if master.is_empty() {
            return Err(unnamed());
        }
        let db = parts.first().copied().unwrap_or("0");
        let sentinels = hosts.split(',').map(|host| node(&format!("{scheme}://{host}?{query}")));
        let sentinels = sentinels.collect::<Result<_, _>>()?;
        let info = node(&format!("{scheme}://{login}127.0.0.1:6379/{db}?{query}"))?;
        Ok(Self::Sentinel { sentinels, master, node: Box::new(info) })
    }

    /// Whether what is said to it is encrypted.
    pub(super) fn is_tls(&self) -> bool {
        let info = match self {
            Self::Node(info) | Self::Sentinel { node: info, .. } => Some(&**info),
            Self::Cluster { nodes, .. } => nodes.first(),
        };
        info.is_some_and(|info| matches!(info.addr(), ConnectionAddr::TcpTls { .. }))
    }

    /// What to call it in messages: without user and password.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Node(info) => format!("the Redis server at {}", info.addr()),
            Self::Sentinel { master, .. } => format!("the Redis master {master}"),
            Self::Cluster { nodes, .. } => {
                let hosts: Vec<String> = nodes.iter().map(|node| node.addr().to_string()).collect();
                format!("the Redis cluster at {}", hosts.join(","))
            }
        }
    }

    /// The name of the first host; empty where there is none.
    pub(super) fn host(&self) -> String {
        let info = match self {
            Self::Node(info) => Some(&**info),
            Self::Sentinel { sentinels: nodes, .. } | Self::Cluster { nodes, .. } => nodes.first(),
        };
        match info.map(ConnectionInfo::addr) {
            Some(ConnectionAddr::Tcp(host, _) | ConnectionAddr::TcpTls { host, .. }) => host.clone(),
            _ => String::new(),
        }
    }

    /// The same place, with another login.
    pub(super) fn as_user(&self, user: &str, password: &str) -> Self {
        let with_login = |info: &ConnectionInfo| {
            let settings = info.redis_settings().clone().set_username(user).set_password(password);
            info.clone().set_redis_settings(settings)
        };
        match self {
            Self::Node(info) => Self::Node(Box::new(with_login(info))),
            Self::Sentinel { sentinels, master, node } => Self::Sentinel {
                sentinels: sentinels.clone(),
                master: master.clone(),
                node: Box::new(with_login(node)),
            },
            Self::Cluster { nodes, certificates } => {
                Self::Cluster { nodes: nodes.iter().map(with_login).collect(), certificates: certificates.clone() }
            }
        }
    }

    /// Finds a node to connect to, of a cluster any. Asked anew for every connection, because masters change.
    pub(super) async fn node(&self) -> RedisResult<ConnectionInfo> {
        match self {
            Self::Node(info) => Ok((**info).clone()),
            Self::Sentinel { sentinels, master, node } => {
                let (host, port) = ask_sentinels(sentinels, master).await?;
                let addr = match node.addr().clone() {
                    ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
                        ConnectionAddr::TcpTls { host, port, insecure, tls_params }
                    }
                    _ => ConnectionAddr::Tcp(host, port),
                };
                Ok((**node).clone().set_addr(addr))
            }
            Self::Cluster { nodes, .. } => {
                let mut last = (ErrorKind::ClusterConnectionNotFound, "the cluster has no node").into();
                for node in nodes {
                    match Client::open(node.clone())?.get_multiplexed_async_connection().await {
                        Ok(_) => return Ok(node.clone()),
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
        }
    }
}

/// The login with its `@`, and the rest. The last `@` ends it: passwords may hold one.
fn split_login(rest: &str) -> (&str, &str) {
    rest.rfind('@').map_or(("", rest), |at| rest.split_at(at + 1))
}

async fn ask_sentinels(sentinels: &[ConnectionInfo], master: &str) -> RedisResult<(String, u16)> {
    let mut last = (ErrorKind::MasterNameNotFoundBySentinel, "no sentinel knows the master").into();
    let mut ask = redis::cmd("SENTINEL");
    ask.arg("get-master-addr-by-name").arg(master);
    for sentinel in sentinels {
        let answer = async {
            let mut connection = Client::open(sentinel.clone())?.get_multiplexed_async_connection().await?;
            ask.query_async::<Option<(String, u16)>>(&mut connection).await
        };
        match answer.await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) => {}
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        Address::parse(text).unwrap().name()
    }

    #[test]
    fn every_form_of_address_is_read() {
        assert_eq!(name("redis://:secret@localhost:6380/2"), "the Redis server at localhost:6380");
        assert_eq!(name("valkeys://user:p%40ss@example.org"), "the Redis server at example.org:6379");
        assert_eq!(name("unix:///run/redis.sock?db=1"), "the Redis server at /run/redis.sock");
        assert_eq!(name("sentinel://:pw@a:26379,b:26379/mymaster/3"), "the Redis master mymaster");
        assert_eq!(name("sentinel://a:1;sentinel://b:2/0?master_name=m"), "the Redis master m");
        assert_eq!(name("redis-cluster://u:p@a:7000,b:7001"), "the Redis cluster at a:7000,b:7001");
    }

    #[test]
    fn the_login_and_the_database_arrive() {
        let Address::Sentinel { sentinels, node, .. } =
            Address::parse("sentinel://asha:p%40s@h@a:26379,b:26379/m/3").unwrap()
        else {
            panic!("a sentinel")
        };
        assert_eq!((sentinels.len(), node.redis_settings().db()), (2, 3));
        assert_eq!(node.redis_settings().username(), Some("asha"));
        let Address::Cluster { nodes, .. } = Address::parse("rediss-cluster://u:p@a:7000,b:7001").unwrap() else {
            panic!("a cluster")
        };
        assert!(matches!(nodes[1].addr(), ConnectionAddr::TcpTls { port: 7001, .. }));
        assert_eq!(nodes[1].redis_settings().password(), Some("p"));
        for (text, is_tls) in [("valkeys://a", true), ("sentinels://a:1/m", true), ("sentinel://a:1/m", false)] {
            assert_eq!(Address::parse(text).unwrap().is_tls(), is_tls, "{text}");
        }
    }

    #[test]
    fn certificates_that_cannot_be_used_are_named() {
        let refusal = |query: &str| Address::parse(&format!("rediss://a:1/0?{query}")).unwrap_err().to_string();
        assert!(refusal("ssl_ca_certs=/nowhere/ca.pem").contains("ssl_ca_certs=/nowhere/ca.pem: No such file"));
        assert!(refusal("ssl_certfile=/dev/null").contains("ssl_certfile and ssl_keyfile"));
    }

    #[test]
    fn a_wrong_address_is_refused_without_repeating_it() {
        for text in ["localhost:6379", "http://:secret@x", "sentinel://:secret@a:1", "redis://:secret@x:notaport/0"] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(error.starts_with("the address of the Redis server "), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
