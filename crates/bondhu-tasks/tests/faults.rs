//! What is lost, and what runs twice, when things break: each fault in the middle of ten thousand tasks.
//!
//! Every run of a task leaves a line in a file, which outlives its process. Nothing may be missing in the end; more
//! lines than tasks may be there only for what was in flight at a fault.
#![expect(clippy::unwrap_used, reason = "tests")]
#![expect(clippy::print_stderr, reason = "the counts are what a reader wants to see")]

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use bondhu_tasks::{
    Backend, Broker, Call, Clock, Queue, RedisOptions, Sender, Task, TaskContext, TaskOptions, TaskResult, Worker,
    backend::RESULT_EXPIRES,
};
use bondhu_testkit::redis::RedisServer;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::{oneshot, watch},
    time::{Instant, sleep},
};

const TASKS: usize = 10_000;
const SLOTS: usize = 20;
const LEASE: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(100);

#[derive(Serialize, Deserialize)]
struct Mark {
    number: usize,
}

impl Task for Mark {
    const NAME: &'static str = "mark";
    const OPTIONS: TaskOptions = TaskOptions::new();
    type State = Ledger;
    type Output = usize;
    async fn run(self, cx: TaskContext<Ledger>) -> TaskResult<usize> {
        cx.state().note(self.number);
        Ok(self.number)
    }
}

/// A line for each run.
#[derive(Clone)]
struct Ledger {
    path: PathBuf,
    file: Arc<File>,
}

/// What a ledger says.
struct Tally {
    missing: usize,
    extra: usize,
}

impl Ledger {
    fn at(path: &Path) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        Self { path: path.to_owned(), file: Arc::new(file) }
    }

    fn note(&self, number: usize) {
        // One write for a line: two processes never mix theirs.
        (&*self.file).write_all(format!("{number}\n").as_bytes()).unwrap();
    }

    fn lines(&self) -> usize {
        std::fs::read_to_string(&self.path).unwrap().lines().count()
    }

    fn tally(&self) -> Tally {
        let mut runs: HashMap<usize, usize> = HashMap::new();
        for line in std::fs::read_to_string(&self.path).unwrap().lines() {
            *runs.entry(line.parse().unwrap()).or_default() += 1;
        }
        let missing = (0..TASKS).filter(|number| !runs.contains_key(number)).count();
        Tally { missing, extra: runs.values().map(|count| count - 1).sum() }
    }

    async fn reaches(&self, lines: usize) {
        until(&format!("{lines} runs"), async || self.lines() >= lines).await;
    }

    /// Waits until nothing is missing, then says how much ran twice.
    async fn complete(&self, fault: &str) -> usize {
        until("every task", async || self.lines() >= TASKS && self.tally().missing == 0).await;
        let Tally { missing, extra } = self.tally();
        eprintln!("{fault}: {TASKS} tasks, {missing} lost, {extra} ran once more");
        extra
    }
}

async fn until(what: &str, check: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !check().await {
        assert!(Instant::now() < deadline, "{what}: not in time");
        sleep(Duration::from_millis(5)).await;
    }
}

/// `sqlite:PATH` or the address of a Redis server.
async fn broker(place: &str) -> Broker {
    match place.strip_prefix("sqlite:") {
        Some(path) => Broker::sqlite(Path::new(path), Clock::system()).await.unwrap(),
        None => Broker::redis(place, RedisOptions::default()).unwrap(),
    }
}

async fn queue(place: &str) -> Queue {
    Queue::new(broker(place).await, Sender::default(), Clock::system())
}

async fn fill(queue: &Queue) {
    for from in (0..TASKS).step_by(1000) {
        send(queue, from..from + 1000).await;
    }
}

/// Sends again until it is accepted. A send whose answer was lost may have arrived: returns how many were sent twice.
async fn send(queue: &Queue, numbers: std::ops::Range<usize>) -> usize {
    let mut again = 0;
    loop {
        let calls = numbers.clone().map(|number| Call::of(&Mark { number }).unwrap());
        match queue.send_all(calls).await {
            Ok(_) => return again,
            Err(_) => again += numbers.len(),
        }
        sleep(Duration::from_millis(50)).await;
    }
}

/// A worker in a process of its own: this very program, asked for the test that is one.
struct Process(Child);

impl Process {
    fn start(place: &str, ledger: &Ledger) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_worker_of_the_other_tests", "--ignored", "--nocapture"])
            .env("FAULTS_BROKER", place)
            .env("FAULTS_LEDGER", &ledger.path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.0.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it is a process that the other tests start"]
async fn the_worker_of_the_other_tests() {
    let Ok(place) = std::env::var("FAULTS_BROKER") else { return };
    let ledger = Ledger::at(Path::new(&std::env::var("FAULTS_LEDGER").unwrap()));
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).unwrap();
    let worker = worker(&queue(&place).await, &ledger);
    worker.run_until(async { term.recv().await.unwrap() }).await.unwrap();
}

fn worker(queue: &Queue, ledger: &Ledger) -> Worker<Ledger> {
    Worker::new(queue.clone(), ledger.clone()).register::<Mark>().concurrency(SLOTS).lease(LEASE)
}

/// A worker inside the test.
struct Work {
    stop: oneshot::Sender<()>,
    work: tokio::task::JoinHandle<Result<bondhu_tasks::worker::Summary, bondhu_tasks::Error>>,
}

impl Work {
    fn start(worker: Worker<Ledger>) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        Self { stop, work: tokio::spawn(worker.run_until(async { drop(stopped.await) })) }
    }

    async fn end(self) {
        drop(self.stop);
        tokio::time::timeout(PATIENCE, self.work).await.unwrap().unwrap().unwrap();
    }
}

/// Nothing waits, nothing is held, nothing was given up.
async fn is_empty(queue: &Queue) {
    // The first question on a connection that has died is answered by an error.
    let waits = async || {
        let depths = queue.broker().depths(&["celery".to_owned()]).await;
        depths.is_ok_and(|depths| depths[0].waiting == [0; 4] && depths[0].scheduled == 0)
    };
    until("an empty queue", waits).await;
    assert_eq!(queue.broker().dead(0, 1).await.unwrap().total, 0, "nothing was given up");
}

async fn killed_twenty_times(place: &str, folder: &Path) {
    const KILLS: usize = 20;
    let ledger = Ledger::at(&folder.join("ran"));
    let queue = queue(place).await;
    fill(&queue).await;
    for kill in 1..=KILLS {
        let worker = Process::start(place, &ledger);
        ledger.reaches(kill * TASKS / (KILLS + 5)).await;
        worker.signal("KILL");
    }
    let last = Process::start(place, &ledger);
    let extra = ledger.complete("a worker killed 20 times").await;
    assert!(extra <= KILLS * SLOTS, "{extra} ran once more; at most {SLOTS} were in flight at each kill");
    is_empty(&queue).await;
    drop(last);
}

#[tokio::test]
async fn a_worker_is_killed_twenty_times_on_redis() {
    let (server, folder) = (RedisServer::start().await.unwrap(), tempfile::tempdir().unwrap());
    killed_twenty_times(&server.url(), folder.path()).await;
}

#[tokio::test]
async fn a_worker_is_killed_twenty_times_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    killed_twenty_times(&format!("sqlite:{}", folder.path().join("tasks.db").display()), folder.path()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_killed_and_started_again() {
    const KILLS: usize = 3;
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::at(&folder.path().join("ran"));
    let mut server = RedisServer::start_durable().await.unwrap();
    let queue = queue(&server.url()).await;
    let work = Work::start(worker(&queue, &ledger));
    let sender = tokio::spawn({
        let queue = queue.clone();
        async move {
            let mut again = 0;
            for from in (0..TASKS).step_by(50) {
                again += send(&queue, from..from + 50).await;
            }
            again
        }
    });
    for kill in 1..=KILLS {
        ledger.reaches(kill * TASKS / (KILLS + 1)).await;
        server.kill();
        sleep(Duration::from_millis(300)).await;
        server.restart().await.unwrap();
    }
    let again = sender.await.unwrap();
    let extra = ledger.complete(&format!("Redis killed 3 times, {again} sent again")).await;
    assert!(extra <= again + KILLS * SLOTS, "{extra} ran once more");
    is_empty(&queue).await;
    work.end().await;
}

#[tokio::test]
async fn two_workers_are_restarted_one_after_the_other() {
    let (server, folder) = (RedisServer::start().await.unwrap(), tempfile::tempdir().unwrap());
    let ledger = Ledger::at(&folder.path().join("ran"));
    let queue = queue(&server.url()).await;
    fill(&queue).await;
    let mut workers: Vec<Process> = (0..2).map(|_| Process::start(&server.url(), &ledger)).collect();
    for restart in 1..=8 {
        ledger.reaches(restart * TASKS / 10).await;
        let mut old = std::mem::replace(&mut workers[restart % 2], Process::start(&server.url(), &ledger));
        old.signal("TERM");
        until("a worker that ends", async || true).await;
        assert!(tokio::task::spawn_blocking(move || old.0.wait().unwrap()).await.unwrap().success());
    }
    let extra = ledger.complete("two workers restarted 8 times").await;
    assert_eq!(extra, 0, "a worker that is asked to stop finishes what it runs");
    is_empty(&queue).await;
}

/// A way to the server that can be cut: bytes then vanish in both directions, and nobody is told.
async fn cuttable(port: u16) -> (String, watch::Sender<bool>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("redis://127.0.0.1:{}/0", listener.local_addr().unwrap().port());
    let (cut, is_cut) = watch::channel(false);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut is_cut = is_cut.clone();
            tokio::spawn(async move {
                if is_cut.wait_for(|cut| !cut).await.is_err() {
                    return;
                }
                let Ok(mut far) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                let lost = tokio::select! {
                    _ = copy_bidirectional(&mut near, &mut far) => return,
                    lost = is_cut.wait_for(|cut| *cut) => lost.is_ok(),
                };
                // Whoever held this connection hears nothing, for as long as the cut lasts.
                drop(far);
                if lost {
                    let _ = is_cut.wait_for(|cut| !cut).await;
                }
            });
        }
    });
    (url, cut)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_network_is_cut_for_thirty_seconds() {
    let (server, folder) = (RedisServer::start().await.unwrap(), tempfile::tempdir().unwrap());
    let ledger = Ledger::at(&folder.path().join("ran"));
    let (url, cut) = cuttable(server.port()).await;
    let queue = queue(&server.url()).await;
    fill(&queue).await;
    let cut_off = Work::start(worker(&self::queue(&url).await, &ledger));
    ledger.reaches(TASKS / 4).await;
    cut.send_replace(true);
    let begun = Instant::now();
    // What the other one held comes to this one when its lease ends.
    let healthy = Work::start(worker(&queue, &ledger));
    let extra = ledger.complete("the network cut for 30 s").await;
    assert!(extra <= SLOTS, "{extra} ran once more; at most {SLOTS} were in flight");
    healthy.end().await;
    sleep(Duration::from_secs(30).saturating_sub(begun.elapsed())).await;
    assert_eq!(ledger.lines(), TASKS + extra, "nobody ran anything while it was cut off");
    cut.send_replace(false);
    // The one that was cut off is back and works again.
    send(&queue, 0..1).await;
    ledger.reaches(TASKS + extra + 1).await;
    cut_off.end().await;
    is_empty(&queue).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_jumps_by_an_hour() {
    for on_redis in [true, false] {
        let (server, folder) = (RedisServer::start().await.unwrap(), tempfile::tempdir().unwrap());
        let ledger = Ledger::at(&folder.path().join("ran"));
        let clock = Clock::manual("2026-11-22T20:00:00Z".parse().unwrap());
        let broker = if on_redis {
            Broker::redis(&server.url(), RedisOptions::default()).unwrap()
        } else {
            Broker::sqlite(&folder.path().join("tasks.db"), clock.clone()).await.unwrap()
        };
        let queue = Queue::new(broker, Sender::default(), clock.clone());
        fill(&queue).await;
        let work = Work::start(worker(&queue, &ledger));
        for (step, hours) in [(1, 1), (2, -1), (3, -1), (4, 2)] {
            ledger.reaches(step * TASKS / 5).await;
            clock.advance(SignedDuration::from_hours(hours));
        }
        let extra = ledger.complete("the clock jumped by an hour").await;
        assert!(extra <= 4 * SLOTS, "{extra} ran once more");
        work.end().await;
        is_empty(&queue).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_broker_is_full() {
    let (server, folder) = (RedisServer::start().await.unwrap(), tempfile::tempdir().unwrap());
    let ledger = Ledger::at(&folder.path().join("ran"));
    let queue = queue(&server.url()).await;
    for from in (0..TASKS / 2).step_by(1000) {
        send(&queue, from..from + 1000).await;
    }
    let work = Work::start(worker(&queue, &ledger));
    ledger.reaches(TASKS / 4).await;
    server.cli(["config", "set", "maxmemory", "1"]).unwrap();
    let Err(refused) = queue.enqueue(Mark { number: 0 }).await else { panic!("a full server takes nothing") };
    assert!(refused.to_string().contains("OOM"), "{refused}");
    sleep(Duration::from_secs(2)).await;
    server.cli(["config", "set", "maxmemory", "0"]).unwrap();
    for from in (TASKS / 2..TASKS).step_by(1000) {
        send(&queue, from..from + 1000).await;
    }
    let extra = ledger.complete("a broker without room for 2 s").await;
    assert!(extra <= SLOTS, "{extra} ran once more");
    is_empty(&queue).await;
    work.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_result_backend_is_down() {
    let (server, folder) = (RedisServer::start().await.unwrap(), tempfile::tempdir().unwrap());
    let mut results = RedisServer::start_durable().await.unwrap();
    let ledger = Ledger::at(&folder.path().join("ran"));
    let backend = Backend::redis(&results.url(), RedisOptions::default(), RESULT_EXPIRES).unwrap();
    let queue = queue(&server.url()).await.with_backend(backend);
    let mut sent = Vec::new();
    for from in (0..TASKS).step_by(1000) {
        let calls = (from..from + 1000).map(|number| Call::of(&Mark { number }).unwrap());
        sent.extend(queue.send_all(calls).await.unwrap());
    }
    let work = Work::start(worker(&queue, &ledger));
    for down in 1..=3 {
        ledger.reaches(down * TASKS / 4).await;
        results.kill();
        sleep(Duration::from_millis(1500)).await;
        results.restart().await.unwrap();
    }
    let extra = ledger.complete("a result backend that was down 3 times").await;
    assert_eq!(extra, 0, "a task waits with its result until it can be stored");
    is_empty(&queue).await;
    work.end().await;
    for (number, result) in sent.iter().enumerate() {
        assert_eq!(result.get(PATIENCE).await.unwrap(), number);
    }
}
