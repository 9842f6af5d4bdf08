//! The few statements that `SQLite` and Postgres cannot share.

use uuid::Uuid;

use crate::db::{Db, TxInner, on};
use crate::{
    ConversationId, Memory, MemoryId, Message, MessageId, OutboxId, Recallable, Result, Store, Tx, UserId, memories,
    messages,
};

/// No query of the store takes this long unless something is wrong with the server.
pub(crate) const STATEMENT_TIMEOUT: &str = "30s";

/// Lets one first sign-up pass at a time. `SQLite` has only one writer anyway.
pub(crate) async fn lock_users(tx: &mut Tx) -> Result<()> {
    if let TxInner::Postgres(tx) = &mut tx.inner {
        sqlx::query("LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE").execute(&mut **tx).await?;
    }
    Ok(())
}

/// Whether the conversation is the user's. Until the transaction ends nobody else adds to it, so two tabs
/// that send at once do not both answer the same message.
pub(crate) async fn lock_conversation(tx: &mut Tx, user: UserId, id: ConversationId) -> Result<bool> {
    let found: Option<i32> = match &mut tx.inner {
        TxInner::Sqlite(tx) => {
            const SQL: &str = "SELECT 1 FROM conversations WHERE id = $1 AND user_id = $2";
            sqlx::query_scalar(SQL).bind(id).bind(user).fetch_optional(&mut **tx).await?
        }
        TxInner::Postgres(tx) => {
            const SQL: &str = "SELECT 1 FROM conversations WHERE id = $1 AND user_id = $2 FOR NO KEY UPDATE";
            sqlx::query_scalar(SQL).bind(id).bind(user).fetch_optional(&mut **tx).await?
        }
    };
    Ok(found.is_some())
}

/// The last shown message of the conversation, locked as by [`lock_conversation`].
pub(crate) async fn lock_and_find_last(
    tx: &mut Tx,
    user: UserId,
    conversation: ConversationId,
) -> Result<Option<MessageId>> {
    const SQL: &str = "SELECT id FROM chat_messages
         WHERE conversation_id = $1 AND user_id = $2 AND active = TRUE ORDER BY id DESC LIMIT 1";
    // Postgres must read after it has waited for the lock: one statement would see what was there before.
    if matches!(tx.inner, TxInner::Postgres(_)) && !lock_conversation(tx, user, conversation).await? {
        return Ok(None);
    }
    Ok(on!(tx tx, db => sqlx::query_scalar(SQL).bind(conversation).bind(user).fetch_optional(db).await)?)
}

/// Makes a message findable by these terms, in place of those it had.
pub(crate) async fn index_message(tx: &mut Tx, id: MessageId, terms: &[String]) -> Result<()> {
    match &mut tx.inner {
        TxInner::Sqlite(tx) => {
            const SQL: &str =
                "INSERT OR REPLACE INTO chat_search (rowid, terms) SELECT seq, $2 FROM chat_messages WHERE id = $1";
            sqlx::query(SQL).bind(id).bind(terms.join(" ")).execute(&mut **tx).await?;
        }
        TxInner::Postgres(tx) => {
            const SQL: &str = "INSERT INTO chat_search (message_id, terms) VALUES ($1, array_to_tsvector($2))
                 ON CONFLICT (message_id) DO UPDATE SET terms = excluded.terms";
            sqlx::query(SQL).bind(id).bind(terms).execute(&mut **tx).await?;
        }
    }
    Ok(())
}

/// The user's messages that hold all `terms`, the last one as the beginning of a word; newest first, with
/// the title of their conversation.
pub(crate) async fn search(
    store: &Store,
    user: UserId,
    terms: &[String],
    before: MessageId,
    limit: i64,
) -> Result<Vec<(Message, String)>> {
    // A term holds letters, digits and marks only, so quoting it is enough.
    let quoted = |quote: &str| terms.iter().map(|term| format!("{quote}{term}{quote}")).collect::<Vec<_>>();
    let rows: Vec<Found> = match &store.db {
        Db::Sqlite { read, .. } => {
            const SQL: &str = messages::select!(
                ", c.title AS conversation_title",
                "JOIN conversations c ON c.id = m.conversation_id
                 WHERE m.seq IN (SELECT rowid FROM chat_search WHERE chat_search MATCH $1)
                 AND m.user_id = $2 AND m.id < $3 ORDER BY m.id DESC LIMIT $4"
            );
            let query = format!("{}*", quoted("\"").join(" AND "));
            sqlx::query_as(SQL).bind(query).bind(user).bind(before).bind(limit).fetch_all(read).await?
        }
        Db::Postgres(pool) => {
            const SQL: &str = messages::select!(
                ", c.title AS conversation_title",
                "JOIN conversations c ON c.id = m.conversation_id
                 JOIN chat_search f ON f.message_id = m.id
                 WHERE f.terms @@ $1::tsquery
                 AND m.user_id = $2 AND m.id < $3 ORDER BY m.id DESC LIMIT $4"
            );
            let query = format!("{}:*", quoted("'").join(" & "));
            sqlx::query_as(SQL).bind(query).bind(user).bind(before).bind(limit).fetch_all(pool).await?
        }
    };
    Ok(rows.into_iter().map(|row| (row.message, row.conversation_title)).collect())
}

#[derive(sqlx::FromRow)]
struct Found {
    #[sqlx(flatten)]
    message: Message,
    conversation_title: String,
}

/// What was said up to a message as one JSON array, newest first: a row each would cost more in handing over than
/// in reading.
pub(crate) async fn utterances(
    store: &Store,
    user: UserId,
    conversation: ConversationId,
    up_to: MessageId,
    limit: u32,
) -> Result<String> {
    macro_rules! newest {
        ($array:literal) => {
            concat!(
                "SELECT ",
                $array,
                " FROM (SELECT id, sender, text FROM chat_messages
                 WHERE conversation_id = $1 AND user_id = $2 AND active = TRUE AND id <= $3
                 ORDER BY id DESC LIMIT $4) AS m"
            )
        };
    }
    const SQLITE: &str = newest!("json_group_array(json_object('sender', sender, 'text', text) ORDER BY id DESC)");
    const POSTGRES: &str =
        newest!("coalesce(json_agg(json_build_object('sender', sender, 'text', text) ORDER BY id DESC), '[]')::text");
    let limit = i64::from(limit);
    Ok(match &store.db {
        Db::Sqlite { read, .. } => {
            sqlx::query_scalar(SQLITE).bind(conversation).bind(user).bind(up_to).bind(limit).fetch_one(read).await?
        }
        Db::Postgres(db) => {
            sqlx::query_scalar(POSTGRES).bind(conversation).bind(user).bind(up_to).bind(limit).fetch_one(db).await?
        }
    })
}

/// Whether sqlx has ever migrated this database.
pub(crate) async fn has_migrations_table(store: &Store) -> Result<bool> {
    let found = match &store.db {
        Db::Sqlite { write, .. } => {
            const SQL: &str = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = '_sqlx_migrations')";
            sqlx::query_scalar(SQL).fetch_one(write).await?
        }
        Db::Postgres(pool) => {
            const SQL: &str = "SELECT to_regclass('_sqlx_migrations') IS NOT NULL";
            sqlx::query_scalar(SQL).fetch_one(pool).await?
        }
    };
    Ok(found)
}

/// Moves what the write-ahead log holds into the `SQLite` file, as far as nobody is in the way.
pub(crate) async fn checkpoint(store: &Store) -> Result<()> {
    if let Db::Sqlite { read, .. } = &store.db {
        sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(read).await?;
    }
    Ok(())
}

/// What is wrong with the database file: the one line `ok` when nothing is. A Postgres server looks after its own
/// files.
pub(crate) async fn quick_check(store: &Store) -> Result<Vec<String>> {
    match &store.db {
        Db::Sqlite { read, .. } => Ok(sqlx::query_scalar("PRAGMA quick_check").fetch_all(read).await?),
        Db::Postgres(_) => Ok(vec!["ok".to_owned()]),
    }
}

/// Removes rows by id; Postgres takes them in one go.
pub(crate) async fn delete_outbox(tx: &mut Tx, ids: &[OutboxId]) -> Result<u64> {
    let mut deleted = 0;
    match &mut tx.inner {
        TxInner::Sqlite(tx) => {
            for id in ids {
                let query = sqlx::query("DELETE FROM outbox WHERE id = $1").bind(id);
                deleted += query.execute(&mut **tx).await?.rows_affected();
            }
        }
        TxInner::Postgres(tx) => {
            let query = sqlx::query("DELETE FROM outbox WHERE id = ANY($1)").bind(ids);
            deleted = query.execute(&mut **tx).await?.rows_affected();
        }
    }
    Ok(deleted)
}

/// Drops deleted terms from the full-text index at once. `SQLite` would otherwise keep them, unfindable but
/// readable in the file, until it next merges the segments that hold them.
pub(crate) async fn scrub_search(tx: &mut Tx) -> Result<()> {
    if let TxInner::Sqlite(tx) = &mut tx.inner {
        sqlx::query("INSERT INTO chat_search (chat_search) VALUES ('optimize')").execute(&mut **tx).await?;
    }
    Ok(())
}

/// Ids as a parameter of `SQLite`, which has no arrays: one statement for them all costs one handover to the thread that
/// reads, where one each costs as many. `CROSS JOIN` keeps the ids first, or the planner may look through all that is the
/// person's.
fn id_list(ids: impl Iterator<Item = Uuid>) -> String {
    let ids: Vec<String> = ids.map(|id| format!("\"{}\"", id.simple())).collect();
    format!("[{}]", ids.join(","))
}

/// Those of these memories that are in use.
pub(crate) async fn memories_in_use(store: &Store, user: UserId, ids: &[MemoryId]) -> Result<Vec<Memory>> {
    match &store.db {
        Db::Sqlite { read, .. } => {
            const SQL: &str = memories::select!(
                "WHERE f.user_id = $2 AND f.status IN ('active', 'pinned')",
                "json_each($1) k CROSS JOIN memories f ON f.id = unhex(k.value)"
            );
            let ids = id_list(ids.iter().map(|id| id.0));
            Ok(sqlx::query_as(SQL).bind(ids).bind(user).fetch_all(read).await?)
        }
        Db::Postgres(pool) => {
            const SQL: &str =
                memories::select!("WHERE f.id = ANY($1) AND f.user_id = $2 AND f.status IN ('active', 'pinned')");
            Ok(sqlx::query_as(SQL).bind(ids).bind(user).fetch_all(pool).await?)
        }
    }
}

/// Those of these messages that may be recalled.
pub(crate) async fn recallable(store: &Store, user: UserId, ids: &[MessageId]) -> Result<Vec<Recallable>> {
    macro_rules! select {
        ($from:literal) => {
            concat!(
                "SELECT m.id, m.conversation_id, m.text, m.created_at FROM ",
                $from,
                " AND m.user_id = $2 AND m.active = TRUE AND coalesce(m.crisis_level, 0) = 0
                 AND NOT EXISTS (SELECT 1 FROM memory_muted u WHERE u.message_id = m.id)"
            )
        };
    }
    match &store.db {
        Db::Sqlite { read, .. } => {
            const SQL: &str = select!("json_each($1) k CROSS JOIN chat_messages m WHERE m.id = unhex(k.value)");
            let ids = id_list(ids.iter().map(|id| id.0));
            Ok(sqlx::query_as(SQL).bind(ids).bind(user).fetch_all(read).await?)
        }
        Db::Postgres(pool) => {
            const SQL: &str = select!("chat_messages m WHERE m.id = ANY($1)");
            Ok(sqlx::query_as(SQL).bind(ids).bind(user).fetch_all(pool).await?)
        }
    }
}
