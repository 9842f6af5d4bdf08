use std::time::Duration;

use bondhu_store::*;

use crate::world::World;

fn ids(page: &MessagePage) -> Vec<MessageId> {
    page.items.iter().map(|message| message.id).collect()
}

pub async fn reading_backwards_and_forwards_meets_every_message(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let texts: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut said = world.talk(anna, conversation, &texts).await;
    let oldest = said[0];
    said.reverse();
    for limit in 1..=12 {
        let mut page = world.store.messages(anna, conversation, Page::Newest, limit).await.unwrap();
        assert_eq!(page.newer, None);
        let mut read = ids(&page);
        while let Some(older) = page.older {
            page = world.store.messages(anna, conversation, Page::Before(older), limit).await.unwrap();
            assert_eq!(page.newer, Some(page.items[0].id));
            read.extend(ids(&page));
        }
        assert_eq!(read, said, "backwards by {limit}");

        let mut read = vec![oldest];
        let mut newer = Some(oldest);
        while let Some(after) = newer {
            let page = world.store.messages(anna, conversation, Page::After(after), limit).await.unwrap();
            assert_eq!(page.older, page.items.last().map(|message| message.id));
            read.extend(ids(&page).into_iter().rev());
            newer = page.newer;
        }
        read.reverse();
        assert_eq!(read, said, "forwards by {limit}");
    }
}

pub async fn reading_around_a_message_centres_it(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["0", "1", "2", "3", "4", "5", "6"]).await;
    let around = async |id, limit| world.store.messages(anna, conversation, Page::Around(id), limit).await.unwrap();
    let page = around(said[3], 4).await;
    assert_eq!(ids(&page), [said[5], said[4], said[3], said[2]]);
    assert_eq!((page.older, page.newer), (Some(said[2]), Some(said[5])));
    let page = around(said[6], 4).await;
    assert_eq!((ids(&page), page.newer), (vec![said[6], said[5]], None));
    let page = around(said[0], 20).await;
    assert_eq!((page.items.len(), page.older, page.newer), (7, None, None));
    let page = around(said[3], 1).await;
    assert_eq!((ids(&page), page.older, page.newer), (vec![said[3]], Some(said[3]), Some(said[3])));

    // Hidden messages have no surroundings.
    world.say(anna, conversation, Some(said[2]), Sender::Companion, "3b").await;
    let hidden = world.store.messages(anna, conversation, Page::Around(said[3]), 4).await;
    assert!(matches!(hidden, Err(StoreError::NotFound)));
}

pub async fn a_conversation_that_does_not_exist_is_not_found(world: &World) {
    let anna = world.person("anna").await;
    let empty = world.conversation(anna).await;
    let page = world.store.messages(anna, empty, Page::Newest, 5).await.unwrap();
    assert_eq!(page, MessagePage { items: vec![], older: None, newer: None });
    let missing = world.store.messages(anna, world.id(), Page::Newest, 5).await;
    assert!(matches!(missing, Err(StoreError::NotFound)));
    let orphan = world.new_message(world.id(), None, Sender::User, "x");
    assert!(matches!(world.insert(anna, orphan).await, Err(StoreError::NotFound)));
    let orphan = world.new_message(empty, Some(world.id()), Sender::User, "x");
    assert!(matches!(world.insert(anna, orphan).await, Err(StoreError::NotFound)));
    // A parent from another conversation is no parent.
    let other = world.conversation(anna).await;
    let elsewhere = world.talk(anna, other, &["x"]).await[0];
    let crossed = world.new_message(empty, Some(elsewhere), Sender::User, "x");
    assert!(matches!(world.insert(anna, crossed).await, Err(StoreError::NotFound)));
    assert_eq!(world.shown(anna, other).await, ["x"]);
}

pub async fn the_newest_of_all_conversations_come_together(world: &World) {
    let anna = world.person("anna").await;
    let (one, two) = (world.conversation(anna).await, world.conversation(anna).await);
    let first = world.say(anna, one, None, Sender::User, "a").await;
    let second = world.say(anna, two, None, Sender::User, "b").await;
    let third = world.say(anna, one, Some(first), Sender::Companion, "c").await;
    world.say(anna, one, Some(first), Sender::Companion, "d").await;
    world.store.activate_message(anna, third).await.unwrap();
    let newest = world.store.newest_messages(anna, 2).await.unwrap();
    assert_eq!(newest.iter().map(|message| message.id).collect::<Vec<_>>(), [third, second]);
}

pub async fn a_prompt_sees_what_led_up_to_a_message(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["0", "1", "2", "3", "4"]).await;
    let history = world.store.history_for_prompt(anna, conversation, said[3], 3).await.unwrap();
    assert_eq!(history.iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), ["3", "2", "1"]);
    let reply = world.store.active_reply_to(anna, said[1]).await.unwrap().unwrap();
    assert_eq!(reply.id, said[2]);
    assert_eq!(world.store.active_reply_to(anna, said[4]).await.unwrap(), None);
    let mut tx = world.store.begin().await.unwrap();
    assert_eq!(tx.last_active(anna, conversation).await.unwrap(), Some(said[4]));
    assert_eq!(tx.last_active(anna, world.id()).await.unwrap(), None);
}

pub async fn what_was_written_reads_back(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let new = NewMessage {
        sentiment: Some(-0.25),
        mood: Some("sad".into()),
        confidence: Some(0.5),
        crisis_level: Some(2),
        answered_by: Some(AnsweredBy::Safety),
        idempotency_key: Some("key".into()),
        ..world.new_message(conversation, None, Sender::Companion, "nul \0 আমি 🙂 \u{301}")
    };
    let message = world.insert(anna, new.clone()).await.unwrap();
    let expected = Message {
        id: new.id,
        conversation_id: conversation,
        parent_id: None,
        sender: Sender::Companion,
        text: "nul \u{fffd} আমি 🙂 \u{301}".into(),
        status: Status::Complete,
        answered_by: Some(AnsweredBy::Safety),
        model: None,
        error_code: None,
        sentiment: Some(-0.25),
        mood: Some("sad".into()),
        confidence: Some(0.5),
        crisis_level: Some(2),
        created_at: new.created_at,
        updated_at: new.created_at,
        variant: 1,
        variants: 1,
        memories_learnt: 0,
        memories_used: 0,
    };
    assert_eq!(message, expected);
    assert_eq!(world.store.message(anna, new.id).await.unwrap(), Some(expected.clone()));
    assert_eq!(world.store.message_by_idempotency_key(anna, "key").await.unwrap(), Some(expected));
    assert_eq!(world.store.message_by_idempotency_key(anna, "other").await.unwrap(), None);
    let json = serde_json::to_value(&message).unwrap();
    assert_eq!((&json["sender"], &json["answered_by"]), (&"companion".into(), &"safety".into()));
    assert_eq!(json["created_at"], new.created_at.to_string());
    assert!(new.created_at < new.created_at.plus(Duration::from_millis(1)));
}
