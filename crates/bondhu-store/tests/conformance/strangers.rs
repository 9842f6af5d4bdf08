use std::time::Duration;

use bondhu_store::*;

use crate::world::World;

/// Ben tries every function with Anna's ids. He learns nothing and changes nothing.
pub async fn reach_nothing(world: &World) {
    let (anna, ben) = (world.person("anna").await, world.person("ben").await);
    let his = world.conversation(ben).await;
    let his_message = world.say(ben, his, None, Sender::User, "my own kiwi").await;
    let hers = world.conversation(anna).await;
    let said = world.talk(anna, hers, &["a kiwi", "a reply"]).await;
    let variant = world.say(anna, hers, Some(said[0]), Sender::Companion, "a second kiwi").await;
    let keyed = NewMessage {
        idempotency_key: Some("key".into()),
        crisis_level: Some(3),
        ..world.new_message(hers, Some(variant), Sender::User, "help")
    };
    let question = world.insert(anna, keyed).await.unwrap();
    let lease = world.now().plus(Duration::from_mins(1));
    let reply = world.insert(anna, world.new_reply(&question, lease)).await.unwrap();
    let before = snapshot(world, anna, hers).await;

    reads(world, ben, hers, &said, reply.id).await;
    writes(world, ben, his, hers, &said, reply.id).await;
    accounts(world, anna, ben).await;

    assert_eq!(snapshot(world, anna, hers).await, before);
    assert_eq!(world.shown(ben, his).await, ["my own kiwi"]);
    assert_eq!(world.store.message(ben, his_message).await.unwrap().unwrap().variants, 1);
}

/// All there is of Anna's conversation, and her standing.
async fn snapshot(
    world: &World,
    anna: UserId,
    hers: ConversationId,
) -> (Vec<Message>, Vec<Message>, Vec<Conversation>, Option<User>, Vec<String>) {
    let page = world.store.messages(anna, hers, Page::Newest, 100).await.unwrap();
    let first = page.items.iter().rev().nth(1).unwrap().id;
    (
        page.items,
        world.store.variants(anna, first).await.unwrap(),
        world.store.conversations(anna, None, 10).await.unwrap(),
        world.store.user(anna).await.unwrap(),
        world.found(anna, "kiwi").await,
    )
}

async fn reads(world: &World, ben: UserId, hers: ConversationId, said: &[MessageId], reply: MessageId) {
    let store = &world.store;
    let start = Timestamp::from_millis(0);
    assert_eq!(store.conversation(ben, hers).await.unwrap(), None);
    assert!(store.conversations(ben, None, 10).await.unwrap().iter().all(|conversation| conversation.id != hers));
    for page in [Page::Newest, Page::Before(reply), Page::After(said[0]), Page::Around(said[0])] {
        assert!(matches!(store.messages(ben, hers, page, 10).await, Err(StoreError::NotFound)), "{page:?}");
    }
    assert_eq!(store.message(ben, said[0]).await.unwrap(), None);
    assert_eq!(store.message_by_idempotency_key(ben, "key").await.unwrap(), None);
    assert_eq!(store.active_reply_to(ben, said[0]).await.unwrap(), None);
    assert_eq!(store.variants(ben, said[1]).await.unwrap(), []);
    assert_eq!(store.history_for_prompt(ben, hers, reply, 10).await.unwrap(), []);
    assert_eq!(store.newest_messages(ben, 10).await.unwrap().len(), 1);
    assert_eq!(store.latest_crisis(ben, start, 1).await.unwrap(), None);
    assert_eq!(world.found(ben, "kiwi").await, ["my own kiwi"]);
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.last_active(ben, hers).await.unwrap(), None);
    assert_eq!(tx.message(ben, said[0]).await.unwrap(), None);
}

async fn writes(
    world: &World,
    ben: UserId,
    his: ConversationId,
    hers: ConversationId,
    said: &[MessageId],
    reply: MessageId,
) {
    let store = &world.store;
    let now = world.now();
    for (conversation, parent) in [(hers, None), (hers, Some(said[0])), (his, Some(said[0]))] {
        let new = world.new_message(conversation, parent, Sender::User, "x");
        assert!(matches!(world.insert(ben, new).await, Err(StoreError::NotFound)));
    }
    assert!(!store.activate_message(ben, said[1]).await.unwrap());
    assert!(!store.delete_message(ben, said[0]).await.unwrap());
    assert!(!store.append_progress(ben, reply, "x", now, now).await.unwrap());
    assert!(!store.finish_reply(ben, reply, world.finish("x", Status::Stopped)).await.unwrap());
    assert!(!store.rename_conversation(ben, hers, "x", now).await.unwrap());
    assert!(!store.delete_conversation(ben, hers).await.unwrap());
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.touch_conversation(ben, hers, Some("x"), now).await.unwrap(), None);
    let new = world.new_message(hers, None, Sender::User, "x");
    assert!(matches!(tx.append_message(ben, new).await, Err(StoreError::NotFound)));
    tx.commit().await.unwrap();
}

async fn accounts(world: &World, anna: UserId, ben: UserId) {
    let store = &world.store;
    let now = world.now();
    let later = now.plus(Duration::from_mins(1));
    let session = world.session(anna, [1; 32], later).await;
    let token = NewApiToken { id: world.id(), user_id: anna, name: "x".into(), token_hash: [1; 32], created_at: now };
    let token = store.create_api_token(token).await.unwrap();
    let invite = NewInvite { id: world.id(), code_hash: [1; 32], created_by: anna, created_at: now, expires_at: later };
    let invite = store.create_invite(invite).await.unwrap();

    assert_eq!(store.sessions(ben, now).await.unwrap(), []);
    assert!(!store.touch_session(session.id, ben, later, later).await.unwrap());
    assert!(!store.delete_session(ben, session.id).await.unwrap());
    store.set_password(ben, "new hash", None, now).await.unwrap();
    assert_eq!(store.api_tokens(ben).await.unwrap(), []);
    assert!(!store.touch_api_token(token.id, ben, now).await.unwrap());
    assert!(!store.delete_api_token(ben, token.id).await.unwrap());
    assert_eq!(store.invites(ben).await.unwrap(), []);
    assert!(!store.delete_invite(ben, invite.id).await.unwrap());

    assert_eq!(store.sessions(anna, now).await.unwrap(), [session]);
    assert_eq!(store.api_tokens(anna).await.unwrap(), [token]);
    assert_eq!(store.invites(anna).await.unwrap(), [invite]);
    assert_eq!(store.password_hash(anna).await.unwrap().as_deref(), Some("hash of anna"));
}
