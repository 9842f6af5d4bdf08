//! Accounts and sessions.

use std::time::Duration;

use bondhu_store::SignUpMode;

use crate::config::{ConfigError, Values};

/// Accounts and sessions.
#[derive(Debug, Clone)]
pub struct AccountsConfig {
    /// `BONDHU_SIGN_UP`: holds until the owner decides otherwise in the app.
    pub sign_up: SignUpMode,
    /// `BONDHU_SESSION_DAYS`, as a span.
    pub session: Duration,
    /// `BONDHU_DEFAULT_COUNTRY`, in capitals.
    pub default_country: Option<String>,
}

impl AccountsConfig {
    /// From the loaded values.
    pub fn from_values(values: &Values) -> Result<Self, ConfigError> {
        let days: u64 = values.number("accounts.session_days", 1..=3650)?;
        Ok(Self {
            sign_up: values.require("accounts.sign_up", |text| text.parse().ok())?,
            session: Duration::from_secs(days * 24 * 60 * 60),
            default_country: values.read("accounts.default_country", country_code)?,
        })
    }
}

/// Two letters in capitals, as in ISO 3166-1 alpha-2; whether such a country exists is not asked.
pub fn country_code(text: &str) -> Option<String> {
    let is_code = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase())
}
