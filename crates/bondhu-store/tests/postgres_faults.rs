//! What the store does when Postgres goes away and comes back.

use bondhu_store::*;
use bondhu_testkit::postgres::PgServer;
use uuid::Uuid;

fn user(number: u128) -> NewUser {
    NewUser {
        id: UserId(Uuid::from_u128(number)),
        username: number.to_string(),
        display_name: "Anna".into(),
        password_hash: "hash".into(),
        created_at: Timestamp::from_millis(1_700_000_000_000),
    }
}

#[tokio::test]
async fn postgres_may_crash_and_come_back() {
    let mut server = PgServer::start().await.unwrap();
    let url = server.database().await.unwrap();
    let config = StoreConfig::postgres(&url);
    let store = Store::open(&config).await.unwrap();
    store.migrate().await.unwrap();
    store.create_user(user(1)).await.unwrap();
    let mut open = store.begin().await.unwrap();
    open.create_user(user(2)).await.unwrap();

    server.stop();
    let refused = open.commit().await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    let (read, write, ping, reopened) =
        tokio::join!(store.count_users(), store.create_user(user(3)), store.ping(), Store::open(&config));
    assert!(matches!(read, Err(StoreError::Unavailable(_))), "{read:?}");
    assert!(matches!(write, Err(StoreError::Unavailable(_))), "{write:?}");
    assert!(matches!(ping, Err(StoreError::Unavailable(_))), "{ping:?}");
    assert!(matches!(reopened, Err(StoreError::Unavailable(_))), "{:?}", reopened.err());

    // The same store goes on as soon as the server is back: what was committed is there, the rest is not.
    server.restart().await.unwrap();
    assert_eq!(store.count_users().await.unwrap(), 1);
    store.create_user(user(4)).await.unwrap();
    assert_eq!(store.count_users().await.unwrap(), 2);
}

#[tokio::test]
async fn postgres_refusals_tell_no_secret() {
    let server = PgServer::start().await.unwrap();
    let url = server.database().await.unwrap();
    let missing = StoreConfig::postgres(url.replace("/test_0", "/nowhere"));
    let refused = Store::open(&missing).await.err().unwrap();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");

    let wrong = StoreConfig::postgres("postgres://anna:hunter2@[broken/database");
    let refused = Store::open(&wrong).await.err().unwrap();
    assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
    for text in [format!("{wrong:?}"), format!("{refused:?}"), refused.to_string()] {
        assert!(!text.contains("hunter2"), "{text}");
    }

    // The server's account of a refused row quotes the row; the store's does not.
    let store = Store::open(&StoreConfig::postgres(url)).await.unwrap();
    store.migrate().await.unwrap();
    let nul = NewUser { display_name: "private\0".into(), ..user(1) };
    let refused = store.create_user(nul).await.unwrap_err();
    assert!(matches!(refused, StoreError::Sql(_)), "{refused:?}");
    assert!(!format!("{refused} {refused:?}").contains("private"));
}
