//! Tasks that leave with the commit of the rows they are about.

use std::time::Duration;

use serde_json::Value;

use crate::db::on;
use crate::error::Cause;
use crate::{OutboxId, Result, Store, StoreError, Timestamp, Tx, dialect};

/// A task to enqueue.
#[derive(Debug, Clone)]
pub struct NewOutbox {
    /// A fresh id; it becomes the task's id, so a task sent twice is recognised.
    pub id: OutboxId,
    /// The task's registered name.
    pub name: String,
    /// The task's arguments by name: a JSON object.
    pub args: Value,
    /// The queue to send it to.
    pub queue: String,
    /// While a task with the same key waits here, another one is not added.
    pub unique_key: Option<String>,
    /// Not to be sent before this time.
    pub available_at: Timestamp,
    /// Now.
    pub created_at: Timestamp,
}

/// A task that waits to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxRow {
    /// Which task.
    pub id: OutboxId,
    /// The task's registered name.
    pub name: String,
    /// The task's arguments by name: a JSON object.
    pub args: Value,
    /// The queue to send it to.
    pub queue: String,
    /// See [`NewOutbox::unique_key`].
    pub unique_key: Option<String>,
    /// Not to be sent before this time.
    pub available_at: Timestamp,
    /// When it was enqueued.
    pub created_at: Timestamp,
}

/// The row as stored, its arguments as text.
#[derive(sqlx::FromRow)]
struct Stored {
    id: OutboxId,
    name: String,
    args: String,
    queue: String,
    unique_key: Option<String>,
    available_at: Timestamp,
    created_at: Timestamp,
}

impl TryFrom<Stored> for OutboxRow {
    type Error = StoreError;

    fn try_from(row: Stored) -> Result<Self> {
        let args = serde_json::from_str(&row.args).map_err(|_| {
            StoreError::Corrupt(Cause::new(format_args!("the arguments of outbox row {} do not decode", row.id)))
        })?;
        let Stored { id, name, queue, unique_key, available_at, created_at, .. } = row;
        Ok(Self { id, name, args, queue, unique_key, available_at, created_at })
    }
}

impl Tx {
    /// Has a task sent once this transaction commits. False: one with the same unique key already waits.
    pub async fn enqueue(&mut self, new: NewOutbox) -> Result<bool> {
        const SQL: &str = "INSERT INTO outbox (id, name, args, queue, unique_key, available_at, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (unique_key) DO NOTHING";
        let added = on!(tx self, db => sqlx::query(SQL)
            .bind(new.id).bind(new.name).bind(new.args.to_string()).bind(new.queue).bind(new.unique_key)
            .bind(new.available_at).bind(new.created_at)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(added > 0)
    }

    /// As [`Tx::enqueue`], for a task with a unique key that is not to come more often than once in `pace`: if it was
    /// asked for within that time, it waits for the rest of it.
    pub async fn enqueue_paced(&mut self, new: NewOutbox, pace: Duration) -> Result<bool> {
        const ADD: &str = "INSERT INTO outbox (id, name, args, queue, unique_key, available_at, created_at)
             VALUES ($1, $2, $3, $4, $5, coalesce((SELECT CASE WHEN last_at + $8 > $6 THEN last_at + $8 ELSE $6 END
                 FROM outbox_pace WHERE unique_key = $5), $6), $7)
             ON CONFLICT (unique_key) DO NOTHING RETURNING available_at";
        const NOTE: &str = "INSERT INTO outbox_pace (unique_key, last_at) VALUES ($1, $2)
             ON CONFLICT (unique_key) DO UPDATE SET last_at = $2";
        let pace = i64::try_from(pace.as_millis()).unwrap_or(i64::MAX);
        let at: Option<Timestamp> = on!(tx self, db => sqlx::query_scalar(ADD)
            .bind(new.id).bind(new.name).bind(new.args.to_string()).bind(new.queue).bind(&new.unique_key)
            .bind(new.available_at).bind(new.created_at).bind(pace)
            .fetch_optional(db).await)?;
        let Some(at) = at else { return Ok(false) };
        on!(tx self, db => sqlx::query(NOTE).bind(&new.unique_key).bind(at).execute(db).await.map(drop))?;
        Ok(true)
    }
}

impl Store {
    /// See [`Tx::enqueue`].
    pub async fn enqueue(&self, new: NewOutbox) -> Result<bool> {
        let mut tx = self.begin().await?;
        let added = tx.enqueue(new).await?;
        tx.commit().await?;
        Ok(added)
    }

    /// The tasks whose time has come, longest due first. Send them, then [`Store::delete_outbox`].
    pub async fn outbox_due(&self, now: Timestamp, limit: u32) -> Result<Vec<OutboxRow>> {
        const SQL: &str = "SELECT id, name, args, queue, unique_key, available_at, created_at FROM outbox
             WHERE available_at <= $1 ORDER BY available_at, id LIMIT $2";
        let rows: Vec<Stored> =
            on!(read self, db => sqlx::query_as(SQL).bind(now).bind(i64::from(limit)).fetch_all(db).await)?;
        rows.into_iter().map(OutboxRow::try_from).collect()
    }

    /// Removes tasks that have been sent; answers how many.
    pub async fn delete_outbox(&self, ids: &[OutboxId]) -> Result<u64> {
        let mut tx = self.begin().await?;
        let deleted = dialect::delete_outbox(&mut tx, ids).await?;
        tx.commit().await?;
        Ok(deleted)
    }

    /// When the next task that waits is due.
    pub async fn next_outbox(&self) -> Result<Option<Timestamp>> {
        Ok(on!(read self, db => sqlx::query_scalar("SELECT min(available_at) FROM outbox").fetch_one(db).await)?)
    }

    /// How many tasks wait to be sent.
    pub async fn count_outbox(&self) -> Result<i64> {
        Ok(on!(read self, db => sqlx::query_scalar("SELECT count(*) FROM outbox").fetch_one(db).await)?)
    }
}
