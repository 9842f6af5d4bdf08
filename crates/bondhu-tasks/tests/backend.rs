//! The contract of a result backend, held by each kind.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use bondhu_tasks::{
    Backend, GroupRecord, ResultTuple, State, StoredResult, TaskId,
    backend::{ChordEnd, ChordMember, ChordStep, RESULT_EXPIRES},
};
use serde_json::{Value, json};

const SOON: Duration = Duration::from_secs(10);

struct World {
    backend: Backend,
    /// Another connection to the same results, as another process has.
    other: Backend,
    /// The same results, kept for a second.
    brief: Backend,
    /// Keeps the server and the folder.
    _house: Box<dyn std::any::Any + Send>,
}

impl World {
    #[cfg(feature = "sqlite")]
    async fn sqlite() -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), bondhu_tasks::Clock::system());
        let path = folder.path().join("results.db");
        let open = async |expires| Backend::sqlite(&path, clock.clone(), expires).await.unwrap();
        let (backend, other) = (open(RESULT_EXPIRES).await, open(RESULT_EXPIRES).await);
        Self { backend, other, brief: open(Duration::from_secs(1)).await, _house: Box::new(folder) }
    }

    #[cfg(feature = "redis")]
    async fn redis() -> Self {
        let server = bondhu_testkit::redis::RedisServer::start().await.unwrap();
        let open = |expires| Backend::redis(&server.url(), bondhu_tasks::RedisOptions::default(), expires).unwrap();
        let (backend, other) = (open(RESULT_EXPIRES), open(RESULT_EXPIRES));
        Self { backend, other, brief: open(Duration::from_secs(1)), _house: Box::new(server) }
    }

    async fn store(&self, id: &str, state: State, value: Value) {
        self.backend.store(&[StoredResult::new(id.into(), state, value)]).await.unwrap();
    }

    async fn join(&self, group: &str, member: &ChordMember) -> ChordStep {
        self.backend.join_chord(group, member).await.unwrap()
    }
}

fn member(number: u64) -> ChordMember {
    ChordMember {
        id: format!("m{number}").as_str().into(),
        index: Some(number),
        state: State::Success,
        value: json!(number),
    }
}

fn values(step: ChordStep) -> (Vec<Value>, String) {
    let ChordStep::Complete { members, claim } = step else { panic!("the last member completes it") };
    (members.into_iter().map(|member| member.value).collect(), claim)
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
    results_are_kept_and_forgotten,
    a_success_is_never_replaced,
    whoever_waits_is_told,
    results_expire,
    groups_are_saved_and_forgotten,
    a_chord_completes_once_and_in_order,
    a_chord_that_grew_waits_for_all,
    a_chord_without_a_size_waits,
    members_without_a_place_come_last,
    a_failed_chord_is_over_too,
    two_that_finish_at_once_send_one_body,
}

async fn results_are_kept_and_forgotten(world: &World) {
    let id = TaskId::from("a");
    assert_eq!(world.backend.get(&id).await.unwrap(), None);
    let full = StoredResult::new(id.clone(), State::Failure, json!({"exc_type": "ValueError"}))
        .traceback("where it was")
        .children(vec![ResultTuple::task("child".into())]);
    world.backend.store(std::slice::from_ref(&full)).await.unwrap();
    assert_eq!(world.other.get(&id).await.unwrap(), Some(full));
    world.backend.forget(&[&id, &"never there".into()]).await.unwrap();
    assert_eq!(world.backend.get(&id).await.unwrap(), None);
    world.backend.store(&[]).await.unwrap();
    world.backend.forget(&[]).await.unwrap();
}

async fn a_success_is_never_replaced(world: &World) {
    for (state, value) in [(State::Retry, 1), (State::Success, 2), (State::Failure, 3), (State::Success, 4)] {
        world.store("a", state, json!(value)).await;
    }
    let stored = world.backend.get(&"a".into()).await.unwrap().unwrap();
    assert_eq!((stored.status, stored.result), (State::Success, json!(2)));
}

async fn whoever_waits_is_told(world: &World) {
    let mut news = world.other.watch(&"a".into()).await.unwrap();
    let mut same = world.other.watch(&"a".into()).await.unwrap();
    assert_eq!(*news.borrow_and_update(), None);
    for state in [State::Progress, State::Success] {
        world.store("a", state.clone(), json!(1)).await;
        let is_new = |known: &Option<StoredResult>| known.as_ref().is_some_and(|known| known.status == state);
        for watcher in [&mut news, &mut same] {
            tokio::time::timeout(SOON, watcher.wait_for(is_new)).await.unwrap().unwrap();
        }
    }
    let late = world.other.watch(&"a".into()).await.unwrap();
    assert_eq!(late.borrow().as_ref().unwrap().status, State::Success, "what is known is there at once");
    drop((news, same, late));
    world.backend.forget(&[&"a".into()]).await.unwrap();
    let after = world.other.watch(&"a".into()).await.unwrap();
    assert_eq!(*after.borrow(), None, "what is forgotten is not known any more");
}

async fn results_expire(world: &World) {
    world.brief.store(&[StoredResult::new("brief".into(), State::Success, json!(1))]).await.unwrap();
    world.store("lasting", State::Success, json!(1)).await;
    assert!(world.backend.get(&"brief".into()).await.unwrap().is_some());
    let gone = async {
        while world.backend.get(&"brief".into()).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(SOON, gone).await.unwrap();
    world.backend.clean_up().await.unwrap();
    assert!(world.backend.get(&"lasting".into()).await.unwrap().is_some());
}

async fn groups_are_saved_and_forgotten(world: &World) {
    let members = vec![ResultTuple::task("a".into()), ResultTuple::task("b".into())];
    let record = GroupRecord { result: ResultTuple::group("g".into(), members) };
    world.backend.save_group(&record).await.unwrap();
    assert_eq!(world.other.group("g").await.unwrap(), Some(record));
    world.backend.forget_group("g").await.unwrap();
    assert_eq!(world.backend.group("g").await.unwrap(), None);
}

async fn a_chord_completes_once_and_in_order(world: &World) {
    world.backend.size_chord("g", 3).await.unwrap();
    assert_eq!(world.join("g", &member(2)).await, ChordStep::Wait);
    assert_eq!(world.join("g", &member(0)).await, ChordStep::Wait);
    assert_eq!(world.join("g", &member(0)).await, ChordStep::Wait, "one that ends twice counts once");
    let (values, claim) = values(world.join("g", &member(1)).await);
    assert_eq!(values, [0, 1, 2]);
    assert_eq!(world.join("g", &member(1)).await, ChordStep::Wait, "somebody is at it");
    world.backend.close_chord("g", "the claim of somebody else", ChordEnd::BodySent).await.unwrap();
    world.backend.close_chord("g", &claim, ChordEnd::BodySent).await.unwrap();
    for number in 0..3 {
        assert_eq!(world.join("g", &member(number)).await, ChordStep::Wait, "it is over");
    }
}

async fn a_chord_that_grew_waits_for_all(world: &World) {
    world.backend.size_chord("g", 1).await.unwrap();
    world.backend.grow_chord("g", 1).await.unwrap();
    assert_eq!(world.join("g", &member(0)).await, ChordStep::Wait);
    assert_eq!(values(world.join("g", &member(1)).await).0, [0, 1]);
}

async fn a_chord_without_a_size_waits(world: &World) {
    assert_eq!(world.join("g", &member(0)).await, ChordStep::Wait);
    assert_eq!(world.join("g", &member(1)).await, ChordStep::Wait);
    world.backend.size_chord("g", 3).await.unwrap();
    assert_eq!(values(world.join("g", &member(2)).await).0, [0, 1, 2], "what came before the size counts");
}

async fn members_without_a_place_come_last(world: &World) {
    world.backend.size_chord("g", 2).await.unwrap();
    let placeless = ChordMember { index: None, value: json!("placeless"), ..member(7) };
    assert_eq!(world.join("g", &placeless).await, ChordStep::Wait);
    assert_eq!(values(world.join("g", &member(0)).await).0, [json!(0), json!("placeless")]);
}

async fn a_failed_chord_is_over_too(world: &World) {
    world.backend.size_chord("g", 2).await.unwrap();
    assert_eq!(world.join("g", &ChordMember { state: State::Failure, ..member(0) }).await, ChordStep::Wait);
    let ChordStep::Complete { members, claim } = world.join("g", &member(1)).await else { panic!("all have ended") };
    assert_eq!(members.iter().map(|member| &member.state).collect::<Vec<_>>(), [&State::Failure, &State::Success]);
    world.backend.close_chord("g", &claim, ChordEnd::Failed).await.unwrap();
    assert_eq!(world.join("g", &member(1)).await, ChordStep::Wait);
}

async fn two_that_finish_at_once_send_one_body(world: &World) {
    for round in 0..20 {
        let group = format!("g{round}");
        world.backend.size_chord(&group, 2).await.unwrap();
        let (first, second) = (member(0), member(1));
        let (first, second) =
            tokio::join!(world.backend.join_chord(&group, &first), world.other.join_chord(&group, &second));
        let complete = [first.unwrap(), second.unwrap()].into_iter().filter(|step| *step != ChordStep::Wait).count();
        assert_eq!(complete, 1, "round {round}");
    }
}
