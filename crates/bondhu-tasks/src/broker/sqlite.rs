//! A broker in one `SQLite` file, or in memory.

mod bus;
mod claim;
mod dead;
mod lead;

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use sqlx::Row;
use tokio::sync::Notify;

use super::{Delivery, End, Page, QueueDepth, Sent};
use crate::{
    call::Outgoing,
    clock::Clock,
    error::TransportError,
    id::TaskId,
    message::Message,
    priority::Priority,
    rate_limit::RateLimit,
    sqlite::{Database, Writing, in_one},
};

/// Where a message is.
const WAITING: i64 = 0;
const SCHEDULED: i64 = 1;
const LEASED: i64 = 2;

/// A broker on a `SQLite` database.
#[derive(Debug)]
pub(super) struct SqliteBroker {
    db: Arc<Database>,
    /// Counts claims, so that lower priorities get their turn.
    turn: std::sync::atomic::AtomicUsize,
}

impl SqliteBroker {
    pub(super) fn memory(clock: Clock) -> Self {
        Self::on(Arc::new(Database::memory(clock)))
    }

    pub(super) async fn open(path: &Path, clock: Clock) -> Result<Self, TransportError> {
        Ok(Self::on(Arc::new(Database::open(path, clock).await?)))
    }

    fn on(db: Arc<Database>) -> Self {
        Self { db, turn: std::sync::atomic::AtomicUsize::new(0) }
    }

    pub(super) const fn database(&self) -> &Arc<Database> {
        &self.db
    }

    pub(super) async fn ping(&self) -> Result<(), TransportError> {
        let mut connection = self.db.lock().await?;
        let answer = sqlx::query("SELECT 1").execute(&mut *connection).await;
        answer.map(drop).map_err(|error| self.db.fault(&error))
    }

    pub(super) async fn send(&self, outgoing: &[Outgoing]) -> Result<Vec<Sent>, TransportError> {
        let raws = outgoing.iter().map(|one| one.message.encode()).collect::<Result<Vec<_>, _>>()?;
        let now = self.db.now_ms();
        let sent = in_one!(self.db, tx => send(tx, outgoing, &raws, now).await)?;
        self.db.wake();
        Ok(sent)
    }

    pub(super) async fn release(&self, key: &str, holder: &TaskId) -> Result<(), TransportError> {
        let sql = "DELETE FROM unique_keys WHERE key = $1 AND holder = $2";
        in_one!(self.db, tx => sqlx::query(sql).bind(key).bind(holder.as_str()).execute(&mut **tx).await.map(drop))
    }

    pub(super) fn listen(&self, _queues: &[String]) -> Arc<Notify> {
        self.db.listen()
    }

    pub(super) async fn ack(&self, tags: &[&str]) -> Result<(), TransportError> {
        let tags = list(tags);
        let sql = "DELETE FROM messages WHERE tag IN (SELECT value FROM json_each($1)) AND state = 2";
        in_one!(self.db, tx => sqlx::query(sql).bind(&tags).execute(&mut **tx).await.map(drop))
    }

    pub(super) async fn renew(&self, tags: &[&str], lease: Duration) -> Result<(), TransportError> {
        let (tags, until) = (list(tags), self.db.now_ms() + millis(lease));
        let sql = "UPDATE messages SET lease_ms = $2 WHERE tag IN (SELECT value FROM json_each($1)) AND state = 2";
        in_one!(self.db, tx => sqlx::query(sql).bind(&tags).bind(until).execute(&mut **tx).await.map(drop))
    }

    pub(super) async fn give_back(&self, delivery: &Delivery, end: End) -> Result<(), TransportError> {
        // Positions that leases keep are older than any that waits, so the front needs no new one.
        let sql = match end {
            End::Front => "UPDATE messages SET state = 0, redelivered = 1 WHERE tag = $1 AND state = 2",
            End::Back => {
                "UPDATE messages SET state = 0, redelivered = 1, position = (SELECT max(position) + 1 FROM messages) \
                 WHERE tag = $1 AND state = 2"
            }
        };
        in_one!(self.db, tx => sqlx::query(sql).bind(&delivery.tag).execute(&mut **tx).await.map(drop))?;
        self.db.wake();
        Ok(())
    }

    pub(super) async fn park(&self, tag: &str, message: &Message) -> Result<(), TransportError> {
        let raw = message.encode()?;
        let now = self.db.now_ms();
        in_one!(self.db, tx => {
            let sql = "DELETE FROM messages WHERE tag = $1 AND state = 2";
            if sqlx::query(sql).bind(tag).execute(&mut **tx).await?.rows_affected() == 1 {
                insert(tx, message, &raw, now).await?;
            }
            Ok(())
        })?;
        self.db.wake();
        Ok(())
    }

    pub(super) async fn admit(&self, key: &str, rate: RateLimit) -> Result<Option<Duration>, TransportError> {
        let now = self.db.clock().now().as_microsecond();
        let interval = i64::try_from(rate.interval().as_micros()).unwrap_or(i64::MAX);
        in_one!(self.db, tx => {
            let sql = "SELECT next_us FROM rates WHERE key = $1";
            let next: Option<i64> = sqlx::query_scalar(sql).bind(key).fetch_optional(&mut **tx).await?;
            let next = next.unwrap_or(now).max(now);
            if next > now {
                return Ok(Some(Duration::from_micros(next.abs_diff(now))));
            }
            let sql = "INSERT INTO rates (key, next_us) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET next_us = $2";
            sqlx::query(sql).bind(key).bind(now.saturating_add(interval)).execute(&mut **tx).await?;
            Ok(None)
        })
    }

    pub(super) async fn depths(&self, queues: &[String]) -> Result<Vec<QueueDepth>, TransportError> {
        let sql = "SELECT queue, step, state, count(*), min(sent_ms) FROM messages WHERE state < 2 GROUP BY 1, 2, 3";
        let mut connection = self.db.lock().await?;
        let rows: Vec<(String, i64, i64, i64, i64)> =
            sqlx::query_as(sql).fetch_all(&mut *connection).await.map_err(|error| self.db.fault(&error))?;
        let empty = |queue: &String| QueueDepth { queue: queue.clone(), waiting: [0; 4], scheduled: 0, oldest: None };
        let mut depths: BTreeMap<&str, QueueDepth> =
            queues.iter().map(|queue| (queue.as_str(), empty(queue))).collect();
        for (queue, step, state, count, oldest) in rows {
            let Some(depth) = depths.get_mut(queue.as_str()) else { continue };
            let count = u64::try_from(count).unwrap_or_default();
            if state == SCHEDULED {
                depth.scheduled += count;
                continue;
            }
            let at = usize::try_from(step / 3).unwrap_or_default().min(3);
            depth.waiting[at] += count;
            let oldest = jiff::Timestamp::from_millisecond(oldest).ok();
            depth.oldest = [depth.oldest, oldest].into_iter().flatten().min();
        }
        Ok(queues.iter().filter_map(|queue| depths.remove(queue.as_str())).collect())
    }

    pub(super) async fn waiting(&self, queue: &str, offset: u64, limit: u64) -> Result<Page<Vec<u8>>, TransportError> {
        self.page("state = 0 AND queue = $1 ORDER BY step, position", queue, offset, limit).await
    }

    pub(super) async fn scheduled(&self, offset: u64, limit: u64) -> Result<Page<Vec<u8>>, TransportError> {
        self.page("state = 1 AND $1 = $1 ORDER BY due_ms", "", offset, limit).await
    }

    async fn page(
        &self,
        which: &'static str,
        queue: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Page<Vec<u8>>, TransportError> {
        let sql = format!("SELECT raw, count(*) OVER () FROM messages WHERE {which} LIMIT $2 OFFSET $3");
        let mut connection = self.db.lock().await?;
        let rows: Vec<(Vec<u8>, i64)> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(queue)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(i64::try_from(offset).unwrap_or(i64::MAX))
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.db.fault(&error))?;
        let total = if let Some((_, total)) = rows.first() {
            *total
        } else {
            let sql = format!("SELECT count(*) FROM messages WHERE {}", which.split(" ORDER").next().unwrap_or(which));
            let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(queue).fetch_one(&mut *connection).await;
            count.map_err(|error| self.db.fault(&error))?
        };
        let total = u64::try_from(total).unwrap_or_default();
        Ok(Page { total, items: rows.into_iter().map(|(raw, _)| raw).collect() })
    }

    pub(super) async fn purge(&self, queue: &str) -> Result<u64, TransportError> {
        let sql = "DELETE FROM messages WHERE queue = $1 AND state = 0";
        let done = in_one!(self.db, tx => sqlx::query(sql).bind(queue).execute(&mut **tx).await)?;
        Ok(done.rows_affected())
    }
}

/// Takes unique keys and puts the messages into their queues.
async fn send(
    tx: &mut Writing<'_>,
    outgoing: &[Outgoing],
    raws: &[Vec<u8>],
    now: i64,
) -> Result<Vec<Sent>, sqlx::Error> {
    let mut sent = Vec::with_capacity(outgoing.len());
    for (one, raw) in outgoing.iter().zip(raws) {
        if let Some(unique) = &one.unique {
            let sql = "INSERT INTO unique_keys (key, holder, until_ms) VALUES ($1, $2, $3) ON CONFLICT (key) DO UPDATE \
                       SET holder = CASE WHEN until_ms <= $4 THEN $2 ELSE holder END, \
                           until_ms = CASE WHEN until_ms <= $4 THEN $3 ELSE until_ms END RETURNING holder";
            let id = one.message.headers.id.as_str();
            let row = sqlx::query(sql).bind(&unique.key).bind(id).bind(now + millis(unique.hold)).bind(now);
            let holder: String = row.fetch_one(&mut **tx).await?.try_get(0)?;
            if holder != id {
                sent.push(Sent::Duplicate { holder: holder.into() });
                continue;
            }
        }
        insert(tx, &one.message, raw, now).await?;
        sent.push(Sent::Queued);
    }
    Ok(sent)
}

/// Puts a message at the back of its queue, or to wait for its time. The same delivery again changes nothing.
async fn insert(tx: &mut Writing<'_>, message: &Message, raw: &[u8], now: i64) -> Result<(), sqlx::Error> {
    let due = message.headers.eta.map_or(0, due_ms);
    let state = if due > now { SCHEDULED } else { WAITING };
    let properties = &message.properties;
    let sql = "INSERT INTO messages (tag, queue, step, position, state, due_ms, sent_ms, raw) \
               SELECT $1, $2, $3, coalesce(max(position), 0) + 1, $4, $5, $6, $7 FROM messages WHERE true \
               ON CONFLICT (tag) DO NOTHING";
    sqlx::query(sql)
        .bind(&properties.delivery_tag)
        .bind(&properties.delivery_info.routing_key)
        .bind(i64::from(properties.priority.unwrap_or_default().step().level()))
        .bind(state)
        .bind(due)
        .bind(now)
        .bind(raw)
        .execute(&mut **tx)
        .await
        .map(drop)
}

/// The first whole millisecond at which it is due, so that it is never handed out before its time.
fn due_ms(eta: jiff::Timestamp) -> i64 {
    eta.as_microsecond().div_euclid(1000) + i64::from(eta.as_microsecond().rem_euclid(1000) != 0)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 4)
}

fn list<T: serde::Serialize>(items: &[T]) -> String {
    serde_json::to_string(items).expect("a list of texts is JSON")
}

fn step(level: i64) -> Priority {
    Priority::new(u8::try_from(level).unwrap_or_default())
}
