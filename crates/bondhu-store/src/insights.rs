//! What background work finds out about how a person has been, and what it finds it out from.

use serde::Serialize;
use serde_json::Value;

use crate::db::on;
use crate::{Result, Store, Timestamp, UserId};

/// What a person said, with what it sounded like where that is known.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Said {
    /// Their words.
    pub text: String,
    /// From 0 (negative) to 1 (positive).
    pub sentiment: Option<f64>,
    /// Name of the mood.
    pub mood: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// How a person has been over a span of time.
#[derive(Debug, Clone, PartialEq, Serialize, sqlx::FromRow)]
pub struct Insight {
    /// Which insight.
    pub id: uuid::Uuid,
    /// Whose.
    pub user_id: UserId,
    /// The beginning of the span.
    pub from_at: Timestamp,
    /// Its end: the newest message.
    pub to_at: Timestamp,
    /// How many messages it rests on.
    pub messages: i64,
    /// Mean sentiment, from 0 to 1.
    pub mean: f64,
    /// Standard deviation of the sentiment.
    pub volatility: f64,
    /// The mood that came most often.
    pub dominant_mood: String,
    /// Shares of the moods: a JSON object.
    pub moods: String,
    /// `rising`, `steady` or `falling` against the span before; `unknown` without one.
    pub trend: String,
    /// When it was found.
    pub created_at: Timestamp,
}

/// Something a person did elsewhere, such as listening to music.
#[derive(Debug, Clone)]
pub struct NewActivity {
    /// The id of the task that brought it: the same task twice is one activity.
    pub id: uuid::Uuid,
    /// Whose.
    pub user_id: UserId,
    /// What kind.
    pub kind: String,
    /// What is known of it.
    pub data: Value,
    /// Now.
    pub created_at: Timestamp,
}

impl Store {
    /// What a person said from one time up to and including another, oldest first, at most `limit` of the newest.
    pub async fn said_between(&self, user: UserId, from: Timestamp, to: Timestamp, limit: u32) -> Result<Vec<Said>> {
        const SQL: &str = "SELECT text, sentiment, mood, created_at FROM chat_messages
             WHERE user_id = $1 AND active = TRUE AND sender = 'user' AND created_at > $2 AND created_at <= $3
             ORDER BY id DESC LIMIT $4";
        let mut rows: Vec<Said> = on!(read self, db => sqlx::query_as(SQL)
            .bind(user).bind(from).bind(to).bind(i64::from(limit)).fetch_all(db).await)?;
        rows.reverse();
        Ok(rows)
    }

    /// People who said something since, in the order of their ids, after one of them.
    pub async fn people_who_said_something(
        &self,
        since: Timestamp,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<UserId>> {
        const SQL: &str = "SELECT DISTINCT user_id FROM chat_messages
             WHERE sender = 'user' AND created_at >= $1 AND user_id > $2 ORDER BY user_id LIMIT $3";
        let after = after.unwrap_or(UserId(uuid::Uuid::nil()));
        Ok(on!(read self, db => sqlx::query_scalar(SQL)
            .bind(since).bind(after).bind(i64::from(limit)).fetch_all(db).await)?)
    }

    /// Keeps an insight. One for the same person and the same newest message takes its place.
    pub async fn save_insight(&self, new: &Insight) -> Result<()> {
        const SQL: &str = "INSERT INTO insights
             (id, user_id, from_at, to_at, messages, mean, volatility, dominant_mood, moods, trend, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (user_id, to_at) DO UPDATE SET from_at = $3, messages = $5, mean = $6, volatility = $7,
                 dominant_mood = $8, moods = $9, trend = $10";
        on!(write self, db => sqlx::query(SQL)
            .bind(new.id).bind(new.user_id).bind(new.from_at).bind(new.to_at).bind(new.messages).bind(new.mean)
            .bind(new.volatility).bind(&new.dominant_mood).bind(&new.moods).bind(&new.trend).bind(new.created_at)
            .execute(db).await.map(drop))?;
        Ok(())
    }

    /// A person's newest insights, newest first.
    pub async fn insights(&self, user: UserId, limit: u32) -> Result<Vec<Insight>> {
        const SQL: &str = "SELECT id, user_id, from_at, to_at, messages, mean, volatility, dominant_mood, moods, trend,
             created_at FROM insights WHERE user_id = $1 ORDER BY to_at DESC LIMIT $2";
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(i64::from(limit)).fetch_all(db).await)?)
    }

    /// Notes an activity. False: it was noted before, or there is no such person.
    pub async fn add_activity(&self, new: NewActivity) -> Result<bool> {
        const SQL: &str = "INSERT INTO activities (id, user_id, kind, data, created_at)
             SELECT $1, id, $3, $4, $5 FROM users WHERE id = $2 ON CONFLICT (id) DO NOTHING";
        let added = on!(write self, db => sqlx::query(SQL)
            .bind(new.id).bind(new.user_id).bind(&new.kind).bind(new.data.to_string()).bind(new.created_at)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(added > 0)
    }

    /// What is known of a person's activities of a kind since, newest first: JSON texts.
    pub async fn activities(&self, user: UserId, kind: &str, since: Timestamp, limit: u32) -> Result<Vec<String>> {
        const SQL: &str = "SELECT data FROM activities WHERE user_id = $1 AND kind = $2 AND created_at >= $3
             ORDER BY created_at DESC, id DESC LIMIT $4";
        Ok(on!(read self, db => sqlx::query_scalar(SQL)
            .bind(user).bind(kind).bind(since).bind(i64::from(limit)).fetch_all(db).await)?)
    }

    /// How many activities of a person are noted.
    pub async fn count_activities(&self, user: UserId) -> Result<i64> {
        const SQL: &str = "SELECT count(*) FROM activities WHERE user_id = $1";
        Ok(on!(read self, db => sqlx::query_scalar(SQL).bind(user).fetch_one(db).await)?)
    }

    /// Removes insights found before a time; answers how many.
    pub async fn delete_old_insights(&self, before: Timestamp) -> Result<u64> {
        const SQL: &str = "DELETE FROM insights WHERE created_at < $1";
        Ok(on!(write self, db => sqlx::query(SQL).bind(before).execute(db).await.map(|done| done.rows_affected()))?)
    }

    /// Forgets when paced tasks were last asked for, if that was before a time.
    pub async fn delete_old_paces(&self, before: Timestamp) -> Result<u64> {
        const SQL: &str = "DELETE FROM outbox_pace WHERE last_at < $1";
        Ok(on!(write self, db => sqlx::query(SQL).bind(before).execute(db).await.map(|done| done.rows_affected()))?)
    }
}
