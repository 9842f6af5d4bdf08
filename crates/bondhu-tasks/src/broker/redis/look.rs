//! Looking at queues, dead letters and schedules.

use std::collections::BTreeMap;

use serde_json::Value;

use super::RedisBroker;
use crate::{
    broker::{DeadLetter, Page, QueueDepth},
    call::SENT_AT,
    error::TransportError,
    message::Message,
    priority::Priority,
    timestamp,
};

/// How many parked messages are looked through to count those of each queue.
const PARKED: u64 = 10_000;

impl RedisBroker {
    pub(in crate::broker) async fn depths(&self, queues: &[String]) -> Result<Vec<QueueDepth>, TransportError> {
        let mut pipe = redis::pipe();
        for queue in queues {
            for step in Priority::STEPS {
                let list = self.list(queue, step);
                pipe.llen(&list).lindex(&list, -1);
            }
        }
        let rows: Vec<redis::Value> = self.link.pipe(&pipe).await?;
        let parked = self.scheduled(0, PARKED).await?.items;
        let parked: Vec<String> = parked
            .iter()
            .filter_map(|raw| Some(Message::decode(raw).ok()?.properties.delivery_info.routing_key))
            .collect();
        let mut depths = Vec::with_capacity(queues.len());
        for (queue, rows) in queues.iter().zip(rows.chunks(8)) {
            let mut depth = QueueDepth { queue: queue.clone(), waiting: [0; 4], scheduled: 0, oldest: None };
            for (waiting, row) in depth.waiting.iter_mut().zip(rows.chunks(2)) {
                *waiting = redis::from_redis_value_ref(&row[0]).unwrap_or_default();
                let next: Option<Vec<u8>> = redis::from_redis_value_ref(&row[1]).unwrap_or_default();
                depth.oldest = depth.oldest.into_iter().chain(next.as_deref().and_then(sent_at)).min();
            }
            depth.scheduled = parked.iter().filter(|parked| *parked == queue).count() as u64;
            depths.push(depth);
        }
        Ok(depths)
    }

    pub(in crate::broker) async fn waiting(
        &self,
        queue: &str,
        offset: u64,
        limit: u64,
    ) -> Result<Page<Vec<u8>>, TransportError> {
        let (mut total, mut items) = (0, Vec::new());
        for step in Priority::STEPS {
            let list = self.list(queue, step);
            let length: u64 = self.link.cmd(redis::cmd("LLEN").arg(&list)).await?;
            let skip = offset.saturating_sub(total);
            let left = limit.saturating_sub(items.len() as u64);
            if skip < length && left > 0 {
                // The next to be taken is at the right end.
                let (from, to) = (-i128::from((skip + left).min(length)), -i128::from(skip) - 1);
                let mut range = redis::cmd("LRANGE");
                range.arg(&list).arg(from.to_string()).arg(to.to_string());
                let mut raws: Vec<Vec<u8>> = self.link.cmd(&range).await?;
                raws.reverse();
                items.append(&mut raws);
            }
            total += length;
        }
        Ok(Page { total, items })
    }

    pub(in crate::broker) async fn scheduled(&self, offset: u64, limit: u64) -> Result<Page<Vec<u8>>, TransportError> {
        self.page("bondhu.due", "bondhu.parked", false, offset, limit).await
    }

    pub(in crate::broker) async fn dead(&self, offset: u64, limit: u64) -> Result<Page<DeadLetter>, TransportError> {
        let page = self.page("bondhu.dead", "bondhu.letters", true, offset, limit).await?;
        let items = page.items.iter().map(|raw| self.letter(raw)).collect::<Result<_, _>>()?;
        Ok(Page { total: page.total, items })
    }

    /// A part of a hash in the order of a sorted set.
    async fn page(
        &self,
        order: &str,
        hash: &str,
        newest_first: bool,
        offset: u64,
        limit: u64,
    ) -> Result<Page<Vec<u8>>, TransportError> {
        let order = self.link.key(order);
        let total: u64 = self.link.cmd(redis::cmd("ZCARD").arg(&order)).await?;
        if total <= offset || limit == 0 {
            return Ok(Page { total, items: Vec::new() });
        }
        let mut range = redis::cmd(if newest_first { "ZREVRANGE" } else { "ZRANGE" });
        range.arg(&order).arg(offset).arg(offset.saturating_add(limit) - 1);
        let ids: Vec<String> = self.link.cmd(&range).await?;
        if ids.is_empty() {
            return Ok(Page { total, items: Vec::new() });
        }
        let items: Vec<Option<Vec<u8>>> = self.link.cmd(redis::cmd("HMGET").arg(self.link.key(hash)).arg(ids)).await?;
        Ok(Page { total, items: items.into_iter().flatten().collect() })
    }

    pub(in crate::broker) async fn purge(&self, queue: &str) -> Result<u64, TransportError> {
        let mut pipe = redis::pipe();
        pipe.atomic();
        for step in Priority::STEPS {
            let list = self.list(queue, step);
            pipe.llen(&list).del(&list).ignore();
        }
        let lengths: Vec<u64> = self.link.pipe(&pipe).await?;
        Ok(lengths.iter().sum())
    }

    pub(in crate::broker) async fn dead_letter(&self, id: &str) -> Result<Option<DeadLetter>, TransportError> {
        let mut get = redis::cmd("HGET");
        get.arg(self.link.key("bondhu.letters")).arg(id);
        let raw: Option<Vec<u8>> = self.link.cmd(&get).await?;
        raw.map(|raw| self.letter(&raw)).transpose()
    }

    pub(in crate::broker) async fn replay(&self, id: &str, queue: &str, raw: &[u8]) -> Result<bool, TransportError> {
        let step = Message::decode(raw).ok().and_then(|message| message.properties.priority).unwrap_or_default().step();
        let mut call = self.scripts.replay.prepare_invoke();
        call.key(self.link.key("bondhu.dead")).key(self.link.key("bondhu.letters")).key(self.list(queue, step));
        call.arg(id).arg(raw);
        self.link.script(&call).await
    }

    pub(in crate::broker) async fn drop_dead(&self, id: &str) -> Result<bool, TransportError> {
        let mut pipe = redis::pipe();
        pipe.zrem(self.link.key("bondhu.dead"), id).ignore().hdel(self.link.key("bondhu.letters"), id);
        let (gone,): (u64,) = self.link.pipe(&pipe).await?;
        Ok(gone == 1)
    }

    pub(in crate::broker) async fn schedule(&self, schedule: &str) -> Result<BTreeMap<String, Value>, TransportError> {
        let mut get = redis::cmd("HGETALL");
        get.arg(self.link.key(&format!("bondhu.schedule.{schedule}")));
        let rows: BTreeMap<String, String> = self.link.cmd(&get).await?;
        Ok(rows.into_iter().filter_map(|(entry, state)| Some((entry, serde_json::from_str(&state).ok()?))).collect())
    }

    pub(in crate::broker) async fn forget_entry(&self, schedule: &str, entry: &str) -> Result<(), TransportError> {
        let mut forget = redis::cmd("HDEL");
        forget.arg(self.link.key(&format!("bondhu.schedule.{schedule}"))).arg(entry);
        self.link.cmd(&forget).await
    }

    fn letter(&self, raw: &[u8]) -> Result<DeadLetter, TransportError> {
        serde_json::from_slice(raw).map_err(|_| TransportError::Corrupt {
            server: format!("the Redis database with the key {}", self.link.key("bondhu.letters")),
            reason: "a dead letter has another form than expected".to_owned(),
        })
    }
}

/// When a message was sent, if its sender has said so.
fn sent_at(raw: &[u8]) -> Option<jiff::Timestamp> {
    let message = Message::decode(raw).ok()?;
    timestamp::parse(message.headers.other.get(SENT_AT)?.as_str()?).ok()
}
