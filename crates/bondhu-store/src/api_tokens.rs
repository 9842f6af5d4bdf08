//! Tokens that programs sign in with.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::on;
use crate::{ApiTokenId, Result, Store, Timestamp, User, UserId};

/// A token that a program signs in with; the token itself is shown once and never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct ApiToken {
    /// Which token.
    pub id: ApiTokenId,
    /// Whose.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a program last signed in with it.
    pub last_used_at: Option<Timestamp>,
}

/// A token to add.
pub struct NewApiToken {
    /// A fresh id.
    pub id: ApiTokenId,
    /// Whose.
    pub user_id: UserId,
    /// What its owner calls it.
    pub name: String,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// Now.
    pub created_at: Timestamp,
}

/// The person and the token they came with, in one row.
#[derive(sqlx::FromRow)]
struct Bearer {
    #[sqlx(flatten)]
    user: User,
    token_id: ApiTokenId,
}

impl Store {
    /// Adds a token.
    pub async fn create_api_token(&self, new: NewApiToken) -> Result<ApiToken> {
        const SQL: &str = "INSERT INTO api_tokens (id, user_id, name, token_hash, created_at)
             VALUES ($1, $2, $3, $4, $5) RETURNING id, user_id, name, created_at, last_used_at";
        Ok(on!(write self, db => sqlx::query_as(SQL)
            .bind(new.id).bind(new.user_id).bind(new.name).bind(&new.token_hash[..]).bind(new.created_at)
            .fetch_one(db).await)?)
    }

    /// Whose token this is, and which one.
    pub async fn user_by_token_hash(&self, token_hash: &[u8; 32]) -> Result<Option<(ApiTokenId, User)>> {
        const SQL: &str = "SELECT u.id, u.username, u.display_name, u.is_owner, u.country, u.created_at,
             u.updated_at, t.id AS token_id
             FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE t.token_hash = $1";
        let row: Option<Bearer> =
            on!(read self, db => sqlx::query_as(SQL).bind(&token_hash[..]).fetch_optional(db).await)?;
        Ok(row.map(|row| (row.token_id, row.user)))
    }

    /// The person's tokens, newest first.
    pub async fn api_tokens(&self, user: UserId) -> Result<Vec<ApiToken>> {
        const SQL: &str = "SELECT id, user_id, name, created_at, last_used_at FROM api_tokens
             WHERE user_id = $1 ORDER BY created_at DESC, id DESC";
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(user).fetch_all(db).await)?)
    }

    /// Revokes a token. False: there is no such token.
    pub async fn delete_api_token(&self, user: UserId, id: ApiTokenId) -> Result<bool> {
        const SQL: &str = "DELETE FROM api_tokens WHERE id = $1 AND user_id = $2";
        let deleted = on!(write self, db => sqlx::query(SQL).bind(id).bind(user)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }

    /// Notes that a program signed in with the token. False: there is no such token.
    pub async fn touch_api_token(&self, id: ApiTokenId, user: UserId, now: Timestamp) -> Result<bool> {
        const SQL: &str = "UPDATE api_tokens SET last_used_at = $3 WHERE id = $1 AND user_id = $2";
        let touched = on!(write self, db => sqlx::query(SQL).bind(id).bind(user).bind(now)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(touched > 0)
    }
}
