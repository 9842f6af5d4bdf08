//! People with accounts.

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use crate::db::on;
use crate::{Result, SessionId, Store, StoreError, Timestamp, Tx, UserId, dialect};

/// A person with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct User {
    /// Who.
    pub id: UserId,
    /// The name to sign in with, as typed at sign-up; upper and lower case count as the same.
    pub username: String,
    /// The name to be called by.
    pub display_name: String,
    /// Whether this person runs the instance; true for the first account.
    pub is_owner: bool,
    /// ISO 3166 alpha-2 code, for local help lines.
    pub country: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the account last changed.
    pub updated_at: Timestamp,
}

/// A person and the hash that their password is checked against.
#[derive(sqlx::FromRow)]
pub struct UserCredentials {
    /// Who.
    #[sqlx(flatten)]
    pub user: User,
    /// The password's hash in PHC form.
    pub password_hash: String,
}

impl std::fmt::Debug for UserCredentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserCredentials").field("user", &self.user.id).finish_non_exhaustive()
    }
}

/// A person to add.
pub struct NewUser {
    /// A fresh id.
    pub id: UserId,
    /// The name to sign in with.
    pub username: String,
    /// The name to be called by.
    pub display_name: String,
    /// The password's hash in PHC form.
    pub password_hash: String,
    /// Now.
    pub created_at: Timestamp,
}

/// What to change about a person; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChanges {
    /// The name to be called by.
    pub display_name: Option<String>,
    /// The country, or `Some(None)` to forget it.
    pub country: Option<Option<String>>,
}

macro_rules! columns {
    () => {
        "id, username, display_name, is_owner, country, created_at, updated_at"
    };
}

/// What two spellings of the same username have in common.
fn username_key(username: &str) -> String {
    username.nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

impl Tx {
    /// Adds a person; the first of all becomes the owner, even when two sign up at once.
    ///
    /// Fails with [`StoreError::Conflict`] `username` when the name is taken.
    pub async fn create_user(&mut self, new: NewUser) -> Result<User> {
        const SQL: &str = concat!(
            "INSERT INTO users (id, username, username_key, display_name, password_hash, is_owner, created_at,
             updated_at) VALUES ($1, $2, $3, $4, $5, NOT EXISTS (SELECT 1 FROM users), $6, $6) RETURNING ",
            columns!()
        );
        dialect::lock_users(self).await?;
        let key = username_key(&new.username);
        Ok(on!(tx self, db => sqlx::query_as(SQL)
            .bind(new.id).bind(new.username).bind(key).bind(new.display_name).bind(new.password_hash)
            .bind(new.created_at).fetch_one(db).await)?)
    }

    /// Replaces the password's hash and ends all the person's sessions but `keep`.
    pub async fn set_password(
        &mut self,
        user: UserId,
        password_hash: &str,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Result<()> {
        const SQL: &str = "UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1";
        const END: &str = "DELETE FROM sessions WHERE user_id = $1 AND id <> $2";
        let updated = on!(tx self, db => sqlx::query(SQL).bind(user).bind(password_hash).bind(now)
            .execute(db).await.map(|done| done.rows_affected()))?;
        if updated == 0 {
            return Err(StoreError::NotFound);
        }
        // No session has the nil id.
        let keep = keep.unwrap_or(SessionId(uuid::Uuid::nil()));
        on!(tx self, db => sqlx::query(END).bind(user).bind(keep).execute(db).await.map(drop))?;
        Ok(())
    }
}

impl Store {
    /// See [`Tx::create_user`].
    pub async fn create_user(&self, new: NewUser) -> Result<User> {
        let mut tx = self.begin().await?;
        let user = tx.create_user(new).await?;
        tx.commit().await?;
        Ok(user)
    }

    /// See [`Tx::set_password`].
    pub async fn set_password(
        &self,
        user: UserId,
        password_hash: &str,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        tx.set_password(user, password_hash, keep, now).await?;
        tx.commit().await
    }

    /// The person with this username, in whatever case it is typed.
    pub async fn user_by_username(&self, username: &str) -> Result<Option<UserCredentials>> {
        const SQL: &str = concat!("SELECT ", columns!(), ", password_hash FROM users WHERE username_key = $1");
        let key = username_key(username);
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(key).fetch_optional(db).await)?)
    }

    /// The person with this id.
    pub async fn user(&self, id: UserId) -> Result<Option<User>> {
        const SQL: &str = concat!("SELECT ", columns!(), " FROM users WHERE id = $1");
        Ok(on!(read self, db => sqlx::query_as(SQL).bind(id).fetch_optional(db).await)?)
    }

    /// Everyone, oldest account first; for the command line.
    pub async fn users(&self) -> Result<Vec<User>> {
        const SQL: &str = concat!("SELECT ", columns!(), " FROM users ORDER BY created_at, id");
        Ok(on!(read self, db => sqlx::query_as(SQL).fetch_all(db).await)?)
    }

    /// How many accounts there are.
    pub async fn count_users(&self) -> Result<i64> {
        Ok(on!(read self, db => sqlx::query_scalar("SELECT count(*) FROM users").fetch_one(db).await)?)
    }

    /// Changes what the person says about themselves.
    pub async fn update_user(&self, id: UserId, changes: UserChanges, now: Timestamp) -> Result<User> {
        const SQL: &str = concat!(
            "UPDATE users SET display_name = COALESCE($2, display_name),
             country = CASE WHEN $3 THEN $4 ELSE country END, updated_at = $5 WHERE id = $1 RETURNING ",
            columns!()
        );
        let (set_country, country) = (changes.country.is_some(), changes.country.flatten());
        Ok(on!(write self, db => sqlx::query_as(SQL)
            .bind(id).bind(changes.display_name).bind(set_country).bind(country).bind(now)
            .fetch_one(db).await)?)
    }

    /// The hash that the person's password is checked against.
    pub async fn password_hash(&self, id: UserId) -> Result<Option<String>> {
        const SQL: &str = "SELECT password_hash FROM users WHERE id = $1";
        Ok(on!(read self, db => sqlx::query_scalar(SQL).bind(id).fetch_optional(db).await)?)
    }
}
