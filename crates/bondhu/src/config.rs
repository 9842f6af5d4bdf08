//! Settings: one table of names, five layers, one struct per concern.
//!
//! [`settings::SETTINGS`] lists everything that can be set; [`load`] reads the layers into [`Values`]; each
//! concern turns its values into types. A mistake anywhere is a [`ConfigError`] that says what to change.

mod accounts;
mod document;
mod error;
mod http;
mod load;
mod logs;
mod metrics;
mod model;
pub mod settings;
mod store;
mod tasks;
mod upstash;
mod values;

pub use accounts::{AccountsConfig, country_code};
pub use document::{annotated, markdown};
pub use error::ConfigError;
pub use http::HttpConfig;
pub use load::{Inputs, load, pair};
pub use logs::{LogFormat, LogsConfig};
pub use metrics::MetricsConfig;
pub use model::{Endpoint, ModelChoice, ModelConfig, ModelProvider};
pub use store::StoreConfig;
pub use tasks::TasksConfig;
pub use upstash::UpstashConfig;
pub use values::{Source, Value, Values};

/// Every setting, read and checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// The web server.
    pub http: HttpConfig,
    /// Where everything is kept.
    pub store: StoreConfig,
    /// The language model.
    pub model: ModelConfig,
    /// Accounts and sessions.
    pub accounts: AccountsConfig,
    /// Background work.
    pub tasks: TasksConfig,
    /// The Upstash REST gateway.
    pub upstash: UpstashConfig,
    /// Logs.
    pub logs: LogsConfig,
    /// Figures for Prometheus.
    pub metrics: MetricsConfig,
}

impl Config {
    /// Reads every value, and refuses the first that does not fit.
    pub fn from_values(values: &Values) -> Result<Self, ConfigError> {
        Ok(Self {
            http: HttpConfig::from_values(values)?,
            store: StoreConfig::from_values(values)?,
            model: ModelConfig::from_values(values)?,
            accounts: AccountsConfig::from_values(values)?,
            tasks: TasksConfig::from_values(values)?,
            upstash: UpstashConfig::from_values(values)?,
            logs: LogsConfig::from_values(values)?,
            metrics: MetricsConfig::from_values(values)?,
        })
    }

    /// From settings given by key over the defaults alone: no file and no environment.
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Result<Self, ConfigError> {
        let flags = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let inputs = Inputs { flags, ..Inputs::default() };
        Self::from_values(&load(&inputs)?)
    }
}
