//! Puts a person's last day of messages together into an insight.

use std::{sync::Arc, time::Duration};

use bondhu_store::UserId;
use bondhu_tasks::{Task, TaskContext, TaskError, TaskOptions, TaskResult, Unique};
use serde::{Deserialize, Serialize};

use crate::{
    app::App,
    cache_keys::SentimentKey,
    mood::insight::conclude,
    personality::{changes, chat},
};

/// What one insight looks back on, and what it is compared with.
const DAY: Duration = Duration::from_hours(24);
/// At most so many messages of a day are looked at, the newest.
const MOST: u32 = 2000;

/// Puts a person's last day of messages together into an insight.
#[derive(Debug, Serialize, Deserialize)]
pub struct AnalyzeChatSentimentBatch {
    /// Whose messages.
    pub user_id: UserId,
}

/// What was found.
#[derive(Debug, Serialize, Deserialize)]
pub struct BatchAnalyzed {
    /// How many messages there were.
    pub messages: usize,
    /// False if there were too few to conclude anything.
    pub concluded: bool,
}

impl Task for AnalyzeChatSentimentBatch {
    const NAME: &'static str = "core.tasks.personality.analyze_chat_sentiment_batch";
    const OPTIONS: TaskOptions = TaskOptions::new()
        .queue("personality")
        .unique(Unique::ByArguments(Duration::from_mins(5)))
        .soft_time_limit(Duration::from_secs(30))
        .time_limit(Duration::from_mins(1))
        .private_arguments();
    type State = Arc<App>;
    type Output = BatchAnalyzed;

    async fn run(self, cx: TaskContext<Arc<App>>) -> TaskResult<BatchAnalyzed> {
        let app = cx.state();
        if app.store.user(self.user_id).await?.is_none() {
            return Err(TaskError::fail("there is no such account any more"));
        }
        let now = app.clock.now();
        let (from, before) = (now.minus(DAY), now.minus(DAY * 2));
        let day = app.store.said_between(self.user_id, from, now, MOST).await?;
        let earlier = app.store.said_between(self.user_id, before, from, MOST).await?;
        let insight = conclude(app.clock.new_id(), self.user_id, from, &day, &earlier, now);
        let concluded = insight.is_some();
        if let Some(insight) = insight {
            app.store.save_insight(&insight).await?;
            app.cache.insert(&SentimentKey(self.user_id), insight.into()).await;
            chat::learn(app, self.user_id).await?;
            // Last, when all that the context is made of has been stored.
            changes::forget(app, self.user_id).await;
        }
        Ok(BatchAnalyzed { messages: day.len(), concluded })
    }
}
