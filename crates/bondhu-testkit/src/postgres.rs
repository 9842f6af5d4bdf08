//! A Postgres server for tests.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use tokio::sync::oneshot;

const MISSING: &str =
    "no Postgres server found: install it (Debian: apt-get install postgresql) or put its bin folder on PATH";
const READY: &str = "database system is ready to accept connections";

/// A Postgres server of this process alone, in a temporary folder, reached through a Unix socket there.
/// It is stopped and its folder removed on drop.
#[derive(Debug)]
pub struct PgServer {
    child: Option<Child>,
    programs: Programs,
    folder: TempDir,
    databases: AtomicU32,
}

impl PgServer {
    /// Makes an empty database cluster and starts a server on it, about a second's work.
    pub async fn start() -> Result<Self> {
        let programs = Programs::find()?;
        let folder = tempfile::Builder::new().prefix("bondhu-pg-").tempdir()?;
        if let Some((user, group)) = programs.run_as {
            chown(folder.path(), Some(user), Some(group))?;
        }
        let mut server = Self { child: None, programs, folder, databases: AtomicU32::new(0) };
        let data = server.data();
        let mut initdb = server.programs.command("initdb");
        initdb.args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"]);
        initdb.arg(&data);
        run(initdb).await?;
        server.restart().await?;
        Ok(server)
    }

    /// A fresh, empty database: its URL.
    pub async fn database(&self) -> Result<String> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let folder = self.folder.path().to_str().context("the temporary folder's path is not UTF-8")?;
        let mut createdb = self.programs.command("createdb");
        createdb.args(["-h", folder, "-U", "postgres", &name]);
        run(createdb).await?;
        Ok(format!("postgres://postgres@localhost/{name}?host={folder}"))
    }

    /// Stops the server the hard way, as a crash would: open connections break.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let data = self.data();
        let mut stop = self.programs.command("pg_ctl");
        stop.args(["stop", "--mode=immediate", "--silent", "-D"]).arg(data);
        let stopped = stop.stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !stopped.is_ok_and(|status| status.success()) {
            // Its own processes end when they notice.
            child.kill().ok();
        }
        child.wait().ok();
    }

    /// Starts the server on the databases it had when it was stopped.
    pub async fn restart(&mut self) -> Result<()> {
        ensure!(self.child.is_none(), "the server is running");
        let mut postgres = self.programs.command("postgres");
        postgres.arg("-D").arg(self.data()).arg("-k").arg(self.folder.path());
        for setting in
            ["listen_addresses=", "fsync=off", "full_page_writes=off", "shared_buffers=16MB", "max_connections=60"]
        {
            postgres.args(["-c", setting]);
        }
        let mut child = postgres.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let log = child.stderr.take().context("the server has no log")?;
        self.child = Some(child);
        let ready = watch(log);
        let waited = tokio::time::timeout(Duration::from_secs(30), ready).await;
        waited.context("Postgres did not start within 30 seconds")?.context("Postgres ended while starting")?
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for PgServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Reads the log to its end, so that the server never blocks on it; reports when the server is ready, or
/// what it said instead.
fn watch(log: impl Read + Send + 'static) -> oneshot::Receiver<Result<()>> {
    let (report, ready) = oneshot::channel();
    std::thread::spawn(move || {
        let mut report = Some(report);
        let mut said = String::new();
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            if report.is_none() {
                continue;
            }
            if line.contains(READY) {
                report.take().map(|report| report.send(Ok(())));
            } else {
                said.push_str(&line);
                said.push('\n');
            }
        }
        report.map(|report| report.send(Err(anyhow::anyhow!("Postgres did not start:\n{said}"))));
    });
    ready
}

/// Where the server's programs are, and who runs them.
#[derive(Debug, Clone)]
struct Programs {
    folder: PathBuf,
    /// Postgres refuses to run as root, so root hands over to this user and group.
    run_as: Option<(u32, u32)>,
}

impl Programs {
    fn find() -> Result<Self> {
        let folder = newest_installed().or_else(on_path).context(MISSING)?;
        let own_id = id(&["-u"])?;
        let run_as = match own_id {
            0 => Some(unprivileged()?),
            _ => None,
        };
        Ok(Self { folder, run_as })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.folder.join(program));
        // The caller's folder may be out of the other user's reach.
        command.current_dir("/");
        if let Some((user, group)) = self.run_as {
            command.uid(user).gid(group);
        }
        command
    }
}

/// Debian keeps the server programs of each version in a folder of its own.
fn newest_installed() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    versions
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            complete(entry.path().join("bin")).map(|folder| (version, folder))
        })
        .max()
        .map(|(_, folder)| folder)
}

fn on_path() -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).find_map(complete)
}

fn complete(folder: PathBuf) -> Option<PathBuf> {
    let all = ["initdb", "postgres", "pg_ctl", "createdb"];
    all.iter().all(|program| folder.join(program).is_file()).then_some(folder)
}

fn unprivileged() -> Result<(u32, u32)> {
    for user in ["postgres", "nobody"] {
        if let (Ok(user), Ok(group)) = (id(&["-u", user]), id(&["-g", user])) {
            return Ok((user, group));
        }
    }
    bail!("Postgres refuses to run as root, and there is neither a user `postgres` nor `nobody` to run it as")
}

fn id<S: AsRef<OsStr>>(args: &[S]) -> Result<u32> {
    let output = Command::new("id").args(args).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// Runs a program to its end, with what it said in the error.
async fn run(command: Command) -> Result<()> {
    let name = command.get_program().to_owned();
    let output = tokio::process::Command::from(command).kill_on_drop(true).output().await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{} failed: {said}", name.display());
    Ok(())
}
