use bondhu_store::*;

use crate::world::World;

pub async fn migrating_twice_changes_nothing(world: &World) {
    let status = world.store.schema_status().await.unwrap();
    assert_eq!(status.database, status.binary);
    assert!(status.database >= 1 && status.pending.is_empty());
    let report = world.store.migrate().await.unwrap();
    assert_eq!(report, MigrationReport { applied: vec![], version: status.binary });
    world.store.ping().await.unwrap();
}

pub async fn processes_that_migrate_at_once_wait_for_each_other(world: &World) {
    let config = world.empty().await;
    let (first, second) = (Store::open(&config).await.unwrap(), Store::open(&config).await.unwrap());
    let status = first.schema_status().await.unwrap();
    assert_eq!((status.database, status.pending.last()), (0, Some(&status.binary)));

    let (one, two) = tokio::join!(first.migrate(), second.migrate());
    assert_eq!(one.unwrap().version, status.binary);
    assert_eq!(two.unwrap().version, status.binary);
    assert_eq!(second.count_users().await.unwrap(), 0);
    first.close().await;
    second.close().await;
}

pub async fn a_newer_database_is_refused(world: &World) {
    world
        .raw(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (9000, 'from the future', TRUE, 'x', 0)",
        )
        .await;
    let binary = world.store.schema_status().await.unwrap().binary;
    for refused in [Store::open(&world.config).await.err(), world.store.migrate().await.err()] {
        match refused {
            Some(StoreError::TooNew { database, binary: known }) => assert_eq!((database, known), (9000, binary)),
            other => panic!("expected TooNew, got {other:?}"),
        }
    }
}

pub async fn a_dropped_transaction_leaves_no_trace(world: &World) {
    let mut tx = world.store.begin().await.unwrap();
    tx.create_user(world.new_user("anna")).await.unwrap();
    drop(tx);
    let mut tx = world.store.begin().await.unwrap();
    tx.create_user(world.new_user("ben")).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(world.store.count_users().await.unwrap(), 0);
    world.person("clara").await;
    assert_eq!(world.store.count_users().await.unwrap(), 1);
}
