//! `bondhu upstash`: the REST gateway alone, in front of Redis or Valkey.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::{Context, bail};
use bondhu_upstash::server::{ServerOptions, serve, tls_config};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Runtime},
};

use super::serve::told_to_end;
use crate::{config::Config, gateway, telemetry};

/// What `bondhu upstash` is told.
#[derive(Debug, clap::Args)]
pub(super) struct UpstashArgs {
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8079")]
    listen: SocketAddr,
    /// The server behind it (`REDIS_URL`); otherwise the memory of this process.
    #[arg(long, value_name = "URL")]
    pub(super) redis: Option<String>,
    /// What stands before every path, where a reverse proxy leaves it there.
    #[arg(long, value_name = "PATH", default_value = "")]
    base_path: String,
    /// Threads that answer; otherwise half as many as there are cores, because Redis needs some too.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// A certificate chain in PEM, to serve over TLS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// Its key in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
}

/// Settings that serverless-redis-http has under other names.
/// <https://github.com/hiett/serverless-redis-http>
pub(super) fn srh_settings(variable: impl Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    let mut settings = Vec::new();
    let mut add = |key: &str, value: String| settings.push((key.to_owned(), value));
    // In the mode `env` one token leads to one server; in the mode `file` a file says which leads where.
    if variable("SRH_MODE").as_deref() == Some("env") {
        for (name, key) in [("SRH_TOKEN", "upstash.token"), ("SRH_CONNECTION_STRING", "store.redis_url")] {
            if let Some(value) = variable(name) {
                add(key, value);
            }
        }
    } else if variable("SRH_MODE").as_deref() == Some("file") || variable("SRH_TOKENS_FILE").is_some() {
        let file = variable("SRH_TOKENS_FILE").unwrap_or_else(|| "srh-config/tokens.json".to_owned());
        add("upstash.tokens_file", file);
    }
    settings
}

/// Starts this program once more, without memory pages of 2 MiB. The allocator asks for them and has the first two before
/// `main` begins; of the little that a gateway needs they would be a third.
#[cfg(target_os = "linux")]
pub(super) fn begin_small() {
    use std::{env, os::unix::process::CommandExt as _, process::Command};

    use rustix::thread::{disable_transparent_huge_pages as disable, transparent_huge_pages_are_disabled};
    let is_small = || transparent_huge_pages_are_disabled();
    // Where the system does not have this, all goes on as it is.
    if is_small() != Ok(false) || disable(true).is_err() || is_small() != Ok(true) {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    let mut arguments = env::args_os();
    let mut again = Command::new(program);
    if let Some(name) = arguments.next() {
        again.arg0(name);
    }
    // It only comes back with an error. What was disabled stays so for the other process: it does not do this again.
    let _ = again.args(arguments).exec();
}

#[cfg(not(target_os = "linux"))]
pub(super) fn begin_small() {}

/// The threads that answer.
pub(super) fn runtime(args: &UpstashArgs) -> anyhow::Result<Runtime> {
    let half = || std::thread::available_parallelism().map_or(1, |cores| cores.get() / 2);
    let threads = args.threads.map_or_else(half, usize::from).max(1);
    // One thread that does everything costs less memory than one that waits for another.
    let mut builder = if threads == 1 { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    builder.worker_threads(threads).enable_all().build().context("the threads of the program could not be started")
}

/// Serves until the process is told to end.
#[expect(clippy::print_stdout, reason = "the address is what the person who started this wants to see")]
pub(super) async fn run(config: Config, args: UpstashArgs) -> anyhow::Result<()> {
    let upstash = &config.upstash;
    if upstash.token.is_none() && upstash.read_only_token.is_none() && upstash.tokens_file.is_none() {
        bail!(
            "no token is set, so nobody could use the gateway; set UPSTASH_REDIS_REST_TOKEN to a long random text \
             (`openssl rand -hex 32` makes one)"
        );
    }
    let engine = gateway::engine(&config.store, upstash)?;
    let gateway = gateway::gateway(upstash, &engine)?;
    let tls = match (&args.tls_certificate, &args.tls_key) {
        (Some(certificate), Some(key)) => Some(tls_config(certificate, key)?),
        _ => None,
    };
    let listener = TcpListener::bind(args.listen).await.with_context(|| {
        format!(
            "cannot listen on {}; stop the program that has that port, or choose another with --listen",
            args.listen
        )
    })?;
    if let Some(listen) = config.metrics.listen {
        telemetry::serve_metrics(listen)?;
    }
    if let Err(reason) = gateway.ready().await {
        tracing::warn!(%reason, "requests are answered with 503 until the server behind the gateway is there");
    }
    let scheme = if tls.is_some() { "https" } else { "http" };
    println!(
        "The gateway is ready at {scheme}://{}{}, in front of {}",
        listener.local_addr()?,
        args.base_path,
        engine.name()
    );
    serve(listener, gateway, ServerOptions { base_path: args.base_path, tls }, told_to_end()).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_of_serverless_redis_http_are_understood() {
        let settings = |variables: &[(&str, &str)]| {
            let found =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            srh_settings(found)
        };
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            settings(&[("SRH_MODE", "env"), ("SRH_TOKEN", "t"), ("SRH_CONNECTION_STRING", "redis://r")]),
            [pair("upstash.token", "t"), pair("store.redis_url", "redis://r")]
        );
        assert_eq!(settings(&[("SRH_MODE", "file")]), [pair("upstash.tokens_file", "srh-config/tokens.json")]);
        assert_eq!(settings(&[]), []);
    }
}
