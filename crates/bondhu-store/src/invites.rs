//! Invitations to sign up.

use serde::Serialize;
use utoipa::ToSchema;

use crate::db::on;
use crate::{InviteId, Result, Store, Timestamp, Tx, UserId};

/// An invitation to sign up; its code is shown once and never stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Invite {
    /// Which invitation.
    pub id: InviteId,
    /// Who invites.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it no longer counts.
    pub expires_at: Timestamp,
    /// Who signed up with it.
    pub used_by: Option<UserId>,
    /// When they signed up.
    pub used_at: Option<Timestamp>,
}

/// An invitation to add.
pub struct NewInvite {
    /// A fresh id.
    pub id: InviteId,
    /// SHA-256 of the code.
    pub code_hash: [u8; 32],
    /// Who invites.
    pub created_by: UserId,
    /// Now.
    pub created_at: Timestamp,
    /// From when on it no longer counts.
    pub expires_at: Timestamp,
}

impl Tx {
    /// Spends the invitation with this code for a person who has just been added. False: there is none,
    /// it has expired, or it is spent, perhaps a moment ago by someone else.
    pub async fn redeem_invite(&mut self, code_hash: &[u8; 32], user: UserId, now: Timestamp) -> Result<bool> {
        const SQL: &str = "UPDATE invites SET used_by = $2, used_at = $3
             WHERE code_hash = $1 AND used_at IS NULL AND expires_at > $3";
        let redeemed = on!(tx self, db => sqlx::query(SQL).bind(&code_hash[..]).bind(user).bind(now)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(redeemed > 0)
    }
}

impl Store {
    /// Adds an invitation.
    pub async fn create_invite(&self, new: NewInvite) -> Result<Invite> {
        const SQL: &str = "INSERT INTO invites (id, code_hash, created_by, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5) RETURNING id, created_by, created_at, expires_at, used_by, used_at";
        Ok(on!(write self, db => sqlx::query_as(SQL)
            .bind(new.id).bind(&new.code_hash[..]).bind(new.created_by).bind(new.created_at).bind(new.expires_at)
            .fetch_one(db).await)?)
    }

    /// The invitations a person made, newest first.
    pub async fn invites(&self, created_by: UserId) -> Result<Vec<Invite>> {
        const SQL: &str = "SELECT id, created_by, created_at, expires_at, used_by, used_at FROM invites
             WHERE created_by = $1 ORDER BY created_at DESC, id DESC";
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(created_by).fetch_all(db).await)?)
    }

    /// Withdraws an invitation. False: there is no such invitation.
    pub async fn delete_invite(&self, created_by: UserId, id: InviteId) -> Result<bool> {
        const SQL: &str = "DELETE FROM invites WHERE id = $1 AND created_by = $2";
        let deleted = on!(write self, db => sqlx::query(SQL).bind(id).bind(created_by)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(deleted > 0)
    }
}
