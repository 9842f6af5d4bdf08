//! The engine inside this process.

mod data;
mod float;
mod glob;
mod hashes;
mod keys;
mod lists;
mod ranges;
mod sets;
mod sorted;
mod strings;
mod table;
mod words;
mod zsets;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use bytes::Bytes;
use tokio::sync::broadcast;

use self::data::Data;
use self::table::{Spec, find};
use super::subscribe::{Event, Hub, Subscription, Topic};
use super::{Command, Reply};

pub(in crate::engine) use self::float::text as float_text;

/// Hears of a key that has changed; none means all of them.
pub type OnChange = Box<dyn Fn(Option<&[u8]>) + Send + Sync>;

/// Commands that a listener of `MONITOR` may be behind.
const MONITORED: usize = 1_024;

/// Keys and values in this process.
#[derive(Clone)]
pub(super) struct Memory(Arc<Inner>);

struct Inner {
    data: Mutex<Data>,
    hub: Arc<Hub>,
    monitors: broadcast::Sender<Bytes>,
    on_change: OnceLock<OnChange>,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

/// What a command answers; the error is the text of a refusal.
pub(super) type Answer = Result<Reply, Fault>;

/// The text of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault(std::borrow::Cow<'static, str>);

impl From<&'static str> for Fault {
    fn from(text: &'static str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Fault {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Fault {
    const WRONG_TYPE: &'static str = "WRONGTYPE Operation against a key holding the wrong kind of value";
    const SYNTAX: &'static str = "ERR syntax error";
    const NO_INTEGER: &'static str = "ERR value is not an integer or out of range";
    const NO_FLOAT: &'static str = "ERR value is not a valid float";
    const OUT_OF_MEMORY: &'static str = "OOM command not allowed when used memory > 'maxmemory'.";
}

impl Memory {
    pub(super) fn new(max_bytes: usize) -> Self {
        Self(Arc::new(Inner {
            data: Mutex::new(Data::new(max_bytes)),
            hub: Arc::default(),
            monitors: broadcast::Sender::new(MONITORED),
            on_change: OnceLock::new(),
        }))
    }

    pub(super) fn on_change(&self, tell: OnChange) -> bool {
        self.0.on_change.set(tell).is_ok()
    }

    pub(super) fn run(&self, command: &Command) -> Reply {
        let mut data = self.lock();
        data.begin();
        self.run_on(&mut data, command)
    }

    /// As [`Self::run`], without telling whoever wants to hear of changes.
    pub(super) fn run_quietly(&self, command: &Command) {
        let mut data = self.lock();
        data.begin();
        let words: Vec<&[u8]> = command.iter().collect();
        let room = data.make_room(command.wire_len());
        if let (Ok(spec), Ok(())) = (checked(&words), room) {
            let _ = (spec.run)(&mut data, &words[1..]);
        }
        data.changed().for_each(drop);
    }

    /// What cannot be queued ends the whole; what fails later fails alone.
    pub(super) fn transaction(&self, commands: &[Command]) -> Result<Vec<Reply>, Reply> {
        let mut data = self.lock();
        data.begin();
        for command in commands {
            let words: Vec<&[u8]> = command.iter().collect();
            checked(&words).map_err(|fault| Reply::error(fault.0))?;
        }
        Ok(commands.iter().map(|command| self.run_on(&mut data, command)).collect())
    }

    fn run_on(&self, data: &mut Data, command: &Command) -> Reply {
        let words: Vec<&[u8]> = command.iter().collect();
        let answer = checked(&words).and_then(|spec| {
            if self.0.monitors.receiver_count() > 0 {
                let _ = self.0.monitors.send(monitored(data.now_ms(), &words));
            }
            if spec.grows {
                data.make_room(command.wire_len())?;
            }
            self.carry_out(spec, data, &words)
        });
        if let Some(tell) = self.0.on_change.get() {
            data.changed().for_each(|key| tell(key.as_deref()));
        }
        answer.unwrap_or_else(|fault| Reply::error(fault.0))
    }

    fn carry_out(&self, spec: &Spec, data: &mut Data, words: &[&[u8]]) -> Answer {
        match spec.name {
            "publish" => Ok(self.publish(words[1], words[2])),
            "pubsub" => self.pubsub(&words[1..]),
            _ => (spec.run)(data, &words[1..]),
        }
    }

    fn publish(&self, channel: &[u8], payload: &[u8]) -> Reply {
        let (channel, payload) = (Bytes::copy_from_slice(channel), Bytes::copy_from_slice(payload));
        let mut heard = self.0.hub.deliver(&Topic::Channel(channel.clone()), &channel, &payload);
        for topic in self.0.hub.topics() {
            if let Topic::Pattern(glob) = &topic
                && glob::matches(glob, &channel)
            {
                heard += self.0.hub.deliver(&topic, &channel, &payload);
            }
        }
        Reply::Int(count(heard))
    }

    fn pubsub(&self, words: &[&[u8]]) -> Answer {
        let counts = self.0.hub.counts();
        let channels = counts.iter().filter(|(topic, _)| matches!(topic, Topic::Channel(_)));
        let reply = match words[0].to_ascii_lowercase().as_slice() {
            b"channels" if words.len() <= 2 => {
                let wanted = |name: &Bytes| words.get(1).is_none_or(|glob| glob::matches(glob, name));
                let names = channels.map(|(topic, _)| topic.name()).filter(|name| wanted(name));
                Reply::Array(names.cloned().map(Reply::Bulk).collect())
            }
            b"numsub" => {
                let of =
                    |name: &[u8]| counts.iter().find(|(topic, _)| matches!(topic, Topic::Channel(at) if at == name));
                let pair =
                    |name: &&[u8]| [Reply::bulk(name), Reply::Int(count(of(name).map_or(0, |(_, count)| *count)))];
                Reply::Array(words[1..].iter().flat_map(pair).collect())
            }
            b"numpat" if words.len() == 1 => {
                Reply::Int(count(counts.iter().filter(|(topic, _)| matches!(topic, Topic::Pattern(_))).count()))
            }
            name if [&b"channels"[..], b"numsub", b"numpat"].contains(&name) => {
                let name = String::from_utf8_lossy(words[0]).into_owned();
                let text = "unknown subcommand or wrong number of arguments for";
                return Err(format!("ERR {text} '{name}'. Try PUBSUB HELP.").into());
            }
            _ => {
                let name = String::from_utf8_lossy(words[0]).into_owned();
                return Err(format!("ERR unknown subcommand '{name}'. Try PUBSUB HELP.").into());
            }
        };
        Ok(reply)
    }

    pub(super) fn subscribe(&self, topics: Vec<Topic>) -> Subscription {
        self.0.hub.subscribe(topics)
    }

    pub(super) fn monitor(&self) -> Subscription {
        let mut lines = self.0.monitors.subscribe();
        let (events, subscription) = Subscription::of_lines();
        tokio::spawn(async move {
            loop {
                let line = tokio::select! {
                    line = lines.recv() => line,
                    () = events.closed() => return,
                };
                let Ok(line) = line else { return };
                if events.try_send(Event::Command(line)).is_err() {
                    return;
                }
            }
        });
        subscription
    }

    fn lock(&self) -> MutexGuard<'_, Data> {
        self.0.data.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The command that the first word names, if the words are as many as it takes.
fn checked(words: &[&[u8]]) -> Result<&'static Spec, Fault> {
    let name = words.first().copied().unwrap_or_default();
    let shown = || String::from_utf8_lossy(name).chars().take(64).collect::<String>();
    let spec = find(name).ok_or_else(|| {
        format!(
            "ERR '{}' is not a command of the engine in memory; set REDIS_URL to the address of a Redis or Valkey \
             server to have it",
            shown()
        )
    })?;
    if words.len() < spec.least || spec.most.is_some_and(|most| words.len() > most) {
        return Err(format!("ERR wrong number of arguments for '{}' command", spec.name).into());
    }
    Ok(spec)
}

/// `1721284005.242090 [0 0.0.0.0:0] "GET" "k"`
fn monitored(now_ms: u64, words: &[&[u8]]) -> Bytes {
    let mut line = format!("{}.{:06} [0 0.0.0.0:0]", now_ms / 1_000, now_ms % 1_000 * 1_000);
    for word in words {
        line.push_str(" \"");
        line.push_str(&word.escape_ascii().to_string().replace("\\'", "'"));
        line.push('"');
    }
    line.into()
}

/// How many, as a reply says it.
fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
