//! The bus between the processes that share a file: recent messages in a table, read when something has changed.

use std::{sync::Arc, time::Duration};

use tokio::sync::mpsc;

use super::SqliteBroker;
use crate::{
    broker::{Mailbox, Subscription},
    error::TransportError,
    sqlite::{Database, in_one},
};

/// How long a message stays readable for subscribers that are slow to look.
const KEEP_MS: i64 = 60_000;
/// A subscriber that has not been heard of for this long is gone.
const LISTENER_MS: i64 = 60_000;
/// How many messages a subscriber may be behind.
const BEHIND: usize = 1024;

impl SqliteBroker {
    pub(in crate::broker) async fn publish(&self, topic: &str, payload: &[u8]) -> Result<u64, TransportError> {
        let now = self.db.now_ms();
        let count = in_one!(self.db, tx => {
            let sql = "DELETE FROM bus_listeners WHERE until_ms <= $1";
            sqlx::query(sql).bind(now).execute(&mut **tx).await?;
            let sql = "SELECT count(*) FROM bus_listeners WHERE $1 GLOB pattern";
            let count: i64 = sqlx::query_scalar(sql).bind(topic).fetch_one(&mut **tx).await?;
            if count > 0 {
                sqlx::query("DELETE FROM bus WHERE at_ms <= $1").bind(now - KEEP_MS).execute(&mut **tx).await?;
                let sql = "INSERT INTO bus (topic, payload, at_ms) VALUES ($1, $2, $3)";
                sqlx::query(sql).bind(topic).bind(payload).bind(now).execute(&mut **tx).await?;
            }
            Ok(count)
        })?;
        self.db.wake();
        Ok(u64::try_from(count).unwrap_or_default())
    }

    pub(in crate::broker) async fn subscribe(&self, pattern: &str) -> Result<Subscription, TransportError> {
        let (sender, receiver) = mpsc::channel(BEHIND);
        listen(&self.db, pattern.to_owned(), sender, |topic, payload| (topic, payload)).await?;
        Ok(Subscription::new(receiver))
    }

    pub(in crate::broker) async fn open_mailbox(&self, id: &str) -> Result<Mailbox, TransportError> {
        let (sender, receiver) = mpsc::channel(BEHIND);
        listen(&self.db, mailbox(id), sender, |_, payload| payload).await?;
        Ok(Mailbox::new(receiver))
    }

    pub(in crate::broker) async fn post(&self, id: &str, payload: &[u8]) -> Result<(), TransportError> {
        self.publish(&mailbox(id), payload).await.map(drop)
    }
}

fn mailbox(id: &str) -> String {
    format!("{id}.reply.celery.pidbox")
}

/// Notes the listener, so that publishers know of it, and follows the table until nobody receives any more.
async fn listen<T: Send + 'static>(
    db: &Arc<Database>,
    pattern: String,
    sender: mpsc::Sender<T>,
    make: fn(String, Vec<u8>) -> T,
) -> Result<(), TransportError> {
    db.watch_file().await;
    let changed = db.listen();
    let id = db.clock().new_id().to_string();
    let mut last = enrol(db, &id, &pattern).await?;
    let db = db.clone();
    tokio::spawn(async move {
        let mut enrolled = tokio::time::interval(Duration::from_millis(LISTENER_MS.unsigned_abs() / 3));
        enrolled.tick().await;
        loop {
            let enrol_again = tokio::select! {
                () = sender.closed() => break,
                () = changed.notified() => false,
                _ = enrolled.tick() => true,
            };
            let rows = async {
                if enrol_again {
                    enrol(&db, &id, &pattern).await?;
                }
                news(&db, &pattern, last).await
            };
            match rows.await {
                Ok(rows) => {
                    for (row, topic, payload) in rows {
                        last = row;
                        // A receiver that is too far behind loses this one rather than hold up the others.
                        let _ = sender.try_send(make(topic, payload));
                    }
                }
                Err(error) => tracing::warn!(%error, "the bus of the task queue cannot be read; trying again"),
            }
        }
        let _ = leave(&db, &id).await;
    });
    Ok(())
}

async fn leave(db: &Database, id: &str) -> Result<(), TransportError> {
    let sql = "DELETE FROM bus_listeners WHERE id = $1";
    in_one!(db, tx => sqlx::query(sql).bind(id).execute(&mut **tx).await.map(drop))
}

/// Notes that somebody listens, and says after which row what is new begins.
async fn enrol(db: &Database, id: &str, pattern: &str) -> Result<i64, TransportError> {
    let until = db.now_ms() + LISTENER_MS;
    in_one!(db, tx => {
        let sql = "INSERT OR REPLACE INTO bus_listeners (id, pattern, until_ms) VALUES ($1, $2, $3)";
        sqlx::query(sql).bind(id).bind(pattern).bind(until).execute(&mut **tx).await?;
        sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'bus'").fetch_one(&mut **tx).await
    })
}

async fn news(db: &Database, pattern: &str, after: i64) -> Result<Vec<(i64, String, Vec<u8>)>, TransportError> {
    let mut connection = db.lock().await?;
    let sql = "SELECT id, topic, payload FROM bus WHERE id > $1 AND topic GLOB $2 ORDER BY id";
    let rows = sqlx::query_as(sql).bind(after).bind(pattern).fetch_all(&mut *connection).await;
    rows.map_err(|error| db.fault(&error))
}
