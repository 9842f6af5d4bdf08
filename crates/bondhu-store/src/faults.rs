//! What the store says when a `SQLite` file lets it down.

use std::path::Path;

use sqlx::Connection as _;
use uuid::Uuid;

use crate::db::Db;
use crate::{
    ConversationId, MessageId, NewConversation, NewMessage, NewOutbox, NewUser, OutboxId, Page, Result, Sender, Status,
    Store, StoreConfig, StoreError, Timestamp, UserId,
};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const ANNA: UserId = UserId(Uuid::from_u128(1));
const TALK: ConversationId = ConversationId(Uuid::from_u128(2));

/// A store with one person and one conversation.
async fn open(path: &Path) -> Store {
    let store = Store::open(&StoreConfig::sqlite(path)).await.unwrap();
    store.migrate().await.unwrap();
    store.create_user(user(ANNA)).await.unwrap();
    let conversation = NewConversation { id: TALK, title: String::new(), now: NOW };
    store.create_conversation(ANNA, conversation).await.unwrap();
    store
}

fn user(id: UserId) -> NewUser {
    NewUser { id, username: id.to_string(), display_name: "Anna".into(), password_hash: "hash".into(), created_at: NOW }
}

/// Sends a message the way a turn does: a row, its search row and a task, or nothing.
async fn send(store: &Store, number: u128, text: &str) -> Result<MessageId> {
    let id = MessageId(Uuid::from_u128(1_000 + number));
    let mut tx = store.begin().await?;
    let task = NewOutbox {
        id: OutboxId(id.0),
        name: "task".into(),
        args: serde_json::json!({}),
        queue: "memory".into(),
        unique_key: None,
        available_at: NOW,
        created_at: NOW,
    };
    tx.enqueue(task).await?;
    let message = NewMessage {
        id,
        conversation_id: TALK,
        parent_id: None,
        sender: Sender::User,
        text: text.to_owned(),
        status: Status::Complete,
        answered_by: None,
        sentiment: None,
        mood: None,
        confidence: None,
        crisis_level: None,
        idempotency_key: None,
        lease_until: None,
        created_at: NOW,
    };
    tx.insert_message(ANNA, message).await?;
    tx.commit().await?;
    Ok(id)
}

#[tokio::test]
async fn a_file_locked_by_another_program_is_busy() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bondhu.db");
    let store = open(&path).await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let mut other = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    let lock = other.begin_with("BEGIN IMMEDIATE").await.unwrap();

    // One waits for the lock, the others for the one; reading goes on.
    let value = serde_json::json!(1);
    let (first, second, third, read) = tokio::join!(
        send(&store, 1, "hello"),
        send(&store, 2, "hello"),
        store.set_setting("key", &value),
        store.count_users()
    );
    assert!(matches!(first, Err(StoreError::Busy)), "{first:?}");
    assert!(matches!(second, Err(StoreError::Busy)), "{second:?}");
    assert!(matches!(third, Err(StoreError::Busy)), "{third:?}");
    assert_eq!(read.unwrap(), 1);

    lock.rollback().await.unwrap();
    send(&store, 3, "hello").await.unwrap();
    assert_eq!(store.count_outbox().await.unwrap(), 1);
}

#[tokio::test]
async fn a_full_disk_keeps_no_half_message() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("bondhu.db")).await;
    let Db::Sqlite { write, .. } = &store.db else { panic!("not SQLite") };
    let limit = async |pages: i64| {
        let sql = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
        sqlx::query(sql).execute(write).await.unwrap();
    };
    let pages: i64 = sqlx::query_scalar("PRAGMA page_count").fetch_one(write).await.unwrap();
    limit(pages + 12).await;

    let mut sent = Vec::new();
    let refused = loop {
        let number = sent.len() as u128;
        match send(&store, number, &format!("word{number} ").repeat(200)).await {
            Ok(id) => sent.push(id),
            Err(error) => break error,
        }
        assert!(sent.len() < 1_000, "the disk never filled up");
    };
    assert!(matches!(refused, StoreError::Full), "{refused:?}");
    assert!(!sent.is_empty());
    let whole = async |count: usize| {
        assert_eq!(store.search_messages(ANNA, "word", None, 2_000).await.unwrap().hits.len(), count);
        assert_eq!(store.count_outbox().await.unwrap(), i64::try_from(count).unwrap());
        for id in &sent {
            assert!(store.message(ANNA, *id).await.unwrap().is_some());
        }
    };
    whole(sent.len()).await;

    limit(1_000_000).await;
    send(&store, 5_000, "word at last").await.unwrap();
    whole(sent.len() + 1).await;
}

#[tokio::test]
async fn a_place_that_cannot_hold_a_file_is_unavailable() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    for path in [file.join("bondhu.db"), folder.path().to_owned()] {
        let refused = Store::open(&StoreConfig::sqlite(&path)).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{}: {refused:?}", path.display());
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_corrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bondhu.db");
    std::fs::write(&path, "Dear diary, ".repeat(1_000)).unwrap();
    let refused = Store::open(&StoreConfig::sqlite(&path)).await;
    assert!(matches!(refused, Err(StoreError::Corrupt(_))), "{refused:?}");
    assert!(std::fs::read(&path).unwrap().starts_with(b"Dear diary"));
}

#[tokio::test]
async fn readers_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(&folder.path().join("bondhu.db")).await;
    let Db::Sqlite { read, .. } = &store.db else { panic!("not SQLite") };
    let refused = sqlx::query("DELETE FROM users").execute(read).await.map_err(StoreError::from);
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    assert_eq!(store.count_users().await.unwrap(), 1);
}

#[tokio::test]
async fn deleted_words_leave_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bondhu.db");
    let store = open(&path).await;
    for number in 0..50 {
        send(&store, number, "nothing much happened today").await.unwrap();
    }
    let secret = send(&store, 60, "my zyzzogeton stays between us").await.unwrap();
    send(&store, 61, "nothing much happened later").await.unwrap();
    assert!(files_hold(folder.path(), "zyzzogeton"));
    assert!(store.delete_message(ANNA, secret).await.unwrap());
    assert!(store.messages(ANNA, TALK, Page::Newest, 1).await.unwrap().items.len() == 1);
    // Closing moves the write-ahead log into the file.
    store.close().await;
    assert!(files_hold(folder.path(), "happened"));
    assert!(!files_hold(folder.path(), "zyzzogeton"));
}

fn files_hold(folder: &Path, word: &str) -> bool {
    std::fs::read_dir(folder).unwrap().any(|file| {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        bytes.windows(word.len()).any(|window| window == word.as_bytes())
    })
}

#[tokio::test]
async fn a_damaged_page_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bondhu.db");
    let store = open(&path).await;
    for number in 0..200 {
        send(&store, number, &"some words ".repeat(40)).await.unwrap();
    }
    store.check_integrity().await.unwrap();
    store.close().await;
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 20_000].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();

    let store = Store::open(&StoreConfig::sqlite(&path)).await.unwrap();
    let found = store.check_integrity().await;
    assert!(matches!(found, Err(StoreError::Corrupt(_))), "{found:?}");
}
