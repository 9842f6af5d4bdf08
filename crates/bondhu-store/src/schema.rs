//! The schema's version and the way to the newest one.

use sqlx::migrate::Migrator;

use crate::db::{Db, TxInner, on};
use crate::{Result, Store, StoreError, dialect};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// How the database's schema compares to what this program knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaStatus {
    /// Newest version applied to the database; 0 when it is empty.
    pub database: i64,
    /// Newest version this program knows.
    pub binary: i64,
    /// Versions that a migration would apply, oldest first.
    pub pending: Vec<i64>,
}

impl SchemaStatus {
    pub(crate) fn check(self) -> Result<Self> {
        if self.database > self.binary {
            return Err(StoreError::TooNew { database: self.database, binary: self.binary });
        }
        Ok(self)
    }
}

/// What a migration did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationReport {
    /// Versions applied, oldest first; empty when the schema was up to date.
    pub applied: Vec<i64>,
    /// The schema's version now.
    pub version: i64,
}

impl Store {
    /// Compares the database's schema to what this program knows.
    pub async fn schema_status(&self) -> Result<SchemaStatus> {
        let applied: Vec<i64> = if dialect::has_migrations_table(self).await? {
            const SQL: &str = "SELECT version FROM _sqlx_migrations ORDER BY version";
            on!(write self, db => sqlx::query_scalar(SQL).fetch_all(db).await)?
        } else {
            Vec::new()
        };
        let known = versions(self.migrator());
        Ok(SchemaStatus {
            database: applied.last().copied().unwrap_or(0),
            binary: known.last().copied().unwrap_or(0),
            pending: known.into_iter().filter(|version| !applied.contains(version)).collect(),
        })
    }

    /// Brings the schema to the newest version. Processes that migrate at once wait for each other.
    pub async fn migrate(&self) -> Result<MigrationReport> {
        let before = self.schema_status().await?.check()?;
        match &self.db {
            // The driver takes no lock here, so the write lock of one transaction around it all does.
            Db::Sqlite { .. } => {
                let mut tx = self.begin().await?;
                if let TxInner::Sqlite(inner) = &mut tx.inner {
                    SQLITE.run_direct(None, &mut **inner, false).await?;
                }
                tx.commit().await?;
            }
            Db::Postgres(pool) => POSTGRES.run(pool).await?,
        }
        let after = self.schema_status().await?;
        let applied = before.pending.into_iter().filter(|version| !after.pending.contains(version)).collect();
        Ok(MigrationReport { applied, version: after.database })
    }

    fn migrator(&self) -> &'static Migrator {
        match self.db {
            Db::Sqlite { .. } => &SQLITE,
            Db::Postgres(_) => &POSTGRES,
        }
    }
}

fn versions(migrator: &Migrator) -> Vec<i64> {
    migrator.iter().map(|migration| migration.version).collect()
}
