//! What every change of a profile has in common: a snapshot for the history, the commit, and the caches.

use std::time::Duration;

use bondhu_store::{Snapshot, SnapshotId, StoreError, Tx, UserId};

use crate::{app::App, cache_keys::PersonalityContextKey, personality::profile::replay};

/// What a person does themselves is always kept in the history; what is learnt, at most this often.
const LEARNT_EVERY: Duration = Duration::from_hours(24);

/// Why a profile changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The questionnaire was finished.
    Questionnaire,
    /// Something was learnt from what the person does.
    Learnt,
    /// The person struck something out or let it count again.
    Veto,
    /// The person locked or unlocked a trait.
    Lock,
}

impl Reason {
    /// The stored word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Questionnaire => "questionnaire",
            Self::Learnt => "learnt",
            Self::Veto => "veto",
            Self::Lock => "lock",
        }
    }
}

/// Takes a snapshot, commits, and drops what was cached.
pub async fn commit(app: &App, mut tx: Tx, user: UserId, reason: Reason) -> Result<(), StoreError> {
    let now = app.clock.now();
    let latest = tx.snapshots(user, 1).await?;
    let too_soon = latest.first().is_some_and(|one| one.created_at > now.minus(LEARNT_EVERY));
    if reason != Reason::Learnt || !too_soon {
        let traits = replay(&tx.evidence(user, now).await?, &tx.locks(user).await?);
        let snapshot = Snapshot {
            id: SnapshotId(app.clock.new_id()),
            reason: reason.name().to_owned(),
            traits: serde_json::to_string(&traits).expect("traits are plain data"),
            created_at: now,
        };
        tx.add_snapshot(user, snapshot).await?;
    }
    tx.commit().await?;
    forget(app, user).await;
    Ok(())
}

/// Drops what is cached of a person's profile. Call it after the commit of whatever changes it.
pub async fn forget(app: &App, user: UserId) {
    app.cache.invalidate(&PersonalityContextKey(user)).await;
}
