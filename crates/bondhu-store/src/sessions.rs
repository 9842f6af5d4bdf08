//! Signed-in browsers.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::on;
use crate::{Result, SessionId, Store, Timestamp, Tx, User, UserId};

/// One browser's signed-in session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Session {
    /// Which session.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// What the browser calls itself.
    pub user_agent: String,
    /// When the person signed in.
    pub created_at: Timestamp,
    /// When the session was last used.
    pub last_seen_at: Timestamp,
    /// From when on it no longer counts.
    pub expires_at: Timestamp,
}

/// A session to add.
pub struct NewSession {
    /// A fresh id.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// SHA-256 of the cookie's token; the token itself is never stored.
    pub token_hash: [u8; 32],
    /// What the browser calls itself.
    pub user_agent: String,
    /// Now.
    pub created_at: Timestamp,
    /// From when on it no longer counts.
    pub expires_at: Timestamp,
}

/// A session and its person, in one row.
#[derive(sqlx::FromRow)]
struct SignedIn {
    #[sqlx(flatten)]
    session: Session,
    username: String,
    display_name: String,
    is_owner: bool,
    country: Option<String>,
    user_created_at: Timestamp,
    user_updated_at: Timestamp,
}

impl From<SignedIn> for (Session, User) {
    fn from(row: SignedIn) -> Self {
        let user = User {
            id: row.session.user_id,
            username: row.username,
            display_name: row.display_name,
            is_owner: row.is_owner,
            country: row.country,
            created_at: row.user_created_at,
            updated_at: row.user_updated_at,
        };
        (row.session, user)
    }
}

macro_rules! columns {
    () => {
        "id, user_id, user_agent, created_at, last_seen_at, expires_at"
    };
}

impl Tx {
    /// Adds a session.
    pub async fn create_session(&mut self, new: NewSession) -> Result<Session> {
        const SQL: &str = concat!(
            "INSERT INTO sessions (id, user_id, token_hash, user_agent, created_at, last_seen_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $5, $6) RETURNING ",
            columns!()
        );
        Ok(on!(tx self, db => sqlx::query_as(SQL)
            .bind(new.id).bind(new.user_id).bind(&new.token_hash[..]).bind(new.user_agent)
            .bind(new.created_at).bind(new.expires_at).fetch_one(db).await)?)
    }
}

impl Store {
    /// See [`Tx::create_session`].
    pub async fn create_session(&self, new: NewSession) -> Result<Session> {
        let mut tx = self.begin().await?;
        let session = tx.create_session(new).await?;
        tx.commit().await?;
        Ok(session)
    }

    /// The unexpired session with this token, and whose it is.
    pub async fn session_by_token_hash(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<(Session, User)>> {
        const SQL: &str = "SELECT s.id, s.user_id, s.user_agent, s.created_at, s.last_seen_at, s.expires_at,
             u.username, u.display_name, u.is_owner, u.country, u.created_at AS user_created_at,
             u.updated_at AS user_updated_at
             FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1 AND s.expires_at > $2";
        let row: Option<SignedIn> = on!(read self, db => sqlx::query_as(SQL)
            .bind(&token_hash[..]).bind(now).fetch_optional(db).await)?;
        Ok(row.map(Into::into))
    }

    /// Notes that the session was used, and moves its end. False: there is no such session.
    pub async fn touch_session(
        &self,
        id: SessionId,
        user: UserId,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool> {
        const SQL: &str = "UPDATE sessions SET last_seen_at = $3, expires_at = $4 WHERE id = $1 AND user_id = $2";
        let touched = on!(write self, db => sqlx::query(SQL).bind(id).bind(user).bind(now).bind(expires_at)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(touched > 0)
    }

    /// The person's unexpired sessions, last used first.
    pub async fn sessions(&self, user: UserId, now: Timestamp) -> Result<Vec<Session>> {
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC"
        );
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).bind(now).fetch_all(db).await)?)
    }

    /// Ends a session. False: there is no such session.
    pub async fn delete_session(&self, user: UserId, id: SessionId) -> Result<bool> {
        const SQL: &str = "DELETE FROM sessions WHERE id = $1 AND user_id = $2";
        let deleted = on!(write self, db => sqlx::query(SQL).bind(id).bind(user)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    /// Removes sessions that no longer count; answers how many.
    pub async fn delete_expired_sessions(&self, now: Timestamp) -> Result<u64> {
        const SQL: &str = "DELETE FROM sessions WHERE expires_at <= $1";
        Ok(on!(write self, db => sqlx::query(SQL).bind(now).execute(db).await.map(|done| done.rows_affected()))?)
    }
}
