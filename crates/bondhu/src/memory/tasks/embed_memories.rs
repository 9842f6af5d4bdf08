//! Has an embedding model turn what is new of a person into vectors.

use std::{sync::Arc, time::Duration};

use bondhu_llm::{Embedder, LlmError};
use bondhu_store::{MemoryId, MessageId, UserId};
use bondhu_tasks::{Task, TaskContext, TaskError, TaskOptions, TaskResult, Unique};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    app::App,
    memory::{embedding, recall, wording},
};

/// Texts of one request. Gemini takes at most a hundred.
const BATCH: u32 = 64;
/// Requests of one go; after a pause the next one goes on from there.
const MOST: usize = 16;
const PAUSE: Duration = Duration::from_secs(2);

/// Has an embedding model turn what is new of a person into vectors, oldest first. After a change of model everything
/// is new.
#[derive(Debug, Serialize, Deserialize)]
pub struct EmbedMemories {
    /// Whose messages and facts.
    pub user_id: UserId,
}

/// What was embedded.
#[derive(Debug, Serialize, Deserialize)]
pub struct MemoriesEmbedded {
    /// How many messages.
    pub messages: usize,
    /// How many facts.
    pub facts: usize,
}

impl Task for EmbedMemories {
    const NAME: &'static str = "core.tasks.memory.embed_memories";
    const OPTIONS: TaskOptions = TaskOptions::new()
        .queue("memory")
        .max_retries(5)
        .unique(Unique::ByArguments(Duration::from_mins(5)))
        .soft_time_limit(Duration::from_mins(4))
        .time_limit(Duration::from_mins(5))
        .private_arguments();
    type State = Arc<App>;
    type Output = MemoriesEmbedded;

    async fn run(self, cx: TaskContext<Arc<App>>) -> TaskResult<MemoriesEmbedded> {
        let app = cx.state();
        if app.store.user(self.user_id).await?.is_none() {
            return Err(TaskError::fail("there is no such account any more"));
        }
        let paused = app.store.memory_settings(self.user_id).await?.paused;
        let Some(embedder) = app.embedder.as_ref().filter(|_| !paused) else {
            return Ok(MemoriesEmbedded { messages: 0, facts: 0 });
        };
        let facts = embed_facts(app, embedder, self.user_id).await?;
        let messages = embed_messages(app, embedder, self.user_id).await?;
        if messages == MOST * BATCH as usize {
            return Err(TaskError::snooze(PAUSE));
        }
        Ok(MemoriesEmbedded { messages, facts })
    }
}

async fn embed_facts(app: &App, embedder: &Embedder, user: UserId) -> TaskResult<usize> {
    let (model, mut after, mut done) = (embedder.name(), MemoryId(Uuid::nil()), 0);
    loop {
        let facts = app.store.memories_without_vector(user, model, after, BATCH).await?;
        let Some(last) = facts.last() else { return Ok(done) };
        after = last.id;
        let line = |fact: &bondhu_store::Memory| wording::line(&fact.predicate, &fact.object, fact.polarity);
        let texts: Vec<_> = facts.iter().map(|fact| (fact.id, line(fact))).collect();
        let vectors = embedding::embed(embedder, &texts).await.map_err(no_vectors)?;
        app.store.save_memory_vectors(user, model, &vectors, app.clock.now()).await?;
        done += facts.len();
    }
}

/// Embeds messages, at most so many batches; answers how many were looked at.
async fn embed_messages(app: &App, embedder: &Embedder, user: UserId) -> TaskResult<usize> {
    let model = embedder.name();
    // They are embedded in their order, so that what lies long before the last one has had its turn.
    let last = app.store.last_embedded_message(user, model).await?;
    let mut after = last.map_or(MessageId(Uuid::nil()), recall::before);
    let mut done = 0;
    for _ in 0..MOST {
        let messages = app.store.messages_without_vector(user, model, after, BATCH).await?;
        let Some(last) = messages.last() else { break };
        after = last.id;
        let texts: Vec<_> = messages.iter().map(|said| (said.id, embedding::beginning(&said.text))).collect();
        let vectors = embedding::embed(embedder, &texts).await.map_err(no_vectors)?;
        app.store.save_message_vectors(user, model, &vectors, app.clock.now()).await?;
        done += messages.len();
    }
    Ok(done)
}

/// The error is kept with the task, so the provider's own words, which may quote the text, stay out of it.
#[expect(clippy::needless_pass_by_value, reason = "this is what map_err hands over")]
fn no_vectors(error: LlmError) -> TaskError {
    TaskError::retry(format!("the embedding model gave no vectors ({}); `bondhu doctor` looks at it", error.code()))
}
