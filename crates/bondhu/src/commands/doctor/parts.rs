//! What Bondhu leans on: the database and the language model.

use bondhu_cache::Cache;
use bondhu_store::{Store, StoreError};

use super::Check;
use crate::chat::model::{self, ModelState, Models};
use crate::config::{ModelConfig, StoreConfig};

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
