//! Having what people say, and the facts about them, turned into vectors.

use std::time::Duration;

use bondhu_llm::{Embedder, LlmError};
use bondhu_store::{NewOutbox, OutboxId, StoreError, Tx, UserId};
use bondhu_tasks::Task;
use serde_json::json;

use super::{tasks::embed_memories::EmbedMemories, vectors};
use crate::app::App;

/// A text's first so many characters are embedded: about what the smaller models take in.
const BEGINNING: usize = 2000;
/// What is new of a person is embedded at most this often; in one go all that was said in between.
const PACE: Duration = Duration::from_mins(1);

/// What of a text is embedded.
pub fn beginning(text: &str) -> String {
    text.chars().take(BEGINNING).collect()
}

/// Asks for what is new of a person to be embedded, with the transaction that makes it. Does nothing where no embedding
/// model is set.
pub async fn ask(app: &App, tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    if app.embedder.is_none() {
        return Ok(());
    }
    let now = app.clock.now();
    let task = NewOutbox {
        id: OutboxId(app.clock.new_id()),
        name: EmbedMemories::NAME.to_owned(),
        args: json!(EmbedMemories { user_id: user }),
        queue: "memory".to_owned(),
        unique_key: Some(format!("embed_memories:{user}")),
        available_at: now,
        created_at: now,
    };
    tx.enqueue_paced(task, PACE).await.map(drop)
}

/// The bytes to keep of each text. A text that the model refuses gets none, and is found by its words alone; it fails
/// if the model refuses them all.
pub async fn embed<Id: Copy>(embedder: &Embedder, texts: &[(Id, String)]) -> Result<Vec<(Id, Vec<u8>)>, LlmError> {
    let refused = match together(embedder, texts).await {
        Err(error @ LlmError::Refused { status: 400 | 413 | 422, .. }) => error,
        answer => return answer,
    };
    let mut done = Vec::new();
    for text in texts {
        match together(embedder, std::slice::from_ref(text)).await {
            Ok(vector) => done.extend(vector),
            Err(error @ LlmError::Refused { .. }) => {
                tracing::warn!(
                    code = error.code(),
                    "the embedding model refused a text; it is found by its words alone"
                );
            }
            Err(error) => return Err(error),
        }
    }
    if done.is_empty() { Err(refused) } else { Ok(done) }
}

async fn together<Id: Copy>(embedder: &Embedder, texts: &[(Id, String)]) -> Result<Vec<(Id, Vec<u8>)>, LlmError> {
    let found = embedder.embed(texts.iter().map(|(_, text)| text.clone()).collect()).await?;
    Ok(texts.iter().zip(found).map(|((id, _), vector)| (*id, vectors::bytes(&vector))).collect())
}
