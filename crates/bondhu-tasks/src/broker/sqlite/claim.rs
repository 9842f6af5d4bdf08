//! Taking messages.

use std::{fmt::Write, sync::atomic::Ordering, time::Duration};

use super::{LEASED, SqliteBroker, list, millis, step};
use crate::{
    broker::{Claimed, Delivery, Want},
    error::TransportError,
    sqlite::{Writing, in_one},
};

/// Every so many claims look at the lowest priority first, so that none starves.
const LOWEST_FIRST_EVERY: usize = 8;

type Row = (String, String, i64, Vec<u8>, bool, u32);

impl SqliteBroker {
    pub(in crate::broker) async fn claim(&self, want: Want<'_>) -> Result<Claimed, TransportError> {
        self.db.watch_file().await;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let now = self.db.now_ms();
        let until = now + millis(want.lease);
        let (rows, next) = in_one!(self.db, tx => {
            take_back(tx, now).await?;
            let rows = choose(&select(tx, &want).await?, &want, turn);
            let tags: Vec<&str> = rows.iter().map(|row| row.0.as_str()).collect();
            let sql = "UPDATE messages SET state = 2, lease_ms = $2, owner = $3 \
                       WHERE tag IN (SELECT value FROM json_each($1))";
            if !tags.is_empty() {
                sqlx::query(sql).bind(list(&tags)).bind(until).bind(want.owner).execute(&mut **tx).await?;
            }
            let sql = "SELECT min(at) FROM (SELECT min(due_ms) AS at FROM messages WHERE state = 1 \
                       UNION ALL SELECT min(lease_ms) FROM messages WHERE state = 2)";
            let next: Option<i64> = sqlx::query_scalar(sql).fetch_one(&mut **tx).await?;
            Ok((rows, next))
        })?;
        let deliveries = rows.into_iter().map(|(tag, queue, level, raw, redelivered, crashes)| Delivery {
            raw,
            tag,
            queue,
            step: step(level),
            redelivered,
            crashes,
        });
        let again_in = next.map(|next| Duration::from_millis(u64::try_from(next - now).unwrap_or_default()));
        Ok(Claimed { deliveries: deliveries.collect(), again_in })
    }
}

/// Messages that have fallen due, and those whose lease has ended, wait again at their old places.
async fn take_back(tx: &mut Writing<'_>, now: i64) -> Result<(), sqlx::Error> {
    let sql = "UPDATE messages SET state = 0 WHERE state = 1 AND due_ms <= $1";
    sqlx::query(sql).bind(now).execute(&mut **tx).await?;
    let sql =
        "UPDATE messages SET state = 0, redelivered = 1, crashes = crashes + 1 WHERE state = 2 AND lease_ms <= $1";
    sqlx::query(sql).bind(now).execute(&mut **tx).await?;
    debug_assert_eq!(LEASED, 2, "the statements name the states by number");
    Ok(())
}

/// The next of each queue and step, at most as many as are wanted.
async fn select(tx: &mut Writing<'_>, want: &Want<'_>) -> Result<Vec<Row>, sqlx::Error> {
    let mut sql = String::new();
    for queue in 0..want.queues.len() {
        for level in [0, 3, 6, 9] {
            if !sql.is_empty() {
                sql.push_str(" UNION ALL ");
            }
            let (queue, limit) = (queue + 2, "$1");
            write!(
                sql,
                "SELECT * FROM (SELECT tag, queue, step, raw, redelivered, crashes FROM messages WHERE state = 0 \
                 AND queue = ${queue} AND step = {level} ORDER BY position LIMIT {limit})"
            )
            .expect("writing to a string cannot fail");
        }
    }
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(i64::try_from(want.max).unwrap_or(i64::MAX));
    for queue in want.queues {
        query = query.bind(queue);
    }
    query.fetch_all(&mut **tx).await
}

/// The most urgent first; within one step the queues take turns, beginning with another one each time.
fn choose(rows: &[Row], want: &Want<'_>, turn: usize) -> Vec<Row> {
    let mut levels = [0, 3, 6, 9];
    if turn % LOWEST_FIRST_EVERY == LOWEST_FIRST_EVERY - 1 {
        levels.reverse();
    }
    let mut chosen = Vec::new();
    for level in levels {
        let mut queues = Vec::new();
        for queue in want.queues {
            queues.push(rows.iter().filter(move |row| row.2 == level && row.1 == *queue));
        }
        let count = queues.len().max(1);
        queues.rotate_left(turn % count);
        loop {
            let before = chosen.len();
            for queue in &mut queues {
                if chosen.len() < want.max {
                    chosen.extend(queue.next().cloned());
                }
            }
            if chosen.len() == before {
                break;
            }
        }
    }
    chosen
}
