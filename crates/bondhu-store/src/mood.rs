//! How a person has been: what they say themselves, and what their messages sounded like day by day.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::on;
use crate::messages::{clean, select};
use crate::{CheckInId, Message, MessageId, Result, Store, Timestamp, UserId};

/// What a person said themselves about a day. It outranks whatever is read out of their messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct CheckIn {
    /// The day where the person is, as `YYYY-MM-DD`.
    pub day: String,
    /// Name of the mood.
    pub mood: String,
    /// In their own words, if they wrote some.
    pub note: Option<String>,
    /// When it was first said.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A day's own word to keep.
#[derive(Debug, Clone)]
pub struct NewCheckIn {
    /// A fresh id; the first one of a day stays.
    pub id: CheckInId,
    /// The day where the person is, as `YYYY-MM-DD`.
    pub day: String,
    /// Name of the mood.
    pub mood: String,
    /// In their own words.
    pub note: Option<String>,
    /// Now.
    pub now: Timestamp,
}

/// The messages of one day that were in one mood.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct MoodCount {
    /// Days since 1970-01-01, where the person is.
    pub day: i64,
    /// Name of the mood.
    pub mood: String,
    /// How many messages.
    pub messages: i64,
    /// The sum of their sentiments, each from 0 to 1.
    pub sentiment_sum: f64,
}

/// What a person said, for learning how they write.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Remark {
    /// Which message.
    pub id: MessageId,
    /// Their words.
    pub text: String,
    /// From 0 (negative) to 1 (positive), where that is known.
    pub sentiment: Option<f64>,
}

impl Store {
    /// Keeps what a person says about a day; a second word on the same day takes the place of the first.
    pub async fn set_check_in(&self, user: UserId, new: NewCheckIn) -> Result<CheckIn> {
        const SQL: &str = "INSERT INTO mood_check_ins (id, user_id, day, mood, note, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6)
             ON CONFLICT (user_id, day) DO UPDATE SET mood = $4, note = $5, updated_at = $6
             RETURNING day, mood, note, created_at, updated_at";
        let note = new.note.as_deref().map(clean);
        Ok(on!(write self, db => sqlx::query_as(SQL)
            .bind(new.id).bind(user).bind(&new.day).bind(&new.mood).bind(note.as_deref()).bind(new.now)
            .fetch_one(db).await)?)
    }

    /// Takes back what was said about a day; false if nothing was.
    pub async fn delete_check_in(&self, user: UserId, day: &str) -> Result<bool> {
        const SQL: &str = "DELETE FROM mood_check_ins WHERE user_id = $1 AND day = $2";
        let deleted = on!(write self, db => sqlx::query(SQL).bind(user).bind(day)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    /// What was said about the days from one to another, both included, in their order.
    pub async fn check_ins(&self, user: UserId, from_day: &str, to_day: &str) -> Result<Vec<CheckIn>> {
        const SQL: &str = "SELECT day, mood, note, created_at, updated_at FROM mood_check_ins
             WHERE user_id = $1 AND day >= $2 AND day <= $3 ORDER BY day";
        Ok(on!(read self, db => sqlx::query_as(SQL)
            .bind(user).bind(from_day).bind(to_day).fetch_all(db).await)?)
    }

    /// The newest word of a person's on their mood that was given or changed since.
    pub async fn latest_check_in(&self, user: UserId, since: Timestamp) -> Result<Option<CheckIn>> {
        const SQL: &str = "SELECT day, mood, note, created_at, updated_at FROM mood_check_ins
             WHERE user_id = $1 AND updated_at >= $2 ORDER BY day DESC LIMIT 1";
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(since).fetch_optional(db).await)?)
    }

    /// A person's shown messages from one time to before another, counted by day and mood.
    /// `utc_offset_ms` is what their clock shows ahead of UTC.
    pub async fn mood_counts(
        &self,
        user: UserId,
        from: Timestamp,
        to: Timestamp,
        utc_offset_ms: i64,
    ) -> Result<Vec<MoodCount>> {
        const SQL: &str = "SELECT (created_at + $4) / 86400000 AS day, mood, count(*) AS messages,
                 sum(sentiment) AS sentiment_sum
             FROM chat_messages
             WHERE user_id = $1 AND active = TRUE AND sender = 'user' AND created_at >= $2 AND created_at < $3
                 AND mood IS NOT NULL AND sentiment IS NOT NULL
             GROUP BY 1, 2 ORDER BY 1, 2";
        Ok(on!(read self, db => sqlx::query_as(SQL)
            .bind(user).bind(from).bind(to).bind(utc_offset_ms).fetch_all(db).await)?)
    }

    /// A person's own shown messages from one time to before another, oldest first.
    pub async fn own_messages_between(
        &self,
        user: UserId,
        from: Timestamp,
        to: Timestamp,
        limit: u32,
    ) -> Result<Vec<Message>> {
        const SQL: &str = select!(
            "WHERE m.user_id = $1 AND m.active = TRUE AND m.sender = 'user' AND m.created_at >= $2
             AND m.created_at < $3 ORDER BY m.id LIMIT $4"
        );
        Ok(on!(read self, db => sqlx::query_as(SQL)
            .bind(user).bind(from).bind(to).bind(i64::from(limit)).fetch_all(db).await)?)
    }

    /// What a person has said since, newest first, without anything that gave reason to worry about them: such
    /// moments say nothing of who somebody is.
    pub async fn remarks_since(&self, user: UserId, since: Timestamp, limit: u32) -> Result<Vec<Remark>> {
        const SQL: &str = "SELECT id, text, sentiment FROM chat_messages
             WHERE user_id = $1 AND active = TRUE AND sender = 'user' AND created_at >= $2
                 AND (crisis_level IS NULL OR crisis_level = 0)
             ORDER BY id DESC LIMIT $3";
        Ok(on!(read self, db => sqlx::query_as(SQL)
            .bind(user).bind(since).bind(i64::from(limit)).fetch_all(db).await)?)
    }

    /// Forgets every crisis level that is kept with a person's messages; answers how many there were. The messages are
    /// muted, for without their level nothing else would keep them from being recalled.
    pub async fn forget_crises(&self, user: UserId) -> Result<u64> {
        const MUTE: &str = "INSERT INTO memory_muted (message_id, user_id)
             SELECT id, user_id FROM chat_messages WHERE user_id = $1 AND crisis_level > 0
             ON CONFLICT (message_id) DO NOTHING";
        const SQL: &str = "UPDATE chat_messages SET crisis_level = NULL WHERE user_id = $1 AND crisis_level > 0";
        let mut tx = self.begin().await?;
        on!(tx tx, db => sqlx::query(MUTE).bind(user).execute(db).await.map(drop))?;
        let forgotten = on!(tx tx, db => sqlx::query(SQL).bind(user)
            .execute(db).await.map(|done| done.rows_affected()))?;
        tx.commit().await?;
        Ok(forgotten)
    }
}
