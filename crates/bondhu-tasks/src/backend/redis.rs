//! Results on Redis or Valkey, as Celery keeps them.

mod watch;

use std::{sync::Arc, time::Duration};

use redis::Script;
use serde_json::{Value, json};
use tokio::sync::watch as channel;

use self::watch::Watchers;
use super::{ChordEnd, ChordMember, ChordStep};
use crate::{
    error::TransportError,
    id::TaskId,
    redis::{Link, RedisOptions},
    result::{GroupRecord, State, StoredResult},
};

/// A worker that has claimed a chord's body and not sent it by then is taken for dead.
const CLAIM_SECS: u64 = 60;
/// How long a chord that is over is remembered, for members that end again: twice the claim, at least five minutes.
const DONE_SECS: u64 = 300;

/// Results on Redis or Valkey.
pub(super) struct RedisBackend {
    link: Arc<Link>,
    expires_secs: u64,
    watchers: Watchers,
    store: Script,
    join: Script,
    close: Script,
}

impl RedisBackend {
    pub(super) fn new(url: &str, options: RedisOptions, expires: Duration) -> Result<Self, TransportError> {
        let link = Arc::new(Link::new(url, options)?);
        Ok(Self {
            watchers: Watchers::new(link.clone()),
            link,
            expires_secs: expires.as_secs().max(1),
            store: Script::new(include_str!("redis/store.lua")),
            join: Script::new(include_str!("redis/join.lua")),
            close: Script::new(include_str!("redis/close.lua")),
        })
    }

    fn group_key(&self, id: &str, part: &str) -> String {
        self.link.key(&format!("celery-taskset-meta-{id}{part}"))
    }

    pub(super) async fn store(&self, results: &[StoredResult]) -> Result<(), TransportError> {
        let mut call = self.store.prepare_invoke();
        call.arg(self.expires_secs);
        for result in results {
            call.key(watch::key(&self.link, &result.task_id)).arg(result.encode()?);
        }
        self.link.script(&call).await
    }

    pub(super) async fn get(&self, id: &TaskId) -> Result<Option<StoredResult>, TransportError> {
        watch::get(&self.link, id).await
    }

    pub(super) async fn forget(&self, ids: &[&TaskId]) -> Result<(), TransportError> {
        let mut forget = redis::cmd("DEL");
        for id in ids {
            forget.arg(watch::key(&self.link, id));
        }
        if ids.is_empty() { Ok(()) } else { self.link.cmd(&forget).await }
    }

    pub(super) async fn watch(&self, id: &TaskId) -> Result<channel::Receiver<Option<StoredResult>>, TransportError> {
        self.watchers.watch(id).await
    }

    pub(super) async fn save_group(&self, record: &GroupRecord) -> Result<(), TransportError> {
        let (key, text) = (self.group_key(record.result.id.as_str(), ""), json!(record).to_string());
        let mut pipe = redis::pipe();
        pipe.atomic().set_ex(&key, &text, self.expires_secs).ignore().publish(&key, &text).ignore();
        self.link.pipe(&pipe).await
    }

    pub(super) async fn group(&self, id: &str) -> Result<Option<GroupRecord>, TransportError> {
        let raw: Option<Vec<u8>> = self.link.cmd(redis::cmd("GET").arg(self.group_key(id, ""))).await?;
        Ok(raw.map(|raw| GroupRecord::decode(&raw)).transpose()?)
    }

    pub(super) async fn forget_group(&self, id: &str) -> Result<(), TransportError> {
        self.link.cmd(redis::cmd("DEL").arg(self.group_key(id, ""))).await
    }

    pub(super) async fn size_chord(&self, group: &str, members: u64) -> Result<(), TransportError> {
        let mut pipe = redis::pipe();
        pipe.del(self.group_key(group, ".c")).ignore();
        pipe.set_ex(self.group_key(group, ".s"), members, self.expires_secs).ignore();
        self.link.pipe(&pipe).await
    }

    pub(super) async fn grow_chord(&self, group: &str, members: i64) -> Result<(), TransportError> {
        let key = self.group_key(group, ".t");
        let mut pipe = redis::pipe();
        pipe.incr(&key, members).ignore().cmd("EXPIRE").arg(&key).arg(self.expires_secs).ignore();
        self.link.pipe(&pipe).await
    }

    pub(super) async fn join_chord(&self, group: &str, member: &ChordMember) -> Result<ChordStep, TransportError> {
        let claim = format!("{:032x}", rand::random::<u128>());
        let place = member.index.map_or_else(|| "+inf".to_owned(), |index| index.to_string());
        let index = member.index.map_or_else(|| "None".to_owned(), |index| index.to_string());
        let value = json!([1, member.id, member.state.name(), member.value]);
        let mut call = self.join.prepare_invoke();
        for part in [".j", ".t", ".s", ".d", ".c"] {
            call.key(self.group_key(group, part));
        }
        call.arg(value.to_string()).arg(place).arg(format!("{}:{index}", member.id)).arg(self.expires_secs);
        call.arg(&claim).arg(CLAIM_SECS);
        let values: Option<Vec<Vec<u8>>> = self.link.script(&call).await?;
        let Some(values) = values else { return Ok(ChordStep::Wait) };
        let members = values.iter().map(|raw| self.member(group, raw)).collect::<Result<_, _>>()?;
        Ok(ChordStep::Complete { members, claim })
    }

    /// Reads `[1, id, state, value]`, ours or Python's.
    fn member(&self, group: &str, raw: &[u8]) -> Result<ChordMember, TransportError> {
        let read: Result<(Value, TaskId, State, Value), _> = serde_json::from_slice(raw);
        let (_, id, state, value) = read.map_err(|_| TransportError::Corrupt {
            server: format!("the key {}", self.group_key(group, ".j")),
            reason: "a chord's member has another form than expected".to_owned(),
        })?;
        Ok(ChordMember { id, index: None, state, value })
    }

    pub(super) async fn close_chord(&self, group: &str, claim: &str, end: ChordEnd) -> Result<(), TransportError> {
        let mut call = self.close.prepare_invoke();
        for part in [".j", ".t", ".s", ".d", ".c"] {
            call.key(self.group_key(group, part));
        }
        call.arg(claim).arg(DONE_SECS).arg(u8::from(end == ChordEnd::Failed));
        self.link.script(&call).await
    }

    /// The server removes what has expired by itself.
    #[expect(clippy::unused_async, reason = "the other backend has something to do here")]
    pub(super) async fn clean_up(&self) -> Result<u64, TransportError> {
        Ok(0)
    }
}

impl std::fmt::Debug for RedisBackend {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisBackend").field("link", &self.link).finish_non_exhaustive()
    }
}
