//! A worker with the tasks that Celery's own integration tests call, so that those tests can run against Rust.
//!
//! ```text
//! TEST_BROKER=redis://127.0.0.1:6379/0 TEST_BACKEND=redis://127.0.0.1:6379/0 \
//!     cargo run -p bondhu-tasks --example integration_worker -- -n ext@host -Q celery -c 1
//! ```
//!
//! Redis for `redis_echo` and its like is database 0 of `REDIS_HOST` and `REDIS_PORT`, as in the Python tasks.

mod integration_worker {
    pub(crate) mod calls;
    pub(crate) mod chords;
    pub(crate) mod errors;
    pub(crate) mod numbers;
    pub(crate) mod own;
    pub(crate) mod recording;
    pub(crate) mod replacing;
    pub(crate) mod requests;
    pub(crate) mod retrying;
    pub(crate) mod signatures;
    pub(crate) mod task_macro;
}

use std::{env, io, time::Duration};

use bondhu_tasks::{
    Backend, Broker, Clock, Queue, RedisOptions, Registry, Routes, Sender, Worker, backend::RESULT_EXPIRES,
};
use integration_worker::{
    calls, chords, errors, numbers, own, recording, replacing, requests, retrying, signatures, task_macro::Suite,
};
use tokio::signal::unix::{SignalKind, signal};

type Error = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let options = Options::read(env::args().skip(1))?;
    let (broker, backend) = (env::var("TEST_BROKER")?, env::var("TEST_BACKEND")?);
    let clock = Clock::system();
    let backend = Backend::redis(&backend, RedisOptions::default(), RESULT_EXPIRES)?;
    let sender = Sender { routes: options.routes, ..Sender::default() };
    let queue = Queue::new(Broker::redis(&broker, RedisOptions::default())?, sender, clock);

    let mut terminate = signal(SignalKind::terminate())?;
    let worker = Worker::new(queue.with_backend(backend), Suite::connect().await?)
        .hostname(options.hostname)
        .queues(options.queues)
        .concurrency(options.concurrency)
        .result_extended(true)
        .send_events(true)
        .shutdown_grace(Duration::from_secs(5));
    let groups = [
        calls::register,
        chords::register,
        errors::register,
        numbers::register,
        own::register,
        recording::register,
        replacing::register,
        requests::register,
        retrying::register,
        signatures::register,
    ];
    let registry = groups.into_iter().fold(Registry::builder(), |registry, register| register(registry));
    worker
        .registry(registry)
        .run_until(async move {
            terminate.recv().await;
        })
        .await?;
    Ok(())
}

/// The options of `celery worker` that the tests use, and one for `task_routes`.
struct Options {
    hostname: String,
    queues: Vec<String>,
    concurrency: usize,
    routes: Routes,
}

impl Options {
    fn read(mut given: impl Iterator<Item = String>) -> Result<Self, Error> {
        let mut options = Self {
            hostname: "ext@host".to_owned(),
            queues: vec!["celery".to_owned()],
            concurrency: 1,
            routes: Routes::new(),
        };
        while let Some(name) = given.next() {
            let value = given.next().ok_or_else(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "-n" => options.hostname = value,
                "-Q" => options.queues = value.split(',').map(ToOwned::to_owned).collect(),
                "-c" => options.concurrency = value.parse()?,
                "--route" => {
                    let (pattern, queue) = value.split_once('=').ok_or("--route takes PATTERN=QUEUE")?;
                    options.routes = options.routes.route(pattern, queue);
                }
                _ => return Err(format!("unknown option {name}: give -n, -Q, -c or --route").into()),
            }
        }
        Ok(options)
    }
}
