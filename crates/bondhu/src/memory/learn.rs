//! Keeping what a message says.

use bondhu_store::{Message, Outcome, StoreError, User};

use crate::{
    app::App,
    memory::{embedding, extract::extract, fact::Fact},
};

/// Keeps the facts of a message that was stored just now; answers how many are new. Nothing is learnt in a crisis or
/// while the person has remembering paused. A failure costs the facts and never the message.
pub async fn learn_from(app: &App, user: &User, said: &Message) -> i64 {
    if said.crisis_level.is_some_and(|level| level > 0) {
        return 0;
    }
    let facts = extract(&said.text, said.created_at);
    if facts.is_empty() {
        return 0;
    }
    match keep(app, user, said, &facts).await {
        Ok(count) => count,
        Err(error) => {
            tracing::warn!(%error, "what a message says could not be kept as memories");
            0
        }
    }
}

/// Keeps facts that a message states; answers how many are new.
pub async fn keep(app: &App, user: &User, said: &Message, facts: &[Fact]) -> Result<i64, StoreError> {
    if app.store.memory_settings(user.id).await?.paused {
        return Ok(0);
    }
    let mut tx = app.store.begin().await?;
    let mut new = 0;
    for fact in facts {
        let row = fact.row(user.id, app.clock.new_id(), Some(said.id), app.clock.now());
        let learnt = tx.remember(user.id, row).await?;
        new += i64::from(matches!(learnt.outcome, Outcome::Added | Outcome::Superseded));
    }
    if new > 0 {
        embedding::ask(app, &mut tx, user.id).await?;
    }
    tx.commit().await?;
    Ok(new)
}
