use std::time::Duration;

use bondhu_store::*;

use crate::world::World;

const MINUTE: Duration = Duration::from_mins(1);

pub async fn a_reply_streams_and_ends_once(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let question = world.insert(anna, world.new_message(conversation, None, Sender::User, "Why?")).await.unwrap();
    let lease = world.now().plus(MINUTE);
    let reply = world.insert(anna, world.new_reply(&question, lease)).await.unwrap();
    assert_eq!((reply.status, reply.text.as_str(), reply.answered_by), (Status::Streaming, "", None));

    let now = world.now();
    assert!(world.store.append_progress(anna, reply.id, "Beca", lease, now).await.unwrap());
    let so_far = world.store.message(anna, reply.id).await.unwrap().unwrap();
    assert_eq!((so_far.text.as_str(), so_far.updated_at), ("Beca", now));

    let finish = world.finish("Because.", Status::Complete);
    assert!(world.store.finish_reply(anna, reply.id, finish.clone()).await.unwrap());
    let done = world.store.message(anna, reply.id).await.unwrap().unwrap();
    assert_eq!((done.text.as_str(), done.status, done.updated_at), ("Because.", Status::Complete, finish.now));
    assert_eq!((done.answered_by, done.model.as_deref()), (Some(AnsweredBy::Model), Some("a-model")));

    // A second end, or a late piece, changes nothing.
    assert!(!world.store.finish_reply(anna, reply.id, world.finish("No.", Status::Stopped)).await.unwrap());
    assert!(!world.store.append_progress(anna, reply.id, "No", lease, now).await.unwrap());
    assert!(!world.store.finish_reply(anna, world.id(), world.finish("No.", Status::Stopped)).await.unwrap());
    assert_eq!(world.store.message(anna, reply.id).await.unwrap(), Some(done));
}

pub async fn only_one_reply_at_a_time(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let question = world.insert(anna, world.new_message(conversation, None, Sender::User, "Why?")).await.unwrap();
    let lease = world.now().plus(MINUTE);
    let first = world.insert(anna, world.new_reply(&question, lease)).await.unwrap();
    let second = world.insert(anna, world.new_reply(&question, lease)).await;
    assert!(matches!(second, Err(StoreError::Conflict { what: "reply_in_progress" })), "{second:?}");
    // The refused one has not hidden the one in progress.
    assert_eq!(world.store.active_reply_to(anna, question.id).await.unwrap().unwrap().id, first.id);

    let elsewhere = world.conversation(anna).await;
    let other = world.insert(anna, world.new_message(elsewhere, None, Sender::User, "And here?")).await.unwrap();
    world.insert(anna, world.new_reply(&other, lease)).await.unwrap();

    world.store.finish_reply(anna, first.id, world.finish("So.", Status::Stopped)).await.unwrap();
    world.insert(anna, world.new_reply(&question, lease)).await.unwrap();
}

/// What sending a message does: one transaction for it and the reply about to be written.
async fn send(store: &Store, user: UserId, mut message: NewMessage, mut reply: NewMessage) -> Result<MessageId> {
    let mut tx = store.begin().await?;
    message.parent_id = tx.last_active(user, message.conversation_id).await?;
    let message = tx.append_message(user, message).await?;
    reply.parent_id = Some(message.id);
    tx.append_message(user, reply).await?;
    tx.commit().await?;
    Ok(message.id)
}

pub async fn two_tabs_that_send_at_once_do_not_cross(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let hello = world.insert(anna, world.new_message(conversation, None, Sender::User, "Hello")).await.unwrap();
    let lease = world.now().plus(MINUTE);
    let other = Store::open(&world.config).await.unwrap();
    for round in 0..5 {
        let new = |tab: &str| {
            let message = world.new_message(conversation, None, Sender::User, &format!("{tab} {round}"));
            (message, world.new_reply(&hello, lease))
        };
        let ((a, a_reply), (b, b_reply)) = (new("a"), new("b"));
        let (a, b) = tokio::join!(send(&world.store, anna, a, a_reply.clone()), send(&other, anna, b, b_reply.clone()));
        let (sent, refused, reply) = if a.is_ok() { (a, b, a_reply) } else { (b, a, b_reply) };
        let sent = sent.unwrap();
        assert!(matches!(refused, Err(StoreError::Conflict { what: "reply_in_progress" })), "{refused:?}");
        assert_eq!(world.store.active_reply_to(anna, sent).await.unwrap().unwrap().id, reply.id);
        assert_eq!(world.shown(anna, conversation).await.len(), 3 + 2 * round);
        assert_eq!(world.store.message(anna, sent).await.unwrap().unwrap().variants, 1);
        assert!(world.store.finish_reply(anna, reply.id, world.finish("ok", Status::Complete)).await.unwrap());
    }
    other.close().await;
}

pub async fn an_idempotency_key_works_once(world: &World) {
    let (anna, ben) = (world.person("anna").await, world.person("ben").await);
    let (at_anna, at_ben) = (world.conversation(anna).await, world.conversation(ben).await);
    let keyed = |conversation| NewMessage {
        idempotency_key: Some("k1".into()),
        ..world.new_message(conversation, None, Sender::User, "Hello")
    };
    let first = world.insert(anna, keyed(at_anna)).await.unwrap();
    let again = world.insert(anna, keyed(at_anna)).await;
    assert!(matches!(again, Err(StoreError::Conflict { what: "idempotency_key" })), "{again:?}");
    world.insert(ben, keyed(at_ben)).await.unwrap();
    let found = world.store.message_by_idempotency_key(anna, "k1").await.unwrap().unwrap();
    assert_eq!(found, first);
    let same_id = NewMessage { id: first.id, ..world.new_message(at_anna, None, Sender::User, "x") };
    assert!(matches!(world.insert(anna, same_id).await, Err(StoreError::Conflict { what: "id" })));
    assert_eq!(world.shown(anna, at_anna).await, ["Hello"]);
}

pub async fn abandoned_replies_are_given_up(world: &World) {
    let anna = world.person("anna").await;
    let now = world.now();
    let mut replies = Vec::new();
    for lease in [now, now.plus(MINUTE)] {
        let conversation = world.conversation(anna).await;
        let question = world.insert(anna, world.new_message(conversation, None, Sender::User, "Why?")).await.unwrap();
        let reply = world.insert(anna, world.new_reply(&question, lease)).await.unwrap();
        assert!(world.store.append_progress(anna, reply.id, "half a zebra", lease, now).await.unwrap());
        replies.push(reply.id);
    }
    assert_eq!(world.store.mark_interrupted(now, world.now()).await.unwrap(), 0);
    let later = now.plus(Duration::from_secs(1));
    assert_eq!(world.store.mark_interrupted(later, later).await.unwrap(), 1);
    let given_up = world.store.message(anna, replies[0]).await.unwrap().unwrap();
    assert_eq!((given_up.status, given_up.text.as_str()), (Status::Interrupted, "half a zebra"));
    assert_eq!(given_up.updated_at, later);
    let alive = world.store.message(anna, replies[1]).await.unwrap().unwrap();
    assert_eq!(alive.status, Status::Streaming);
    assert_eq!(world.found(anna, "zebra").await, ["half a zebra"]);
    assert!(!world.store.finish_reply(anna, replies[0], world.finish("late", Status::Complete)).await.unwrap());
    assert_eq!(world.store.mark_interrupted(later, later).await.unwrap(), 0);
}

pub async fn the_latest_crisis_is_found(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let mut times = Vec::new();
    for level in [Some(3), Some(2), Some(0), None] {
        let new = NewMessage {
            crisis_level: level,
            ..world.new_message(conversation, None, Sender::User, "I do not know any more")
        };
        times.push(new.created_at);
        world.insert(anna, new).await.unwrap();
    }
    let latest = async |since, min_level| world.store.latest_crisis(anna, since, min_level).await.unwrap();
    assert_eq!(latest(times[0], 2).await, Some(Crisis { level: 2, at: times[1] }));
    assert_eq!(latest(times[0], 0).await, Some(Crisis { level: 2, at: times[1] }));
    assert_eq!(latest(times[0], 3).await, Some(Crisis { level: 3, at: times[0] }));
    assert_eq!(latest(times[1], 3).await, None);
    assert_eq!(latest(times[2], 1).await, None);
}

pub async fn a_turn_waits_for_the_one_before(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let hello = world.say(anna, conversation, None, Sender::User, "Hello").await;
    let mut first = world.store.begin().await.unwrap();
    assert_eq!(first.last_active(anna, conversation).await.unwrap().unwrap(), hello);
    let second = async {
        let mut tx = world.store.begin().await.unwrap();
        tx.last_active(anna, conversation).await.unwrap().unwrap()
    };
    let first = async {
        let new = world.new_message(conversation, Some(hello), Sender::Companion, "Hi");
        let message = first.append_message(anna, new).await.unwrap();
        first.commit().await.unwrap();
        message.id
    };
    let (seen, said) = tokio::join!(second, first);
    assert_eq!(seen, said);
}
