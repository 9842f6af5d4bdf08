//! The composition root: every part is built here and nowhere else.

use std::sync::Arc;

use anyhow::Context;
use bondhu_cache::Cache;
use bondhu_llm::Embedder;
use bondhu_store::Store;
use bondhu_tasks::{Backend, Broker, Queue, RedisOptions, Sender, backend::RESULT_EXPIRES};
use bondhu_upstash::Gateway;
use secrecy::ExposeSecret;
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    chat::{live::LiveReplies, model::Models},
    clock::Clock,
    config::Config,
    gateway,
    memory::recall::Recall,
};

/// The queue's file in the data folder.
pub const TASKS_FILE: &str = "tasks.db";

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
    /// The Upstash REST gateway.
    pub gateway: Gateway,
    /// Finds what people have said before.
    pub recall: Recall,
    /// Turns what is remembered into vectors, where a model for that is set.
    pub embedder: Option<Arc<Embedder>>,
    /// The language model, or the lack of one.
    pub models: Models,
    /// Background work: sends it, and finds what became of it.
    pub queue: Queue,
    /// A row has been put into the outbox.
    pub outbox_filled: Notify,
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
        let queue = queue(&config).await?;
        Self::assemble(config, clock, store, models, queue)
    }

    /// Puts parts together that are open already; tests bring their own model, clock and queue.
    pub fn assemble(
        config: Config,
        clock: Clock,
        store: Store,
        models: Models,
        queue: Queue,
    ) -> anyhow::Result<Arc<Self>> {
        let engine = gateway::engine(&config.store, &config.upstash)?;
        let gateway = gateway::gateway(&config.upstash, &engine)?;
        let embedder = config.model.embedding_settings().map(|settings| Embedder::new(&settings)).transpose()?;
        let embedder = embedder.map(Arc::new);
        Ok(Arc::new(Self {
            // Without Redis, the gateway and the cache have the same entries.
            cache: match config.store.redis_url {
                Some(_) => config.store.cache(),
                None => Cache::in_memory_beside(config.store.cache_entries, &engine),
            },
            config,
            clock,
            store,
            recall: Recall::new(embedder.clone()),
            embedder,
            models,
            queue,
            outbox_filled: Notify::new(),
            live: LiveReplies::default(),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            parking: CancellationToken::new(),
            gateway,
        }))
    }
}

/// Opens the queue of background work: on Redis where the settings name one, else in a file in the data folder.
pub async fn queue(config: &Config) -> anyhow::Result<Queue> {
    let tasks = &config.tasks;
    let clock = bondhu_tasks::Clock::system();
    let options = || RedisOptions { key_prefix: tasks.key_prefix.clone(), ..RedisOptions::default() };
    let on_redis = |url: &str| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Backend::redis(url, options(), RESULT_EXPIRES).context("the result backend of background tasks")
    };
    let broker = if let Some(url) = &tasks.broker_url {
        let _ = rustls::crypto::ring::default_provider().install_default();
        Broker::redis(url.expose_secret(), options()).context("the broker of background tasks")?
    } else {
        let file = config.store.data_dir.join(TASKS_FILE);
        std::fs::create_dir_all(&config.store.data_dir)
            .with_context(|| format!("the data folder {} cannot be made", config.store.data_dir.display()))?;
        Broker::sqlite(&file, clock.clone()).await.context("the file of background tasks could not be opened")?
    };
    let backend = match tasks.result_backend.as_ref().or(tasks.broker_url.as_ref()) {
        Some(url) => on_redis(url.expose_secret())?,
        None => Backend::beside(&broker, RESULT_EXPIRES).expect("a broker in a file has room for results"),
    };
    let sender = Sender {
        origin: Some(format!("gen{}@bondhu", std::process::id())),
        reply_to: clock.new_id().to_string(),
        ..Sender::default()
    };
    Ok(Queue::new(broker, sender, clock).with_backend(backend))
}
