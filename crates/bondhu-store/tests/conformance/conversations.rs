use bondhu_store::*;

use crate::world::World;

pub async fn the_last_touched_comes_first(world: &World) {
    let anna = world.person("anna").await;
    let (first, second) = (world.conversation(anna).await, world.conversation(anna).await);
    let order = async || {
        let list = world.store.conversations(anna, None, 10).await.unwrap();
        list.into_iter().map(|conversation| conversation.id).collect::<Vec<_>>()
    };
    assert_eq!(order().await, [second, first]);
    let now = world.now();
    let mut tx = world.store.begin().await.unwrap();
    assert_eq!(tx.touch_conversation(anna, first, None, now).await.unwrap().as_deref(), Some("A talk"));
    assert_eq!(tx.touch_conversation(anna, world.id(), Some("x"), now).await.unwrap(), None);
    tx.commit().await.unwrap();
    assert_eq!(order().await, [first, second]);
    let conversation = world.store.conversation(anna, first).await.unwrap().unwrap();
    assert_eq!((conversation.title.as_str(), conversation.updated_at), ("A talk", now));
    assert_eq!(world.store.conversation(anna, world.id()).await.unwrap(), None);
}

pub async fn pages_have_no_gaps(world: &World) {
    let anna = world.person("anna").await;
    // The same time for all: only the id parts them.
    let now = world.now();
    let mut made = Vec::new();
    for _ in 0..7 {
        let new = NewConversation { id: world.id(), title: String::new(), now };
        made.push(world.store.create_conversation(anna, new).await.unwrap().id);
    }
    made.reverse();
    let (mut read, mut before) = (Vec::new(), None);
    loop {
        let page = world.store.conversations(anna, before, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some((last.updated_at, last.id));
        read.extend(page.iter().map(|conversation| conversation.id));
    }
    assert_eq!(read, made);
}

pub async fn a_custom_title_stays(world: &World) {
    let anna = world.person("anna").await;
    let id = world.conversation(anna).await;
    let mut tx = world.store.begin().await.unwrap();
    let named = tx.touch_conversation(anna, id, Some("About the \0 sea"), world.now()).await.unwrap();
    assert_eq!(named.as_deref(), Some("About the \u{fffd} sea"));
    tx.commit().await.unwrap();
    let conversation = world.store.conversation(anna, id).await.unwrap().unwrap();
    assert_eq!((conversation.title.as_str(), conversation.title_is_custom), ("About the \u{fffd} sea", false));

    assert!(world.store.rename_conversation(anna, id, "My \0 sea", world.now()).await.unwrap());
    let mut tx = world.store.begin().await.unwrap();
    let kept = tx.touch_conversation(anna, id, Some("Another"), world.now()).await.unwrap();
    assert_eq!(kept.as_deref(), Some("My \u{fffd} sea"));
    tx.commit().await.unwrap();
    let conversation = world.store.conversation(anna, id).await.unwrap().unwrap();
    assert_eq!((conversation.title.as_str(), conversation.title_is_custom), ("My \u{fffd} sea", true));
    assert!(!world.store.rename_conversation(anna, world.id(), "x", world.now()).await.unwrap());
}

pub async fn the_preview_is_the_newest_shown_message(world: &World) {
    let anna = world.person("anna").await;
    let id = world.conversation(anna).await;
    let preview = async || world.store.conversation(anna, id).await.unwrap().unwrap().last_message;
    assert_eq!(preview().await, None);
    let ids = world.talk(anna, id, &["Hello", "Hi"]).await;
    assert_eq!(preview().await.as_deref(), Some("Hi"));
    world.say(anna, id, Some(ids[0]), Sender::Companion, &"ü".repeat(200)).await;
    assert_eq!(preview().await, Some("ü".repeat(120)));
    world.store.activate_message(anna, ids[1]).await.unwrap();
    assert_eq!(preview().await.as_deref(), Some("Hi"));
    let list = world.store.conversations(anna, None, 10).await.unwrap();
    assert_eq!(list[0].last_message.as_deref(), Some("Hi"));
}

pub async fn deleting_removes_every_trace(world: &World) {
    let anna = world.person("anna").await;
    let (gone, kept) = (world.conversation(anna).await, world.conversation(anna).await);
    let ids = world.talk(anna, gone, &["a pelican", "which pelican"]).await;
    world.talk(anna, kept, &["one more pelican"]).await;
    assert!(world.store.delete_conversation(anna, gone).await.unwrap());
    assert!(!world.store.delete_conversation(anna, gone).await.unwrap());
    assert_eq!(world.store.conversation(anna, gone).await.unwrap(), None);
    for id in ids {
        assert_eq!(world.store.message(anna, id).await.unwrap(), None);
    }
    assert_eq!(world.found(anna, "pelican").await, ["one more pelican"]);
    assert_eq!(world.store.conversation_ids(anna).await.unwrap(), [kept]);
    assert!(matches!(world.store.messages(anna, gone, Page::Newest, 5).await, Err(StoreError::NotFound)));
}
