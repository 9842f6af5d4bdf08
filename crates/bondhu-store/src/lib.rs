//! Bondhu's rows, on `SQLite` or Postgres.
//!
//! Each query is written once and runs on both engines; what must differ lives in `dialect.rs`. Reads are
//! methods of [`Store`], writes are methods of [`Tx`], and a [`Store`] method of the same name wraps a
//! write that makes sense alone. Every function about a person's rows takes that person's [`UserId`]:
//! someone else's id is answered as if the row did not exist.

mod api_tokens;
mod conversations;
mod db;
mod dialect;
mod error;
#[cfg(test)]
mod faults;
mod ids;
mod insights;
mod invites;
mod memories;
mod messages;
mod mood;
mod outbox;
mod personality;
mod schema;
mod search;
mod sessions;
mod settings;
mod time;
mod users;
mod vectors;
mod words;

pub use api_tokens::{ApiToken, NewApiToken};
pub use conversations::{Conversation, NewConversation};
pub use db::{Store, StoreConfig, Tx};
pub use error::{Cause, StoreError};
pub use ids::{
    ApiTokenId, CheckInId, ConversationId, EvidenceId, InviteId, MemoryId, MessageId, OutboxId, SessionId, SnapshotId,
    UserId,
};
pub use insights::{Insight, NewActivity, Said};
pub use invites::{Invite, NewInvite};
pub use memories::{
    CreatedBy, Learnt, Memory, MemoryFilter, MemoryKind, MemorySettings, MemorySource, MemoryStatus, MemoryUse,
    NewMemory, NewMemoryUse, Outcome, Polarity, Recallable,
};
pub use messages::{AnsweredBy, Crisis, Finish, Message, MessagePage, NewMessage, Page, Sender, Status, Utterance};
pub use mood::{CheckIn, MoodCount, NewCheckIn, Remark};
pub use outbox::{NewOutbox, OutboxRow};
pub use personality::{Answer, Evidence, Lock, NewEvidence, PersonalityState, Snapshot, Source, Trait};
pub use schema::{MigrationReport, SchemaStatus};
pub use search::{Hit, Piece, SearchPage, Token, tokens};
pub use sessions::{NewSession, Session};
pub use settings::SignUpMode;
pub use time::Timestamp;
pub use users::{NewUser, User, UserChanges, UserCredentials};
pub use vectors::StoredVector;
pub use words::UnknownWord;

/// The result of a store function.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
