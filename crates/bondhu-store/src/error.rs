//! What can go wrong with the store, as few cases as a caller can act on.

use std::fmt;

use sqlx::migrate::MigrateError;

/// Why a store function failed. No message holds a value from a row.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The row does not exist, or belongs to someone else.
    #[error("there is no such record")]
    NotFound,
    /// Another row already holds what must be unique.
    #[error("the {what} is already taken")]
    Conflict {
        /// `username`, `idempotency_key`, `reply_in_progress`, `unique_key` or `id`.
        what: &'static str,
    },
    /// Another process held the database for too long. Nothing was written; trying again is safe.
    #[error("the database is locked by another process; try again, and close other programs that hold it open")]
    Busy,
    /// The disk, or the room set aside for the database, is full. Nothing was written.
    #[error("the disk that holds the database is full; free some space, then try again")]
    Full,
    /// The database cannot be reached, opened or written.
    #[error("the database cannot be reached: {0}; check its address or path, its permissions and that it runs")]
    Unavailable(#[source] Cause),
    /// The database was migrated by a newer version of the program.
    #[error("the database has schema version {database}, this program knows up to {binary}; install a newer version")]
    TooNew {
        /// The schema version of the database.
        database: i64,
        /// The newest schema version this program knows.
        binary: i64,
    },
    /// A row or the file does not read as it should.
    #[error("the database is damaged or was changed by hand: {0}; restore a backup")]
    Corrupt(#[source] Cause),
    /// Any other failure of the database.
    #[error("the database refused the query: {0}")]
    Sql(#[source] Cause),
}

/// The driver's account of a failure, reduced to text that holds no value of a row.
#[derive(Debug)]
pub struct Cause(String);

impl Cause {
    pub(crate) fn new(cause: impl fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Cause {}

/// What each unique index guards: the name Postgres reports, the columns `SQLite` reports, the caller's word.
const UNIQUE: [(&str, &str, &str); 5] = [
    ("users_username_key_key", "users.username_key", "username"),
    ("chat_messages_idempotency", "chat_messages.user_id, chat_messages.idempotency_key", "idempotency_key"),
    ("chat_messages_streaming", "chat_messages.conversation_id", "reply_in_progress"),
    ("outbox_unique_key_key", "outbox.unique_key", "unique_key"),
    ("", "", "id"),
];

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match error {
            E::RowNotFound => Self::NotFound,
            E::Database(error) => from_database(&*error),
            E::PoolTimedOut => Self::Unavailable(Cause::new("no connection became free in time")),
            E::Configuration(_) => Self::Unavailable(Cause::new("the database address is not valid")),
            E::Io(_) | E::Tls(_) | E::PoolClosed | E::WorkerCrashed => Self::Unavailable(Cause::new(error)),
            // The decoder's own message may quote the value.
            E::ColumnDecode { index, .. } => Self::Corrupt(Cause::new(format_args!("column {index} does not decode"))),
            E::Decode(_) => Self::Corrupt(Cause::new("a value does not decode")),
            E::Migrate(error) => (*error).into(),
            error => Self::Sql(Cause::new(error)),
        }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            error @ (MigrateError::VersionMismatch(_) | MigrateError::Dirty(_)) => Self::Corrupt(Cause::new(error)),
            error => Self::Sql(Cause::new(error)),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::Full,
            _ => Self::Unavailable(Cause::new(error)),
        }
    }
}

fn from_database(error: &dyn sqlx::error::DatabaseError) -> StoreError {
    if error.is_unique_violation() {
        return StoreError::Conflict { what: conflict(error.constraint(), error.message()) };
    }
    if error.is_foreign_key_violation() {
        return StoreError::NotFound;
    }
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        from_sqlite(code.parse().unwrap_or(0), error.message())
    } else {
        from_postgres(&code, error.message())
    }
}

fn conflict(constraint: Option<&str>, message: &str) -> &'static str {
    let columns = message.rsplit_once("failed: ").map(|(_, columns)| columns);
    UNIQUE.iter().find(|(name, at, _)| constraint == Some(name) || columns == Some(at)).map_or("id", |&(.., what)| what)
}

/// Result codes: <https://sqlite.org/rescode.html>. The low byte of an extended code is its kind.
fn from_sqlite(code: u32, message: &str) -> StoreError {
    match code & 0xff {
        5 | 6 => StoreError::Busy,
        13 => StoreError::Full,
        11 | 26 => StoreError::Corrupt(Cause::new(message)),
        3 | 8 | 10 | 14 => StoreError::Unavailable(Cause::new(message)),
        _ => StoreError::Sql(Cause::new(format_args!("{message} (SQLite code {code})"))),
    }
}

/// Error codes: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn from_postgres(code: &str, message: &str) -> StoreError {
    match code {
        "53100" => StoreError::Full,
        // Serialisation failure, deadlock, lock timeout.
        "40001" | "40P01" | "55P03" => StoreError::Busy,
        // Connection trouble, no rights, no such database, out of connections, shutting down, read-only.
        "53300" | "3D000" | "57P01" | "57P02" | "57P03" | "25006" | "42501" => {
            StoreError::Unavailable(Cause::new(message))
        }
        code if code.starts_with("08") || code.starts_with("28") => StoreError::Unavailable(Cause::new(message)),
        code if code.starts_with("XX") => StoreError::Corrupt(Cause::new(message)),
        code => StoreError::Sql(Cause::new(format_args!("{message} (Postgres code {code})"))),
    }
}
