//! Dead letters.

use super::SqliteBroker;
use crate::{
    broker::{DeadLetter, Page},
    error::TransportError,
    message::Message,
    sqlite::in_one,
};

/// The oldest letters go when there are more than this.
const MOST: i64 = 10_000;

impl SqliteBroker {
    pub(in crate::broker) async fn bury(&self, tag: &str, letter: &DeadLetter) -> Result<(), TransportError> {
        let text = serde_json::to_string(letter).expect("a letter is plain data");
        in_one!(self.db, tx => {
            let sql = "DELETE FROM messages WHERE tag = $1 AND state = 2";
            if sqlx::query(sql).bind(tag).execute(&mut **tx).await?.rows_affected() == 0 {
                return Ok(());
            }
            let sql = "INSERT OR REPLACE INTO dead (id, died_ms, letter) VALUES ($1, $2, $3)";
            let died = letter.died_at.as_millisecond();
            sqlx::query(sql).bind(&letter.id).bind(died).bind(&text).execute(&mut **tx).await?;
            let sql = "DELETE FROM dead WHERE id IN (SELECT id FROM dead ORDER BY died_ms DESC LIMIT -1 OFFSET $1)";
            sqlx::query(sql).bind(MOST).execute(&mut **tx).await.map(drop)
        })
    }

    pub(in crate::broker) async fn dead(&self, offset: u64, limit: u64) -> Result<Page<DeadLetter>, TransportError> {
        let mut connection = self.db.lock().await?;
        let total: i64 = sqlx::query_scalar("SELECT count(*) FROM dead")
            .fetch_one(&mut *connection)
            .await
            .map_err(|error| self.db.fault(&error))?;
        let sql = "SELECT letter FROM dead ORDER BY died_ms DESC, id LIMIT $1 OFFSET $2";
        let rows: Vec<String> = sqlx::query_scalar(sql)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(i64::try_from(offset).unwrap_or(i64::MAX))
            .fetch_all(&mut *connection)
            .await
            .map_err(|error| self.db.fault(&error))?;
        let items = rows.iter().map(|row| self.letter(row)).collect::<Result<_, _>>()?;
        Ok(Page { total: u64::try_from(total).unwrap_or_default(), items })
    }

    pub(in crate::broker) async fn dead_letter(&self, id: &str) -> Result<Option<DeadLetter>, TransportError> {
        let mut connection = self.db.lock().await?;
        let row: Option<String> = sqlx::query_scalar("SELECT letter FROM dead WHERE id = $1")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await
            .map_err(|error| self.db.fault(&error))?;
        row.map(|row| self.letter(&row)).transpose()
    }

    pub(in crate::broker) async fn replay(&self, id: &str, queue: &str, raw: &[u8]) -> Result<bool, TransportError> {
        // A message that cannot be read goes back as it is; it needs a tag to be found by.
        let message = Message::decode(raw).ok();
        let step = message.as_ref().and_then(|message| message.properties.priority).unwrap_or_default().step().level();
        let tag = message.map(|message| message.properties.delivery_tag).filter(|tag| !tag.is_empty());
        let tag = tag.unwrap_or_else(|| self.db.clock().new_id().to_string());
        let now = self.db.now_ms();
        let done = in_one!(self.db, tx => {
            let gone = sqlx::query("DELETE FROM dead WHERE id = $1").bind(id).execute(&mut **tx).await?;
            if gone.rows_affected() == 0 {
                return Ok(false);
            }
            let sql = "INSERT INTO messages (tag, queue, step, position, state, sent_ms, raw) \
                       SELECT $1, $2, $3, coalesce(max(position), 0) + 1, 0, $4, $5 FROM messages WHERE true \
                       ON CONFLICT (tag) DO NOTHING";
            let insert = sqlx::query(sql).bind(&tag).bind(queue).bind(i64::from(step)).bind(now).bind(raw);
            insert.execute(&mut **tx).await.map(|_| true)
        })?;
        self.db.wake();
        Ok(done)
    }

    pub(in crate::broker) async fn drop_dead(&self, id: &str) -> Result<bool, TransportError> {
        let sql = "DELETE FROM dead WHERE id = $1";
        let done = in_one!(self.db, tx => sqlx::query(sql).bind(id).execute(&mut **tx).await)?;
        Ok(done.rows_affected() == 1)
    }

    fn letter(&self, text: &str) -> Result<DeadLetter, TransportError> {
        serde_json::from_str(text).map_err(|error| self.db.fault(&sqlx::Error::Decode(error.into())))
    }
}
