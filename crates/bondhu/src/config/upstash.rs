//! The Upstash REST gateway.

use std::path::PathBuf;

use secrecy::SecretString;

use crate::config::{ConfigError, Values};

/// The shortest token that is taken: what a person makes up is guessed too easily.
const SHORTEST_TOKEN: usize = 16;

/// The Upstash REST gateway.
#[derive(Debug, Clone)]
pub struct UpstashConfig {
    /// `UPSTASH_REDIS_REST_TOKEN`; the gateway is off without one.
    pub token: Option<SecretString>,
    /// `UPSTASH_REDIS_REST_READ_ONLY_TOKEN`.
    pub read_only_token: Option<SecretString>,
    /// `BONDHU_UPSTASH_TOKENS_FILE`.
    pub tokens_file: Option<PathBuf>,
    /// `BONDHU_UPSTASH_MAX_REQUEST_BYTES`.
    pub max_request_bytes: u64,
    /// `BONDHU_UPSTASH_MEMORY_BYTES`.
    pub memory_bytes: usize,
}

impl UpstashConfig {
    /// From the loaded values.
    pub fn from_values(values: &Values) -> Result<Self, ConfigError> {
        let token = |text: &str| (text.len() >= SHORTEST_TOKEN).then(|| SecretString::from(text.to_owned()));
        Ok(Self {
            token: values.read("upstash.token", token)?,
            read_only_token: values.read("upstash.read_only_token", token)?,
            tokens_file: values.read("upstash.tokens_file", |text| Some(PathBuf::from(text)))?,
            max_request_bytes: values.number("upstash.max_request_bytes", 1_024..=512 << 20)?,
            memory_bytes: values.number("upstash.memory_bytes", 1 << 20..=64 << 30)?,
        })
    }
}
