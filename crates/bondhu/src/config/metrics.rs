//! Figures for Prometheus.

use std::net::SocketAddr;

use crate::config::{ConfigError, Values};

/// Figures for Prometheus.
#[derive(Debug, Clone)]
pub struct MetricsConfig {
    /// `BONDHU_METRICS_LISTEN`; off unless set.
    pub listen: Option<SocketAddr>,
}

impl MetricsConfig {
    /// From the loaded values.
    pub fn from_values(values: &Values) -> Result<Self, ConfigError> {
        Ok(Self { listen: values.read("metrics.listen", |text| text.parse().ok())? })
    }
}
