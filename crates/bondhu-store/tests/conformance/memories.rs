use bondhu_store::*;

use crate::world::World;

pub fn fact(world: &World, slot: &str, object: &str, source: Option<MessageId>) -> NewMemory {
    let now = world.now();
    NewMemory {
        id: world.id(),
        kind: MemoryKind::Place,
        subject: "user".into(),
        predicate: slot.to_owned(),
        object: object.to_owned(),
        slot: slot.to_owned(),
        merge_key: object.to_lowercase(),
        key_hash: format!("hash of {slot} {}", object.to_lowercase()),
        polarity: Polarity::Positive,
        confidence: 0.8,
        importance: 0.5,
        valid_from: now,
        event_at: None,
        created_by: CreatedBy::Rule,
        source,
        now,
    }
}

pub async fn remember(world: &World, user: UserId, new: NewMemory) -> Learnt {
    let mut tx = world.store.begin().await.unwrap();
    let learnt = tx.remember(user, new).await.unwrap();
    tx.commit().await.unwrap();
    learnt
}

async fn objects(world: &World, user: UserId, status: Option<MemoryStatus>) -> Vec<String> {
    let filter = MemoryFilter { status, ..MemoryFilter::default() };
    world.store.memories(user, filter, 100).await.unwrap().into_iter().map(|memory| memory.object).collect()
}

pub async fn forget(world: &World, user: UserId, id: MemoryId, hash: &str) -> bool {
    let mut tx = world.store.begin().await.unwrap();
    let gone = tx.forget_memory(user, id, hash, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    gone
}

pub async fn a_newer_fact_supersedes_and_keeps_the_older(world: &World) {
    let anna = world.person("anna").await;
    let delhi = remember(world, anna, fact(world, "lives_in", "Delhi", None)).await;
    assert_eq!(delhi.outcome, Outcome::Added);
    let pune = remember(world, anna, fact(world, "lives_in", "Pune", None)).await;
    assert_eq!(pune.outcome, Outcome::Superseded);
    let pune = pune.memory.unwrap();
    assert_eq!(objects(world, anna, None).await, ["Pune"]);
    let old = world.store.memory(anna, delhi.memory.unwrap().id).await.unwrap().unwrap();
    assert_eq!(old.status, MemoryStatus::Superseded);
    assert_eq!((old.valid_to, old.superseded_by), (Some(pune.valid_from), Some(pune.id)));
    // And back again: three rows, one of them current.
    remember(world, anna, fact(world, "lives_in", "Delhi", None)).await;
    assert_eq!(objects(world, anna, None).await, ["Delhi"]);
    assert_eq!(objects(world, anna, Some(MemoryStatus::Superseded)).await, ["Pune", "Delhi"]);
}

pub async fn what_was_said_earlier_becomes_history(world: &World) {
    let anna = world.person("anna").await;
    let earlier = fact(world, "lives_in", "Delhi", None);
    remember(world, anna, fact(world, "lives_in", "Pune", None)).await;
    assert_eq!(remember(world, anna, earlier).await.outcome, Outcome::History);
    assert_eq!(objects(world, anna, None).await, ["Pune"]);
    assert_eq!(objects(world, anna, Some(MemoryStatus::Superseded)).await, ["Delhi"]);
}

pub async fn the_same_fact_merges(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["I live in Pune", "I see", "yes, I live in pune"]).await;
    let first = remember(world, anna, fact(world, "lives_in", "Pune", Some(said[0]))).await.memory.unwrap();
    let again = remember(world, anna, fact(world, "lives_in", "pune", Some(said[2]))).await;
    assert_eq!(again.outcome, Outcome::Merged);
    let again = again.memory.unwrap();
    assert_eq!((again.id, again.mentions), (first.id, 2));
    assert!(again.confidence > first.confidence && again.confidence < 1.0);
    let sources = world.store.memory_sources(anna, first.id, first.id).await.unwrap();
    assert_eq!(sources.iter().map(|s| s.message_id).collect::<Vec<_>>(), [said[0], said[2]]);
    assert_eq!(sources[0].quote, "I live in Pune");
    assert_eq!(world.store.memories_learnt_from(anna, said[0]).await.unwrap().len(), 1);
    assert_eq!(world.store.memories_learnt_from(anna, said[2]).await.unwrap(), []);
    let message = world.store.message(anna, said[0]).await.unwrap().unwrap();
    assert_eq!(message.memories_learnt, 1);
}

pub async fn a_forgotten_fact_is_gone_everywhere(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["I live in Pune", "I see", "so I do"]).await;
    let pune = remember(world, anna, fact(world, "lives_in", "Pune", Some(said[0]))).await.memory.unwrap();
    let used = NewMemoryUse { memory_id: Some(pune.id), message_id: None, score: 1.0, signals: "{}".into() };
    world.store.note_memory_uses(anna, said[1], &[used], world.now()).await.unwrap();
    assert_eq!(world.store.message(anna, said[1]).await.unwrap().unwrap().memories_used, 1);
    assert_eq!(world.store.memory(anna, pune.id).await.unwrap().unwrap().uses, 1);
    let said_again_before = fact(world, "lives_in", "Pune", None);

    assert!(forget(world, anna, pune.id, "hash of lives_in pune").await);
    assert!(!forget(world, anna, pune.id, "hash of lives_in pune").await);
    assert_eq!(world.store.memory(anna, pune.id).await.unwrap(), None);
    assert_eq!(objects(world, anna, None).await, Vec::<String>::new());
    assert_eq!(world.store.memory_uses(anna, said[1]).await.unwrap(), []);
    assert_eq!(world.store.memories_in_use(anna, &[pune.id]).await.unwrap(), []);
    assert_eq!(world.store.recallable(anna, &[said[0], said[2]]).await.unwrap().len(), 1);
    let nil = MessageId(uuid::Uuid::nil());
    let left = world.store.recallable_after(anna, nil, 10).await.unwrap();
    assert_eq!(left.iter().map(|message| message.id).collect::<Vec<_>>(), [said[2]]);
    // Late work on what was said before does not bring it back; saying it again does.
    assert_eq!(remember(world, anna, said_again_before).await.outcome, Outcome::Refused);
    assert_eq!(remember(world, anna, fact(world, "lives_in", "Pune", None)).await.outcome, Outcome::Added);
}

pub async fn taking_back_restores_what_was_there(world: &World) {
    let anna = world.person("anna").await;
    remember(world, anna, fact(world, "lives_in", "Delhi", None)).await;
    let pune = remember(world, anna, fact(world, "lives_in", "Pune", None)).await.memory.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.unlearn_memory(anna, pune.id, "hash of lives_in pune", world.now()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(objects(world, anna, None).await, ["Delhi"]);
    assert_eq!(objects(world, anna, Some(MemoryStatus::Superseded)).await, Vec::<String>::new());
}

pub async fn a_rejected_fact_is_not_learnt_again(world: &World) {
    let anna = world.person("anna").await;
    let pune = remember(world, anna, fact(world, "lives_in", "Pune", None)).await.memory.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.set_memory_status(anna, pune.id, MemoryStatus::Rejected, world.now()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(remember(world, anna, fact(world, "lives_in", "Pune", None)).await.outcome, Outcome::Refused);
    let own = NewMemory { created_by: CreatedBy::User, ..fact(world, "lives_in", "Pune", None) };
    assert_eq!(remember(world, anna, own).await.outcome, Outcome::Added);
}

pub async fn a_correction_keeps_its_sources(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.say(anna, conversation, None, Sender::User, "I live in Puna").await;
    let wrong = remember(world, anna, fact(world, "lives_in", "Puna", Some(said))).await.memory.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    let new = NewMemory { created_by: CreatedBy::User, ..fact(world, "lives_in", "Pune", None) };
    let right = tx.correct_memory(anna, wrong.id, new).await.unwrap().unwrap().memory.unwrap();
    assert_eq!(tx.correct_memory(anna, world.id(), fact(world, "x", "y", None)).await.unwrap(), None);
    tx.commit().await.unwrap();
    assert_eq!(world.store.memory_sources(anna, right.id, right.id).await.unwrap().len(), 1);
    assert_eq!(world.store.memories_learnt_from(anna, said).await.unwrap(), [right]);
    assert_eq!(objects(world, anna, Some(MemoryStatus::Rejected)).await, ["Puna"]);
}

pub async fn a_deleted_message_takes_what_it_taught(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["I live in Pune", "I see", "I like tea", "Good"]).await;
    remember(world, anna, fact(world, "lives_in", "Pune", Some(said[0]))).await;
    remember(world, anna, fact(world, "likes:tea", "tea", Some(said[2]))).await;
    let own = NewMemory { created_by: CreatedBy::User, ..fact(world, "likes:jam", "jam", None) };
    remember(world, anna, own).await;
    world.store.delete_message(anna, said[0]).await.unwrap();
    assert_eq!(objects(world, anna, None).await, ["jam", "tea"]);
    world.store.delete_conversation(anna, conversation).await.unwrap();
    assert_eq!(objects(world, anna, None).await, ["jam"]);
    let mut tx = world.store.begin().await.unwrap();
    assert_eq!(tx.forget_everything(anna).await.unwrap(), 1);
    tx.commit().await.unwrap();
    assert_eq!(objects(world, anna, None).await, Vec::<String>::new());
}

pub async fn a_pinned_fact_hands_its_pin_on(world: &World) {
    let anna = world.person("anna").await;
    let delhi = remember(world, anna, fact(world, "lives_in", "Delhi", None)).await.memory.unwrap();
    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.set_memory_status(anna, delhi.id, MemoryStatus::Pinned, world.now()).await.unwrap());
    tx.commit().await.unwrap();
    let pune = remember(world, anna, fact(world, "lives_in", "Pune", None)).await.memory.unwrap();
    assert_eq!(pune.status, MemoryStatus::Pinned);
}

pub async fn memories_come_in_pages_and_kinds(world: &World) {
    let anna = world.person("anna").await;
    for object in ["a", "b", "c"] {
        remember(world, anna, fact(world, object, object, None)).await;
    }
    let likes = NewMemory { kind: MemoryKind::Likes, ..fact(world, "d", "d", None) };
    remember(world, anna, likes).await;
    let page = world.store.memories(anna, MemoryFilter::default(), 2).await.unwrap();
    assert_eq!(page.iter().map(|m| m.object.as_str()).collect::<Vec<_>>(), ["d", "c"]);
    let filter = MemoryFilter { before: Some(page[1].id), ..MemoryFilter::default() };
    let page = world.store.memories(anna, filter, 2).await.unwrap();
    assert_eq!(page.iter().map(|m| m.object.as_str()).collect::<Vec<_>>(), ["b", "a"]);
    let filter = MemoryFilter { kind: Some(MemoryKind::Likes), ..MemoryFilter::default() };
    assert_eq!(world.store.memories(anna, filter, 9).await.unwrap().len(), 1);
    let counts = world.store.count_memories(anna).await.unwrap();
    assert_eq!(counts, [(MemoryKind::Likes, 1), (MemoryKind::Place, 3)]);
    let changed = world.store.memories_changed_since(anna, page[0].updated_at, 9).await.unwrap();
    assert_eq!(changed.iter().map(|m| m.object.as_str()).collect::<Vec<_>>(), ["b", "c", "d"]);
}

pub async fn what_was_said_in_a_crisis_is_not_recalled(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let crisis = NewMessage { crisis_level: Some(2), ..world.new_message(conversation, None, Sender::User, "x") };
    let crisis = world.insert(anna, crisis).await.unwrap();
    let calm = world.say(anna, conversation, Some(crisis.id), Sender::User, "tea").await;
    let nil = MessageId(uuid::Uuid::nil());
    let all = world.store.recallable_after(anna, nil, 10).await.unwrap();
    assert_eq!(all.iter().map(|message| message.id).collect::<Vec<_>>(), [calm]);
    assert_eq!(world.store.recallable(anna, &[crisis.id]).await.unwrap(), []);
}

pub async fn remembering_can_be_paused(world: &World) {
    let anna = world.person("anna").await;
    assert_eq!(world.store.memory_settings(anna).await.unwrap(), MemorySettings::default());
    world.store.pause_memory(anna, true).await.unwrap();
    let to: MessageId = world.id();
    world.store.note_extracted(anna, to).await.unwrap();
    let settings = world.store.memory_settings(anna).await.unwrap();
    assert_eq!(settings, MemorySettings { paused: true, extracted_to: Some(to) });
}

/// Ben tries Anna's ids.
pub async fn memories_of_others_cannot_be_reached(world: &World) {
    let (anna, ben) = (world.person("anna").await, world.person("ben").await);
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["I live in Pune", "I see"]).await;
    let pune = remember(world, anna, fact(world, "lives_in", "Pune", Some(said[0]))).await.memory.unwrap();
    let store = &world.store;
    assert_eq!(store.memory(ben, pune.id).await.unwrap(), None);
    assert_eq!(store.memory_sources(ben, pune.id, pune.id).await.unwrap(), []);
    assert_eq!(store.memories_learnt_from(ben, said[0]).await.unwrap(), []);
    assert_eq!(store.memories_in_use(ben, &[pune.id]).await.unwrap(), []);
    assert_eq!(store.recallable(ben, &[said[0]]).await.unwrap(), []);
    assert_eq!(store.memory_uses(ben, said[1]).await.unwrap(), []);
    let used = NewMemoryUse { memory_id: Some(pune.id), message_id: None, score: 1.0, signals: "{}".into() };
    assert!(store.note_memory_uses(ben, said[1], std::slice::from_ref(&used), world.now()).await.is_err());
    assert!(!forget(world, ben, pune.id, "x").await);
    let his = world.conversation(ben).await;
    let his_reply = world.talk(ben, his, &["hello", "hello"]).await[1];
    store.note_memory_uses(ben, his_reply, &[used], world.now()).await.unwrap();
    assert_eq!(store.memory_uses(ben, his_reply).await.unwrap(), []);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.memory(ben, pune.id).await.unwrap(), None);
    assert!(!tx.set_memory_status(ben, pune.id, MemoryStatus::Pinned, world.now()).await.unwrap());
    assert_eq!(tx.correct_memory(ben, pune.id, fact(world, "x", "y", None)).await.unwrap(), None);
    let stolen = tx.remember(ben, fact(world, "lives_in", "Oslo", Some(said[0]))).await.unwrap().memory.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.memory_sources(ben, stolen.id, stolen.id).await.unwrap(), []);
    assert_eq!(store.memory(anna, pune.id).await.unwrap(), Some(pune));
}
