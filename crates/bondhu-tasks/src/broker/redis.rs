//! A broker on Redis or Valkey, in kombu's layout.
//!
//! Queues are lists, one for each priority step; what is on lease stands in `unacked` and `unacked_index`, where Python
//! peers look for it, and in `bondhu.leases`, which says when its worker is taken for dead. Messages that are not due
//! are in `bondhu.due` and `bondhu.parked`, dead letters in `bondhu.dead` and `bondhu.letters`.

mod bus;
mod listen;
mod look;

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use redis::Script;
use tokio::sync::Notify;

use self::listen::Ears;
use super::{Claimed, DeadLetter, Delivery, End, Lead, Sent, Tick, Want};
use crate::{
    call::Outgoing,
    error::TransportError,
    id::TaskId,
    message::Message,
    priority::Priority,
    rate_limit::RateLimit,
    redis::{Link, RedisOptions},
};

/// Between a queue's name and its priority step, in the names of lists and in bindings (kombu's `sep`).
const SEPARATOR: &str = "\x06\x16";

/// The list that holds messages of this queue and step, without the prefix of all keys.
fn list_name(queue: &str, step: Priority) -> String {
    match step.level() {
        0 => queue.to_owned(),
        level => format!("{queue}{SEPARATOR}{level}"),
    }
}
/// Every so many claims look at the lowest priority first, so that none starves.
const LOWEST_FIRST_EVERY: usize = 8;
/// Messages that go into one command.
const AT_ONCE: usize = 500;
/// The oldest letters go when there are more than this.
const MOST_LETTERS: usize = 10_000;

/// What the claim script says of a message: tag, bytes, number of its list, redelivered, crashes.
type Taken = (String, Vec<u8>, usize, bool, u32);

/// A broker on Redis or Valkey.
pub(super) struct RedisBroker {
    /// For sending and looking.
    link: Arc<Link>,
    /// For taking messages and being done with them; hears of what others send.
    ears: Ears,
    scripts: Scripts,
    declared: Mutex<HashSet<String>>,
    turn: AtomicUsize,
}

struct Scripts {
    claim: Script,
    ack: Script,
    settle: Script,
    renew: Script,
    send_unique: Script,
    release: Script,
    admit: Script,
    lead: Script,
    tick: Script,
    replay: Script,
}

impl Scripts {
    fn new() -> Self {
        Self {
            claim: Script::new(include_str!("redis/claim.lua")),
            ack: Script::new(include_str!("redis/ack.lua")),
            settle: Script::new(include_str!("redis/settle.lua")),
            renew: Script::new(include_str!("redis/renew.lua")),
            send_unique: Script::new(include_str!("redis/send_unique.lua")),
            release: Script::new(include_str!("redis/release.lua")),
            admit: Script::new(include_str!("redis/admit.lua")),
            lead: Script::new(include_str!("redis/lead.lua")),
            tick: Script::new(include_str!("redis/tick.lua")),
            replay: Script::new(include_str!("redis/replay.lua")),
        }
    }
}

impl RedisBroker {
    pub(super) fn new(url: &str, options: RedisOptions) -> Result<Self, TransportError> {
        let link = Arc::new(Link::new(url, options)?);
        Ok(Self {
            ears: Ears::new(&link),
            link,
            scripts: Scripts::new(),
            declared: Mutex::default(),
            turn: AtomicUsize::new(0),
        })
    }

    /// The list that holds messages of this queue and step.
    fn list(&self, queue: &str, step: Priority) -> String {
        self.link.key(&list_name(queue, step))
    }

    fn list_of(&self, message: &Message) -> String {
        let properties = &message.properties;
        self.list(&properties.delivery_info.routing_key, properties.priority.unwrap_or_default().step())
    }

    pub(super) fn patience(&self, lease: Duration) -> Duration {
        // Zero stands for peers that never take a message back.
        let visibility = self.link.options().visibility_timeout;
        if visibility.is_zero() { lease } else { lease.min(visibility) }
    }

    pub(super) async fn ping(&self) -> Result<(), TransportError> {
        self.link.cmd(&redis::cmd("PING")).await
    }

    /// Python's tools find queues by their bindings.
    async fn declare(&self, queues: impl Iterator<Item = &str>) -> Result<(), TransportError> {
        let mut pipe = redis::pipe();
        let mut fresh = Vec::new();
        {
            let declared = self.declared.lock().unwrap_or_else(PoisonError::into_inner);
            for queue in queues.filter(|queue| !declared.contains(*queue)) {
                let member = format!("{queue}{SEPARATOR}{SEPARATOR}{queue}");
                pipe.sadd(self.link.key(&format!("_kombu.binding.{queue}")), member).ignore();
                fresh.push(queue.to_owned());
            }
        }
        if !fresh.is_empty() {
            self.link.pipe::<()>(&pipe).await?;
            self.declared.lock().unwrap_or_else(PoisonError::into_inner).extend(fresh);
        }
        Ok(())
    }

    pub(super) async fn send(&self, outgoing: &[Outgoing]) -> Result<Vec<Sent>, TransportError> {
        self.declare(outgoing.iter().map(Outgoing::queue)).await?;
        let mut sent = Vec::with_capacity(outgoing.len());
        let mut rest = outgoing;
        while let Some(first) = rest.first() {
            if first.unique.is_some() {
                sent.push(self.send_unique(first).await?);
                rest = &rest[1..];
                continue;
            }
            let count = rest.iter().take(AT_ONCE).take_while(|one| one.unique.is_none()).count();
            let (now, later) = rest.split_at(count);
            self.push(now).await?;
            sent.extend(now.iter().map(|_| Sent::Queued));
            rest = later;
        }
        Ok(sent)
    }

    /// Messages for one list that follow each other go in one command.
    async fn push(&self, outgoing: &[Outgoing]) -> Result<(), TransportError> {
        let mut pipe = redis::pipe();
        let mut rest = outgoing;
        while let Some(first) = rest.first() {
            let list = self.list_of(&first.message);
            let count = rest.iter().take_while(|one| self.list_of(&one.message) == list).count();
            let (now, later) = rest.split_at(count);
            let raws = now.iter().map(|one| one.message.encode()).collect::<Result<Vec<_>, _>>()?;
            pipe.lpush(list, raws).ignore();
            rest = later;
        }
        self.link.pipe(&pipe).await
    }

    async fn send_unique(&self, one: &Outgoing) -> Result<Sent, TransportError> {
        let Some(unique) = &one.unique else { return Ok(Sent::Queued) };
        let id = one.message.headers.id.as_str();
        let mut call = self.scripts.send_unique.prepare_invoke();
        call.key(self.link.key(&format!("bondhu.unique.{}", unique.key))).key(self.list_of(&one.message));
        call.arg(id).arg(unique.hold.as_millis().max(1)).arg(one.message.encode()?);
        let holder: String = self.link.script(&call).await?;
        Ok(if holder == id { Sent::Queued } else { Sent::Duplicate { holder: holder.into() } })
    }

    pub(super) async fn release(&self, key: &str, holder: &TaskId) -> Result<(), TransportError> {
        let mut call = self.scripts.release.prepare_invoke();
        call.key(self.link.key(&format!("bondhu.unique.{key}"))).arg(holder.as_str());
        self.link.script(&call).await
    }

    pub(super) fn listen(&self, queues: &[String]) -> Arc<Notify> {
        self.ears.listen(queues)
    }

    pub(super) async fn claim(&self, want: Want<'_>) -> Result<Claimed, TransportError> {
        self.declare(want.queues.iter().map(String::as_str)).await?;
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let lists = self.lists(want.queues, turn);
        let mut call = self.scripts.claim.prepare_invoke();
        for key in ["unacked", "unacked_index", "bondhu.leases", "bondhu.due", "bondhu.parked", "bondhu.poison"] {
            call.key(self.link.key(key));
        }
        for (list, _, _) in &lists {
            call.key(list);
        }
        call.arg(want.max)
            .arg(want.lease.as_millis())
            .arg(self.link.options().visibility_timeout.as_secs())
            .arg(self.link.prefix());
        for (_, queue, _) in &lists {
            call.arg(serde_json::Value::from(queue.as_str()).to_string());
        }
        let (rows, again): (Vec<Taken>, i64) = self.ears.link().await?.script(&call).await?;
        let is_full = rows.len() >= want.max;
        let deliveries = rows.into_iter().filter_map(|(tag, raw, list, redelivered, crashes)| {
            let (_, queue, step) = lists.get(list)?;
            Some(Delivery { raw, tag, queue: queue.clone(), step: *step, redelivered, crashes })
        });
        let mut claimed = Claimed {
            deliveries: deliveries.collect(),
            again_in: u64::try_from(again).ok().map(Duration::from_millis),
        };
        if !is_full && self.ears.arm(lists.iter().map(|(list, _, _)| list.as_str())).await? {
            // Something came between the two commands.
            claimed.again_in = Some(Duration::ZERO);
        }
        Ok(claimed)
    }

    /// Lists in the order to take from: by priority, with the queues taking turns within each.
    fn lists(&self, queues: &[String], turn: usize) -> Vec<(String, String, Priority)> {
        let mut steps = Priority::STEPS;
        if turn % LOWEST_FIRST_EVERY == LOWEST_FIRST_EVERY - 1 {
            steps.reverse();
        }
        let mut queues: Vec<&String> = queues.iter().collect();
        let count = queues.len().max(1);
        queues.rotate_left(turn % count);
        let pairs = steps.iter().flat_map(|step| queues.iter().map(move |queue| (*queue, *step)));
        pairs.map(|(queue, step)| (self.list(queue, step), queue.clone(), step)).collect()
    }

    pub(super) async fn ack(&self, tags: &[&str]) -> Result<(), TransportError> {
        let mut call = self.scripts.ack.prepare_invoke();
        for key in ["unacked", "unacked_index", "bondhu.leases", "bondhu.poison"] {
            call.key(self.link.key(key));
        }
        for tag in tags {
            call.arg(*tag);
        }
        self.ears.link().await?.script::<()>(&call).await?;
        self.ears.arm_leases().await
    }

    pub(super) async fn renew(&self, tags: &[&str], lease: Duration) -> Result<(), TransportError> {
        let mut call = self.scripts.renew.prepare_invoke();
        call.key(self.link.key("unacked_index")).key(self.link.key("bondhu.leases")).arg(lease.as_millis());
        for tag in tags {
            call.arg(*tag);
        }
        self.ears.link().await?.script(&call).await
    }

    async fn settle(
        &self,
        tag: &str,
        action: &str,
        keys: &[String],
        args: impl FnOnce(&mut redis::ScriptInvocation<'_>),
    ) -> Result<bool, TransportError> {
        let mut call = self.scripts.settle.prepare_invoke();
        for key in ["unacked", "unacked_index", "bondhu.leases", "bondhu.poison"] {
            call.key(self.link.key(key));
        }
        for key in keys {
            call.key(key);
        }
        call.arg(tag).arg(action);
        args(&mut call);
        self.ears.link().await?.script(&call).await
    }

    pub(super) async fn give_back(&self, delivery: &Delivery, end: End) -> Result<(), TransportError> {
        // As kombu does it: marked, under the same tag. What cannot be read goes back as it is.
        let raw = match Message::decode(&delivery.raw) {
            Ok(mut message) => {
                message.mark_redelivered();
                message.encode()?
            }
            Err(_) => delivery.raw.clone(),
        };
        let action = if end == End::Front { "front" } else { "back" };
        let list = self.list(&delivery.queue, delivery.step);
        self.settle(&delivery.tag, action, &[list], |call| {
            call.arg(raw);
        })
        .await?;
        self.ears.notify();
        Ok(())
    }

    pub(super) async fn park(&self, tag: &str, message: &Message) -> Result<(), TransportError> {
        let due = message.headers.eta.map_or(0, |eta| {
            eta.as_microsecond().div_euclid(1000) + i64::from(eta.as_microsecond().rem_euclid(1000) != 0)
        });
        let raw = message.encode()?;
        let keys = [self.link.key("bondhu.due"), self.link.key("bondhu.parked")];
        self.settle(tag, "park", &keys, |call| {
            call.arg(&message.properties.delivery_tag).arg(due).arg(raw);
        })
        .await?;
        // Our own writes are not told to us, and the worker has to know when to look again.
        self.ears.notify();
        Ok(())
    }

    pub(super) async fn bury(&self, tag: &str, letter: &DeadLetter) -> Result<(), TransportError> {
        let text = serde_json::to_string(letter).expect("a letter is plain data");
        let keys = [self.link.key("bondhu.dead"), self.link.key("bondhu.letters")];
        self.settle(tag, "bury", &keys, |call| {
            call.arg(&letter.id).arg(letter.died_at.as_millisecond()).arg(text).arg(MOST_LETTERS);
        })
        .await
        .map(drop)
    }

    pub(super) async fn admit(&self, key: &str, rate: RateLimit) -> Result<Option<Duration>, TransportError> {
        let mut call = self.scripts.admit.prepare_invoke();
        call.key(self.link.key(&format!("bondhu.rate.{key}"))).arg(rate.interval().as_micros());
        let wait: u64 = self.link.script(&call).await?;
        Ok((wait > 0).then(|| Duration::from_micros(wait)))
    }

    pub(super) async fn lead(&self, lock: &str, owner: &str, hold: Duration) -> Result<Lead, TransportError> {
        let mut call = self.scripts.lead.prepare_invoke();
        call.key(self.link.key(&format!("bondhu.lead.{lock}"))).key(self.link.key(&format!("bondhu.fence.{lock}")));
        call.arg(owner).arg(hold.as_millis().max(1));
        let (fence, left): (u64, i64) = self.link.script(&call).await?;
        Ok(match fence {
            0 => Lead::Lost { retry_in: Duration::from_millis(u64::try_from(left).unwrap_or_default()) },
            fence => Lead::Won { fence },
        })
    }

    pub(super) async fn resign(&self, lock: &str, owner: &str) -> Result<(), TransportError> {
        let mut call = self.scripts.release.prepare_invoke();
        call.key(self.link.key(&format!("bondhu.lead.{lock}"))).arg(owner);
        self.link.script(&call).await
    }

    pub(super) async fn tick(&self, tick: &Tick<'_>) -> Result<bool, TransportError> {
        self.declare(tick.outgoing.iter().map(Outgoing::queue)).await?;
        let mut call = self.scripts.tick.prepare_invoke();
        call.key(self.link.key(&format!("bondhu.schedule.{}", tick.schedule)));
        call.key(self.link.key(&format!("bondhu.schedule-fence.{}", tick.schedule)));
        call.arg(tick.fence).arg(tick.entry).arg(tick.state.to_string());
        for one in tick.outgoing {
            call.key(self.list_of(&one.message)).arg(one.message.encode()?);
        }
        self.link.script(&call).await
    }
}

impl std::fmt::Debug for RedisBroker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RedisBroker").field("link", &self.link).finish_non_exhaustive()
    }
}
