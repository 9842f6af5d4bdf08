//! The composition root: every part is built here and nowhere else.

use std::sync::Arc;

use anyhow::Context;
use bondhu_cache::Cache;
use bondhu_store::Store;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    chat::{live::LiveReplies, model::Models},
    clock::Clock,
    config::Config,
};

/// The parts of a running Bondhu, shared by every handler.
pub struct App {
    /// Settings as loaded.
    pub config: Config,
    /// Time and ids.
    pub clock: Clock,
    /// Rows.
    pub store: Store,
    /// Values worth keeping for a while.
    pub cache: Cache,
    /// The language model, or the lack of one.
    pub models: Models,
    /// Replies being written in this process.
    pub live: LiveReplies,
    /// Work that goes on after its request: replies.
    pub tasks: TaskTracker,
    /// Cancelled when the process begins to shut down: no new work.
    pub closing: CancellationToken,
    /// Cancelled when running replies must be put aside now.
    pub parking: CancellationToken,
}

impl App {
    /// Opens the store and finds the model. Migrates the embedded database; a Postgres one must be migrated by
    /// `bondhu migrate`, so that a rolling restart decides when.
    pub async fn build(config: Config, clock: Clock) -> anyhow::Result<Arc<Self>> {
        let store = Store::open(&config.store.open_with()).await.context("the database could not be opened")?;
        if store.engine() == "sqlite" {
            store.migrate().await.context("the database could not be brought up to date")?;
        } else {
            let status = store.schema_status().await?;
            anyhow::ensure!(
                status.pending.is_empty(),
                "the database at DATABASE_URL is not up to date; run `bondhu migrate` with the same settings first"
            );
        }
        let models = Models::connect(&config.model).await?;
        Ok(Self::assemble(config, clock, store, models))
    }

    /// Puts parts together that are open already; tests bring their own model and clock.
    pub fn assemble(config: Config, clock: Clock, store: Store, models: Models) -> Arc<Self> {
        Arc::new(Self {
            cache: Cache::in_memory(config.store.cache_entries),
            config,
            clock,
            store,
            models,
            live: LiveReplies::default(),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            parking: CancellationToken::new(),
        })
    }
}
