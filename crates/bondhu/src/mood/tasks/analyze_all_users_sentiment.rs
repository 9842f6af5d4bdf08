//! Asks for a batch for everybody who has said something lately.

use std::{sync::Arc, time::Duration};

use bondhu_tasks::{Call, Task, TaskContext, TaskOptions, TaskResult};
use serde::{Deserialize, Serialize};

use super::analyze_chat_sentiment_batch::AnalyzeChatSentimentBatch;
use crate::app::App;

/// Who has said nothing for this long is left alone.
const LATELY: Duration = Duration::from_hours(24);
/// People asked for in one go.
const PAGE: u32 = 500;

/// Asks for a batch for everybody who has said something in the last day.
#[derive(Debug, Serialize, Deserialize)]
pub struct AnalyzeAllUsersSentiment {}

/// How many batches were asked for.
#[derive(Debug, Serialize, Deserialize)]
pub struct BatchesAskedFor {
    /// How many.
    pub people: u64,
}

impl Task for AnalyzeAllUsersSentiment {
    const NAME: &'static str = "core.tasks.personality.analyze_all_users_sentiment";
    const OPTIONS: TaskOptions = TaskOptions::new().queue("personality").time_limit(Duration::from_mins(10));
    type State = Arc<App>;
    type Output = BatchesAskedFor;

    async fn run(self, cx: TaskContext<Arc<App>>) -> TaskResult<BatchesAskedFor> {
        let app = cx.state();
        let since = app.clock.now().minus(LATELY);
        let (mut people, mut after) = (0, None);
        loop {
            let page = app.store.people_who_said_something(since, after, PAGE).await?;
            let calls = page.iter().map(|user_id| Call::of(&AnalyzeChatSentimentBatch { user_id: *user_id }));
            let calls =
                calls.map(|call| Ok(call?.child_of(cx.message()))).collect::<Result<Vec<_>, bondhu_tasks::Error>>()?;
            cx.queue().send_all(calls).await?;
            people += page.len() as u64;
            match page.last() {
                Some(last) if page.len() == PAGE as usize => after = Some(*last),
                _ => return Ok(BatchesAskedFor { people }),
            }
        }
    }
}
