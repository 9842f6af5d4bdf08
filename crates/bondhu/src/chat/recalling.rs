//! Memories in a reply: what is recalled for it, and noting that it was given them.

use std::time::Duration;

use bondhu_store::Utterance;
use tokio::time::timeout;

use crate::{
    app::App,
    chat::generate::Prompted,
    memory::recall::{Recalled, What},
    safety::CrisisLevel,
};

/// A reply does not wait longer for memories. After a start the index of a long history may need several such spans.
const RECALL_LIMIT: Duration = Duration::from_secs(2);
/// The newest messages of the conversation are in every prompt, so they are not recalled.
const SHOWN: usize = 40;

/// What the person has said before and that matters now. In a crisis, and while one lasts, nothing is brought up; a failure costs the memories
/// and never the reply.
pub async fn recall(app: &App, prompted: &Prompted, history: &[Utterance]) -> Vec<Recalled> {
    let lasts = prompted.lasting.is_some_and(|level| level >= CrisisLevel::Ideation);
    if prompted.crisis.is_some() || lasts {
        return Vec::new();
    }
    let shown = &history[..history.len().min(SHOWN)];
    let question = &prompted.question.text;
    let recalling = app.recall.recall(&app.store, prompted.user.id, question, shown, app.clock.now());
    match timeout(RECALL_LIMIT, recalling).await {
        Ok(Ok(recalled)) => without_news(app, prompted, recalled).await,
        Ok(Err(error)) => {
            tracing::warn!(%error, "memories could not be recalled; the reply goes without them");
            Vec::new()
        }
        Err(_) => {
            tracing::warn!(
                "recalling took too long; the reply goes without memories, and the next one goes on from there"
            );
            Vec::new()
        }
    }
}

/// Leaves out what this very message has taught: it is no memory yet.
async fn without_news(app: &App, prompted: &Prompted, mut recalled: Vec<Recalled>) -> Vec<Recalled> {
    let question = &prompted.question;
    if question.memories_learnt > 0 {
        let news = app.store.memories_learnt_from(prompted.user.id, question.id).await.unwrap_or_default();
        recalled.retain(|known| !matches!(&known.what, What::Fact(fact) if news.iter().any(|new| new.id == fact.id)));
    }
    recalled
}

/// Notes what the reply was given to go by.
pub async fn note_used(app: &App, prompted: &Prompted, used: &[&Recalled]) {
    if used.is_empty() {
        return;
    }
    let rows: Vec<_> = used.iter().map(|recalled| recalled.used()).collect();
    match app.store.note_memory_uses(prompted.user.id, prompted.reply.id, &rows, app.clock.now()).await {
        Ok(()) => drop(prompted.used.set(i64::try_from(rows.len()).unwrap_or(i64::MAX))),
        Err(error) => tracing::warn!(%error, "what a reply was given to go by could not be noted"),
    }
}
