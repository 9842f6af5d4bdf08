//! Beats on a broker in memory, with a clock that the tests move.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use bondhu_tasks::{
    Broker, Call, Clock, Queue, Sender,
    beat::{Beat, CatchUp, Crontab, Entry, EntryState},
};
use jiff::SignedDuration;

struct Set {
    clock: Clock,
    queue: Queue,
}

impl Set {
    fn new() -> Self {
        let clock = Clock::manual("2026-11-23T12:00:30Z".parse().unwrap());
        let queue = Queue::new(Broker::memory(clock.clone()), Sender::default(), clock.clone());
        Self { clock, queue }
    }

    fn beat(&self, owner: &str, policy: CatchUp) -> Beat {
        let hourly = Crontab::parse("0 * * * *").unwrap();
        Beat::new(self.queue.clone(), "main", owner)
            .entry(Entry::new("hourly", hourly, Call::named("t")).catch_up(policy))
    }

    async fn sent(&self) -> u64 {
        self.queue.broker().waiting("celery", 0, 0).await.unwrap().total
    }

    async fn state(&self) -> EntryState {
        EntryState::from_value(&self.queue.broker().schedule("main").await.unwrap()["hourly"]).unwrap()
    }

    fn pass(&self, secs: i64) {
        self.clock.advance(SignedDuration::from_secs(secs));
    }
}

#[tokio::test]
async fn an_entry_runs_when_it_is_due_and_not_for_the_past() {
    let set = Set::new();
    let beat = set.beat("a", CatchUp::Once);
    let wait = beat.step().await.unwrap();
    assert_eq!((wait.as_secs(), set.sent().await), (59 * 60 + 30, 0));
    set.pass(59 * 60 + 30);
    beat.step().await.unwrap();
    assert_eq!(set.sent().await, 1);
    beat.step().await.unwrap();
    assert_eq!(set.sent().await, 1, "once for one due time");
    assert_eq!(set.state().await.total_runs, 1);
}

#[tokio::test]
async fn one_leads_and_the_other_takes_over() {
    let set = Set::new();
    let (one, two) = (set.beat("a", CatchUp::Once), set.beat("b", CatchUp::Once));
    one.step().await.unwrap();
    let wait = two.step().await.unwrap();
    set.pass(i64::try_from(wait.as_secs()).unwrap() + 1);
    // The first one has vanished: its hold ended a little after the due time.
    two.step().await.unwrap();
    assert_eq!(set.sent().await, 1);
    assert!(set.state().await.late_by_ms.unwrap() < 20_000);
    one.step().await.unwrap();
    assert_eq!(set.sent().await, 1, "it does not lead any more");
}

#[tokio::test]
async fn missed_runs_follow_the_policy() {
    for (policy, sent, skipped) in [(CatchUp::Skip, 0, 5), (CatchUp::Once, 1, 4), (CatchUp::All(3), 3, 2)] {
        let set = Set::new();
        let beat = set.beat("a", policy);
        beat.step().await.unwrap();
        set.pass(5 * 3600);
        beat.step().await.unwrap();
        assert_eq!((set.sent().await, set.state().await.skipped), (sent, skipped), "{policy:?}");
    }
}

#[tokio::test]
async fn a_clock_that_goes_back_runs_nothing_twice() {
    let set = Set::new();
    let beat = set.beat("a", CatchUp::Once);
    beat.step().await.unwrap();
    set.pass(3600);
    beat.step().await.unwrap();
    set.pass(-3600);
    beat.step().await.unwrap();
    set.pass(3600);
    beat.step().await.unwrap();
    assert_eq!(set.sent().await, 1);
}

#[tokio::test]
async fn what_is_no_longer_scheduled_is_forgotten() {
    let set = Set::new();
    set.beat("a", CatchUp::Once).step().await.unwrap();
    let other = Entry::new("other", Duration::from_mins(1), Call::named("t"));
    Beat::new(set.queue.clone(), "main", "a").entry(other).step().await.unwrap();
    let known = set.queue.broker().schedule("main").await.unwrap();
    assert_eq!(known.keys().collect::<Vec<_>>(), ["other"]);
}

#[tokio::test]
async fn two_entries_of_one_name_are_refused() {
    let set = Set::new();
    let entry = || Entry::new("x", Duration::from_mins(1), Call::named("t"));
    let beat = Beat::new(set.queue.clone(), "main", "a").entry(entry()).entry(entry());
    assert!(beat.run_until(async {}).await.unwrap_err().to_string().contains("two entries are named `x`"));
}
