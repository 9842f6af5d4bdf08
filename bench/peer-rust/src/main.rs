//! Two other task queues in Rust under the load of the task benchmark.
//!
//! `bondhu-bench-peers apalis|celery WHAT URL N`, where WHAT is
//!   send    enqueues N tasks one after the other and prints how many a second that were
//!   work    drains N tasks that wait, prints how many a second that were, and then idles
//!   late    sends N tasks, a hundred a second, to itself and prints the p50 and p99 in ms from the call to the start

use std::{
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

static EXPECTED: AtomicU64 = AtomicU64::new(0);
static DONE: AtomicU64 = AtomicU64::new(0);
static FIRST: OnceLock<Instant> = OnceLock::new();
static LATE: Mutex<Vec<f64>> = Mutex::new(Vec::new());

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

/// Called at the start of each task. `sent` is 0 for those that are drained.
fn started(sent: f64) {
    let first = FIRST.get_or_init(Instant::now);
    if sent > 0.0 {
        LATE.lock().unwrap().push((now() - sent) * 1000.0);
    }
    if DONE.fetch_add(1, Ordering::SeqCst) + 1 == EXPECTED.load(Ordering::SeqCst) && sent == 0.0 {
        println!("{}", EXPECTED.load(Ordering::SeqCst) as f64 / first.elapsed().as_secs_f64());
    }
}

async fn quantiles(count: usize) {
    while LATE.lock().unwrap().len() < count {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut late = LATE.lock().unwrap().clone();
    late.sort_by(f64::total_cmp);
    println!("{} {}", late[late.len() / 2], late[late.len() * 99 / 100]);
}

mod of_apalis {
    use super::*;
    use apalis::prelude::*;
    use apalis_redis::RedisStorage;

    #[derive(Debug, Clone, Serialize, Deserialize)]
    struct Job {
        sent: f64,
    }

    async fn run(job: Job) -> Result<(), BoxDynError> {
        started(job.sent);
        Ok(())
    }

    pub async fn main(what: &str, url: &str, count: usize) {
        let connection = apalis_redis::connect(url).await.expect("Redis answers");
        let mut storage: RedisStorage<Job> = RedisStorage::new(connection);
        match what {
            "send" => {
                let begun = Instant::now();
                for _ in 0..count {
                    storage.push(Job { sent: 0.0 }).await.expect("accepted");
                }
                println!("{}", count as f64 / begun.elapsed().as_secs_f64());
            }
            _ => {
                let worker = WorkerBuilder::new("bench").backend(storage.clone()).concurrency(20).build(run);
                let work = tokio::spawn(async move { worker.run().await });
                if what == "late" {
                    tokio::time::sleep(Duration::from_secs(2)).await;
                    let mut ticks = tokio::time::interval(Duration::from_millis(10));
                    for _ in 0..count {
                        ticks.tick().await;
                        storage.push(Job { sent: now() }).await.expect("accepted");
                    }
                    quantiles(count).await;
                } else {
                    work.await.expect("no panic").expect("works");
                }
            }
        }
    }
}

mod of_celery {
    use super::*;
    use celery::prelude::*;

    #[celery::task]
    fn noop(sent: f64) -> TaskResult<()> {
        started(sent);
        Ok(())
    }

    pub async fn main(what: &str, url: &str, count: usize) {
        let app = celery::app!(
            broker = RedisBroker { url.to_owned() },
            tasks = [noop],
            task_routes = ["*" => "celery"],
            prefetch_count = 100,
        )
        .await
        .expect("Redis answers");
        match what {
            "send" => {
                let begun = Instant::now();
                for _ in 0..count {
                    app.send_task(noop::new(0.0)).await.expect("accepted");
                }
                println!("{}", count as f64 / begun.elapsed().as_secs_f64());
            }
            "late" => {
                // Its consumer is not `Send`, so both share one task.
                let send = async {
                    tokio::time::sleep(Duration::from_secs(2)).await;
                    let mut ticks = tokio::time::interval(Duration::from_millis(10));
                    for _ in 0..count {
                        ticks.tick().await;
                        app.send_task(noop::new(now())).await.expect("accepted");
                    }
                    quantiles(count).await;
                };
                tokio::select! {
                    consumed = app.consume() => consumed.expect("works"),
                    () = send => {}
                }
            }
            _ => app.consume().await.expect("works"),
        }
    }
}

#[tokio::main]
async fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [whose, what, url, count] = args.as_slice() else { panic!("give apalis|celery WHAT URL N") };
    let count: usize = count.parse().expect("a number");
    EXPECTED.store(count as u64, Ordering::SeqCst);
    match whose.as_str() {
        "apalis" => of_apalis::main(what, url, count).await,
        _ => of_celery::main(what, url, count).await,
    }
    std::process::exit(0);
}
