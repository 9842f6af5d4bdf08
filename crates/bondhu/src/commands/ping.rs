//! `bondhu ping`: asks the server on this machine whether it lives, for container health checks.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, ensure};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::config::Config;

/// Succeeds when the server answers within three seconds that it is ready.
pub async fn run(config: &Config) -> anyhow::Result<()> {
    let address = reachable(config.http.listen);
    let answer = tokio::time::timeout(Duration::from_secs(3), ask(address)).await;
    let answer = answer
        .map_err(|_| anyhow::anyhow!("{address} accepted the connection and did not answer within 3 seconds"))?
        .with_context(|| format!("nothing answers on {address}; start it with `bondhu serve`"))?;
    ensure!(
        answer.starts_with("HTTP/1.1 200"),
        "the server on {address} is there and not ready; `bondhu doctor` tells why"
    );
    Ok(())
}

async fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

/// A server that listens on every address is asked on the local one.
fn reachable(listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() { SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), listen.port()) } else { listen }
}
