//! The servers under test: how each is started, looked at and ended.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::client::Client;

/// How long a server may take to answer its first request.
const START_LIMIT: Duration = Duration::from_secs(30);

/// A kind of server that can be started any number of times.
#[derive(Debug, Clone)]
pub(crate) enum Contender {
    /// The release binary on its embedded default: `SQLite` and the cache in its own process.
    Bondhu {
        /// The binary.
        binary: PathBuf,
    },
    /// `FastAPI` on uvicorn with `SQLite` and a Redis server beside it.
    Python(Peer),
}

/// What the Python peer is started from.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    /// The interpreter that has the peer's packages.
    pub(crate) interpreter: PathBuf,
    /// The folder of `peer.py`.
    pub(crate) folder: PathBuf,
}

/// A server that runs, and ends when this is dropped.
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// From the start of the process to the end of its first answer.
    pub(crate) started_in: Duration,
    process: Child,
}

impl Contender {
    /// The name in the table.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Bondhu { .. } => "Bondhu",
            Self::Python(_) => "Python peer",
        }
    }

    /// Starts the server that this one needs beside it, if any: it stays up over restarts.
    pub(crate) async fn start_companion(&self, folder: &Path) -> Result<Option<Running>> {
        match self {
            Self::Bondhu { .. } => Ok(None),
            Self::Python(_) => start_redis(folder).await.map(Some),
        }
    }

    /// Starts the server with its data in `folder` and waits for its first answer.
    pub(crate) async fn start(&self, folder: &Path, companion: Option<&Running>) -> Result<Running> {
        let address = free_address()?;
        let mut command = match self {
            Self::Bondhu { binary } => bondhu(binary, folder, address),
            Self::Python(peer) => {
                let redis = companion.context("the Python peer needs its Redis server")?;
                python(peer, folder, address, redis.address)
            }
        };
        let begun = Instant::now();
        let mut process = spawn(&mut command)?;
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n");
        loop {
            if let Ok(mut client) = Client::connect(address).await
                && client.exchange(request.as_bytes(), |_| ()).await.is_ok_and(|head| head.status == 200)
            {
                return Ok(Running { address, started_in: begun.elapsed(), process });
            }
            check_still_starting(&mut process, begun, self.name())?;
            sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Running {
    /// Resident memory in bytes: `VmRSS` of `/proc/{pid}/status`, which the kernel gives in KiB.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        let status = self.proc_file("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_ascii_whitespace().next()).context("no VmRSS line")?;
        Ok(kib.parse::<u64>().context("VmRSS is not a number")? * 1024)
    }

    /// Processor time used so far, in user and kernel mode: fields 14 and 15 of `/proc/{pid}/stat`
    /// (`man 5 proc`), in ticks of 10 ms on every Linux.
    pub(crate) fn processor_time(&self) -> Result<Duration> {
        let stat = self.proc_file("stat")?;
        // The name in field 2 may hold spaces, but nothing after its closing bracket does.
        let (_, after_name) = stat.rsplit_once(')').context("no name in the stat file")?;
        let mut fields = after_name.split_ascii_whitespace().skip(11);
        let mut ticks = || fields.next().and_then(|field| field.parse::<u64>().ok());
        let (user, kernel) = ticks().zip(ticks()).context("no times in the stat file")?;
        Ok(Duration::from_millis((user + kernel) * 10))
    }

    /// Kills the process and waits until it is gone.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.process.start_kill().context("cannot end the server")?;
        self.process.wait().await.context("waiting for the server to end")?;
        Ok(())
    }

    fn proc_file(&self, name: &str) -> Result<String> {
        let id = self.process.id().context("the server has ended")?;
        let path = format!("/proc/{id}/{name}");
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
    }
}

fn bondhu(binary: &Path, folder: &Path, address: SocketAddr) -> Command {
    let mut command = Command::new(binary);
    command
        .arg("serve")
        .env("BONDHU_DATA_DIR", folder)
        .env("BONDHU_LISTEN", address.to_string())
        .env("BONDHU_MODEL_PROVIDER", "scripted")
        .env("BONDHU_SIGN_UP", "open")
        .env("BONDHU_LOG", "warn")
        // A `.env` or `bondhu.toml` of the working folder is nobody's business here.
        .current_dir(folder);
    command
}

fn python(peer: &Peer, folder: &Path, address: SocketAddr, redis: SocketAddr) -> Command {
    let mut command = Command::new(&peer.interpreter);
    command
        .args(["-m", "uvicorn", "peer:app", "--loop", "uvloop", "--http", "httptools"])
        .args(["--log-level", "warning", "--no-access-log", "--host", "127.0.0.1"])
        .args(["--port", &address.port().to_string()])
        .arg("--app-dir")
        .arg(&peer.folder)
        .env("PEER_DATABASE", folder.join("peer.db"))
        .env("REDIS_URL", format!("redis://{redis}/0"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

async fn start_redis(folder: &Path) -> Result<Running> {
    let address = free_address()?;
    let mut command = Command::new("redis-server");
    command
        .args(["--bind", "127.0.0.1", "--port", &address.port().to_string()])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(folder);
    let begun = Instant::now();
    let mut process = spawn(&mut command)?;
    while tokio::net::TcpStream::connect(address).await.is_err() {
        check_still_starting(&mut process, begun, "redis-server")?;
        sleep(Duration::from_millis(5)).await;
    }
    Ok(Running { address, started_in: begun.elapsed(), process })
}

fn spawn(command: &mut Command) -> Result<Child> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {program}; is it installed and built?"))
}

fn check_still_starting(process: &mut Child, begun: Instant, name: &str) -> Result<()> {
    if let Some(status) = process.try_wait()? {
        bail!("{name} ended while starting ({status}); what it printed stands above");
    }
    if begun.elapsed() > START_LIMIT {
        bail!("{name} did not answer within {} s", START_LIMIT.as_secs());
    }
    Ok(())
}

/// An address of this machine with a port that was free a moment ago.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?)
}
