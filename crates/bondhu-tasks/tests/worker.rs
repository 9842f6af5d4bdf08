//! The worker on a broker in memory: every end that a task can have.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use bondhu_tasks::{
    AsyncResult, Backend, Backoff, Broker, Call, Clock, Queue, ResultError, Sender, Signature, State, Stop, Task,
    TaskContext, TaskError, TaskOptions, TaskResult, Unique, Worker, worker::Summary,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{Notify, oneshot};

const SOON: Duration = Duration::from_secs(10);

/// What the tasks below count and wait for.
#[derive(Default)]
struct House {
    runs: AtomicU32,
    most: AtomicUsize,
    now: AtomicUsize,
    started: Notify,
    go: Notify,
}

type Cx = TaskContext<Arc<House>>;

macro_rules! task {
    ($name:ident { $($field:ident: $type:ty),* }, $wire:literal, $options:expr, $output:ty, |$task:ident, $cx:ident| $body:expr) => {
        #[derive(Serialize, Deserialize)]
        struct $name { $($field: $type),* }

        impl Task for $name {
            const NAME: &'static str = $wire;
            const OPTIONS: TaskOptions = $options;
            type State = Arc<House>;
            type Output = $output;
            async fn run(self, $cx: Cx) -> TaskResult<$output> {
                let $task = self;
                $cx.state().runs.fetch_add(1, Ordering::SeqCst);
                $body
            }
        }
    };
}

const QUICK: TaskOptions = TaskOptions::new().backoff(Backoff::fixed(Duration::from_millis(1)));

task!(Add { x: i64, y: i64 }, "add", QUICK, i64, |task, _cx| Ok(task.x + task.y));
task!(Sum { numbers: Vec<i64> }, "sum", QUICK, i64, |task, _cx| Ok(task.numbers.iter().sum()));
task!(Fail {}, "fail", QUICK, (), |_task, _cx| Err(TaskError::fail("no such thing")));
task!(Flaky { until: u32 }, "flaky", QUICK, u32, |task, cx| {
    if cx.attempt() < task.until { Err(TaskError::retry("not yet")) } else { Ok(cx.attempt()) }
});
task!(Panics {}, "panics", QUICK, (), |_task, _cx| panic!("out of cheese"));
task!(Refuse {}, "refuse", QUICK, (), |_task, _cx| Err(TaskError::reject("not for me")));
task!(Snooze {}, "snooze", QUICK, u32, |_task, cx| {
    match cx.state().runs.load(Ordering::SeqCst) {
        1 => Err(TaskError::snooze(Duration::from_millis(1))),
        _ => Ok(cx.attempt()),
    }
});
task!(Wait {}, "wait", QUICK, (), |_task, cx| {
    cx.state().started.notify_one();
    cx.state().go.notified().await;
    Ok(())
});
task!(Patient {}, "patient", QUICK, String, |_task, cx| {
    cx.state().started.notify_one();
    cx.cancellation().cancelled().await;
    match cx.stop_reason() {
        Some(Stop::SoftTimeLimit) => Ok("I was told".to_owned()),
        other => Err(TaskError::retry(format!("{other:?}"))),
    }
});
task!(Crowd {}, "crowd", QUICK, (), |_task, cx| {
    let house = cx.state();
    let now = house.now.fetch_add(1, Ordering::SeqCst) + 1;
    house.most.fetch_max(now, Ordering::SeqCst);
    tokio::task::yield_now().await;
    house.now.fetch_sub(1, Ordering::SeqCst);
    Ok(())
});
task!(Once {}, "once", QUICK.unique(Unique::ByTask(Duration::from_mins(1))), (), |_task, _cx| Ok(()));
task!(Blocks {}, "blocks", QUICK.blocking(), bool, |_task, _cx| {
    Ok(std::thread::current().name().is_some_and(|name| name.contains("tokio")))
});
task!(Steps {}, "steps", QUICK, i64, |_task, cx| {
    cx.progress(json!({"done": 1})).await?;
    cx.state().started.notify_one();
    cx.state().go.notified().await;
    let child = cx.enqueue(Add { x: 1, y: 1 }).await?;
    Ok(i64::from(child.id().as_str() != cx.id().as_str()))
});
task!(Instead {}, "instead", QUICK, (), |_task, cx| Err(cx
    .replace(Signature::of(&Add { x: 20, y: 2 }).unwrap())
    .await));

struct Set {
    queue: Queue,
    house: Arc<House>,
    stop: oneshot::Sender<()>,
    work: tokio::task::JoinHandle<Result<Summary, bondhu_tasks::Error>>,
}

fn queue() -> Queue {
    let broker = Broker::memory(Clock::system());
    let backend = Backend::beside(&broker, Duration::from_hours(1)).unwrap();
    Queue::new(broker, Sender::default(), Clock::system()).with_backend(backend)
}

fn worker(queue: &Queue, house: &Arc<House>) -> Worker<Arc<House>> {
    Worker::new(queue.clone(), house.clone())
        .hostname("w1@here")
        .register::<Add>()
        .register::<Sum>()
        .register::<Fail>()
        .register::<Flaky>()
        .register::<Panics>()
        .register::<Refuse>()
        .register::<Snooze>()
        .register::<Wait>()
        .register::<Patient>()
        .register::<Crowd>()
        .register::<Once>()
        .register::<Blocks>()
        .register::<Steps>()
        .register::<Instead>()
}

fn start(queue: &Queue, change: impl FnOnce(Worker<Arc<House>>) -> Worker<Arc<House>>) -> Set {
    let house = Arc::new(House::default());
    let (stop, stopped) = oneshot::channel();
    let worker = change(worker(queue, &house).concurrency(4));
    let work = tokio::spawn(worker.run_until(async { drop(stopped.await) }));
    Set { queue: queue.clone(), house, stop, work }
}

impl Set {
    async fn end(self) -> Summary {
        drop(self.stop);
        tokio::time::timeout(SOON, self.work).await.unwrap().unwrap().unwrap()
    }
}

async fn reason(queue: &Queue) -> String {
    let page = queue.broker().dead(0, 10).await.unwrap();
    assert_eq!(page.total, 1, "one dead letter");
    page.items[0].reason.clone()
}

#[tokio::test]
async fn a_result_comes_back() {
    let set = start(&queue(), |worker| worker);
    let sum = set.queue.enqueue(Add { x: 2, y: 40 }).await.unwrap();
    assert_eq!(sum.get(SOON).await.unwrap(), 42);
    let stored = sum.stored().await.unwrap().unwrap();
    assert_eq!((stored.status, stored.children), (State::Success, Some(vec![])));
    assert_eq!(set.end().await, Summary { processed: 1, failed: 0, retried: 0 });
}

#[tokio::test]
async fn a_retry_counts_and_ends_well() {
    let set = start(&queue(), |worker| worker);
    assert_eq!(set.queue.enqueue(Flaky { until: 3 }).await.unwrap().get(SOON).await.unwrap(), 3);
    assert_eq!(set.end().await.retried, 2);
}

#[tokio::test]
async fn retries_that_are_used_up_are_a_failure_and_a_dead_letter() {
    let set = start(&queue(), |worker| worker);
    let result = set.queue.enqueue(Flaky { until: 99 }).await.unwrap();
    let Err(ResultError::Failed { exception, traceback }) = result.get(SOON).await else { panic!("it failed") };
    assert_eq!(exception.exc_message, [json!("not yet")]);
    assert!(traceback.unwrap().contains("in the task flaky"));
    let queue = set.queue.clone();
    assert_eq!(set.end().await, Summary { processed: 4, failed: 1, retried: 3 });
    assert!(reason(&queue).await.contains("not yet"));
}

#[tokio::test]
async fn a_dead_letter_is_sent_again_from_its_first_attempt() {
    let queue = queue();
    let set = start(&queue, |worker| worker);
    let result = queue.enqueue(Fail {}).await.unwrap();
    assert!(matches!(result.get(SOON).await, Err(ResultError::Failed { .. })));
    set.end().await;
    let letter = queue.broker().dead(0, 1).await.unwrap().items.remove(0);
    assert_eq!(letter.task.as_deref(), Some("fail"));
    assert!(queue.replay_dead(&letter.id).await.unwrap());
    assert!(!queue.replay_dead(&letter.id).await.unwrap(), "it is gone");
    let set = start(&queue, |worker| worker);
    while queue.broker().dead(0, 0).await.unwrap().total == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(set.end().await.failed, 1);
}

#[tokio::test]
async fn a_panic_is_the_failure_of_one_task() {
    let set = start(&queue(), |worker| worker);
    let result = set.queue.enqueue(Panics {}).await.unwrap();
    let Err(ResultError::Failed { exception, .. }) = result.get(SOON).await else { panic!("it failed") };
    assert_eq!(exception.exc_message, [json!("panicked: out of cheese")]);
    assert_eq!(set.queue.enqueue(Add { x: 1, y: 1 }).await.unwrap().get(SOON).await.unwrap(), 2);
    set.end().await;
}

#[tokio::test]
async fn what_nobody_knows_fails_by_name() {
    let set = start(&queue(), |worker| worker);
    let result = set.queue.send(Call::named("no.such.task")).await.unwrap();
    let Err(ResultError::Failed { exception, .. }) = result.get(SOON).await else { panic!("it failed") };
    assert_eq!(exception.exc_type, "NotRegistered");
    let queue = set.queue.clone();
    set.end().await;
    assert_eq!(reason(&queue).await, "no task named `no.such.task` is registered in this worker");
}

#[tokio::test]
async fn arguments_that_do_not_fit_fail_without_a_retry() {
    let set = start(&queue(), |worker| worker);
    let result = set.queue.send(Call::named("add").kwarg("x", 1)).await.unwrap();
    let Err(ResultError::Failed { exception, .. }) = result.get(SOON).await else { panic!("it failed") };
    assert_eq!(exception.exc_type, "TypeError");
    assert_eq!(set.end().await.retried, 0);
}

#[tokio::test]
async fn a_refused_message_is_a_dead_letter() {
    let set = start(&queue(), |worker| worker);
    let result = set.queue.enqueue(Refuse {}).await.unwrap();
    assert!(matches!(result.get(SOON).await, Err(ResultError::Failed { .. })));
    let queue = set.queue.clone();
    set.end().await;
    assert_eq!(reason(&queue).await, "the task refused it: not for me");
}

#[tokio::test]
async fn a_snooze_does_not_count_as_a_retry() {
    let set = start(&queue(), |worker| worker);
    assert_eq!(set.queue.enqueue(Snooze {}).await.unwrap().get(SOON).await.unwrap(), 1);
    set.end().await;
}

#[tokio::test]
async fn expired_and_revoked_tasks_do_not_run() {
    let queue = queue();
    let now = queue.clock().now();
    let expired = queue.enqueue(Add { x: 1, y: 1 }).expires(now).await.unwrap();
    let set = start(&queue, |worker| worker);
    assert!(matches!(expired.get(SOON).await, Err(ResultError::Revoked)));
    let house = set.house.clone();
    set.end().await;
    assert_eq!(house.runs.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn the_soft_limit_tells_and_the_hard_one_stops() {
    let set = start(&queue(), |worker| worker);
    let limited = |soft: f64, hard: f64| {
        let signature = Signature::named("patient").option("soft_time_limit", soft).option("time_limit", hard);
        Call::from_signature(signature).unwrap()
    };
    let told: AsyncResult<Value> = set.queue.send(limited(0.01, 60.0)).await.unwrap();
    assert_eq!(told.get(SOON).await.unwrap(), json!("I was told"));
    let stopped = Call::from_signature(Signature::named("wait").option("time_limit", 0.01)).unwrap();
    let stopped = set.queue.send(stopped).await.unwrap();
    let Err(ResultError::Failed { exception, .. }) = stopped.get(SOON).await else { panic!("it failed") };
    assert_eq!((exception.exc_type.as_str(), exception.exc_message), ("TimeLimitExceeded", vec![json!(0.01)]));
    set.end().await;
}

#[tokio::test]
async fn no_more_run_side_by_side_than_there_are_slots() {
    let queue = queue();
    queue.send_all((0..200).map(|_| Call::of(&Crowd {}).unwrap())).await.unwrap();
    let set = start(&queue, |worker| worker.concurrency(3));
    let last = queue.enqueue(Crowd {}).await.unwrap();
    last.get(SOON).await.unwrap();
    let house = set.house.clone();
    assert_eq!(set.end().await.processed, 201);
    assert!((1..=3).contains(&house.most.load(Ordering::SeqCst)), "{:?}", house.most);
}

#[tokio::test]
async fn a_task_that_outlasts_its_lease_runs_once() {
    let queue = queue();
    let lease = Duration::from_millis(300);
    let set = start(&queue, |worker| worker.lease(lease));
    let slow = queue.enqueue(Wait {}).await.unwrap();
    set.house.started.notified().await;
    let other = start(&queue, |worker| worker.hostname("w2@here").lease(lease));
    let again = tokio::time::timeout(lease * 5, other.house.started.notified()).await;
    assert!(again.is_err(), "another worker has it as well");
    set.house.go.notify_one();
    slow.get(SOON).await.unwrap();
    assert_eq!((set.end().await.processed, other.end().await.processed), (1, 0));
}

#[tokio::test]
async fn a_queue_with_slots_of_its_own_is_not_held_up() {
    let queue = queue();
    let set = start(&queue, |worker| worker.concurrency(1).pool("other", 1));
    let slow = queue.enqueue(Wait {}).await.unwrap();
    set.house.started.notified().await;
    assert_eq!(queue.enqueue(Add { x: 1, y: 2 }).queue("other").await.unwrap().get(SOON).await.unwrap(), 3);
    assert_eq!(slow.state().await.unwrap(), State::Pending);
    set.house.go.notify_one();
    slow.get(SOON).await.unwrap();
    set.end().await;
}

#[tokio::test]
async fn a_unique_task_runs_once_at_a_time() {
    let queue = queue();
    let first = queue.enqueue(Once {}).await.unwrap();
    let second = queue.enqueue(Once {}).await.unwrap();
    assert!(second.is_duplicate() && second.id() == first.id());
    let set = start(&queue, |worker| worker);
    first.get(SOON).await.unwrap();
    set.end().await;
    assert!(!queue.enqueue(Once {}).await.unwrap().is_duplicate(), "the key was let go");
}

#[tokio::test]
async fn blocking_tasks_have_a_thread_of_their_own() {
    let set = start(&queue(), |worker| worker);
    assert!(set.queue.enqueue(Blocks {}).await.unwrap().get(SOON).await.unwrap());
    set.end().await;
}

#[tokio::test]
async fn progress_and_children_are_seen() {
    let set = start(&queue(), |worker| worker);
    let steps = set.queue.enqueue(Steps {}).await.unwrap();
    set.house.started.notified().await;
    assert_eq!(steps.state().await.unwrap(), State::Progress);
    set.house.go.notify_one();
    steps.get(SOON).await.unwrap();
    let children = steps.children().await.unwrap();
    assert_eq!(children[0].get(SOON).await.unwrap(), json!(2));
    set.end().await;
}

#[tokio::test]
async fn a_task_that_replaces_itself_keeps_its_id() {
    let set = start(&queue(), |worker| worker);
    let result = set.queue.send(Call::of(&Instead {}).unwrap()).await.unwrap();
    assert_eq!(result.get(SOON).await.unwrap(), json!(22));
    set.end().await;
}

#[tokio::test]
async fn chains_groups_and_chords_run() {
    let set = start(&queue(), |worker| worker);
    let add = |y: i64| Signature::named("add").arg(y);
    let chain = Signature::chain([add(1).arg(1), add(10), add(100)]);
    assert_eq!(set.queue.apply(chain).await.unwrap().get(SOON).await.unwrap(), json!(112));
    let group = Signature::group([add(1).arg(1), add(2).arg(2)]);
    let group = set.queue.apply(group).await.unwrap();
    assert_eq!(group.join(SOON).await.unwrap(), [json!(2), json!(4)]);
    let chord = Signature::chord([add(1).arg(1), add(2).arg(2), add(3).arg(3)], &Signature::named("sum"));
    assert_eq!(set.queue.apply(chord).await.unwrap().get(SOON).await.unwrap(), json!(12));
    let nested = Signature::chain([
        add(1).arg(1),
        Signature::group([add(1), Signature::chain([add(2), add(3)])]),
        Signature::named("sum"),
        add(1000),
    ]);
    assert_eq!(set.queue.apply(nested).await.unwrap().get(SOON).await.unwrap(), json!(1010));
    set.end().await;
}

#[tokio::test]
async fn a_chord_whose_member_fails_fails() {
    let set = start(&queue(), |worker| worker);
    let chord =
        Signature::chord([Signature::named("fail"), Signature::named("add").arg(1).arg(1)], &Signature::named("sum"));
    let result = set.queue.apply(chord).await.unwrap();
    let Err(ResultError::Failed { exception, .. }) = result.get(SOON).await else { panic!("it failed") };
    assert_eq!(exception.exc_type, "ChordError");
    let failing = Signature::chain([Signature::named("fail"), Signature::named("add").arg(1)]);
    let chord = Signature::chord([failing, Signature::named("add").arg(1).arg(1)], &Signature::named("sum"));
    let result = set.queue.apply(chord).await.unwrap();
    assert!(matches!(result.get(SOON).await, Err(ResultError::Failed { .. })), "a member that never ran counts too");
    set.end().await;
}

#[tokio::test]
async fn a_warm_shutdown_waits_and_a_cold_one_gives_back() {
    let queue = queue();
    let set = start(&queue, |worker| worker);
    let waits = queue.enqueue(Wait {}).await.unwrap();
    set.house.started.notified().await;
    let house = set.house.clone();
    let end = tokio::spawn(set.end());
    house.go.notify_one();
    assert_eq!(end.await.unwrap().processed, 1);
    waits.get(SOON).await.unwrap();

    let set = start(&queue, |worker| worker.shutdown_grace(Duration::ZERO));
    let cut_off = queue.enqueue(Wait {}).await.unwrap();
    set.house.started.notified().await;
    set.end().await;
    assert_eq!(queue.broker().waiting("celery", 0, 10).await.unwrap().total, 1, "it was given back");
    let set = start(&queue, |worker| worker);
    set.house.started.notified().await;
    set.house.go.notify_one();
    cut_off.get(SOON).await.unwrap();
    set.end().await;
}

#[tokio::test]
async fn rates_hold_tasks_back_without_holding_slots() {
    let queue = queue();
    let rate = bondhu_tasks::RateLimit::parse("20/s");
    queue.send_all((0..4).map(|x| Call::of(&Add { x, y: 0 }).unwrap())).await.unwrap();
    let begun = tokio::time::Instant::now();
    let set = start(&queue, |worker| worker.concurrency(1).default_rate_limit(rate));
    while set.house.runs.load(Ordering::SeqCst) < 4 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(begun.elapsed() >= Duration::from_millis(149), "three waits of 50 ms");
    set.end().await;
}
