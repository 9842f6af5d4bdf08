use std::time::Duration;

use bondhu_store::*;

use crate::world::World;

const DAY: Duration = Duration::from_hours(24);

fn check_in(world: &World, day: &str, mood: &str, note: Option<&str>) -> NewCheckIn {
    NewCheckIn { id: world.id(), day: day.into(), mood: mood.into(), note: note.map(Into::into), now: world.now() }
}

pub async fn a_day_has_one_check_in(world: &World) {
    let (ana, ben) = (world.person("ana").await, world.person("ben").await);
    let store = &world.store;
    let first = store.set_check_in(ana, check_in(world, "2026-11-24", "sad", Some("nul \0"))).await.unwrap();
    assert_eq!((first.note.as_deref(), first.created_at), (Some("nul \u{fffd}"), first.updated_at));
    let second = store.set_check_in(ana, check_in(world, "2026-11-24", "calm", None)).await.unwrap();
    assert_eq!((second.mood.as_str(), second.note.as_deref(), second.created_at), ("calm", None, first.created_at));
    store.set_check_in(ana, check_in(world, "2026-11-25", "happy", None)).await.unwrap();
    let days = store.check_ins(ana, "2026-11-24", "2026-11-30").await.unwrap();
    assert_eq!(days.iter().map(|day| day.mood.as_str()).collect::<Vec<_>>(), ["calm", "happy"]);
    assert_eq!(store.check_ins(ana, "2026-11-25", "2026-11-25").await.unwrap().len(), 1);
    assert_eq!(store.latest_check_in(ana, first.created_at).await.unwrap().unwrap().day, "2026-11-25");
    assert_eq!(store.latest_check_in(ana, world.now()).await.unwrap(), None, "nothing was said since");
    assert_eq!(store.check_ins(ben, "2026-11-01", "2026-11-30").await.unwrap(), []);
    assert_eq!(store.latest_check_in(ben, Timestamp::from_millis(0)).await.unwrap(), None);
    assert!(!store.delete_check_in(ben, "2026-11-24").await.unwrap());
    assert!(store.delete_check_in(ana, "2026-11-24").await.unwrap());
    assert!(!store.delete_check_in(ana, "2026-11-24").await.unwrap());
}

/// Says something at a time, read as the given sentiment and mood.
async fn say(world: &World, user: UserId, at: Timestamp, read: Option<(f64, &str)>, level: Option<i16>) -> MessageId {
    let conversation = world.conversation(user).await;
    let new = NewMessage {
        sentiment: read.map(|(sentiment, _)| sentiment),
        mood: read.map(|(_, mood)| mood.to_owned()),
        crisis_level: level,
        created_at: at,
        ..world.new_message(conversation, None, Sender::User, "words")
    };
    world.insert(user, new).await.unwrap().id
}

pub async fn messages_are_counted_by_day_and_mood(world: &World) {
    let (ana, ben) = (world.person("ana").await, world.person("ben").await);
    // 2026-11-22T20:00:00Z, which is the next day in Kolkata.
    let evening = Timestamp::from_millis(1_795_334_400_000 + 12 * 3_600_000);
    say(world, ana, evening, Some((0.2, "sad")), None).await;
    say(world, ana, evening.plus(Duration::from_secs(1)), Some((0.4, "sad")), None).await;
    say(world, ana, evening.plus(DAY), Some((0.9, "happy")), None).await;
    say(world, ana, evening.plus(DAY), None, None).await;
    say(world, ben, evening, Some((0.1, "angry")), None).await;
    let (from, to) = (evening.minus(DAY), evening.plus(DAY * 2));
    let counts = world.store.mood_counts(ana, from, to, 0).await.unwrap();
    let day = evening.as_millis() / 86_400_000;
    assert_eq!(counts.len(), 2);
    assert_eq!((counts[0].day, counts[0].mood.as_str(), counts[0].messages), (day, "sad", 2));
    assert!((counts[0].sentiment_sum - 0.6).abs() < 1e-9);
    assert_eq!((counts[1].day, counts[1].mood.as_str(), counts[1].messages), (day + 1, "happy", 1));
    let kolkata = world.store.mood_counts(ana, from, to, 330 * 60_000).await.unwrap();
    assert_eq!(kolkata[0].day, day + 1);
    let messages = world.store.own_messages_between(ana, evening, evening.plus(DAY), 9).await.unwrap();
    assert_eq!(messages.iter().map(|message| message.sentiment.unwrap()).collect::<Vec<_>>(), [0.2, 0.4]);
    assert_eq!(world.store.own_messages_between(ana, from, to, 1).await.unwrap().len(), 1);
    assert_eq!(world.store.own_messages_between(ben, from, to, 9).await.unwrap().len(), 1);
}

pub async fn a_crisis_is_never_learnt_from_and_can_be_forgotten(world: &World) {
    let (ana, ben) = (world.person("ana").await, world.person("ben").await);
    let now = world.now();
    let first = say(world, ana, now, Some((0.4, "sad")), None).await;
    say(world, ana, now, Some((0.1, "sad")), Some(1)).await;
    say(world, ana, now, Some((0.1, "sad")), Some(3)).await;
    let last = say(world, ana, now, Some((0.6, "calm")), Some(0)).await;
    say(world, ben, now, None, Some(2)).await;
    let remarks = world.store.remarks_since(ana, now, 9).await.unwrap();
    assert_eq!(remarks.iter().map(|remark| remark.id).collect::<Vec<_>>(), [last, first]);
    assert_eq!(world.store.remarks_since(ana, now, 1).await.unwrap().len(), 1);
    assert_eq!(world.store.remarks_since(ana, now.plus(DAY), 9).await.unwrap(), []);
    assert_eq!(world.store.forget_crises(ana).await.unwrap(), 2);
    assert_eq!(world.store.forget_crises(ana).await.unwrap(), 0);
    assert_eq!(world.store.latest_crisis(ana, now, 1).await.unwrap(), None);
    assert_eq!(world.store.latest_crisis(ben, now, 1).await.unwrap().unwrap().level, 2);
}
