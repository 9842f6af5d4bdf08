//! The worker, results and workflows on a real Redis server.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use bondhu_tasks::{
    Backend, Broker, Call, Clock, Error, Message, Priority, Queue, RedisOptions, Sender, Signature, Task, TaskContext,
    TaskResult, TransportError, Worker, backend::RESULT_EXPIRES, broker::Want,
};
use bondhu_testkit::redis::RedisServer;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::oneshot;

const SOON: Duration = Duration::from_secs(10);

#[derive(Serialize, Deserialize)]
struct Add {
    x: i64,
    y: i64,
}

impl Task for Add {
    const NAME: &'static str = "add";
    type State = ();
    type Output = i64;
    async fn run(self, _: TaskContext<()>) -> TaskResult<i64> {
        Ok(self.x + self.y)
    }
}

#[derive(Serialize, Deserialize)]
struct Sum {
    numbers: Vec<i64>,
}

impl Task for Sum {
    const NAME: &'static str = "sum";
    type State = ();
    type Output = i64;
    async fn run(self, _: TaskContext<()>) -> TaskResult<i64> {
        Ok(self.numbers.iter().sum())
    }
}

/// Takes its time.
#[derive(Serialize, Deserialize)]
struct Long {
    secs: u64,
}

impl Task for Long {
    const NAME: &'static str = "long";
    type State = ();
    type Output = bool;
    async fn run(self, cx: TaskContext<()>) -> TaskResult<bool> {
        tokio::time::sleep(Duration::from_secs(self.secs)).await;
        Ok(cx.message().is_redelivered())
    }
}

fn queue(url: &str, options: &RedisOptions) -> Queue {
    let broker = Broker::redis(url, options.clone()).unwrap();
    let backend = Backend::redis(url, options.clone(), RESULT_EXPIRES).unwrap();
    Queue::new(broker, Sender::default(), Clock::system()).with_backend(backend)
}

struct Work {
    stop: oneshot::Sender<()>,
    work: tokio::task::JoinHandle<Result<bondhu_tasks::worker::Summary, bondhu_tasks::Error>>,
}

fn start(queue: &Queue) -> Work {
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = Worker::new(queue.clone(), ()).register::<Add>().register::<Sum>().concurrency(8);
    Work { stop, work: tokio::spawn(worker.run_until(async { drop(stopped.await) })) }
}

impl Work {
    async fn end(self) -> u64 {
        drop(self.stop);
        tokio::time::timeout(SOON, self.work).await.unwrap().unwrap().unwrap().processed
    }
}

async fn until(what: &str, check: impl AsyncFn() -> bool) {
    let deadline = tokio::time::Instant::now() + SOON;
    while !check().await {
        assert!(tokio::time::Instant::now() < deadline, "{what}: not in time");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn everything_runs(url: &str, options: &RedisOptions) {
    let queue = queue(url, options);
    let work = start(&queue);
    assert_eq!(queue.enqueue(Add { x: 2, y: 3 }).await.unwrap().get(SOON).await.unwrap(), 5);
    let later = queue.enqueue(Add { x: 2, y: 4 }).after(Duration::from_millis(50)).await.unwrap();
    assert_eq!(later.get(SOON).await.unwrap(), 6);
    let add = |y: i64| Signature::named("add").arg(y);
    let chord =
        Signature::chain([Signature::group((0..20).map(|x| add(x).arg(1))), Signature::named("sum"), add(1000)]);
    assert_eq!(queue.apply(chord).await.unwrap().get(SOON).await.unwrap(), json!(190 + 20 + 1000));
    assert_eq!(work.end().await, 24);
    let depths = queue.broker().depths(&["celery".to_owned()]).await.unwrap();
    assert_eq!((depths[0].waiting, depths[0].scheduled), ([0; 4], 0));
}

#[tokio::test]
async fn tasks_and_workflows_run() {
    let server = RedisServer::start().await.unwrap();
    everything_runs(&server.url(), &RedisOptions::default()).await;
    assert_eq!(server.cli(["exists", "unacked", "unacked_index", "bondhu.leases", "bondhu.due"]).unwrap(), "0");
}

#[tokio::test]
async fn tasks_run_where_the_server_does_not_tell_of_changes() {
    let server = RedisServer::start().await.unwrap();
    everything_runs(&server.url(), &RedisOptions { tracking: false, ..RedisOptions::default() }).await;
}

#[tokio::test]
async fn tasks_run_where_the_server_refuses_tracking() {
    let server = RedisServer::start_with(["--save", "", "--rename-command", "CLIENT", ""]).await.unwrap();
    everything_runs(&server.url(), &RedisOptions::default()).await;
    // Waiting is a handful of commands that last for minutes, not a loop. It sees what others send, of any priority.
    let queue_of = || queue(&server.url(), &RedisOptions::default());
    let work = start(&queue_of());
    let queue = queue_of();
    tokio::time::sleep(Duration::from_millis(500)).await;
    for level in [9, 0, 5] {
        let sent = queue.enqueue(Add { x: 2, y: 3 }).priority(Priority::new(level)).await.unwrap();
        assert_eq!(sent.get(SOON).await.unwrap(), 5);
    }
    assert_eq!(queue.enqueue(Add { x: 2, y: 3 }).await.unwrap().get(SOON).await.unwrap(), 5);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = server.commands().unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(server.commands().unwrap() - before <= 2, "it waits");
    work.end().await;
}

/// A worker dies while a task of its waits to be tried again, in a queue that another one serves. Nothing comes to that
/// queue's lists, so no blocking peek wakes up.
#[tokio::test]
async fn what_the_dead_have_left_is_found_by_looking() {
    let server = RedisServer::start().await.unwrap();
    let untracked = RedisOptions { tracking: false, ..RedisOptions::default() };
    let idle = queue(&server.url(), &RedisOptions { look_every: Duration::from_secs(1), ..untracked.clone() });
    let work = start(&idle);
    assert_eq!(idle.enqueue(Add { x: 2, y: 3 }).await.unwrap().get(SOON).await.unwrap(), 5);
    until("the worker waits", async || server.cli(["exists", "celery", "bondhu.leases"]).unwrap() == "0").await;

    let dying = queue(&server.url(), &untracked);
    let left = dying.enqueue(Add { x: 2, y: 4 }).queue("elsewhere").await.unwrap();
    let queues = ["elsewhere".to_owned()];
    let want = Want { queues: &queues, max: 1, owner: "dying@here", lease: Duration::from_mins(1) };
    let delivery = dying.broker().claim(want).await.unwrap().deliveries.remove(0);
    let mut message = Message::decode(&delivery.raw).unwrap().retried(dying.clock().now(), "again".to_owned());
    message.properties.delivery_info.routing_key = "celery".to_owned();
    dying.broker().park(&delivery.tag, &message).await.unwrap();
    drop(dying);
    assert_eq!(idle.result(left.id().clone()).get(SOON).await.unwrap(), 6);
    work.end().await;
}

#[tokio::test]
async fn tasks_run_on_a_cluster() {
    let server = RedisServer::start_with(["--cluster-enabled", "yes"]).await.unwrap();
    server.cli(["cluster", "addslotsrange", "0", "16383"]).unwrap();
    while !server.cli(["cluster", "info"]).unwrap().contains("cluster_state:ok") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    everything_runs(&format!("redis-cluster://127.0.0.1:{}", server.port()), &RedisOptions::default()).await;
}

#[tokio::test]
async fn nobody_takes_back_what_still_runs() {
    let server = RedisServer::start().await.unwrap();
    let options = RedisOptions { visibility_timeout: Duration::from_secs(2), ..RedisOptions::default() };
    let queue = queue(&server.url(), &options);
    let mut workers = Vec::new();
    for lease in [1, 60] {
        let worker = Worker::new(queue.clone(), ()).register::<Long>().concurrency(1).lease(Duration::from_secs(lease));
        let (stop, stopped) = oneshot::channel::<()>();
        workers.push(Work { stop, work: tokio::spawn(worker.run_until(async { drop(stopped.await) })) });
    }
    let tasks = [queue.enqueue(Long { secs: 5 }).await.unwrap(), queue.enqueue(Long { secs: 5 }).await.unwrap()];
    let watch = async {
        loop {
            // What a Python worker with this visibility timeout would put back into its queue (kombu's scan).
            let script = "return redis.call('ZRANGEBYSCORE', 'unacked_index', '-inf', redis.call('TIME')[1] - 2)";
            assert_eq!(server.cli(["eval", script, "0"]).unwrap(), "", "a Python peer would run it again");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::select! {
        () = watch => {}
        redelivered = async { [tasks[0].get(SOON).await.unwrap(), tasks[1].get(SOON).await.unwrap()] } => {
            assert_eq!(redelivered, [false, false]);
        }
    }
    let mut processed = 0;
    for worker in workers {
        processed += worker.end().await;
    }
    assert_eq!(processed, 2, "each ran once");
}

#[tokio::test]
async fn nothing_is_sent_while_nothing_happens() {
    let server = RedisServer::start().await.unwrap();
    let queue = queue(&server.url(), &RedisOptions::default());
    let work = start(&queue);
    assert_eq!(queue.enqueue(Add { x: 2, y: 3 }).await.unwrap().get(SOON).await.unwrap(), 5);
    // Until what follows the result and the greeting of other workers are over.
    let mut before = 0;
    while before != server.commands().unwrap() {
        before = server.commands().unwrap();
        tokio::time::sleep(Duration::from_millis(1500)).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(server.commands().unwrap(), before);
    assert_eq!(queue.enqueue(Add { x: 2, y: 3 }).await.unwrap().get(SOON).await.unwrap(), 5);
    work.end().await;
}

#[tokio::test]
async fn a_server_that_dies_loses_nothing() {
    let mut server = RedisServer::start_durable().await.unwrap();
    let queue = queue(&server.url(), &RedisOptions::default());
    for x in 0..50 {
        queue.enqueue(Add { x, y: 0 }).await.unwrap();
    }
    server.kill();
    assert!(queue.enqueue(Add { x: 0, y: 0 }).await.is_err(), "nobody is there to accept it");
    let work = start(&queue);
    server.restart().await.unwrap();
    let result = loop {
        if let Ok(result) = queue.enqueue(Add { x: 1, y: 2 }).await {
            break result;
        }
    };
    assert_eq!(result.get(SOON).await.unwrap(), 3);
    assert_eq!(work.end().await, 51);
}

/// As Celery sends a chord under the ids that it had before: the mark that the first run is over goes away, and the
/// size is set, only just before the last member is sent. A quick worker has ended the first one by then.
#[tokio::test]
async fn a_frozen_chord_that_is_sent_anew_has_its_body_again() {
    let server = RedisServer::start().await.unwrap();
    let queue = queue(&server.url(), &RedisOptions::default());
    let work = start(&queue);
    let body = Signature::named("sum").option("task_id", "body");
    let member = |index: u64| {
        let add = Signature::named("add").arg(index).arg(10).option("task_id", format!("member-{index}"));
        let add = add.option("group_id", "frozen").option("group_index", index).option("chord", body.to_value());
        Call::from_signature(add).unwrap()
    };
    for round in ["the first time", "anew"] {
        let first = queue.send(member(0)).await.unwrap();
        assert_eq!(first.get(SOON).await.unwrap(), 10, "{round}");
        // A message is acknowledged after its end is counted.
        until("the first is counted", async || server.cli(["exists", "unacked"]).unwrap() == "0").await;
        queue.backend().unwrap().size_chord("frozen", 2).await.unwrap();
        let second = queue.send(member(1)).await.unwrap();
        let sum = queue.result("body");
        assert_eq!(sum.get(SOON).await.unwrap_or_default(), 21, "{round}");
        let mark = ["get", "celery-taskset-meta-frozen.c"];
        until("the chord is over", async || server.cli(mark).unwrap() == "done").await;
        for result in [first, second, sum] {
            result.forget().await.unwrap();
        }
    }
    assert_eq!(work.end().await, 6);
}

fn refused(error: &Error) -> &str {
    match error {
        Error::Transport(TransportError::Refused { reason, .. }) => reason,
        other => panic!("it should be refused: {other}"),
    }
}

#[tokio::test]
async fn a_wrong_password_is_named_and_not_shown() {
    let server = RedisServer::start_with(["--requirepass", "right"]).await.unwrap();
    let url = |password: &str| format!("redis://:{password}@127.0.0.1:{}/0", server.port());
    let error = queue(&url("my-secret"), &RedisOptions::default()).enqueue(Add { x: 1, y: 1 }).await.unwrap_err();
    assert!(!refused(&error).is_empty());
    assert!(!format!("{error} {error:?}").contains("my-secret"), "{error:?}");
    everything_runs_with_password(&url("right")).await;
}

async fn everything_runs_with_password(url: &str) {
    let queue = queue(url, &RedisOptions::default());
    let work = start(&queue);
    assert_eq!(queue.enqueue(Add { x: 2, y: 3 }).await.unwrap().get(SOON).await.unwrap(), 5);
    work.end().await;
}

#[tokio::test]
async fn a_user_with_few_rights_can_work() {
    let server = RedisServer::start().await.unwrap();
    // Nothing that administrates, none of the other keys.
    let rules = "acl setuser worker on >pw ~* &* +@all -@admin -@dangerous";
    assert_eq!(server.cli(rules.split(' ')).unwrap(), "OK");
    everything_runs(&format!("redis://worker:pw@127.0.0.1:{}/0", server.port()), &RedisOptions::default()).await;
    // One that may not write is told so.
    server.cli("acl setuser reader on >pw ~* &* +@read +@connection".split(' ')).unwrap();
    let reader = queue(&format!("redis://reader:pw@127.0.0.1:{}/0", server.port()), &RedisOptions::default());
    let error = reader.enqueue(Add { x: 1, y: 1 }).await.unwrap_err();
    assert!(refused(&error).contains("no permissions"), "{error}");
}

#[tokio::test]
async fn every_reply_has_a_deadline() {
    let server = RedisServer::start().await.unwrap();
    let options = RedisOptions { response_timeout: Duration::from_millis(300), ..RedisOptions::default() };
    let queue = queue(&server.url(), &options);
    queue.enqueue(Add { x: 1, y: 1 }).await.unwrap();
    server.signal("STOP").unwrap();
    let sent = tokio::time::timeout(SOON, queue.enqueue(Add { x: 1, y: 1 })).await.unwrap();
    assert!(matches!(sent, Err(Error::Transport(TransportError::Unavailable { .. }))), "a server that hangs");
    server.signal("CONT").unwrap();
    let work = start(&queue);
    assert_eq!(queue.enqueue(Add { x: 2, y: 3 }).await.unwrap().get(SOON).await.unwrap(), 5);
    work.end().await;
}

#[tokio::test]
async fn sentinel_names_the_master() {
    let server = RedisServer::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sentinel.conf");
    std::fs::write(&file, format!("sentinel monitor bondhu-master 127.0.0.1 {} 1\n", server.port())).unwrap();
    let sentinel = RedisServer::start_sentinel(&file).await.unwrap();
    everything_runs(&format!("sentinel://127.0.0.1:{}/bondhu-master/0", sentinel.port()), &RedisOptions::default())
        .await;
}

/// An authority, and what it has signed for a server on this machine and for its callers.
struct Certificates {
    folder: tempfile::TempDir,
}

impl Certificates {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
        let mut authority = rcgen::CertificateParams::default();
        authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        // Of another name than what it signs, or OpenSSL takes that for self-signed.
        authority.distinguished_name.push(rcgen::DnType::CommonName, "the authority of a test");
        let authority = rcgen::CertifiedIssuer::self_signed(authority, rcgen::KeyPair::generate().unwrap()).unwrap();
        write("ca.pem", authority.pem());
        for name in ["server", "caller"] {
            let key = rcgen::KeyPair::generate().unwrap();
            let params = rcgen::CertificateParams::new(["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
            write(&format!("{name}.pem"), params.signed_by(&key, &authority).unwrap().pem());
            write(&format!("{name}.key"), key.serialize_pem());
        }
        Self { folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// A server that lets nobody in without a certificate. Its plain port stays, for `redis-cli`.
    async fn server(&self, more: &[&str]) -> (RedisServer, u16) {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut arguments = vec!["--save".to_owned(), String::new(), "--tls-port".to_owned(), port.to_string()];
        for (option, file) in [("ca-cert-file", "ca.pem"), ("cert-file", "server.pem"), ("key-file", "server.key")] {
            arguments.extend([format!("--tls-{option}"), self.path(file)]);
        }
        arguments.extend(more.iter().map(|&argument| argument.to_owned()));
        (RedisServer::start_with(arguments).await.unwrap(), port)
    }

    fn query(&self) -> String {
        let [ca, cert, key] = ["ca.pem", "caller.pem", "caller.key"].map(|name| self.path(name));
        format!("ssl_cert_reqs=required&ssl_ca_certs={ca}&ssl_certfile={cert}&ssl_keyfile={key}")
    }
}

#[tokio::test]
async fn tasks_run_over_tls_with_a_certificate_of_the_callers_own() {
    let certificates = Certificates::new();
    let (server, port) = certificates.server(&["--requirepass", "right"]).await;
    let at = |query: &str| format!("rediss://:right@127.0.0.1:{port}/0?{query}");
    everything_runs(&at(&certificates.query()), &RedisOptions::default()).await;

    let refusal = async |query: &str| {
        let error = queue(&at(query), &RedisOptions::default()).enqueue(Add { x: 1, y: 1 }).await.unwrap_err();
        error.to_string()
    };
    let error = refusal("").await;
    assert!(error.contains("UnknownIssuer"), "nobody here trusts that authority: {error}");
    let error = refusal(&format!("ssl_ca_certs={}", certificates.path("ca.pem"))).await;
    assert!(error.contains("cannot be reached"), "the server wants to see a certificate: {error}");
    drop(server);
}

#[tokio::test]
async fn a_cluster_and_a_master_are_found_over_tls() {
    let certificates = Certificates::new();
    let (server, port) = certificates.server(&["--cluster-enabled", "yes", "--tls-cluster", "yes"]).await;
    server.cli(["cluster", "addslotsrange", "0", "16383"]).unwrap();
    while !server.cli(["cluster", "info"]).unwrap().contains("cluster_state:ok") {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let query = certificates.query();
    everything_runs(&format!("rediss-cluster://127.0.0.1:{port}?{query}"), &RedisOptions::default()).await;

    let (master, port) = certificates.server(&[]).await;
    let file = certificates.path("sentinel.conf");
    let [ca, cert, key] = ["ca.pem", "server.pem", "server.key"].map(|name| certificates.path(name));
    let own = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    std::fs::write(
        &file,
        format!(
            "sentinel monitor m 127.0.0.1 {port} 1\ntls-port {own}\ntls-replication yes\ntls-ca-cert-file {ca}\n\
             tls-cert-file {cert}\ntls-key-file {key}\n"
        ),
    )
    .unwrap();
    let sentinel = RedisServer::start_sentinel(file.as_ref()).await.unwrap();
    everything_runs(&format!("sentinels://127.0.0.1:{own}/m/0?{query}"), &RedisOptions::default()).await;
    drop((master, sentinel));
}

#[test]
fn certificates_that_cannot_be_used_are_named() {
    let refusal = |query: &str| {
        let broker = Broker::redis(&format!("rediss://127.0.0.1:1/0?{query}"), RedisOptions::default());
        broker.unwrap_err().to_string()
    };
    assert!(refusal("ssl_ca_certs=/nowhere/ca.pem").contains("ssl_ca_certs=/nowhere/ca.pem: No such file"));
    let certificates = Certificates::new();
    let one = refusal(&format!("ssl_certfile={}", certificates.path("caller.pem")));
    assert!(one.contains("ssl_certfile and ssl_keyfile"), "{one}");
    std::fs::write(certificates.path("bad.pem"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")
        .unwrap();
    let bad = refusal(&format!("ssl_ca_certs={}", certificates.path("bad.pem")));
    assert!(bad.contains("certificates that cannot be used"), "{bad}");
}

#[tokio::test]
async fn bytes_that_are_no_message_stop_nobody() {
    let server = RedisServer::start().await.unwrap();
    let queue = queue(&server.url(), &RedisOptions::default());
    let work = start(&queue);
    for poison in ["not json", "{}", "[1]", "{\"body\": \"!\", \"headers\": {\"task\": \"add\", \"id\": \"p\"}}"] {
        server.cli(["lpush", "celery", poison]).unwrap();
    }
    assert_eq!(queue.enqueue(Add { x: 2, y: 3 }).await.unwrap().get(SOON).await.unwrap(), 5);
    while queue.broker().dead(0, 10).await.unwrap().total < 4 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let letters = queue.broker().dead(0, 10).await.unwrap().items;
    assert!(letters.iter().any(|letter| letter.message() == b"not json"), "they are kept as they came");
    assert!(letters.iter().all(|letter| letter.reason.starts_with("it cannot be read")), "{letters:?}");
    work.end().await;
}
