//! Every task that the worker knows and everything that happens by the clock, in two tables.

use std::{sync::Arc, time::Duration};

use bondhu_tasks::{
    Call, RateLimit, Worker,
    beat::{Beat, CatchUp, Crontab, Entry},
};

use crate::{
    app::App,
    maintenance::tasks::cleanup_expired::CleanupExpired,
    memory::tasks::{embed_memories::EmbedMemories, extract_memories::ExtractMemories},
    mood::tasks::{
        analyze_all_users_sentiment::AnalyzeAllUsersSentiment, analyze_chat_sentiment_batch::AnalyzeChatSentimentBatch,
    },
    personality::tasks::update_personality_from_activity::UpdatePersonalityFromActivity,
};

/// Name of the schedule, under which its runs are remembered.
pub const NAME: &str = "bondhu";

/// The queues, `celery` being the default one.
pub const QUEUES: [&str; 5] = ["personality", "music", "video", "memory", "celery"];

/// How often tasks of one type start in a worker, unless they say otherwise.
const RATE: Option<RateLimit> = RateLimit::parse("100/m");

/// A worker that knows every task.
pub fn worker(app: &Arc<App>) -> Worker<Arc<App>> {
    Worker::new(app.queue.clone(), app.clone())
        .queues(QUEUES)
        .concurrency(app.config.tasks.concurrency)
        .default_rate_limit(RATE)
        .shutdown_grace(app.config.http.shutdown_grace)
        .register::<AnalyzeChatSentimentBatch>()
        .register::<AnalyzeAllUsersSentiment>()
        .register::<UpdatePersonalityFromActivity>()
        .register::<ExtractMemories>()
        .register::<EmbedMemories>()
        .register::<CleanupExpired>()
}

/// What happens by the clock.
pub fn entries() -> Vec<Entry> {
    let call = |call: Result<Call, bondhu_tasks::Error>| call.expect("tasks without arguments have a JSON form");
    let nightly = Crontab::parse("17 3 * * *").expect("the line is a crontab");
    vec![
        Entry::new("hourly insights", Duration::from_hours(1), call(Call::of(&AnalyzeAllUsersSentiment {})))
            .catch_up(CatchUp::Once),
        Entry::new("nightly clean-up", nightly, call(Call::of(&CleanupExpired {}))).catch_up(CatchUp::Once),
    ]
}

/// A beat that follows the schedule; `owner` names the process among all that do.
pub fn beat(app: &App, owner: &str) -> Beat {
    entries().into_iter().fold(Beat::new(app.queue.clone(), NAME, owner), Beat::entry)
}
