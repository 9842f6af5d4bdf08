//! The file that a `SQLite` broker and result backend share, or a database in memory.

use std::{
    ops::{Deref, DerefMut},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sqlx::{
    Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::{MutexGuard, Notify, OnceCell};

use crate::{clock::Clock, error::TransportError};

/// How often other processes' changes of the file are looked for, while somebody waits for some.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// One connection, used by one operation at a time: `SQLite` has one writer, and every operation here writes or is
/// short.
#[derive(Debug)]
pub(crate) struct Database {
    path: Option<PathBuf>,
    clock: Clock,
    connection: OnceCell<tokio::sync::Mutex<SqliteConnection>>,
    /// A transaction is open.
    is_writing: AtomicBool,
    listeners: Arc<Listeners>,
    watcher: OnceCell<()>,
}

#[derive(Debug, Default)]
struct Listeners(Mutex<Vec<Weak<Notify>>>);

impl Listeners {
    fn wake(&self) {
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.upgrade().inspect(|listener| listener.notify_one()).is_some());
    }

    fn are_none(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

/// The connection with a transaction open on it.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    connection: MutexGuard<'a, SqliteConnection>,
}

impl Deref for Writing<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Writing<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}

/// Does several statements as one; what is not committed has not happened. A macro, because an async closure that
/// borrows the transaction cannot yet be known to be `Send`.
macro_rules! in_one {
    ($database:expr, $tx:ident => $body:expr) => {{
        let mut writing = $database.begin().await?;
        let $tx = &mut writing;
        let done: Result<_, sqlx::Error> = async { $body }.await;
        $database.finish(writing, done).await
    }};
}
pub(crate) use in_one;

impl Database {
    /// A database in memory; opened when it is first used.
    pub(crate) fn memory(clock: Clock) -> Self {
        let listeners = Arc::default();
        Self {
            path: None,
            clock,
            connection: OnceCell::new(),
            is_writing: AtomicBool::new(false),
            listeners,
            watcher: OnceCell::new(),
        }
    }

    /// Opens the file, and makes it if it is not there.
    pub(crate) async fn open(path: &Path, clock: Clock) -> Result<Self, TransportError> {
        let database = Self { path: Some(path.to_owned()), ..Self::memory(clock) };
        drop(database.lock().await?);
        Ok(database)
    }

    pub(crate) const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Now in milliseconds since 1970, the unit of every time in the file.
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    pub(crate) const fn is_file(&self) -> bool {
        self.path.is_some()
    }

    /// The connection.
    pub(crate) async fn lock(&self) -> Result<MutexGuard<'_, SqliteConnection>, TransportError> {
        let connection = self.connection.get_or_try_init(|| set_up(self.path.clone()));
        let mut connection = connection.await.map_err(|error| self.fault(&error))?.lock().await;
        // Whoever held it last was dropped in the middle, or could not commit.
        if self.is_writing.swap(false, Ordering::Relaxed) {
            let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
        }
        Ok(connection)
    }

    /// Begins a transaction; see [`in_one`].
    pub(crate) async fn begin(&self) -> Result<Writing<'_>, TransportError> {
        let mut connection = self.lock().await?;
        // A lock taken at once waits its turn; one taken at the first write would fail instead.
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await.map_err(|error| self.fault(&error))?;
        self.is_writing.store(true, Ordering::Relaxed);
        Ok(Writing { connection })
    }

    /// Commits, or takes everything back if something went wrong.
    pub(crate) async fn finish<T>(
        &self,
        mut writing: Writing<'_>,
        done: Result<T, sqlx::Error>,
    ) -> Result<T, TransportError> {
        let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
        let ended = sqlx::query(end).execute(&mut *writing).await;
        if ended.is_ok() {
            self.is_writing.store(false, Ordering::Relaxed);
        }
        done.and_then(|value| ended.map(|_| value)).map_err(|error| self.fault(&error))
    }

    /// Notified whenever this process or another may have changed something.
    pub(crate) fn listen(&self) -> Arc<Notify> {
        let listener = Arc::new(Notify::new());
        self.listeners.0.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(&listener));
        listener
    }

    /// Tells everybody in this process to look again.
    pub(crate) fn wake(&self) {
        self.listeners.wake();
    }

    /// Begins to look for changes by other processes, once.
    pub(crate) async fn watch_file(&self) {
        let Some(path) = self.path.clone() else { return };
        let listeners = Arc::downgrade(&self.listeners);
        self.watcher
            .get_or_init(|| async {
                tokio::spawn(look_for_changes(path, listeners));
            })
            .await;
    }

    pub(crate) fn fault(&self, error: &sqlx::Error) -> TransportError {
        let server = self.path.as_ref().map_or_else(|| "memory".to_owned(), |path| path.display().to_string());
        match error {
            sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => {
                TransportError::Corrupt { server, reason: "a row has another form than expected".to_owned() }
            }
            sqlx::Error::Database(error)
                if error.message().contains("full") || error.message().contains("readonly") =>
            {
                TransportError::Refused { server, reason: error.message().to_owned() }
            }
            error => TransportError::Unavailable { server, reason: error.to_string() },
        }
    }
}

/// Opens the database and brings its tables up to date.
async fn set_up(path: Option<PathBuf>) -> Result<tokio::sync::Mutex<SqliteConnection>, sqlx::Error> {
    let mut connection = connect(path.as_deref()).await?;
    sqlx::migrate!("src/sqlite").run_direct(None, &mut connection, false).await?;
    Ok(tokio::sync::Mutex::new(connection))
}

async fn connect(path: Option<&Path>) -> Result<SqliteConnection, sqlx::Error> {
    let options = match path {
        None => SqliteConnectOptions::new().in_memory(true),
        // A commit reaches the disk before it is reported: what was accepted also survives a power cut.
        Some(path) => SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10)),
    };
    SqliteConnection::connect_with(&options).await
}

/// `SQLite` counts the commits of other connections; reading the counter touches no table.
async fn look_for_changes(path: PathBuf, listeners: Weak<Listeners>) {
    let mut connection = None;
    let mut last: Option<i64> = None;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Some(listeners) = listeners.upgrade() else { return };
        if listeners.are_none() {
            continue;
        }
        if connection.is_none() {
            connection = connect(Some(&path)).await.ok();
        }
        let Some(open) = connection.as_mut() else { continue };
        match sqlx::query_scalar("PRAGMA data_version").fetch_one(open).await {
            Ok(version) if last == Some(version) => {}
            Ok(version) => {
                last = Some(version);
                listeners.wake();
            }
            Err(error) => {
                tracing::warn!(%error, "the file of the task queue cannot be watched; trying again");
                connection = None;
            }
        }
    }
}
