//! Background work: where it waits and who does it.

use secrecy::SecretString;

use crate::config::{ConfigError, Values, values::flag};

/// What an address of a broker or a result backend begins with.
const SCHEMES: [&str; 9] = [
    "redis://",
    "rediss://",
    "valkey://",
    "unix://",
    "redis+socket://",
    "sentinel://",
    "redis+sentinel://",
    "redis-cluster://",
    "cluster://",
];

/// Background work.
#[derive(Debug, Clone)]
pub struct TasksConfig {
    /// `CELERY_BROKER_URL`; none is a file in the data folder.
    pub broker_url: Option<SecretString>,
    /// `CELERY_RESULT_BACKEND`; none is where the tasks wait.
    pub result_backend: Option<SecretString>,
    /// `BONDHU_WORKER`: whether the server does background work itself.
    pub worker: bool,
    /// `BONDHU_WORKER_CONCURRENCY`.
    pub concurrency: usize,
    /// `BONDHU_TASKS_KEY_PREFIX`.
    pub key_prefix: String,
}

impl TasksConfig {
    /// From the loaded values.
    pub fn from_values(values: &Values) -> Result<Self, ConfigError> {
        let address = |text: &str| {
            SCHEMES.iter().any(|scheme| text.starts_with(scheme)).then(|| SecretString::from(text.to_owned()))
        };
        Ok(Self {
            broker_url: values.read("tasks.broker_url", address)?,
            result_backend: values.read("tasks.result_backend", address)?,
            worker: values.require("tasks.worker", flag)?,
            concurrency: usize::from(values.number::<u16>("tasks.concurrency", 1..=256)?),
            key_prefix: values.read("tasks.key_prefix", |text| Some(text.to_owned()))?.unwrap_or_default(),
        })
    }
}
