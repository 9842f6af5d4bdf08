//! Leading a schedule.

use std::{collections::BTreeMap, time::Duration};

use serde_json::Value;

use super::{SqliteBroker, millis, send};
use crate::{
    broker::{Lead, Tick},
    error::TransportError,
    sqlite::in_one,
};

impl SqliteBroker {
    pub(in crate::broker) async fn lead(
        &self,
        lock: &str,
        owner: &str,
        hold: Duration,
    ) -> Result<Lead, TransportError> {
        let now = self.db.now_ms();
        let until = now + millis(hold);
        let sql = "INSERT INTO leads (lock, owner, fence, until_ms) VALUES ($1, $2, 1, $3) ON CONFLICT (lock) DO UPDATE \
                   SET fence = CASE WHEN owner = $2 THEN fence WHEN until_ms <= $4 THEN fence + 1 ELSE fence END, \
                       until_ms = CASE WHEN owner = $2 OR until_ms <= $4 THEN $3 ELSE until_ms END, \
                       owner = CASE WHEN until_ms <= $4 THEN $2 ELSE owner END \
                   RETURNING owner, fence, until_ms";
        let row = in_one!(self.db, tx => {
            sqlx::query_as(sql).bind(lock).bind(owner).bind(until).bind(now).fetch_one(&mut **tx).await
        });
        let (leader, fence, until): (String, i64, i64) = row?;
        Ok(if leader == owner {
            Lead::Won { fence: u64::try_from(fence).unwrap_or_default() }
        } else {
            Lead::Lost { retry_in: Duration::from_millis(u64::try_from(until - now).unwrap_or_default()) }
        })
    }

    pub(in crate::broker) async fn resign(&self, lock: &str, owner: &str) -> Result<(), TransportError> {
        let sql = "UPDATE leads SET until_ms = 0 WHERE lock = $1 AND owner = $2";
        in_one!(self.db, tx => sqlx::query(sql).bind(lock).bind(owner).execute(&mut **tx).await.map(drop))
    }

    pub(in crate::broker) async fn tick(&self, tick: &Tick<'_>) -> Result<bool, TransportError> {
        let raws = tick.outgoing.iter().map(|one| one.message.encode()).collect::<Result<Vec<_>, _>>()?;
        let now = self.db.now_ms();
        let fence = i64::try_from(tick.fence).unwrap_or(i64::MAX);
        let done = in_one!(self.db, tx => {
            let sql = "INSERT INTO fences (schedule, fence) VALUES ($1, $2) \
                       ON CONFLICT (schedule) DO UPDATE SET fence = max(fence, $2) RETURNING fence";
            let newest: i64 = sqlx::query_scalar(sql).bind(tick.schedule).bind(fence).fetch_one(&mut **tx).await?;
            if newest > fence {
                return Ok(false);
            }
            let sql = "INSERT INTO schedules (schedule, entry, state) VALUES ($1, $2, $3) \
                       ON CONFLICT (schedule, entry) DO UPDATE SET state = $3";
            let state = tick.state.to_string();
            sqlx::query(sql).bind(tick.schedule).bind(tick.entry).bind(state).execute(&mut **tx).await?;
            send(tx, tick.outgoing, &raws, now).await.map(|_| true)
        })?;
        self.db.wake();
        Ok(done)
    }

    pub(in crate::broker) async fn schedule(&self, schedule: &str) -> Result<BTreeMap<String, Value>, TransportError> {
        let mut connection = self.db.lock().await?;
        let sql = "SELECT entry, state FROM schedules WHERE schedule = $1";
        let rows: Vec<(String, String)> = sqlx::query_as(sql)
            .bind(schedule)
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.db.fault(&error))?;
        Ok(rows.into_iter().filter_map(|(entry, state)| Some((entry, serde_json::from_str(&state).ok()?))).collect())
    }

    pub(in crate::broker) async fn forget_entry(&self, schedule: &str, entry: &str) -> Result<(), TransportError> {
        let sql = "DELETE FROM schedules WHERE schedule = $1 AND entry = $2";
        in_one!(self.db, tx => sqlx::query(sql).bind(schedule).bind(entry).execute(&mut **tx).await.map(drop))
    }
}
