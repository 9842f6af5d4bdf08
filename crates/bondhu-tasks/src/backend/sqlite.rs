//! Results in a `SQLite` database.

mod chord;

use std::{sync::Arc, time::Duration};

use tokio::sync::watch;

use crate::{
    error::TransportError,
    id::TaskId,
    result::{GroupRecord, StoredResult},
    sqlite::{Database, in_one},
};

/// Results on a `SQLite` database.
#[derive(Debug)]
pub(super) struct SqliteBackend {
    db: Arc<Database>,
    expires: Duration,
}

impl SqliteBackend {
    pub(super) const fn new(db: Arc<Database>, expires: Duration) -> Self {
        Self { db, expires }
    }

    /// Until when something stored now is kept.
    fn until_ms(&self) -> i64 {
        self.db.now_ms().saturating_add(i64::try_from(self.expires.as_millis()).unwrap_or(i64::MAX))
    }

    pub(super) async fn store(&self, results: &[StoredResult]) -> Result<(), TransportError> {
        let raws = results.iter().map(StoredResult::encode).collect::<Result<Vec<_>, _>>()?;
        let (now, until) = (self.db.now_ms(), self.until_ms());
        in_one!(self.db, tx => {
            for (result, raw) in results.iter().zip(&raws) {
                let sql = "INSERT INTO results (id, status, result, until_ms) VALUES ($1, $2, $3, $4) \
                           ON CONFLICT (id) DO UPDATE SET status = $2, result = $3, until_ms = $4 \
                           WHERE status <> 'SUCCESS' OR until_ms <= $5";
                sqlx::query(sql)
                    .bind(result.task_id.as_str())
                    .bind(result.status.name())
                    .bind(raw)
                    .bind(until)
                    .bind(now)
                    .execute(&mut **tx)
                    .await?;
            }
            Ok(())
        })?;
        self.db.wake();
        Ok(())
    }

    pub(super) async fn get(&self, id: &TaskId) -> Result<Option<StoredResult>, TransportError> {
        let sql = "SELECT result FROM results WHERE id = $1 AND until_ms > $2";
        let mut connection = self.db.lock().await?;
        let row =
            sqlx::query_scalar(sql).bind(id.as_str()).bind(self.db.now_ms()).fetch_optional(&mut *connection).await;
        let raw: Option<Vec<u8>> = row.map_err(|error| self.db.fault(&error))?;
        Ok(raw.map(|raw| StoredResult::decode(&raw)).transpose()?)
    }

    pub(super) async fn forget(&self, ids: &[&TaskId]) -> Result<(), TransportError> {
        let ids = serde_json::to_string(ids).expect("a list of ids is JSON");
        let sql = "DELETE FROM results WHERE id IN (SELECT value FROM json_each($1))";
        in_one!(self.db, tx => sqlx::query(sql).bind(&ids).execute(&mut **tx).await.map(drop))
    }

    pub(super) async fn watch(&self, id: &TaskId) -> Result<watch::Receiver<Option<StoredResult>>, TransportError> {
        self.db.watch_file().await;
        let changed = self.db.listen();
        let (sender, receiver) = watch::channel(self.get(id).await?);
        let (follower, id) = (Self::new(self.db.clone(), self.expires), id.clone());
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    () = sender.closed() => return,
                    () = changed.notified() => {}
                }
                match follower.get(&id).await {
                    Ok(result) => {
                        sender.send_if_modified(|known| {
                            let is_new = *known != result;
                            *known = result;
                            is_new
                        });
                    }
                    Err(error) => tracing::warn!(%error, task = %id, "a result cannot be read; trying again"),
                }
            }
        });
        Ok(receiver)
    }

    pub(super) async fn save_group(&self, record: &GroupRecord) -> Result<(), TransportError> {
        let text = serde_json::to_string(record).expect("a group is plain data");
        let (id, until) = (record.result.id.as_str(), self.until_ms());
        let sql = "INSERT OR REPLACE INTO groups (id, record, until_ms) VALUES ($1, $2, $3)";
        in_one!(self.db, tx => {
            sqlx::query(sql).bind(id).bind(&text).bind(until).execute(&mut **tx).await.map(drop)
        })
    }

    pub(super) async fn group(&self, id: &str) -> Result<Option<GroupRecord>, TransportError> {
        let sql = "SELECT record FROM groups WHERE id = $1 AND until_ms > $2";
        let mut connection = self.db.lock().await?;
        let row = sqlx::query_scalar(sql).bind(id).bind(self.db.now_ms()).fetch_optional(&mut *connection).await;
        let text: Option<String> = row.map_err(|error| self.db.fault(&error))?;
        Ok(text.map(|text| GroupRecord::decode(text.as_bytes())).transpose()?)
    }

    pub(super) async fn forget_group(&self, id: &str) -> Result<(), TransportError> {
        let sql = "DELETE FROM groups WHERE id = $1";
        in_one!(self.db, tx => sqlx::query(sql).bind(id).execute(&mut **tx).await.map(drop))
    }

    pub(super) async fn clean_up(&self) -> Result<u64, TransportError> {
        let now = self.db.now_ms();
        in_one!(self.db, tx => {
            let sql = "DELETE FROM chord_members WHERE chord IN (SELECT id FROM chords WHERE until_ms <= $1)";
            sqlx::query(sql).bind(now).execute(&mut **tx).await?;
            sqlx::query("DELETE FROM chords WHERE until_ms <= $1").bind(now).execute(&mut **tx).await?;
            sqlx::query("DELETE FROM groups WHERE until_ms <= $1").bind(now).execute(&mut **tx).await?;
            sqlx::query("DELETE FROM unique_keys WHERE until_ms <= $1").bind(now).execute(&mut **tx).await?;
            sqlx::query("DELETE FROM rates WHERE next_us <= $1").bind(now * 1000).execute(&mut **tx).await?;
            let results = sqlx::query("DELETE FROM results WHERE until_ms <= $1").bind(now);
            results.execute(&mut **tx).await.map(|done| done.rows_affected())
        })
    }
}
