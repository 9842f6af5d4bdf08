use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bondhu_store::*;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};
use uuid::Uuid;

/// A migrated, empty database, with a source of ids and times that only rise.
pub struct World {
    pub config: StoreConfig,
    pub store: Store,
    next: AtomicU64,
    _folder: Option<tempfile::TempDir>,
}

impl World {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = StoreConfig::sqlite(folder.path().join("new folder/bondhu.db"));
        Self::open(config, Some(folder)).await
    }

    pub async fn postgres(url: String) -> Self {
        Self::open(StoreConfig::postgres(url), None).await
    }

    async fn open(config: StoreConfig, folder: Option<tempfile::TempDir>) -> Self {
        let store = Store::open(&config).await.unwrap();
        store.migrate().await.unwrap();
        Self { config, store, next: AtomicU64::new(1), _folder: folder }
    }

    /// Runs SQL behind the store's back.
    pub async fn raw(&self, sql: &'static str) {
        match &self.config {
            StoreConfig::Sqlite { path, .. } => {
                let options = SqliteConnectOptions::new().filename(path);
                let mut db = SqliteConnection::connect_with(&options).await.unwrap();
                db.execute(sql).await.unwrap();
                db.close().await.unwrap();
            }
            StoreConfig::Postgres { url, .. } => {
                let mut db = PgConnection::connect(url).await.unwrap();
                db.execute(sql).await.unwrap();
                db.close().await.unwrap();
            }
        }
    }

    /// A database that nobody has migrated; on Postgres it takes this world's place.
    pub async fn empty(&self) -> StoreConfig {
        match &self.config {
            StoreConfig::Sqlite { path, .. } => StoreConfig::sqlite(path.with_file_name("empty.db")),
            config @ StoreConfig::Postgres { .. } => {
                self.raw("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
                config.clone()
            }
        }
    }

    fn tick(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub fn id<T: From<Uuid>>(&self) -> T {
        Uuid::from_u64_pair(0x0190_0000_0000_7000, 0x8000_0000_0000_0000 | self.tick()).into()
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000).plus(Duration::from_secs(self.tick()))
    }

    pub fn new_user(&self, name: &str) -> NewUser {
        NewUser {
            id: self.id(),
            username: name.to_owned(),
            display_name: name.to_owned(),
            password_hash: format!("hash of {name}"),
            created_at: self.now(),
        }
    }

    pub async fn person(&self, name: &str) -> UserId {
        self.store.create_user(self.new_user(name)).await.unwrap().id
    }

    pub async fn session(&self, user_id: UserId, token_hash: [u8; 32], expires_at: Timestamp) -> Session {
        let new = NewSession {
            id: self.id(),
            user_id,
            token_hash,
            user_agent: "Firefox".into(),
            created_at: self.now(),
            expires_at,
        };
        self.store.create_session(new).await.unwrap()
    }

    pub async fn conversation(&self, user: UserId) -> ConversationId {
        let new = NewConversation { id: self.id(), title: "A talk".into(), now: self.now() };
        self.store.create_conversation(user, new).await.unwrap().id
    }

    pub fn new_message(
        &self,
        conversation_id: ConversationId,
        parent_id: Option<MessageId>,
        sender: Sender,
        text: &str,
    ) -> NewMessage {
        NewMessage {
            id: self.id(),
            conversation_id,
            parent_id,
            sender,
            text: text.to_owned(),
            status: Status::Complete,
            answered_by: None,
            sentiment: None,
            mood: None,
            confidence: None,
            crisis_level: None,
            idempotency_key: None,
            lease_until: None,
            created_at: self.now(),
        }
    }

    /// A reply about to be written, vouched for until `lease_until`.
    pub fn new_reply(&self, to: &Message, lease_until: Timestamp) -> NewMessage {
        NewMessage {
            status: Status::Streaming,
            lease_until: Some(lease_until),
            ..self.new_message(to.conversation_id, Some(to.id), Sender::Companion, "")
        }
    }

    pub async fn insert(&self, user: UserId, new: NewMessage) -> Result<Message> {
        let mut tx = self.store.begin().await?;
        let message = tx.insert_message(user, new).await?;
        tx.commit().await?;
        Ok(message)
    }

    pub async fn say(
        &self,
        user: UserId,
        conversation: ConversationId,
        parent: Option<MessageId>,
        sender: Sender,
        text: &str,
    ) -> MessageId {
        self.insert(user, self.new_message(conversation, parent, sender, text)).await.unwrap().id
    }

    /// Has the person and the companion take turns; the messages' ids, oldest first.
    pub async fn talk(&self, user: UserId, conversation: ConversationId, texts: &[&str]) -> Vec<MessageId> {
        let mut ids = Vec::new();
        for (turn, text) in texts.iter().enumerate() {
            let sender = if turn % 2 == 0 { Sender::User } else { Sender::Companion };
            ids.push(self.say(user, conversation, ids.last().copied(), sender, text).await);
        }
        ids
    }

    pub fn finish(&self, text: &str, status: Status) -> Finish {
        Finish {
            text: text.to_owned(),
            status,
            answered_by: Some(AnsweredBy::Model),
            model: Some("a-model".into()),
            error_code: None,
            now: self.now(),
        }
    }

    /// The texts of the shown path, oldest first.
    pub async fn shown(&self, user: UserId, conversation: ConversationId) -> Vec<String> {
        let page = self.store.messages(user, conversation, Page::Newest, 1_000).await.unwrap();
        page.items.into_iter().rev().map(|message| message.text).collect()
    }

    /// The texts of the messages found, newest first.
    pub async fn found(&self, user: UserId, query: &str) -> Vec<String> {
        let page = self.store.search_messages(user, query, None, 1_000).await.unwrap();
        page.hits.into_iter().map(|hit| hit.message.text).collect()
    }

    pub fn new_outbox(&self, name: &str, unique_key: Option<&str>, available_at: Timestamp) -> NewOutbox {
        NewOutbox {
            id: self.id(),
            name: name.to_owned(),
            args: serde_json::json!({"message_id": 7, "note": "nul \u{0} and 'quotes'"}),
            queue: "memory".into(),
            unique_key: unique_key.map(str::to_owned),
            available_at,
            created_at: self.now(),
        }
    }
}
