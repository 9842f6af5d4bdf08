//! The web server's settings.

use std::net::SocketAddr;
use std::time::Duration;

use url::Url;

use crate::config::values::{flag, web_url};
use crate::config::{ConfigError, Values};

/// The web server.
#[derive(Debug, Clone)]
pub struct HttpConfig {
    /// `BONDHU_LISTEN`.
    pub listen: SocketAddr,
    /// `BONDHU_PUBLIC_URL`.
    pub public_url: Option<Url>,
    /// `BONDHU_TRUST_PROXY`.
    pub trust_proxy: bool,
    /// `BONDHU_BODY_LIMIT_BYTES`.
    pub body_limit_bytes: usize,
    /// `BONDHU_SHUTDOWN_GRACE_SECS`.
    pub shutdown_grace: Duration,
}

impl HttpConfig {
    /// From the loaded values.
    pub fn from_values(values: &Values) -> Result<Self, ConfigError> {
        Ok(Self {
            listen: values.require("http.listen", |text| text.parse().ok())?,
            public_url: values.read("http.public_url", |text| web_url(text).filter(|url| url.path() == "/"))?,
            trust_proxy: values.require("http.trust_proxy", flag)?,
            body_limit_bytes: values.number("http.body_limit_bytes", 1024..=16 * 1024 * 1024)?,
            shutdown_grace: Duration::from_secs(values.number("http.shutdown_grace_secs", 0..=3600)?),
        })
    }

    /// Whether people come over HTTPS, so that cookies must never travel without it.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}
