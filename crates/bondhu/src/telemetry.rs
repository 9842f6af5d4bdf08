//! Logs on standard error, and figures for Prometheus.

use std::io::{IsTerminal, stderr};
use std::net::SocketAddr;

use anyhow::Context;
use metrics_exporter_prometheus::PrometheusBuilder;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogFormat, LogsConfig};

/// Sends every log line to standard error from now on. Does nothing when that has been done before.
pub fn start_logs(config: &LogsConfig) {
    let filter = EnvFilter::builder().parse_lossy(&config.filter);
    let registry = tracing_subscriber::registry().with(filter);
    let lines = tracing_subscriber::fmt::layer().with_writer(stderr);
    // Another subscriber can only be there already in tests, and may stay.
    let _ = match config.format {
        LogFormat::Text => registry.with(lines.with_ansi(stderr().is_terminal())).try_init(),
        LogFormat::Json => registry.with(lines.json().flatten_event(true).with_current_span(true)).try_init(),
    };
}

/// Upper bounds of the histograms' buckets, in seconds: from a cached read to a slow model's whole reply. With fixed
/// buckets the figures of several processes can be added up.
const SECONDS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];

/// Answers `GET /metrics` on this address with every figure, in Prometheus' text format.
///
/// Fails when the address cannot be listened on. Must be called within a tokio runtime.
pub fn serve_metrics(listen: SocketAddr) -> anyhow::Result<()> {
    let builder = PrometheusBuilder::new().with_http_listener(listen).set_buckets(&SECONDS)?;
    builder.install().with_context(|| {
        format!(
            "metrics cannot be served on {listen}; stop the program that has this port, or change BONDHU_METRICS_LISTEN"
        )
    })?;
    tracing::info!(%listen, "serving metrics");
    Ok(())
}
