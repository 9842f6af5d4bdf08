//! What is logged, and how.

use tracing_subscriber::EnvFilter;

use crate::config::{ConfigError, Values};

/// Logs.
#[derive(Debug, Clone)]
pub struct LogsConfig {
    /// `BONDHU_LOG`: a level, or one per part (`info,bondhu=debug`).
    pub filter: String,
    /// `BONDHU_LOG_FORMAT`.
    pub format: LogFormat,
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogsConfig {
    /// From the loaded values.
    pub fn from_values(values: &Values) -> Result<Self, ConfigError> {
        Ok(Self {
            filter: values.require("logs.filter", |text| {
                EnvFilter::builder().parse(text).ok()?;
                Some(text.to_owned())
            })?,
            format: values.require("logs.format", |text| match text {
                "text" => Some(LogFormat::Text),
                "json" => Some(LogFormat::Json),
                _ => None,
            })?,
        })
    }
}
