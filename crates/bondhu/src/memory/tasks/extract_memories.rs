//! Has a language model look for facts in what a person has said since it last looked.

use std::{sync::Arc, time::Duration};

use bondhu_store::{MessageId, UserId};
use bondhu_tasks::{Task, TaskContext, TaskError, TaskOptions, TaskResult, Unique};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    app::App,
    memory::{learn, model_facts},
};

/// At most so many messages are looked at in one go; the next run goes on from there.
const MOST: u32 = 20;

/// Has a language model look for facts in what a person has said since it last looked.
#[derive(Debug, Serialize, Deserialize)]
pub struct ExtractMemories {
    /// Whose messages.
    pub user_id: UserId,
    /// Begin here the first time: what was said before the model came is left alone.
    pub from: MessageId,
}

/// What was found.
#[derive(Debug, Serialize, Deserialize)]
pub struct MemoriesExtracted {
    /// How many messages were looked at.
    pub messages: usize,
    /// How many facts are new.
    pub new: i64,
}

impl Task for ExtractMemories {
    const NAME: &'static str = "core.tasks.memory.extract_memories";
    const OPTIONS: TaskOptions = TaskOptions::new()
        .queue("memory")
        .max_retries(5)
        .unique(Unique::ByArguments(Duration::from_mins(5)))
        .soft_time_limit(Duration::from_mins(4))
        .time_limit(Duration::from_mins(5))
        .private_arguments();
    type State = Arc<App>;
    type Output = MemoriesExtracted;

    async fn run(self, cx: TaskContext<Arc<App>>) -> TaskResult<MemoriesExtracted> {
        let app = cx.state();
        let Some(user) = app.store.user(self.user_id).await? else {
            return Err(TaskError::fail("there is no such account any more"));
        };
        let mut done = MemoriesExtracted { messages: 0, new: 0 };
        let settings = app.store.memory_settings(user.id).await?;
        let Some(model) = app.models.current().filter(|_| !settings.paused) else { return Ok(done) };
        // The first message counts too, so reading begins just before it.
        let first = MessageId(Uuid::from_u128(self.from.0.as_u128().saturating_sub(1)));
        let after = settings.extracted_to.unwrap_or(first);
        for said in app.store.recallable_after(user.id, after, MOST).await? {
            let facts = model_facts::ask(&*model, &said.text, said.created_at).await?;
            // It may have been deleted while the model was reading it.
            if let Some(message) = app.store.message(user.id, said.id).await? {
                done.new += learn::keep(app, &user, &message, &facts).await?;
            }
            app.store.note_extracted(user.id, said.id).await?;
            done.messages += 1;
        }
        crate::chat::history::forget_all(&app.cache, &app.store, user.id).await;
        Ok(done)
    }
}
