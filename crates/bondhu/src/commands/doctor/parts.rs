//! What Bondhu leans on: the database, the queue of background work and the language model.

use bondhu_cache::Cache;
use bondhu_llm::Embedder;
use bondhu_store::{Store, StoreError};

use super::Check;
use crate::chat::model::{self, ModelState, Models};
use crate::config::{Config, ModelConfig, StoreConfig};
use crate::{app, gateway, schedule};

/// Whether the database can be reached and has the schema that this binary needs. Makes none that is not there.
pub(super) async fn database(config: &StoreConfig) -> Check {
    let file = config.sqlite_file();
    if !config.is_postgres() && !file.exists() {
        return Check::ok("database", format!("{} will be made at the first start", file.display()));
    }
    match look_into(config).await {
        Ok(check) => check,
        Err(error) => Check::fail("database", error.to_string(), "The message says what to do."),
    }
}

async fn look_into(config: &StoreConfig) -> Result<Check, StoreError> {
    let store = Store::open(&config.open_with()).await?;
    store.ping().await?;
    store.check_integrity().await?;
    let status = store.schema_status().await?;
    let engine = if store.engine() == "sqlite" { "SQLite" } else { "Postgres" };
    let found = format!("{engine}, schema version {} of {}", status.database, status.binary);
    let check = if status.pending.is_empty() {
        Check::ok("database", found)
    } else if config.is_postgres() {
        Check::fail("database", found, "Run `bondhu migrate`.")
    } else {
        Check::warn("database", found, "The next start brings it up to date.")
    };
    store.close().await;
    Ok(check)
}

/// Whether the REST gateway is on, and whether what is behind it answers.
pub(super) async fn gateway(config: &Config) -> Check {
    const NAME: &str = "gateway";
    let parts = || {
        let engine = gateway::engine(&config.store, &config.upstash)?;
        anyhow::Ok((engine.name(), gateway::gateway(&config.upstash, &engine)?))
    };
    let (engine, gateway) = match parts() {
        Ok(parts) => parts,
        Err(error) => return Check::fail(NAME, format!("{error:#}"), "The message says what to correct."),
    };
    let config = &config.upstash;
    if config.token.is_none() && config.read_only_token.is_none() && config.tokens_file.is_none() {
        let found = "off; set UPSTASH_REDIS_REST_TOKEN to open it at /redis for @upstash/redis";
        return Check::ok(NAME, found);
    }
    match gateway.ready().await {
        Ok(()) => Check::ok(NAME, format!("at /redis, on {engine}")),
        Err(reason) => Check::fail(NAME, reason, "Start Redis, or correct REDIS_URL."),
    }
}

/// Whether the queue of background work can be reached, and whether something in it needs a look.
pub(super) async fn tasks(config: &Config) -> Check {
    const NAME: &str = "tasks";
    let on_redis = config.tasks.broker_url.is_some();
    if !on_redis && !config.store.data_dir.join(app::TASKS_FILE).exists() {
        return Check::ok(NAME, "their file will be made at the first start");
    }
    let looked = async {
        let queue = app::queue(config).await?;
        let depths = queue.broker().depths(&schedule::QUEUES.map(str::to_owned)).await?;
        let waiting: u64 = depths.iter().flat_map(|depth| depth.waiting).sum();
        let dead = queue.broker().dead(0, 1).await?.total;
        anyhow::Ok((waiting, dead))
    };
    match looked.await {
        Ok((waiting, dead)) => {
            let place = if on_redis { "on Redis" } else { "in a file in the data folder" };
            let worker = if config.tasks.worker { "done by the server" } else { "done by `bondhu worker` alone" };
            let found = format!("{place}, {worker}: {waiting} waiting, {dead} given up");
            if dead > 0 {
                let advice = "Look at them with `bondhu task dead`; `bondhu task replay ID` tries one again.";
                return Check::warn(NAME, found, advice);
            }
            Check::ok(NAME, found)
        }
        Err(error) => {
            let advice =
                if on_redis { "Start Redis, or correct CELERY_BROKER_URL." } else { "The message says what to do." };
            Check::fail(NAME, format!("{error:#}"), advice)
        }
    }
}

/// Whether the model answers, and whether what people write leaves this machine.
pub(super) async fn model(config: &ModelConfig) -> Check {
    let models = match Models::connect(config).await {
        Ok(models) => models,
        Err(error) => return Check::fail("model", "it cannot be used", error.to_string()),
    };
    let status = model::status(&models, &Cache::in_memory(1)).await;
    let name = match (status.model, status.provider) {
        (Some(model), Some(provider)) => format!("{model} ({provider})"),
        _ => "none, so the built-in listener answers".to_owned(),
    };
    match status.state {
        ModelState::Ready if status.leaves_machine => {
            Check::ok("model", format!("{name} answers; messages leave this machine"))
        }
        ModelState::Ready => Check::ok("model", format!("{name} answers on this machine")),
        ModelState::Unreachable => Check::fail("model", format!("{name} does not answer"), status.detail),
        ModelState::None => Check::warn("model", name, "Start Ollama on this machine, or set GEMINI_API_KEY."),
    }
}

/// Whether the embedding model is there; nothing where none is set.
pub(super) async fn embeddings(config: &ModelConfig) -> Option<Check> {
    const NAME: &str = "embeddings";
    let embedder = match Embedder::new(&config.embedding_settings()?) {
        Ok(embedder) => embedder,
        Err(error) => return Some(Check::fail(NAME, "they cannot be used", error.to_string())),
    };
    let name = embedder.name();
    Some(match embedder.check().await {
        Ok(()) if embedder.info().leaves_machine => {
            Check::ok(NAME, format!("{name} is there; messages and facts leave this machine"))
        }
        Ok(()) => Check::ok(NAME, format!("{name} is there, on this machine")),
        Err(error) => {
            Check::warn(NAME, format!("{name} does not answer; memories are found by words alone"), error.to_string())
        }
    })
}
