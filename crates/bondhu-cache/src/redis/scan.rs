//! Looking through all keys, in steps that do not hold the server up.

use redis::cluster_routing::{RoutingInfo, SingleNodeRoutingInfo};

use super::{Redis, RedisError, Value, cmd, connection::Connection};

/// A node of a cluster; none for a server of its own.
type Node = Option<(String, u16)>;

/// A walk over all keys that match a glob, by `SCAN`: a key that is there all the while is found at least once.
pub struct Scan<'a> {
    redis: &'a Redis,
    pattern: &'a str,
    count: u32,
    /// The nodes that are still to be looked at; the last one is being looked at.
    nodes: Vec<Node>,
    cursor: Vec<u8>,
}

impl Scan<'_> {
    /// Some of the keys, perhaps none; nothing when all have been seen.
    pub async fn next(&mut self) -> Result<Option<Vec<Vec<u8>>>, RedisError> {
        let Some(node) = self.nodes.last() else { return Ok(None) };
        let mut scan = cmd("SCAN");
        scan.arg(&self.cursor).arg("MATCH").arg(self.pattern).arg("COUNT").arg(self.count);
        let answer = self.redis.run_at(node, &scan).await?;
        let (cursor, keys): (Vec<u8>, Vec<Vec<u8>>) = self.redis.read(answer)?;
        if cursor == b"0" {
            self.nodes.pop();
        }
        self.cursor = cursor;
        Ok(Some(keys))
    }
}

impl Redis {
    /// Begins to look through all keys for those that match a glob, `count` keys in a step.
    pub async fn scan<'a>(&'a self, pattern: &'a str, count: u32) -> Result<Scan<'a>, RedisError> {
        let nodes = self.masters().await?;
        Ok(Scan { redis: self, pattern, count, nodes, cursor: b"0".to_vec() })
    }

    async fn masters(&self) -> Result<Vec<Node>, RedisError> {
        if !self.is_cluster() {
            return Ok(vec![None]);
        }
        let slots: Vec<Vec<Value>> = self.query(cmd("CLUSTER").arg("SLOTS")).await?;
        let mut masters: Vec<Node> = Vec::new();
        for master in slots.into_iter().filter_map(|row| row.into_iter().nth(2)) {
            let mut master = self.read::<Vec<Value>>(master)?.into_iter();
            let host: Option<String> = self.read(master.next().unwrap_or(Value::Nil))?;
            // A node that does not know its own name says nothing: then it has the one that it was reached by.
            let host = host.filter(|host| !host.is_empty()).unwrap_or_else(|| self.0.address.host());
            let node = Some((host, self.read(master.next().unwrap_or(Value::Nil))?));
            if !masters.contains(&node) {
                masters.push(node);
            }
        }
        Ok(masters)
    }

    async fn run_at(&self, node: &Node, cmd: &super::Cmd) -> Result<Value, RedisError> {
        let (connection, number) = self.connection().await?;
        match (connection, node) {
            (Connection::Cluster(mut cluster), Some((host, port))) => {
                let to = SingleNodeRoutingInfo::ByAddress { host: host.clone(), port: *port };
                let sent = cluster.route_command(cmd.clone(), RoutingInfo::SingleNode(to)).await;
                sent.map_err(|error| self.failed(number, &error))
            }
            _ => self.run(cmd).await,
        }
    }
}
