//! The contract of a broker, held by each kind.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{collections::HashSet, time::Duration};

use bondhu_tasks::{
    Broker, Call, Clock, Fresh, Message, Priority, RateLimit, Sender,
    broker::{Claimed, DeadLetter, Delivery, End, Lead, Sent, Tick, Want},
};
use serde_json::json;

const LEASE: Duration = Duration::from_mins(1);
const SOON: Duration = Duration::from_secs(10);

struct World {
    broker: Broker,
    clock: Clock,
    /// Keeps the server and the folder.
    _house: Box<dyn std::any::Any + Send>,
}

impl World {
    #[cfg(feature = "sqlite")]
    async fn sqlite() -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), Clock::system());
        let broker = Broker::sqlite(&folder.path().join("tasks.db"), clock.clone()).await.unwrap();
        Self { broker, clock, _house: Box::new(folder) }
    }

    #[cfg(feature = "redis")]
    async fn redis() -> Self {
        let server = bondhu_testkit::redis::RedisServer::start().await.unwrap();
        let broker = Broker::redis(&server.url(), bondhu_tasks::RedisOptions::default()).unwrap();
        Self { broker, clock: Clock::system(), _house: Box::new(server) }
    }

    fn sealed(&self, call: Call) -> bondhu_tasks::Outgoing {
        let fresh = Fresh {
            now: self.clock.now(),
            id: self.clock.new_id().into(),
            delivery_tag: self.clock.new_id().to_string(),
        };
        call.seal(&Sender::default(), fresh).unwrap()
    }

    async fn send(&self, call: Call) -> Sent {
        self.broker.send(&[self.sealed(call)]).await.unwrap().remove(0)
    }

    async fn claim(&self, queues: &[&str], max: usize) -> Vec<Delivery> {
        self.claim_for(queues, max, LEASE).await.deliveries
    }

    async fn claim_for(&self, queues: &[&str], max: usize, lease: Duration) -> Claimed {
        let queues: Vec<String> = queues.iter().map(ToString::to_string).collect();
        self.broker.claim(Want { queues: &queues, max, owner: "w1@here", lease }).await.unwrap()
    }

    /// Claims one, waiting as a worker does.
    async fn next(&self, queue: &str) -> Delivery {
        let news = self.broker.listen(&[queue.to_owned()]);
        let wait = async {
            loop {
                let claimed = self.claim_for(&[queue], 1, LEASE).await;
                if let Some(delivery) = claimed.deliveries.into_iter().next() {
                    return delivery;
                }
                let again = claimed.again_in.unwrap_or(SOON);
                let _ = tokio::time::timeout(again, news.notified()).await;
            }
        };
        tokio::time::timeout(SOON, wait).await.unwrap()
    }
}

fn name(delivery: &Delivery) -> String {
    Message::decode(&delivery.raw).unwrap().headers.task
}

fn names(deliveries: &[Delivery]) -> Vec<String> {
    deliveries.iter().map(name).collect()
}

macro_rules! exercises {
    ($($name:ident,)+) => {
        #[cfg(feature = "sqlite")]
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                crate::$name(&crate::World::sqlite().await).await;
            })+
        }

        #[cfg(feature = "redis")]
        mod redis {
            $(#[tokio::test]
            async fn $name() {
                crate::$name(&crate::World::redis().await).await;
            })+
        }
    };
}

exercises! {
    messages_come_in_order_and_by_priority,
    no_priority_starves,
    queues_take_turns,
    a_claim_is_exclusive,
    a_lease_that_ends_brings_the_message_back,
    what_is_given_back_goes_where_it_was_told,
    a_parked_message_comes_at_its_time,
    a_delivery_that_is_over_stays_over,
    a_unique_key_is_held_once,
    poison_comes_through_byte_for_byte,
    dead_letters_are_listed_replayed_and_dropped,
    queues_can_be_looked_at,
    one_leads_and_fences_grow,
    an_old_leader_is_refused,
    the_bus_reaches_subscribers_and_mailboxes,
    a_shared_rate_lets_one_pass_at_a_time,
    a_listener_is_woken,
}

async fn messages_come_in_order_and_by_priority(world: &World) {
    for (task, priority) in [("low", 9), ("a", 0), ("mid", 5), ("b", 0)] {
        world.send(Call::named(task).priority(Priority::new(priority))).await;
    }
    assert_eq!(names(&world.claim(&["celery"], 9).await), ["a", "b", "mid", "low"]);
}

async fn no_priority_starves(world: &World) {
    for _ in 0..20 {
        world.send(Call::named("urgent")).await;
    }
    world.send(Call::named("patient").priority(Priority::LOWEST)).await;
    let mut taken = Vec::new();
    for _ in 0..10 {
        taken.extend(names(&world.claim(&["celery"], 1).await));
    }
    assert!(taken.contains(&"patient".to_owned()), "{taken:?}");
}

async fn queues_take_turns(world: &World) {
    for task in ["a", "b"] {
        for _ in 0..4 {
            world.send(Call::named(task).queue(task)).await;
        }
    }
    let mut taken = HashSet::new();
    for _ in 0..2 {
        taken.extend(names(&world.claim(&["a", "b"], 1).await));
    }
    assert_eq!(taken.len(), 2, "{taken:?}");
}

async fn a_claim_is_exclusive(world: &World) {
    let calls: Vec<_> = (0..600).map(|number| world.sealed(Call::named("t").arg(number))).collect();
    world.broker.send(&calls).await.unwrap();
    let claimers = (0..8).map(|_| async {
        let mut mine = Vec::new();
        loop {
            let taken = world.claim(&["celery"], 7).await;
            if taken.is_empty() {
                return mine;
            }
            world.broker.ack(&taken.iter().map(|one| one.tag.as_str()).collect::<Vec<_>>()).await.unwrap();
            mine.extend(taken.into_iter().map(|one| one.tag));
        }
    });
    let tags: Vec<String> = futures_util::future::join_all(claimers).await.into_iter().flatten().collect();
    assert_eq!((tags.len(), tags.iter().collect::<HashSet<_>>().len()), (600, 600));
}

async fn a_lease_that_ends_brings_the_message_back(world: &World) {
    world.send(Call::named("first")).await;
    world.send(Call::named("second")).await;
    let lost = world.claim_for(&["celery"], 1, Duration::from_millis(50)).await;
    assert!(lost.again_in.is_some_and(|again| again <= Duration::from_millis(50)), "{lost:?}");
    tokio::time::sleep(Duration::from_millis(60)).await;
    let back = world.next("celery").await;
    assert_eq!((name(&back).as_str(), back.redelivered, back.crashes), ("first", true, 1));
    world.broker.renew(&[&back.tag], LEASE).await.unwrap();
    world.broker.ack(&[&back.tag]).await.unwrap();
    assert_eq!(name(&world.next("celery").await), "second");
}

async fn what_is_given_back_goes_where_it_was_told(world: &World) {
    for task in ["a", "b"] {
        world.send(Call::named(task)).await;
    }
    let first = world.claim(&["celery"], 1).await.remove(0);
    world.broker.give_back(&first, End::Front).await.unwrap();
    let first = world.claim(&["celery"], 1).await.remove(0);
    assert_eq!((name(&first).as_str(), first.redelivered, first.crashes), ("a", true, 0));
    world.broker.give_back(&first, End::Back).await.unwrap();
    assert_eq!(names(&world.claim(&["celery"], 2).await), ["b", "a"]);
}

async fn a_parked_message_comes_at_its_time(world: &World) {
    world.send(Call::named("later")).await;
    let delivery = world.claim(&["celery"], 1).await.remove(0);
    let message = Message::decode(&delivery.raw).unwrap();
    let due = world.clock.now().checked_add(jiff::SignedDuration::from_millis(80)).unwrap();
    world.broker.park(&delivery.tag, &message.snoozed(due, "again".into())).await.unwrap();
    assert_eq!(world.claim(&["celery"], 1).await, []);
    assert_eq!(world.broker.scheduled(0, 9).await.unwrap().total, 1);
    let back = world.next("celery").await;
    let late = world.clock.now().duration_since(due);
    assert!((0..100).contains(&late.as_millis()), "{late:?}");
    assert_eq!((back.tag.as_str(), name(&back).as_str()), ("again", "later"));
}

async fn a_delivery_that_is_over_stays_over(world: &World) {
    world.send(Call::named("t")).await;
    let delivery = world.claim(&["celery"], 1).await.remove(0);
    let message = Message::decode(&delivery.raw).unwrap();
    world.broker.ack(&[&delivery.tag]).await.unwrap();
    world.broker.ack(&[&delivery.tag]).await.unwrap();
    world.broker.park(&delivery.tag, &message.snoozed(world.clock.now(), "x".into())).await.unwrap();
    world.broker.give_back(&delivery, End::Front).await.unwrap();
    world.broker.bury(&delivery.tag, &letter(&delivery, world)).await.unwrap();
    assert_eq!(world.claim(&["celery"], 9).await, []);
    assert_eq!(world.broker.dead(0, 9).await.unwrap().total, 0);
}

async fn a_unique_key_is_held_once(world: &World) {
    let call = || Call::named("t").unique("nudge:42", Duration::from_mins(1));
    let first = world.sealed(call());
    let id = first.message.headers.id.clone();
    assert_eq!(world.broker.send(&[first]).await.unwrap(), [Sent::Queued]);
    assert_eq!(world.send(call()).await, Sent::Duplicate { holder: id.clone() });
    world.broker.release("nudge:42", &"somebody else".into()).await.unwrap();
    assert_eq!(world.send(call()).await, Sent::Duplicate { holder: id.clone() });
    world.broker.release("nudge:42", &id).await.unwrap();
    assert_eq!(world.send(call()).await, Sent::Queued);
    let brief = || Call::named("t").unique("brief", Duration::from_millis(20));
    world.send(brief()).await;
    tokio::time::sleep(Duration::from_millis(40)).await;
    assert_eq!(world.send(brief()).await, Sent::Queued, "the hold has ended");
}

fn letter(delivery: &Delivery, world: &World) -> DeadLetter {
    DeadLetter {
        id: delivery.tag.clone(),
        queue: delivery.queue.clone(),
        task: None,
        task_id: None,
        reason: "a test".into(),
        died_at: world.clock.now(),
        raw: DeadLetter::text(&delivery.raw),
    }
}

async fn poison_comes_through_byte_for_byte(world: &World) {
    for (number, raw) in [&b"not json"[..], b"\xff\xfe\x00", b"{}", b"[1]"].into_iter().enumerate() {
        // A replay is the way by which any bytes get into a queue.
        world.send(Call::named("t").queue("way-in")).await;
        let first = world.claim(&["way-in"], 1).await.remove(0);
        world.broker.bury(&first.tag, &letter(&first, world)).await.unwrap();
        assert!(world.broker.replay(&first.tag, "celery", raw).await.unwrap());
        let delivery = world.claim(&["celery"], 9).await.remove(0);
        assert_eq!(delivery.raw, raw, "{number}");
        world.broker.bury(&delivery.tag, &letter(&delivery, world)).await.unwrap();
        let kept = world.broker.dead_letter(&delivery.tag).await.unwrap().unwrap();
        assert_eq!(kept.message(), raw);
    }
    assert_eq!(world.claim(&["celery"], 9).await, []);
}

async fn dead_letters_are_listed_replayed_and_dropped(world: &World) {
    for task in ["a", "b"] {
        world.send(Call::named(task)).await;
        let delivery = world.claim(&["celery"], 1).await.remove(0);
        world.broker.bury(&delivery.tag, &letter(&delivery, world)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let page = world.broker.dead(0, 1).await.unwrap();
    let newest = page.items[0].clone();
    assert_eq!((page.total, Message::decode(&newest.message()).unwrap().headers.task.as_str()), (2, "b"));
    assert!(world.broker.replay(&newest.id, "celery", &newest.message()).await.unwrap());
    assert!(!world.broker.replay(&newest.id, "celery", &newest.message()).await.unwrap());
    assert_eq!(names(&world.claim(&["celery"], 9).await), ["b"]);
    let other = world.broker.dead(0, 9).await.unwrap().items.remove(0);
    assert!(world.broker.drop_dead(&other.id).await.unwrap());
    assert!(!world.broker.drop_dead(&other.id).await.unwrap());
    assert_eq!(world.broker.dead_letter(&other.id).await.unwrap(), None);
}

async fn queues_can_be_looked_at(world: &World) {
    for (task, priority) in [("a", 0), ("b", 9), ("c", 0)] {
        world.send(Call::named(task).priority(Priority::new(priority))).await;
    }
    let depth = world.broker.depths(&["celery".into(), "empty".into()]).await.unwrap();
    assert_eq!((depth[0].waiting, depth[1].waiting), ([2, 0, 0, 1], [0; 4]));
    assert!(depth[0].oldest.is_some() && depth[1].oldest.is_none());
    let page = world.broker.waiting("celery", 1, 2).await.unwrap();
    let tasks: Vec<_> = page.items.iter().map(|raw| Message::decode(raw).unwrap().headers.task).collect();
    assert_eq!((page.total, tasks), (3, vec!["c".to_owned(), "b".to_owned()]));
    assert_eq!(world.broker.purge("celery").await.unwrap(), 3);
    assert_eq!(world.claim(&["celery"], 9).await, []);
}

async fn one_leads_and_fences_grow(world: &World) {
    let hold = Duration::from_millis(60);
    let lead = async |owner| world.broker.lead("main", owner, hold).await.unwrap();
    assert_eq!(lead("a").await, Lead::Won { fence: 1 });
    assert_eq!(lead("a").await, Lead::Won { fence: 1 }, "extended");
    let Lead::Lost { retry_in } = lead("b").await else { panic!("a leads") };
    assert!(retry_in <= hold);
    tokio::time::sleep(Duration::from_millis(80)).await;
    assert_eq!(lead("b").await, Lead::Won { fence: 2 });
    world.broker.resign("main", "a").await.unwrap();
    assert!(matches!(lead("a").await, Lead::Lost { .. }));
    world.broker.resign("main", "b").await.unwrap();
    assert_eq!(lead("a").await, Lead::Won { fence: 3 });
}

async fn an_old_leader_is_refused(world: &World) {
    let (state, outgoing) = (json!({"runs": 1}), [world.sealed(Call::named("t"))]);
    let tick = |fence| Tick { schedule: "main", fence, entry: "hourly", state: &state, outgoing: &outgoing };
    assert!(world.broker.tick(&tick(2)).await.unwrap());
    assert!(!world.broker.tick(&tick(1)).await.unwrap());
    assert_eq!(world.broker.waiting("celery", 0, 9).await.unwrap().total, 1, "nothing of the old one");
    assert_eq!(world.broker.schedule("main").await.unwrap()["hourly"], state);
    world.broker.forget_entry("main", "hourly").await.unwrap();
    assert!(world.broker.schedule("main").await.unwrap().is_empty());
}

async fn the_bus_reaches_subscribers_and_mailboxes(world: &World) {
    assert_eq!(world.broker.publish("celeryev/worker.online", b"x").await.unwrap(), 0);
    let mut events = world.broker.subscribe("celeryev/*").await.unwrap();
    assert_eq!(world.broker.publish("celery.pidbox", b"x").await.unwrap(), 0);
    assert_eq!(world.broker.publish("celeryev/worker.online", b"hello").await.unwrap(), 1);
    let heard = tokio::time::timeout(SOON, events.next()).await.unwrap();
    assert_eq!(heard, Some(("celeryev/worker.online".to_owned(), b"hello".to_vec())));
    let mut mailbox = world.broker.open_mailbox("me").await.unwrap();
    world.broker.post("me", b"answer").await.unwrap();
    assert_eq!(mailbox.next(SOON).await, Some(b"answer".to_vec()));
    assert_eq!(mailbox.next(Duration::from_millis(10)).await, None);
}

async fn a_shared_rate_lets_one_pass_at_a_time(world: &World) {
    let rate = RateLimit::parse("10/s").unwrap();
    assert_eq!(world.broker.admit("t", rate).await.unwrap(), None);
    let wait = world.broker.admit("t", rate).await.unwrap().unwrap();
    assert!(wait <= Duration::from_millis(100));
    assert_eq!(world.broker.admit("other", rate).await.unwrap(), None);
    tokio::time::sleep(wait).await;
    assert_eq!(world.broker.admit("t", rate).await.unwrap(), None);
}

async fn a_listener_is_woken(world: &World) {
    let news = world.broker.listen(&["celery".into()]);
    assert_eq!(world.claim(&["celery"], 1).await, []);
    let woken = tokio::time::timeout(SOON, news.notified());
    let (woken, _) = tokio::join!(woken, world.send(Call::named("t")));
    woken.unwrap();
    assert_eq!(world.claim(&["celery"], 1).await.len(), 1);
}
