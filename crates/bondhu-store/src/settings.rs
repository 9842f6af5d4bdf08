//! Settings of the whole instance.

use serde_json::Value;

use crate::db::on;
use crate::error::Cause;
use crate::words::words;
use crate::{Result, Store, StoreError};

const SIGN_UP_MODE: &str = "sign_up_mode";

words! {
    /// Who may make an account.
    SignUpMode {
        /// Anyone.
        Open = "open",
        /// Whoever has an invitation.
        Invite = "invite",
        /// Nobody.
        Closed = "closed",
    }
}

impl Store {
    /// Who may make an account; none until the owner has said so.
    pub async fn sign_up_mode(&self) -> Result<Option<SignUpMode>> {
        let value = self.setting(SIGN_UP_MODE).await?;
        value.map(|value| serde_json::from_value(value).map_err(|_| corrupt(SIGN_UP_MODE))).transpose()
    }

    /// Says who may make an account.
    pub async fn set_sign_up_mode(&self, mode: SignUpMode) -> Result<()> {
        self.set_setting(SIGN_UP_MODE, &Value::from(mode.as_str())).await
    }

    /// The value of a setting.
    pub async fn setting(&self, key: &str) -> Result<Option<Value>> {
        const SQL: &str = "SELECT value FROM settings WHERE key = $1";
        let text: Option<String> = on!(read self, db => sqlx::query_scalar(SQL).bind(key).fetch_optional(db).await)?;
        text.map(|text| serde_json::from_str(&text).map_err(|_| corrupt(key))).transpose()
    }

    /// Sets a setting, in place of the value it had.
    pub async fn set_setting(&self, key: &str, value: &Value) -> Result<()> {
        const SQL: &str = "INSERT INTO settings (key, value) VALUES ($1, $2)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        on!(write self, db => sqlx::query(SQL).bind(key).bind(value.to_string()).execute(db).await.map(drop))?;
        Ok(())
    }
}

fn corrupt(key: &str) -> StoreError {
    StoreError::Corrupt(Cause::new(format_args!("the setting {key} does not decode")))
}
