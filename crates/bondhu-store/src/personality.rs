//! What a profile rests on. The profile itself is worked out from these rows and stored nowhere.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::on;
use crate::words::words;
use crate::{EvidenceId, Result, SnapshotId, Store, Timestamp, Tx, UserId};

words! {
    /// One of the five broad traits.
    Trait {
        /// Curiosity, imagination, a liking for ideas.
        Openness = "openness",
        /// Order, care, follow-through.
        Conscientiousness = "conscientiousness",
        /// Sociability, energy among people.
        Extraversion = "extraversion",
        /// Warmth, interest in others.
        Agreeableness = "agreeableness",
        /// How easily one is worried or upset.
        Neuroticism = "neuroticism",
    }
}

words! {
    /// Where a piece of evidence comes from.
    Source {
        /// The questionnaire.
        Questionnaire = "questionnaire",
        /// How the person writes.
        Chat = "chat",
        /// What they listen to.
        Music = "music",
        /// What they watch.
        Video = "video",
    }
}

/// One thing that a profile rests on.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Evidence {
    /// Which.
    pub id: EvidenceId,
    /// Where it comes from.
    pub source: Source,
    /// What it is: a stable name within its source.
    pub cue: String,
    /// The trait it speaks of.
    #[sqlx(rename = "trait")]
    pub of: Trait,
    /// Where it puts the trait, in standard deviations from the mean of people.
    pub value: f64,
    /// How much it counts: its precision, where what is known of people in general counts 1.
    pub weight: f64,
    /// The messages it was found in: a JSON array of ids.
    pub message_ids: String,
    /// When it stops counting.
    pub expires_at: Option<Timestamp>,
    /// When the person struck it out.
    pub vetoed_at: Option<Timestamp>,
    /// When it was first found.
    pub created_at: Timestamp,
    /// When it was last found.
    pub updated_at: Timestamp,
}

/// Evidence to keep.
#[derive(Debug, Clone)]
pub struct NewEvidence {
    /// A fresh id; evidence of the same source, cue and trait keeps its first one.
    pub id: EvidenceId,
    /// Where it comes from.
    pub source: Source,
    /// What it is.
    pub cue: String,
    /// The trait it speaks of.
    pub of: Trait,
    /// In standard deviations from the mean of people.
    pub value: f64,
    /// Precision, where what is known of people in general counts 1; not negative.
    pub weight: f64,
    /// A JSON array of message ids.
    pub message_ids: String,
    /// When it stops counting.
    pub expires_at: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// An answer of the sitting under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Answer {
    /// Number of the item.
    pub item: i16,
    /// 1 to 5; none when the person chose to leave it out.
    pub answer: Option<i16>,
}

/// A trait that stays as it is until it is unlocked.
#[derive(Debug, Clone, Copy, PartialEq, sqlx::FromRow)]
pub struct Lock {
    /// Which trait.
    #[sqlx(rename = "trait")]
    pub of: Trait,
    /// Its mean then, 0 to 100.
    pub mean: f64,
    /// Its variance then.
    pub variance: f64,
    /// When.
    pub locked_at: Timestamp,
}

/// A profile as it was.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Snapshot {
    /// Which.
    pub id: SnapshotId,
    /// What had happened: `questionnaire`, `learnt`, `veto`, `lock`.
    pub reason: String,
    /// The traits: JSON.
    pub traits: String,
    /// When.
    pub created_at: Timestamp,
}

/// What is remembered of a profile beside its evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct PersonalityState {
    /// Nothing said before is learnt from.
    pub learn_from: Timestamp,
    /// When the questionnaire was last finished.
    pub questionnaire_at: Option<Timestamp>,
}

impl Tx {
    /// Keeps evidence; the same source, cue and trait again replaces what it says, and a veto stays.
    pub async fn put_evidence(&mut self, user: UserId, new: NewEvidence) -> Result<()> {
        const SQL: &str = "INSERT INTO personality_evidence
             (id, user_id, source, cue, trait, value, weight, message_ids, expires_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
             ON CONFLICT (user_id, source, cue, trait) DO UPDATE SET value = $6, weight = $7, message_ids = $8,
                 expires_at = $9, updated_at = $10";
        on!(tx self, db => sqlx::query(SQL)
            .bind(new.id).bind(user).bind(new.source).bind(&new.cue).bind(new.of).bind(new.value).bind(new.weight)
            .bind(&new.message_ids).bind(new.expires_at).bind(new.now).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Strikes evidence out, or lets it count again; false if there is none with this id.
    pub async fn veto_evidence(&mut self, user: UserId, id: EvidenceId, at: Option<Timestamp>) -> Result<bool> {
        const SQL: &str = "UPDATE personality_evidence SET vetoed_at = $3 WHERE id = $1 AND user_id = $2";
        let changed = on!(tx self, db => sqlx::query(SQL).bind(id).bind(user).bind(at)
            .execute(db).await.map(|done| done.rows_affected()))?;
        Ok(changed > 0)
    }

    /// All evidence that has not expired, the vetoed included, in the order of its ids, as this transaction sees it.
    pub async fn evidence(&mut self, user: UserId, now: Timestamp) -> Result<Vec<Evidence>> {
        Ok(on!(tx self, db => sqlx::query_as(EVIDENCE).bind(user).bind(now).fetch_all(db).await)?)
    }

    /// The locked traits, as this transaction sees them.
    pub async fn locks(&mut self, user: UserId) -> Result<Vec<Lock>> {
        Ok(on!(tx self, db => sqlx::query_as(LOCKS).bind(user).fetch_all(db).await)?)
    }

    /// The state, as this transaction sees it.
    pub async fn personality_state(&mut self, user: UserId) -> Result<Option<PersonalityState>> {
        Ok(on!(tx self, db => sqlx::query_as(STATE).bind(user).fetch_optional(db).await)?)
    }

    /// Holds a trait where it is; a second time changes nothing.
    pub async fn lock_trait(&mut self, user: UserId, lock: Lock) -> Result<()> {
        const SQL: &str = "INSERT INTO personality_locks (user_id, trait, mean, variance, locked_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (user_id, trait) DO NOTHING";
        on!(tx self, db => sqlx::query(SQL)
            .bind(user).bind(lock.of).bind(lock.mean).bind(lock.variance).bind(lock.locked_at)
            .execute(db).await.map(drop))?;
        Ok(())
    }

    /// Lets a trait move again.
    pub async fn unlock_trait(&mut self, user: UserId, of: Trait) -> Result<()> {
        const SQL: &str = "DELETE FROM personality_locks WHERE user_id = $1 AND trait = $2";
        on!(tx self, db => sqlx::query(SQL).bind(user).bind(of).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Keeps an answer of the sitting under way, or that the item was left out; the last word counts.
    pub async fn put_answer(&mut self, user: UserId, answer: Answer, now: Timestamp) -> Result<()> {
        const SQL: &str = "INSERT INTO personality_answers (user_id, item, answer, answered_at)
             VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, item) DO UPDATE SET answer = $3, answered_at = $4";
        on!(tx self, db => sqlx::query(SQL).bind(user).bind(answer.item).bind(answer.answer).bind(now)
            .execute(db).await.map(drop))?;
        Ok(())
    }

    /// The answers of the sitting under way, as this transaction sees them.
    pub async fn answers(&mut self, user: UserId) -> Result<Vec<Answer>> {
        Ok(on!(tx self, db => sqlx::query_as(ANSWERS).bind(user).fetch_all(db).await)?)
    }

    /// Ends the sitting under way; its answers are gone.
    pub async fn clear_answers(&mut self, user: UserId) -> Result<()> {
        const SQL: &str = "DELETE FROM personality_answers WHERE user_id = $1";
        on!(tx self, db => sqlx::query(SQL).bind(user).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Notes that the questionnaire was finished.
    pub async fn note_questionnaire(&mut self, user: UserId, now: Timestamp) -> Result<()> {
        const SQL: &str = "INSERT INTO personality_states (user_id, learn_from, questionnaire_at) VALUES ($1, 0, $2)
             ON CONFLICT (user_id) DO UPDATE SET questionnaire_at = $2";
        on!(tx self, db => sqlx::query(SQL).bind(user).bind(now).execute(db).await.map(drop))?;
        Ok(())
    }

    /// Keeps the profile as it is now.
    pub async fn add_snapshot(&mut self, user: UserId, new: Snapshot) -> Result<()> {
        const SQL: &str = "INSERT INTO personality_snapshots (id, user_id, reason, traits, created_at)
             VALUES ($1, $2, $3, $4, $5)";
        on!(tx self, db => sqlx::query(SQL)
            .bind(new.id).bind(user).bind(&new.reason).bind(&new.traits).bind(new.created_at)
            .execute(db).await.map(drop))?;
        Ok(())
    }

    /// The newest snapshots, newest first, as this transaction sees them.
    pub async fn snapshots(&mut self, user: UserId, limit: u32) -> Result<Vec<Snapshot>> {
        Ok(on!(tx self, db => sqlx::query_as(SNAPSHOTS).bind(user).bind(i64::from(limit)).fetch_all(db).await)?)
    }

    /// Forgets all there is of a person's profile; what was said before now is not learnt from again.
    pub async fn reset_personality(&mut self, user: UserId, now: Timestamp) -> Result<()> {
        const ALL: [&str; 4] = [
            "DELETE FROM personality_evidence WHERE user_id = $1",
            "DELETE FROM personality_answers WHERE user_id = $1",
            "DELETE FROM personality_locks WHERE user_id = $1",
            "DELETE FROM personality_snapshots WHERE user_id = $1",
        ];
        const STATE: &str = "INSERT INTO personality_states (user_id, learn_from, questionnaire_at)
             VALUES ($1, $2, NULL) ON CONFLICT (user_id) DO UPDATE SET learn_from = $2, questionnaire_at = NULL";
        for sql in ALL {
            on!(tx self, db => sqlx::query(sql).bind(user).execute(db).await.map(drop))?;
        }
        on!(tx self, db => sqlx::query(STATE).bind(user).bind(now).execute(db).await.map(drop))?;
        Ok(())
    }
}

const EVIDENCE: &str = "SELECT id, source, cue, trait, value, weight, message_ids, expires_at, vetoed_at, created_at,
     updated_at FROM personality_evidence WHERE user_id = $1 AND (expires_at IS NULL OR expires_at > $2) ORDER BY id";
const LOCKS: &str = "SELECT trait, mean, variance, locked_at FROM personality_locks WHERE user_id = $1";
const STATE: &str = "SELECT learn_from, questionnaire_at FROM personality_states WHERE user_id = $1";
const ANSWERS: &str = "SELECT item, answer FROM personality_answers WHERE user_id = $1 ORDER BY item";
const SNAPSHOTS: &str = "SELECT id, reason, traits, created_at FROM personality_snapshots
     WHERE user_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2";

impl Store {
    /// Removes evidence that stopped counting before a time, unless it was vetoed; answers how much.
    pub async fn delete_expired_evidence(&self, before: Timestamp) -> Result<u64> {
        const SQL: &str = "DELETE FROM personality_evidence WHERE expires_at < $1 AND vetoed_at IS NULL";
        Ok(on!(write self, db => sqlx::query(SQL).bind(before).execute(db).await.map(|done| done.rows_affected()))?)
    }

    /// See [`Tx::evidence`].
    pub async fn evidence(&self, user: UserId, now: Timestamp) -> Result<Vec<Evidence>> {
        Ok(on!(read self, db => sqlx::query_as(EVIDENCE).bind(user).bind(now).fetch_all(db).await)?)
    }

    /// The locked traits.
    pub async fn locks(&self, user: UserId) -> Result<Vec<Lock>> {
        Ok(on!(read self, db => sqlx::query_as(LOCKS).bind(user).fetch_all(db).await)?)
    }

    /// What is remembered of a profile beside its evidence; none before the first time.
    pub async fn personality_state(&self, user: UserId) -> Result<Option<PersonalityState>> {
        Ok(on!(read self, db => sqlx::query_as(STATE).bind(user).fetch_optional(db).await)?)
    }

    /// The answers of the sitting under way.
    pub async fn answers(&self, user: UserId) -> Result<Vec<Answer>> {
        Ok(on!(read self, db => sqlx::query_as(ANSWERS).bind(user).fetch_all(db).await)?)
    }

    /// The newest snapshots, newest first.
    pub async fn snapshots(&self, user: UserId, limit: u32) -> Result<Vec<Snapshot>> {
        Ok(on!(read self, db => sqlx::query_as(SNAPSHOTS).bind(user).bind(i64::from(limit)).fetch_all(db).await)?)
    }
}
