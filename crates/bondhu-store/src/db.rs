//! Connections and transactions.

use std::path::PathBuf;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection, PgPool, SqlitePool};

use crate::error::Cause;
use crate::{Result, StoreError, dialect};

/// How long a `SQLite` statement waits for another process, and a query for a free connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the rows live.
#[derive(Clone)]
pub enum StoreConfig {
    /// One file, made with its folder when missing.
    Sqlite {
        /// The database file.
        path: PathBuf,
        /// Connections for reading; writing always has one of its own.
        readers: u32,
    },
    /// A Postgres server.
    Postgres {
        /// `postgres://user:password@host:port/database`.
        url: String,
        /// Most connections this process opens.
        max_connections: u32,
    },
}

impl StoreConfig {
    /// A `SQLite` file with four readers.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        Self::Sqlite { path: path.into(), readers: 4 }
    }

    /// A Postgres database with up to ten connections.
    pub fn postgres(url: impl Into<String>) -> Self {
        Self::Postgres { url: url.into(), max_connections: 10 }
    }
}

impl std::fmt::Debug for StoreConfig {
    /// Leaves out the URL, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite { path, readers } => {
                f.debug_struct("Sqlite").field("path", path).field("readers", readers).finish()
            }
            Self::Postgres { max_connections, .. } => {
                f.debug_struct("Postgres").field("max_connections", max_connections).finish_non_exhaustive()
            }
        }
    }
}

/// The open database; a clone shares the connections.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) db: Db,
}

#[derive(Debug, Clone)]
pub(crate) enum Db {
    /// `SQLite` has one writer at a time; a connection of its own queues the writers inside the process
    /// instead of having them fight over the file lock.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

/// A write transaction. Dropped without [`Tx::commit`], it leaves no trace. After a failure only drop it.
#[derive(Debug)]
pub struct Tx {
    pub(crate) inner: TxInner,
}

#[derive(Debug)]
pub(crate) enum TxInner {
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// Runs one expression against whichever driver is live: `read` and `write` take a [`Store`], `tx` a [`Tx`].
macro_rules! on {
    (read $store:expr, $db:ident => $body:expr) => {
        match &$store.db {
            $crate::db::Db::Sqlite { read: $db, .. } => $body,
            $crate::db::Db::Postgres($db) => $body,
        }
    };
    (write $store:expr, $db:ident => $body:expr) => {
        match &$store.db {
            $crate::db::Db::Sqlite { write: $db, .. } => $body.map_err($crate::db::busy),
            $crate::db::Db::Postgres($db) => $body.map_err($crate::StoreError::from),
        }
    };
    (tx $tx:expr, $db:ident => $body:expr) => {
        match &mut $tx.inner {
            $crate::db::TxInner::Sqlite(tx) => {
                let $db = &mut **tx;
                $body
            }
            $crate::db::TxInner::Postgres(tx) => {
                let $db = &mut **tx;
                $body
            }
        }
    };
}

pub(crate) use on;

impl Store {
    /// Connects, and makes the `SQLite` file when it is missing; does not migrate.
    ///
    /// Fails with [`StoreError::TooNew`] when a newer version of the program has migrated the database.
    pub async fn open(config: &StoreConfig) -> Result<Self> {
        let db = match config {
            StoreConfig::Sqlite { path, readers } => open_sqlite(path, *readers).await?,
            StoreConfig::Postgres { url, max_connections } => open_postgres(url, *max_connections).await?,
        };
        let store = Self { db };
        store.schema_status().await?.check()?;
        Ok(store)
    }

    /// `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match self.db {
            Db::Sqlite { .. } => "sqlite",
            Db::Postgres(_) => "postgres",
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        on!(read self, db => sqlx::query("SELECT 1").execute(db).await.map(drop))?;
        Ok(())
    }

    /// Reads the whole database file and looks for damage; takes seconds for a large one.
    ///
    /// Fails with [`StoreError::Corrupt`] when there is some. Restore a backup then.
    pub async fn check_integrity(&self) -> Result<()> {
        let found = dialect::quick_check(self).await?;
        if found.iter().all(|line| line == "ok") {
            return Ok(());
        }
        Err(StoreError::Corrupt(Cause::new(format_args!("{} places of the database file are damaged", found.len()))))
    }

    /// Moves recent writes from `SQLite`'s log into its file, beside whoever reads and writes. Call it every few
    /// seconds, so that no writer has to do it. Nothing to do on Postgres.
    pub async fn checkpoint(&self) -> Result<()> {
        dialect::checkpoint(self).await
    }

    /// Starts a write transaction. On `SQLite` it takes the write lock at once, so keep it short.
    pub async fn begin(&self) -> Result<Tx> {
        let inner = match &self.db {
            Db::Sqlite { write, .. } => TxInner::Sqlite(write.begin_with("BEGIN IMMEDIATE").await.map_err(busy)?),
            Db::Postgres(pool) => TxInner::Postgres(pool.begin().await?),
        };
        Ok(Tx { inner })
    }

    /// Waits for the queries under way, then closes every connection.
    pub async fn close(&self) {
        match &self.db {
            Db::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes everything done in the transaction durable and visible, or nothing of it.
    pub async fn commit(self) -> Result<()> {
        match self.inner {
            TxInner::Sqlite(tx) => tx.commit().await?,
            TxInner::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Undoes everything done in the transaction. Dropping it does the same a little later.
    pub async fn rollback(self) -> Result<()> {
        match self.inner {
            TxInner::Sqlite(tx) => tx.rollback().await?,
            TxInner::Postgres(tx) => tx.rollback().await?,
        }
        Ok(())
    }
}

/// All `SQLite` writers share one connection: waiting for it in vain means that the file is busy.
pub(crate) fn busy(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::PoolTimedOut => StoreError::Busy,
        error => error.into(),
    }
}

async fn open_sqlite(path: &std::path::Path, readers: u32) -> Result<Db> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .disable_statement_logging()
        // Rows come from another thread; fewer handovers for a page of messages.
        .row_buffer_size(256)
        // Deleted text is overwritten with zeros, not left in free pages.
        .pragma("secure_delete", "ON");
    let write = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        // A checkpoint waits for the disk, and by default every thousandth page makes a writer wait with it.
        // `Store::checkpoint` does it beside the writer; this is for programs that never call that.
        .pragma("wal_autocheckpoint", "8000");
    // One connection that never retires: reopening it would only cost time.
    let write = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        // A full disk makes SQLite end a transaction on its own; the driver then loses count, and only a
        // new connection can begin another one.
        .before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .connect_with(write)
        .await?;
    let read = SqlitePoolOptions::new()
        .max_connections(readers.max(1))
        .acquire_timeout(PATIENCE)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options.pragma("query_only", "ON"));
    Ok(Db::Sqlite { write, read })
}

async fn open_postgres(url: &str, max_connections: u32) -> Result<Db> {
    // The parser's message may quote the password.
    let options: PgConnectOptions = url.parse().map_err(|_| {
        StoreError::Unavailable(Cause::new("DATABASE_URL is not of the form postgres://user:password@host/database"))
    })?;
    let options = options
        .disable_statement_logging()
        .application_name("bondhu")
        .options([("statement_timeout", dialect::STATEMENT_TIMEOUT)]);
    let pool = PgPoolOptions::new()
        .max_connections(max_connections.max(1))
        .acquire_timeout(PATIENCE)
        .connect_with(options)
        .await?;
    Ok(Db::Postgres(pool))
}
