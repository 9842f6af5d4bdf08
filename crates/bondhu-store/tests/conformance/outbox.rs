use std::time::Duration;

use crate::world::World;

pub async fn a_task_leaves_with_the_commit(world: &World) {
    let now = world.now();
    let new = world.new_outbox("core.tasks.memory.summarize_conversation", None, now);
    let mut tx = world.store.begin().await.unwrap();
    assert!(tx.enqueue(world.new_outbox("never", None, now)).await.unwrap());
    tx.rollback().await.unwrap();
    assert!(world.store.enqueue(new.clone()).await.unwrap());
    let due = world.store.outbox_due(now, 10).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].id, &due[0].name, &due[0].args, &due[0].queue), (new.id, &new.name, &new.args, &new.queue));
    assert_eq!((due[0].available_at, due[0].created_at), (now, new.created_at));
    assert_eq!(world.store.delete_outbox(&[new.id, world.id()]).await.unwrap(), 1);
    assert_eq!(world.store.delete_outbox(&[]).await.unwrap(), 0);
    assert_eq!(world.store.count_outbox().await.unwrap(), 0);
}

pub async fn a_unique_task_waits_once(world: &World) {
    let now = world.now();
    let first = world.new_outbox("nudge", Some("nudge:42"), now);
    assert!(world.store.enqueue(first.clone()).await.unwrap());
    assert!(!world.store.enqueue(world.new_outbox("nudge", Some("nudge:42"), now)).await.unwrap());
    assert!(world.store.enqueue(world.new_outbox("nudge", Some("nudge:43"), now)).await.unwrap());
    assert!(world.store.enqueue(world.new_outbox("nudge", None, now)).await.unwrap());
    assert!(world.store.enqueue(world.new_outbox("nudge", None, now)).await.unwrap());
    assert_eq!(world.store.count_outbox().await.unwrap(), 4);
    world.store.delete_outbox(&[first.id]).await.unwrap();
    assert!(world.store.enqueue(world.new_outbox("nudge", Some("nudge:42"), now)).await.unwrap());
}

pub async fn due_tasks_come_in_order(world: &World) {
    let now = world.now();
    let at = |millis| now.plus(Duration::from_millis(millis));
    for (name, due) in [("third", at(20)), ("first", at(0)), ("second", at(10)), ("later", at(21))] {
        world.store.enqueue(world.new_outbox(name, None, due)).await.unwrap();
    }
    let names = async |limit| {
        let due = world.store.outbox_due(at(20), limit).await.unwrap();
        due.into_iter().map(|row| row.name).collect::<Vec<_>>()
    };
    assert_eq!(names(10).await, ["first", "second", "third"]);
    assert_eq!(names(2).await, ["first", "second"]);
}
