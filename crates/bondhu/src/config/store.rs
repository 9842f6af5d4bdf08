//! Where the rows are, and how much is kept in memory.

use std::path::PathBuf;

use bondhu_cache::{
    Cache,
    redis::{Redis, RedisOptions},
};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{ConfigError, Values};

/// The database and the cache.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// `BONDHU_DATA_DIR`.
    pub data_dir: PathBuf,
    /// `DATABASE_URL`: Postgres, or another place for the embedded database.
    pub url: Option<SecretString>,
    /// `REDIS_URL`: where the cache is shared.
    pub redis_url: Option<SecretString>,
    /// `BONDHU_CACHE_ENTRIES`.
    pub cache_entries: u64,
}

impl StoreConfig {
    /// From the loaded values.
    pub fn from_values(values: &Values) -> Result<Self, ConfigError> {
        Ok(Self {
            data_dir: values.require("store.data_dir", |text| Some(PathBuf::from(text)))?,
            url: values.read("store.url", |text| is_database(text).then(|| text.to_owned().into()))?,
            redis_url: values.read("store.redis_url", |text| {
                Redis::new(text, RedisOptions::default()).is_ok().then(|| text.to_owned().into())
            })?,
            cache_entries: values.number("store.cache_entries", 0..=10_000_000)?,
        })
    }

    /// The cache: on Redis where the settings name one, else in this process.
    pub fn cache(&self) -> Cache {
        let Some(url) = &self.redis_url else { return Cache::in_memory(self.cache_entries) };
        let _ = rustls::crypto::ring::default_provider().install_default();
        Cache::shared(url.expose_secret(), RedisOptions::default(), self.cache_entries)
            .expect("the address was read when the settings were")
    }

    /// What the store is opened with.
    pub fn open_with(&self) -> bondhu_store::StoreConfig {
        match self.url.as_ref().map(ExposeSecret::expose_secret) {
            Some(url) if !is_sqlite(url) => bondhu_store::StoreConfig::postgres(url),
            _ => bondhu_store::StoreConfig::sqlite(self.sqlite_file()),
        }
    }

    /// The file of the embedded database; of no meaning with Postgres.
    pub fn sqlite_file(&self) -> PathBuf {
        match self.url.as_ref().map(ExposeSecret::expose_secret) {
            Some(url) if is_sqlite(url) => PathBuf::from(sqlite_path(url)),
            _ => self.data_dir.join("bondhu.db"),
        }
    }

    /// Whether the database is a Postgres server.
    pub fn is_postgres(&self) -> bool {
        self.url.as_ref().is_some_and(|url| !is_sqlite(url.expose_secret()))
    }
}

fn is_database(url: &str) -> bool {
    let postgres = (url.starts_with("postgres://") || url.starts_with("postgresql://")) && url::Url::parse(url).is_ok();
    postgres || (is_sqlite(url) && !sqlite_path(url).is_empty())
}

fn is_sqlite(url: &str) -> bool {
    url.starts_with("sqlite:")
}

/// `sqlite:path`, `sqlite://path` and `sqlite:///absolute/path`, without options.
fn sqlite_path(url: &str) -> &str {
    let path = url.trim_start_matches("sqlite:");
    let path = path.strip_prefix("//").unwrap_or(path);
    path.split('?').next().unwrap_or_default()
}
