//! A Redis or Valkey server for tests.

use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::net::TcpStream;

const MISSING: &str = "no Redis server found: install it (Debian: apt-get install redis-server) or put it on PATH";
const PATIENCE: Duration = Duration::from_secs(20);

/// A Redis server of this process alone, on a free port of 127.0.0.1, with its data in a temporary folder. It is
/// stopped and its folder removed on drop.
#[derive(Debug)]
pub struct RedisServer {
    child: Option<Child>,
    folder: TempDir,
    port: u16,
    arguments: Vec<String>,
}

impl RedisServer {
    /// Starts a server that writes nothing to disk.
    pub async fn start() -> Result<Self> {
        Self::start_with(["--save", "", "--appendonly", "no"]).await
    }

    /// Starts a server that has every write on disk before it answers.
    pub async fn start_durable() -> Result<Self> {
        Self::start_with(["--save", "", "--appendonly", "yes", "--appendfsync", "always"]).await
    }

    /// Starts a sentinel with this configuration file, which it writes to.
    pub async fn start_sentinel(configuration: &Path) -> Result<Self> {
        let file = configuration.to_str().context("the path is no text")?;
        Self::start_with([file, "--sentinel", "--protected-mode", "no"]).await
    }

    /// Starts a server with more options.
    pub async fn start_with<I: IntoIterator<Item: Into<String>>>(arguments: I) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("bondhu-redis-").tempdir()?;
        // Free now, and hardly taken by anybody else in the moment until the server has it.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let arguments = arguments.into_iter().map(Into::into).collect();
        let mut server = Self { child: None, folder, port, arguments };
        server.restart().await?;
        Ok(server)
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Its port on 127.0.0.1.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Kills the server as a crash would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again, on the same port and data.
    pub async fn restart(&mut self) -> Result<()> {
        self.kill();
        // A configuration file comes first.
        let (file, arguments) = match self.arguments.first() {
            Some(first) if !first.starts_with("--") => self.arguments.split_at(1),
            _ => self.arguments.split_at(0),
        };
        let child = Command::new("redis-server")
            .args(file)
            .args(["--bind", "127.0.0.1", "--port", &self.port.to_string(), "--loglevel", "warning"])
            .arg("--dir")
            .arg(self.folder.path())
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context(MISSING)?;
        self.child = Some(child);
        let ready = async {
            while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() || self.is_loading() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(PATIENCE, ready).await.context("the Redis server did not come up")
    }

    fn is_loading(&self) -> bool {
        self.cli(["ping"]).is_ok_and(|answer| answer.starts_with("LOADING"))
    }

    /// Sends a signal such as `STOP` or `CONT`.
    pub fn signal(&self, name: &str) -> Result<()> {
        let pid = self.child.as_ref().context("the server is not running")?.id();
        let status = Command::new("kill").args(["-s", name, &pid.to_string()]).status()?;
        if status.success() { Ok(()) } else { bail!("kill -s {name} {pid} failed") }
    }

    /// What `redis-cli` answers.
    pub fn cli<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Result<String> {
        let output = Command::new("redis-cli").args(["-p", &self.port.to_string()]).args(arguments).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// How many commands it has carried out, those inside scripts included.
    pub fn commands(&self) -> Result<u64> {
        let stats = self.cli(["info", "commandstats"])?;
        let calls = stats
            .lines()
            .filter(|line| !line.starts_with("cmdstat_info"))
            .filter_map(|line| line.split_once("calls=")?.1.split(',').next()?.parse::<u64>().ok());
        Ok(calls.sum())
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}
