use bondhu_store::*;

use crate::world::World;

pub async fn a_second_attempt_becomes_a_variant(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["q1", "r1", "q2", "r2"]).await;
    let second = world.say(anna, conversation, Some(said[0]), Sender::Companion, "r1b").await;
    assert_eq!(world.shown(anna, conversation).await, ["q1", "r1b"]);
    let variants = world.store.variants(anna, said[1]).await.unwrap();
    let numbers: Vec<_> = variants.iter().map(|message| (message.id, message.variant, message.variants)).collect();
    assert_eq!(numbers, [(said[1], 1, 2), (second, 2, 2)]);
    assert_eq!(world.store.variants(anna, second).await.unwrap(), variants);
    assert_eq!(world.store.variants(anna, said[3]).await.unwrap().len(), 1);
    assert_eq!(world.store.variants(anna, world.id()).await.unwrap(), []);

    // The first message has variants too, and answers of the other sender are none.
    world.say(anna, conversation, None, Sender::User, "q1b").await;
    world.say(anna, conversation, None, Sender::Companion, "welcome").await;
    assert_eq!(world.shown(anna, conversation).await, ["welcome"]);
    let variants = world.store.variants(anna, said[0]).await.unwrap();
    assert_eq!(variants.iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), ["q1", "q1b"]);
}

pub async fn switching_shows_the_whole_branch(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["q1", "r1", "q2", "r2"]).await;
    let r2b = world.say(anna, conversation, Some(said[2]), Sender::Companion, "r2b").await;
    let q1b = world.say(anna, conversation, None, Sender::User, "q1b").await;
    world.say(anna, conversation, Some(q1b), Sender::Companion, "r1 of b").await;
    let show = async |id| {
        assert!(world.store.activate_message(anna, id).await.unwrap());
        world.shown(anna, conversation).await.join(" ")
    };
    // Below the message shown, the newest choice wins.
    assert_eq!(show(said[0]).await, "q1 r1 q2 r2b");
    assert_eq!(show(q1b).await, "q1b r1 of b");
    assert_eq!(show(said[3]).await, "q1 r1 q2 r2");
    assert_eq!(show(said[3]).await, "q1 r1 q2 r2");
    assert_eq!(show(r2b).await, "q1 r1 q2 r2b");
    assert!(!world.store.activate_message(anna, world.id()).await.unwrap());
}

pub async fn writing_into_a_hidden_branch_shows_it(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["q1", "r1", "q2", "r2"]).await;
    world.say(anna, conversation, None, Sender::User, "q1b").await;
    world.say(anna, conversation, Some(said[1]), Sender::User, "q2b").await;
    assert_eq!(world.shown(anna, conversation).await, ["q1", "r1", "q2b"]);
}

pub async fn a_deleted_message_hands_its_answers_on(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["q1", "r1", "q2", "r2"]).await;
    assert!(world.store.delete_message(anna, said[1]).await.unwrap());
    assert_eq!(world.shown(anna, conversation).await, ["q1", "q2", "r2"]);
    let orphan = world.store.message(anna, said[2]).await.unwrap().unwrap();
    assert_eq!((orphan.parent_id, orphan.variant, orphan.variants), (Some(said[0]), 1, 1));
    assert!(!world.store.delete_message(anna, said[1]).await.unwrap());
    assert!(world.store.delete_message(anna, said[3]).await.unwrap());
    assert_eq!(world.shown(anna, conversation).await, ["q1", "q2"]);

    // A hidden branch stays whole when its first message goes.
    world.say(anna, conversation, None, Sender::User, "q1b").await;
    assert!(world.store.delete_message(anna, said[0]).await.unwrap());
    assert_eq!(world.shown(anna, conversation).await, ["q1b"]);
    assert!(world.store.activate_message(anna, said[2]).await.unwrap());
    assert_eq!(world.shown(anna, conversation).await, ["q2"]);
}

pub async fn deleting_the_shown_variant_shows_another(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["q1", "r1", "q2", "r2"]).await;
    let r1b = world.say(anna, conversation, Some(said[0]), Sender::Companion, "r1b").await;
    let r1c = world.say(anna, conversation, Some(said[0]), Sender::Companion, "r1c").await;
    assert!(world.store.delete_message(anna, r1c).await.unwrap());
    assert_eq!(world.shown(anna, conversation).await, ["q1", "r1b"]);
    assert!(world.store.delete_message(anna, r1b).await.unwrap());
    assert_eq!(world.shown(anna, conversation).await, ["q1", "r1", "q2", "r2"]);
    // A hidden variant goes without a change to what is shown.
    let r2b = world.say(anna, conversation, Some(said[2]), Sender::Companion, "r2b").await;
    assert!(world.store.delete_message(anna, said[3]).await.unwrap());
    assert_eq!(world.shown(anna, conversation).await, ["q1", "r1", "q2", "r2b"]);
    assert_eq!(world.store.message(anna, r2b).await.unwrap().unwrap().variants, 1);
}

pub async fn deleting_the_first_message_keeps_the_rest(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let said = world.talk(anna, conversation, &["q1", "r1"]).await;
    assert!(world.store.delete_message(anna, said[0]).await.unwrap());
    let reply = world.store.message(anna, said[1]).await.unwrap().unwrap();
    assert_eq!(reply.parent_id, None);
    assert_eq!(world.shown(anna, conversation).await, ["r1"]);
    assert!(world.store.delete_message(anna, said[1]).await.unwrap());
    assert_eq!(world.shown(anna, conversation).await, Vec::<String>::new());
    world.talk(anna, conversation, &["again"]).await;
    assert_eq!(world.shown(anna, conversation).await, ["again"]);
}

/// A fixed sequence of pseudo-random numbers (a linear congruential generator, Knuth's constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

pub async fn random_edits_keep_one_path(world: &World) {
    let anna = world.person("anna").await;
    let conversation = world.conversation(anna).await;
    let mut dice = Dice(7);
    let mut alive: Vec<MessageId> = Vec::new();
    for step in 0..120 {
        let pick = if alive.is_empty() { None } else { Some(dice.roll(alive.len())) };
        match (dice.roll(10), pick) {
            (0..=4, _) | (_, None) => {
                let parent = pick.map(|index| alive[index]);
                let sender = if dice.roll(2) == 0 { Sender::User } else { Sender::Companion };
                alive.push(world.say(anna, conversation, parent, sender, &step.to_string()).await);
            }
            (5..=7, Some(index)) => assert!(world.store.activate_message(anna, alive[index]).await.unwrap()),
            (_, Some(index)) => {
                assert!(world.store.delete_message(anna, alive.swap_remove(index)).await.unwrap());
            }
        }
        let page = world.store.messages(anna, conversation, Page::Newest, 1_000).await.unwrap();
        let path: Vec<_> = page.items.iter().rev().map(|message| (message.parent_id, message.id)).collect();
        assert_eq!(path.is_empty(), alive.is_empty(), "step {step}");
        let mut parent = None;
        for (its_parent, id) in path {
            assert_eq!(its_parent, parent, "step {step}: the shown path is broken");
            parent = Some(id);
        }
    }
}
