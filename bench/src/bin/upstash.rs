//! Measures the REST gateway beside webdis, each in front of the same Redis server, and that server alone by
//! `redis-benchmark`, in turns.
//!
//! `bondhu-bench-upstash --bondhu PROGRAM [--quick] [--write FILE]` prints a table. Without webdis or `redis-benchmark`
//! on this machine their columns are empty.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use bondhu_bench::{in_mebibytes, machine, write_between};
use bondhu_testkit::redis::RedisServer;
use clap::Parser;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout},
};

const TOKEN: &str = "a-token-for-the-benchmark";
const CONNECTIONS: [usize; 3] = [1, 32, 256];
/// Every contender has so many turns, one after another: what else the machine does then falls on all of them alike. The
/// table shows medians.
const ROUNDS: usize = 5;
/// Commands in a long pipeline.
const MANY: usize = 50;
/// Linux counts processor time in these, whatever the machine. <https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html>
const TICKS_PER_SEC: f64 = 100.0;

#[derive(Parser)]
struct Arguments {
    /// The release binary.
    #[arg(long)]
    bondhu: PathBuf,
    /// Puts the table between the `bench-upstash` markers of this file as well.
    #[arg(long)]
    write: Option<PathBuf>,
    /// Short runs, to see that everything works.
    #[arg(long)]
    quick: bool,
}

/// A server that is ended with its handle.
struct Server {
    child: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    async fn start(port: u16, command: &mut Command) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let server = Self { child, port };
        let up = async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(20), up).await.context("a server did not start")?;
        Ok(server)
    }

    async fn bondhu(program: &Path, redis: &RedisServer) -> Result<Self> {
        let port = free_port().await?;
        let mut command = Command::new(program);
        command.args(["upstash", "--listen", &format!("127.0.0.1:{port}"), "--redis", &redis.url()]);
        command.env("UPSTASH_REDIS_REST_TOKEN", TOKEN);
        Self::start(port, &mut command).await
    }

    /// None where it is not installed.
    async fn webdis(folder: &Path, redis: &RedisServer) -> Result<Option<Self>> {
        // It cannot be asked: whatever its arguments, it begins to serve.
        let path = std::env::var_os("PATH").unwrap_or_default();
        if !std::env::split_paths(&path).any(|folder| folder.join("webdis").is_file()) {
            return Ok(None);
        }
        let port = free_port().await?;
        let file = folder.join("webdis.json");
        let json = format!(
            r#"{{"redis_host":"127.0.0.1","redis_port":{},"http_host":"127.0.0.1","http_port":{port},"threads":2,
            "pool_size":20,"daemonize":false,"websockets":false,"verbosity":0,"logfile":"/dev/null"}}"#,
            redis.port()
        );
        std::fs::write(&file, json)?;
        Self::start(port, Command::new("webdis").arg(&file)).await.map(Some)
    }

    /// Processor time since its start.
    fn processor(&self) -> Result<Duration> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let (_, fields) = stat.rsplit_once(')').context("no process")?;
        let ticks: f64 = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        Ok(Duration::from_secs_f64(ticks / TICKS_PER_SEC))
    }

    fn memory(&self) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no memory")?;
        let kib: u64 = line.split_whitespace().nth(1).context("no figure")?.parse()?;
        Ok(kib * 1024)
    }
}

async fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port())
}

/// What came of one run.
struct Run {
    per_sec: f64,
    p50: Duration,
    p99: Duration,
    /// Processor time of the server for one request.
    processor: Duration,
    memory: u64,
}

/// Sends one request after another on each of so many connections.
async fn load(server: &Server, connections: usize, request: &[u8], time: Duration) -> Result<Run> {
    // The first requests open what is opened once.
    let mut opened = Vec::new();
    for _ in 0..connections {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port)).await?;
        stream.set_nodelay(true)?;
        one(&mut stream, request, &mut Vec::new()).await?;
        opened.push(stream);
    }
    let (begun, used) = (Instant::now(), server.processor()?);
    let mut clients = Vec::new();
    for mut stream in opened {
        let request = request.to_vec();
        clients.push(tokio::spawn(async move {
            let (mut latencies, mut buffer) = (Vec::new(), Vec::new());
            while begun.elapsed() < time {
                let sent = Instant::now();
                one(&mut stream, &request, &mut buffer).await?;
                latencies.push(sent.elapsed());
            }
            anyhow::Ok((latencies, stream))
        }));
    }
    let (mut times, mut kept) = (Vec::new(), Vec::new());
    for client in clients {
        let (of_client, stream) = client.await??;
        times.extend(of_client);
        kept.push(stream);
    }
    let (took, memory) = (begun.elapsed(), server.memory()?);
    let requests = u32::try_from(times.len())?;
    ensure!(requests > 0, "nothing was answered");
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    Ok(Run {
        per_sec: f64::from(requests) / took.as_secs_f64(),
        p50: at(50),
        p99: at(99),
        processor: server.processor()?.saturating_sub(used) / requests,
        memory,
    })
}

/// A request and its whole answer, which must be 200.
async fn one(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> Result<()> {
    stream.write_all(request).await?;
    buffer.clear();
    let mut whole = None;
    while whole.is_none_or(|whole| buffer.len() < whole) {
        buffer.reserve(16 << 10);
        ensure!(stream.read_buf(buffer).await? > 0, "the server has closed the connection");
        if whole.is_none()
            && let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n")
        {
            let text = std::str::from_utf8(&buffer[..head])?.to_ascii_lowercase();
            ensure!(text.starts_with("http/1.1 200"), "{text}");
            let length = text.split("content-length:").nth(1).context("no length")?;
            whole = Some(head + 4 + length.split("\r\n").next().unwrap_or_default().trim().parse::<usize>()?);
        }
    }
    Ok(())
}

fn post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {TOKEN}\r\nupstash-encoding: base64\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body.as_bytes()].concat()
}

/// Commands a second by `redis-benchmark`. None where it is not installed.
fn redis_benchmark(redis: &RedisServer, key: &str, connections: usize, pipeline: usize, quick: bool) -> Option<f64> {
    let requests = if quick {
        2_000
    } else if connections == 1 {
        10_000
    } else {
        50_000
    } * pipeline.min(5);
    let output = Command::new("redis-benchmark")
        .args(["-h", "127.0.0.1", "-p", &redis.port().to_string(), "-q", "--csv"])
        .args(["-c", &connections.to_string(), "-n", &requests.to_string(), "-P", &pipeline.to_string()])
        .args(["GET", key])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().rev().find_map(|line| line.split(',').nth(1)?.trim_matches('"').parse().ok())
}

/// What is asked for.
struct Case {
    name: String,
    key: &'static str,
    ours: Vec<u8>,
    theirs: Option<Vec<u8>>,
    /// Commands in a request.
    commands: usize,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, key) in [("100 B", "small"), ("10 KB", "large")] {
        cases.push(Case {
            name: format!("GET of {name}"),
            key,
            ours: post("/pipeline", &format!(r#"[["get","{key}"]]"#)),
            theirs: Some(format!("GET /GET/{key} HTTP/1.1\r\nhost: localhost\r\n\r\n").into_bytes()),
            commands: 1,
        });
    }
    let row = r#"["get","small"]"#;
    cases.push(Case {
        name: format!("{MANY} GETs of 100 B"),
        key: "small",
        ours: post("/pipeline", &format!("[{}]", vec![row; MANY].join(","))),
        theirs: None,
        commands: MANY,
    });
    cases
}

#[expect(clippy::print_stdout, reason = "the table is what the program is for")]
#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let time = if arguments.quick { Duration::from_millis(300) } else { Duration::from_millis(1500) };
    let folder = tempfile::tempdir()?;
    let redis = RedisServer::start().await?;
    redis.cli(["set", "small", &"x".repeat(100)])?;
    redis.cli(["set", "large", &"x".repeat(10_240)])?;
    let ours = Server::bondhu(&arguments.bondhu, &redis).await?;
    let webdis = Server::webdis(folder.path(), &redis).await?;
    let mut table = format!(
        "{} Requests by one client program on the same machine.\n\n| request | connections | gateway, requests/s | p50 | \
         p99 | processor time a request | memory | webdis, requests/s | p99 | processor time a request | \
         redis-benchmark, commands/s | of it |\n|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        machine()
    );
    for case in cases() {
        for connections in CONNECTIONS {
            let mut rounds = Vec::new();
            for _ in 0..if arguments.quick { 1 } else { ROUNDS } {
                let run = load(&ours, connections, &case.ours, time).await.context("the gateway")?;
                let peer = match (&webdis, &case.theirs) {
                    (Some(webdis), Some(request)) => {
                        Some(load(webdis, connections, request, time).await.context("webdis")?)
                    }
                    _ => None,
                };
                let bare = redis_benchmark(&redis, case.key, connections, case.commands, arguments.quick);
                rounds.push(Round { run, peer, bare });
            }
            table.push_str(&row(&case, connections, &rounds));
        }
    }
    println!("{table}");
    if let Some(file) = arguments.write {
        write_between(&file, "bench-upstash", &table)?;
    }
    Ok(())
}

/// One turn of each contender.
struct Round {
    run: Run,
    peer: Option<Run>,
    bare: Option<f64>,
}

/// The line of the table for these turns.
fn row(case: &Case, connections: usize, rounds: &[Round]) -> String {
    let ours = |what: fn(&Run) -> f64| median(rounds.iter().map(|round| what(&round.run)));
    let theirs = |what: fn(&Run) -> f64| median(rounds.iter().filter_map(|round| Some(what(round.peer.as_ref()?))));
    let bare = median(rounds.iter().filter_map(|round| round.bare));
    // Commands, not requests: what is compared is the same work.
    let of_it = |round: &Round| Some(round.run.per_sec * f64::from(u32::try_from(case.commands).ok()?) / round.bare?);
    let memory = rounds.iter().map(|round| round.run.memory).max().unwrap_or(0);
    let shown = |figure: Option<f64>, show: fn(f64) -> String| figure.map_or("–".to_owned(), show);
    let whole = |figure: f64| format!("{figure:.0}");
    let micros = |secs: f64| format!("{:.1} µs", secs * 1e6);
    format!(
        "| {} | {connections} | {} | {} | {} | {} | {:.1} MiB | {} | {} | {} | {} | {} |\n",
        case.name,
        shown(ours(|run| run.per_sec), whole),
        shown(ours(|run| run.p50.as_secs_f64()), micros),
        shown(ours(|run| run.p99.as_secs_f64()), micros),
        shown(ours(|run| run.processor.as_secs_f64()), micros),
        in_mebibytes(memory),
        shown(theirs(|run| run.per_sec), whole),
        shown(theirs(|run| run.p99.as_secs_f64()), micros),
        shown(theirs(|run| run.processor.as_secs_f64()), micros),
        shown(bare, whole),
        shown(median(rounds.iter().filter_map(of_it)), |ratio| format!("{ratio:.2}")),
    )
}

fn median(figures: impl Iterator<Item = f64>) -> Option<f64> {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied()
}
