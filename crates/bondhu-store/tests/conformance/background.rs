use std::time::Duration;

use bondhu_store::{Insight, NewActivity};
use serde_json::json;

use crate::world::World;

pub async fn a_paced_task_waits_for_the_rest_of_its_time(world: &World) {
    let (now, pace) = (world.now(), Duration::from_mins(5));
    let ask = async |secs| {
        let new = world.new_outbox("batch", Some("batch:1"), now.plus(Duration::from_secs(secs)));
        let mut tx = world.store.begin().await.unwrap();
        let added = tx.enqueue_paced(new, pace).await.unwrap();
        tx.commit().await.unwrap();
        added
    };
    assert!(ask(0).await);
    assert!(!ask(1).await, "one waits already");
    let sent = world.store.outbox_due(now, 9).await.unwrap();
    world.store.delete_outbox(&[sent[0].id]).await.unwrap();
    assert!(ask(10).await);
    assert_eq!(world.store.next_outbox().await.unwrap(), Some(now.plus(pace)), "five minutes after the first");
    assert!(!ask(20).await);
    let sent = world.store.outbox_due(now.plus(pace), 9).await.unwrap();
    world.store.delete_outbox(&[sent[0].id]).await.unwrap();
    assert!(ask(3600).await);
    assert_eq!(world.store.next_outbox().await.unwrap(), Some(now.plus(Duration::from_hours(1))), "at once again");
    assert_eq!(world.store.delete_old_paces(now.plus(Duration::from_hours(2))).await.unwrap(), 1);
}

pub async fn an_insight_is_kept_once_for_its_window(world: &World) {
    let (ana, ben) = (world.person("ana").await, world.person("ben").await);
    let now = world.now();
    let insight = |user, mean| Insight {
        id: world.id::<uuid::Uuid>(),
        user_id: user,
        from_at: now,
        to_at: now.plus(Duration::from_hours(1)),
        messages: 7,
        mean,
        volatility: 0.1,
        dominant_mood: "calm".to_owned(),
        moods: "{}".to_owned(),
        trend: "steady".to_owned(),
        created_at: now,
    };
    world.store.save_insight(&insight(ana, 0.4)).await.unwrap();
    world.store.save_insight(&insight(ana, 0.6)).await.unwrap();
    let kept = world.store.insights(ana, 9).await.unwrap();
    assert_eq!((kept.len(), kept[0].mean), (1, 0.6));
    assert_eq!(world.store.insights(ben, 9).await.unwrap(), []);
    assert_eq!(world.store.delete_old_insights(now).await.unwrap(), 0);
    assert_eq!(world.store.delete_old_insights(now.plus(Duration::from_secs(1))).await.unwrap(), 1);
}

pub async fn an_activity_is_noted_once(world: &World) {
    let ana = world.person("ana").await;
    let new = |user_id| NewActivity {
        id: world.id::<uuid::Uuid>(),
        user_id,
        kind: "music".to_owned(),
        data: json!({"minutes": 3}),
        created_at: world.now(),
    };
    let first = new(ana);
    assert!(world.store.add_activity(first.clone()).await.unwrap());
    assert!(!world.store.add_activity(first).await.unwrap());
    assert!(!world.store.add_activity(new(world.id())).await.unwrap(), "nobody's");
    assert_eq!(world.store.count_activities(ana).await.unwrap(), 1);
    let start = bondhu_store::Timestamp::from_millis(0);
    assert_eq!(world.store.activities(ana, "music", start, 9).await.unwrap(), [r#"{"minutes":3}"#]);
    assert_eq!(world.store.activities(ana, "video", start, 9).await.unwrap(), [""; 0]);
    assert_eq!(world.store.activities(ana, "music", world.now(), 9).await.unwrap(), [""; 0]);
}
