use std::time::Duration;

use bondhu_store::*;

use crate::world::World;

fn evidence(world: &World, cue: &str, of: Trait, value: f64) -> NewEvidence {
    NewEvidence {
        id: world.id(),
        source: Source::Chat,
        cue: cue.into(),
        of,
        value,
        weight: 0.05,
        message_ids: "[]".into(),
        expires_at: None,
        now: world.now(),
    }
}

async fn put(world: &World, user: UserId, new: NewEvidence) {
    let mut tx = world.store.begin().await.unwrap();
    tx.put_evidence(user, new).await.unwrap();
    tx.commit().await.unwrap();
}

async fn kept(world: &World, user: UserId) -> Vec<Evidence> {
    world.store.evidence(user, world.now()).await.unwrap()
}

pub async fn evidence_is_kept_once_and_a_veto_stays(world: &World) {
    let ana = world.person("ana").await;
    put(world, ana, evidence(world, "articles", Trait::Openness, 1.0)).await;
    put(world, ana, evidence(world, "articles", Trait::Neuroticism, -1.0)).await;
    let before = kept(world, ana).await;
    assert_eq!((before.len(), before[0].of, before[0].source), (2, Trait::Openness, Source::Chat));
    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.veto_evidence(ana, before[0].id, Some(world.now())).await.unwrap());
    assert!(!tx.veto_evidence(ana, world.id(), Some(world.now())).await.unwrap());
    tx.commit().await.unwrap();
    put(world, ana, evidence(world, "articles", Trait::Openness, 2.0)).await;
    let after = kept(world, ana).await;
    assert_eq!((after.len(), after[0].id, after[0].value), (2, before[0].id, 2.0));
    assert!(after[0].vetoed_at.is_some() && after[0].created_at == before[0].created_at);

    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.veto_evidence(ana, before[0].id, None).await.unwrap());
    assert_eq!(tx.evidence(ana, world.now()).await.unwrap()[0].vetoed_at, None);
    tx.commit().await.unwrap();

    let end = world.now();
    put(world, ana, NewEvidence { expires_at: Some(end), ..evidence(world, "time", Trait::Openness, 1.0) }).await;
    assert_eq!(world.store.evidence(ana, end).await.unwrap().len(), 2, "what has expired does not count");
    assert_eq!(world.store.delete_expired_evidence(end).await.unwrap(), 0);
    assert_eq!(world.store.delete_expired_evidence(end.plus(Duration::from_secs(1))).await.unwrap(), 1);
}

pub async fn a_sitting_can_be_taken_up_again(world: &World) {
    let ana = world.person("ana").await;
    let mut tx = world.store.begin().await.unwrap();
    for (item, answer) in [(2, Some(5)), (1, Some(3)), (2, None)] {
        tx.put_answer(ana, Answer { item, answer }, world.now()).await.unwrap();
    }
    let expected = [Answer { item: 1, answer: Some(3) }, Answer { item: 2, answer: None }];
    assert_eq!(tx.answers(ana).await.unwrap(), expected);
    tx.commit().await.unwrap();
    assert_eq!(world.store.answers(ana).await.unwrap(), expected);
    assert_eq!(world.store.personality_state(ana).await.unwrap(), None);
    let mut tx = world.store.begin().await.unwrap();
    tx.clear_answers(ana).await.unwrap();
    let now = world.now();
    tx.note_questionnaire(ana, now).await.unwrap();
    assert_eq!(tx.personality_state(ana).await.unwrap().unwrap().questionnaire_at, Some(now));
    tx.commit().await.unwrap();
    assert_eq!(world.store.answers(ana).await.unwrap(), []);
}

fn lock(world: &World) -> Lock {
    Lock { of: Trait::Openness, mean: 61.5, variance: 80.25, locked_at: world.now() }
}

async fn fill(world: &World, user: UserId) {
    put(world, user, evidence(world, "articles", Trait::Openness, 1.0)).await;
    let mut tx = world.store.begin().await.unwrap();
    tx.put_answer(user, Answer { item: 1, answer: Some(3) }, world.now()).await.unwrap();
    tx.lock_trait(user, lock(world)).await.unwrap();
    tx.note_questionnaire(user, world.now()).await.unwrap();
    for reason in ["questionnaire", "learnt"] {
        let snapshot = Snapshot { id: world.id(), reason: reason.into(), traits: "[]".into(), created_at: world.now() };
        tx.add_snapshot(user, snapshot).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub async fn a_reset_leaves_nothing(world: &World) {
    let ana = world.person("ana").await;
    fill(world, ana).await;
    let mut tx = world.store.begin().await.unwrap();
    tx.lock_trait(ana, Lock { mean: 1.0, ..lock(world) }).await.unwrap();
    let locks = tx.locks(ana).await.unwrap();
    assert_eq!((locks.len(), locks[0].mean), (1, 61.5), "the first lock holds");
    tx.commit().await.unwrap();
    let snapshots = world.store.snapshots(ana, 9).await.unwrap();
    assert_eq!(snapshots.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>(), ["learnt", "questionnaire"]);
    let now = world.now();
    let mut tx = world.store.begin().await.unwrap();
    tx.unlock_trait(ana, Trait::Openness).await.unwrap();
    assert_eq!(tx.locks(ana).await.unwrap(), []);
    tx.lock_trait(ana, lock(world)).await.unwrap();
    tx.reset_personality(ana, now).await.unwrap();
    assert_eq!(tx.snapshots(ana, 9).await.unwrap(), []);
    tx.commit().await.unwrap();
    assert_eq!(kept(world, ana).await, []);
    assert_eq!(world.store.locks(ana).await.unwrap(), []);
    assert_eq!(world.store.answers(ana).await.unwrap(), []);
    let state = world.store.personality_state(ana).await.unwrap().unwrap();
    assert_eq!((state.learn_from, state.questionnaire_at), (now, None));
}

pub async fn nobody_reaches_the_profile_of_another(world: &World) {
    let (ana, ben) = (world.person("ana").await, world.person("ben").await);
    fill(world, ana).await;
    let hers = kept(world, ana).await;
    let store = &world.store;
    assert_eq!(kept(world, ben).await, []);
    assert_eq!(store.locks(ben).await.unwrap(), []);
    assert_eq!(store.answers(ben).await.unwrap(), []);
    assert_eq!(store.snapshots(ben, 9).await.unwrap(), []);
    assert_eq!(store.personality_state(ben).await.unwrap(), None);
    let mut tx = store.begin().await.unwrap();
    assert!(!tx.veto_evidence(ben, hers[0].id, Some(world.now())).await.unwrap());
    tx.clear_answers(ben).await.unwrap();
    tx.unlock_trait(ben, Trait::Openness).await.unwrap();
    tx.reset_personality(ben, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(kept(world, ana).await, hers);
    assert_eq!(store.locks(ana).await.unwrap().len(), 1);
    assert_eq!(store.answers(ana).await.unwrap().len(), 1);
    assert_eq!(store.snapshots(ana, 9).await.unwrap().len(), 2);
}
