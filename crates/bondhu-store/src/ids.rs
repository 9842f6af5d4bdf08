//! Ids as distinct types, so that a message's id cannot be passed where a person's is due.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, sqlx::Type, ToSchema,
        )]
        #[serde(transparent)]
        #[sqlx(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

id!(
    /// A person with an account.
    UserId
);
id!(
    /// One browser's signed-in session.
    SessionId
);
id!(
    /// A token that a program signs in with.
    ApiTokenId
);
id!(
    /// An invitation to sign up.
    InviteId
);
id!(
    /// A conversation.
    ConversationId
);
id!(
    /// A message; ids on the shown path of a conversation rise from parent to child.
    MessageId
);
id!(
    /// A task that waits in the outbox.
    OutboxId
);
id!(
    /// A day's own word on a mood.
    CheckInId
);
id!(
    /// One thing that a profile rests on.
    EvidenceId
);
id!(
    /// A profile as it was at a time.
    SnapshotId
);
id!(
    /// Something remembered about a person.
    MemoryId
);
