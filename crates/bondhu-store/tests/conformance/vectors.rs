use bondhu_store::*;
use uuid::Uuid;

use crate::memories::{fact, forget, remember};
use crate::world::World;

const MODEL: &str = "ollama/nomic-embed-text";
const START: (Timestamp, MessageId) = (Timestamp::from_millis(0), MessageId(Uuid::nil()));
const FACTS: (Timestamp, MemoryId) = (Timestamp::from_millis(0), MemoryId(Uuid::nil()));

async fn embed(world: &World, user: UserId, ids: &[MessageId], model: &str) {
    let vectors: Vec<_> = (1..).zip(ids).map(|(byte, id)| (*id, vec![byte; 8])).collect();
    world.store.save_message_vectors(user, model, &vectors, world.now()).await.unwrap();
}

/// The messages that have a vector of a model, first kept first.
async fn embedded(world: &World, user: UserId, model: &str) -> Vec<MessageId> {
    let kept = world.store.message_vectors_after(user, model, START, 100).await.unwrap();
    kept.iter().map(|kept| kept.id).collect()
}

/// The messages that still want one.
async fn waiting(world: &World, user: UserId, model: &str) -> Vec<MessageId> {
    let waiting = world.store.messages_without_vector(user, model, START.1, 100).await.unwrap();
    waiting.iter().map(|message| message.id).collect()
}

pub async fn a_vector_is_kept_once_for_each_message(world: &World) {
    let anna = world.person("anna").await;
    let talk = world.conversation(anna).await;
    let said = world.talk(anna, talk, &["a kiwi", "I see", "a pear", "I see", "a fig"]).await;
    let own = [said[0], said[2], said[4]];
    assert_eq!(waiting(world, anna, MODEL).await, own, "the companion's words are not embedded");
    assert_eq!(world.store.last_embedded_message(anna, MODEL).await.unwrap(), None);
    // Of the companion's message nothing is kept.
    embed(world, anna, &[said[0], said[1], said[2]], MODEL).await;
    assert_eq!(embedded(world, anna, MODEL).await, own[..2]);
    assert_eq!(waiting(world, anna, MODEL).await, own[2..]);
    assert_eq!(world.store.last_embedded_message(anna, MODEL).await.unwrap(), Some(own[1]));
    embed(world, anna, &own, MODEL).await;
    let kept = world.store.message_vectors_after(anna, MODEL, START, 2).await.unwrap();
    assert_eq!(kept.iter().map(|kept| kept.vector.clone()).collect::<Vec<_>>(), [vec![1; 8], vec![2; 8]]);
    let place = (kept[1].embedded_at, kept[1].id);
    let rest = world.store.message_vectors_after(anna, MODEL, place, 2).await.unwrap();
    assert_eq!(rest.iter().map(|kept| kept.id).collect::<Vec<_>>(), own[2..], "a page ends between equal times");
}

pub async fn another_model_makes_vectors_anew(world: &World) {
    let anna = world.person("anna").await;
    let talk = world.conversation(anna).await;
    let said = world.say(anna, talk, None, Sender::User, "a kiwi").await;
    embed(world, anna, &[said], MODEL).await;
    assert_eq!(waiting(world, anna, "gemini/another").await, [said]);
    embed(world, anna, &[said], "gemini/another").await;
    assert_eq!(embedded(world, anna, "gemini/another").await, [said]);
    assert_eq!(embedded(world, anna, MODEL).await, [], "it takes the place of the older one");
}

pub async fn a_vector_goes_with_its_message(world: &World) {
    let anna = world.person("anna").await;
    let talk = world.conversation(anna).await;
    let said = world.talk(anna, talk, &["a kiwi", "I see", "a pear", "I see"]).await;
    let other = world.conversation(anna).await;
    let elsewhere = world.say(anna, other, None, Sender::User, "a fig").await;
    embed(world, anna, &[said[0], said[2], elsewhere], MODEL).await;
    world.store.delete_message(anna, said[0]).await.unwrap();
    assert_eq!(embedded(world, anna, MODEL).await, [said[2], elsewhere]);
    // Late work on what is gone keeps nothing.
    embed(world, anna, &[said[0]], MODEL).await;
    world.store.delete_conversation(anna, talk).await.unwrap();
    assert_eq!(embedded(world, anna, MODEL).await, [elsewhere]);
    let mut tx = world.store.begin().await.unwrap();
    tx.forget_everything(anna).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(embedded(world, anna, MODEL).await, []);
    assert_eq!(waiting(world, anna, MODEL).await, [], "what is muted is not embedded again");
    embed(world, anna, &[elsewhere], MODEL).await;
    assert_eq!(embedded(world, anna, MODEL).await, []);
}

pub async fn a_vector_goes_with_its_fact(world: &World) {
    let anna = world.person("anna").await;
    let talk = world.conversation(anna).await;
    let said = world.say(anna, talk, None, Sender::User, "I live in Pune").await;
    let pune = remember(world, anna, fact(world, "lives_in", "Pune", Some(said))).await.memory.unwrap();
    let tea = remember(world, anna, fact(world, "likes", "tea", None)).await.memory.unwrap();
    let waiting = world.store.memories_without_vector(anna, MODEL, FACTS.1, 9).await.unwrap();
    assert_eq!(waiting.iter().map(|memory| memory.id).collect::<Vec<_>>(), [pune.id, tea.id]);
    let vectors = [(pune.id, vec![1; 8]), (tea.id, vec![2; 8])];
    world.store.save_memory_vectors(anna, MODEL, &vectors, world.now()).await.unwrap();
    embed(world, anna, &[said], MODEL).await;
    assert_eq!(world.store.memories_without_vector(anna, MODEL, FACTS.1, 9).await.unwrap(), []);
    assert_eq!(world.store.memory_vectors_after(anna, MODEL, FACTS, 9).await.unwrap().len(), 2);

    assert!(forget(world, anna, pune.id, "hash of lives_in pune").await);
    world.store.save_memory_vectors(anna, MODEL, &vectors, world.now()).await.unwrap();
    let left = world.store.memory_vectors_after(anna, MODEL, FACTS, 9).await.unwrap();
    assert_eq!(left.iter().map(|kept| kept.id).collect::<Vec<_>>(), [tea.id]);
    assert_eq!(embedded(world, anna, MODEL).await, [], "the message that it came from is muted");
}

pub async fn what_was_said_in_a_crisis_has_no_vector(world: &World) {
    let anna = world.person("anna").await;
    let talk = world.conversation(anna).await;
    let crisis = NewMessage { crisis_level: Some(1), ..world.new_message(talk, None, Sender::User, "x") };
    let crisis = world.insert(anna, crisis).await.unwrap().id;
    assert_eq!(waiting(world, anna, MODEL).await, []);
    embed(world, anna, &[crisis], MODEL).await;
    assert_eq!(embedded(world, anna, MODEL).await, []);
    world.store.forget_crises(anna).await.unwrap();
    assert_eq!(waiting(world, anna, MODEL).await, [], "nor has it one once the level is forgotten");
    assert_eq!(world.store.recallable_after(anna, START.1, 9).await.unwrap(), []);
}

/// Ben tries Anna's ids.
pub async fn vectors_of_others_cannot_be_reached(world: &World) {
    let (anna, ben) = (world.person("anna").await, world.person("ben").await);
    let talk = world.conversation(anna).await;
    let said = world.say(anna, talk, None, Sender::User, "I live in Pune").await;
    let pune = remember(world, anna, fact(world, "lives_in", "Pune", Some(said))).await.memory.unwrap();
    embed(world, ben, &[said], MODEL).await;
    world.store.save_memory_vectors(ben, MODEL, &[(pune.id, vec![1])], world.now()).await.unwrap();
    for user in [anna, ben] {
        assert_eq!(embedded(world, user, MODEL).await, []);
        assert_eq!(world.store.memory_vectors_after(user, MODEL, FACTS, 9).await.unwrap(), []);
    }
    embed(world, anna, &[said], MODEL).await;
    world.store.save_memory_vectors(anna, MODEL, &[(pune.id, vec![1])], world.now()).await.unwrap();
    assert_eq!(embedded(world, ben, MODEL).await, []);
    assert_eq!(waiting(world, ben, MODEL).await, []);
    assert_eq!(world.store.last_embedded_message(ben, MODEL).await.unwrap(), None);
    assert_eq!(world.store.memory_vectors_after(ben, MODEL, FACTS, 9).await.unwrap(), []);
    assert_eq!(world.store.memories_without_vector(ben, MODEL, FACTS.1, 9).await.unwrap(), []);
    embed(world, ben, &[said], "another").await;
    assert_eq!(embedded(world, anna, MODEL).await, [said]);
}
