//! Keys, values and when they end.

use std::collections::{BTreeSet, VecDeque};

use bytes::Bytes;
use indexmap::{IndexMap, IndexSet};
use tokio::time::Instant;

use super::{Fault, sorted::Sorted};

/// Beyond this many members, taking one out no longer keeps the order of the others, which would cost too much.
const KEEPS_ORDER: usize = 512;
/// What a key, a value or a member takes beside its bytes, about.
const OVERHEAD: usize = 64;

pub(super) type Hash = IndexMap<Bytes, Bytes>;
pub(super) type Set = IndexSet<Bytes>;
pub(super) type List = VecDeque<Bytes>;

/// What a key leads to.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(Bytes),
    List(List),
    Hash(Hash),
    Set(Set),
    Sorted(Sorted),
}

/// A kind of value that commands ask for by its type.
pub(super) trait Kind: Default {
    fn of(value: &Value) -> Option<&Self>;
    fn of_mut(value: &mut Value) -> Option<&mut Self>;
    fn into_value(self) -> Value;
}

macro_rules! kinds {
    ($($kind:ty => $variant:ident),*) => {$(
        impl Kind for $kind {
            fn of(value: &Value) -> Option<&Self> {
                if let Value::$variant(value) = value { Some(value) } else { None }
            }
            fn of_mut(value: &mut Value) -> Option<&mut Self> {
                if let Value::$variant(value) = value { Some(value) } else { None }
            }
            fn into_value(self) -> Value {
                Value::$variant(self)
            }
        }
    )*};
}
kinds!(Bytes => Text, List => List, Hash => Hash, Set => Set, Sorted => Sorted);

impl Value {
    /// What `TYPE` answers.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "string",
            Self::List(_) => "list",
            Self::Hash(_) => "hash",
            Self::Set(_) => "set",
            Self::Sorted(_) => "zset",
        }
    }

    fn is_empty(&self) -> bool {
        match self {
            Self::Text(_) => false,
            Self::List(list) => list.is_empty(),
            Self::Hash(hash) => hash.is_empty(),
            Self::Set(set) => set.is_empty(),
            Self::Sorted(sorted) => sorted.is_empty(),
        }
    }

    fn bytes(&self) -> usize {
        let each = |bytes: &Bytes| bytes.len() + OVERHEAD;
        match self {
            Self::Text(text) => text.len(),
            Self::List(list) => list.iter().map(each).sum(),
            Self::Hash(hash) => hash.iter().map(|(field, value)| each(field) + each(value)).sum(),
            Self::Set(set) => set.iter().map(each).sum(),
            Self::Sorted(sorted) => sorted.iter().map(|(_, member)| 2 * each(member)).sum(),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) value: Value,
    /// In milliseconds since 1970.
    pub(super) ends_ms: Option<u64>,
}

/// All keys. Before every command the ended ones are taken out, so no command sees them.
pub(super) struct Data {
    pub(super) entries: IndexMap<Bytes, Entry>,
    ends: BTreeSet<(u64, Bytes)>,
    clock: (u64, Instant),
    now_ms: u64,
    changed: Vec<Option<Bytes>>,
    max_bytes: usize,
    /// At least what is used; counted anew when it reaches the limit.
    used: usize,
    /// Something has gone since it was counted.
    shrunk: bool,
}

impl Data {
    pub(super) fn new(max_bytes: usize) -> Self {
        #[expect(clippy::disallowed_methods, reason = "the only look at the wall; from here on tokio's clock counts")]
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let started_ms = u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX);
        Self {
            entries: IndexMap::new(),
            ends: BTreeSet::new(),
            clock: (started_ms, Instant::now()),
            now_ms: started_ms,
            changed: Vec::new(),
            max_bytes,
            used: 0,
            shrunk: false,
        }
    }

    /// Sets the time, which stands still during a command, and takes out what has ended.
    pub(super) fn begin(&mut self) {
        self.now_ms = self.clock.0 + u64::try_from(self.clock.1.elapsed().as_millis()).unwrap_or(u64::MAX);
        while let Some((ends_ms, key)) = self.ends.first()
            && *ends_ms <= self.now_ms
        {
            let key = key.clone();
            self.remove(&key);
        }
    }

    /// In milliseconds since 1970.
    pub(super) const fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Refuses what would go beyond the limit.
    pub(super) fn make_room(&mut self, bytes: usize) -> Result<(), Fault> {
        // What it takes when it is counted anew, at least.
        let more = bytes + 2 * OVERHEAD;
        if self.used + more > self.max_bytes && self.shrunk {
            let each = |(key, entry): (&Bytes, &Entry)| key.len() + entry.value.bytes() + 2 * OVERHEAD;
            self.used = self.entries.iter().map(each).sum();
            self.shrunk = false;
        }
        if self.used + more > self.max_bytes {
            return Err(Fault::OUT_OF_MEMORY.into());
        }
        self.used += more;
        // What replaces a value frees the old one: the next count finds out.
        self.shrunk = true;
        Ok(())
    }

    /// Keys that have changed since this was asked; none is all of them.
    pub(super) fn changed(&mut self) -> impl Iterator<Item = Option<Bytes>> {
        std::mem::take(&mut self.changed).into_iter()
    }

    pub(super) fn get<K: Kind>(&self, key: &[u8]) -> Result<Option<&K>, Fault> {
        let Some(entry) = self.entries.get(key) else { return Ok(None) };
        K::of(&entry.value).map(Some).ok_or_else(|| Fault::WRONG_TYPE.into())
    }

    /// Changes a value, made where there is none; one that is empty afterwards goes.
    pub(super) fn change<K: Kind, T>(&mut self, key: &[u8], change: impl FnOnce(&mut K) -> T) -> Result<T, Fault> {
        let key = Bytes::copy_from_slice(key);
        let made = || Entry { value: K::default().into_value(), ends_ms: None };
        let entry = self.entries.entry(key.clone()).or_insert_with(made);
        let value = K::of_mut(&mut entry.value).ok_or(Fault::WRONG_TYPE)?;
        let done = change(value);
        if entry.value.is_empty() {
            self.remove(&key);
        } else {
            self.changed.push(Some(key));
        }
        Ok(done)
    }

    /// As [`Self::change`], where there is a value already.
    pub(super) fn change_existing<K: Kind, T>(
        &mut self,
        key: &[u8],
        change: impl FnOnce(&mut K) -> T,
    ) -> Result<Option<T>, Fault> {
        if self.get::<K>(key)?.is_none() { Ok(None) } else { self.change(key, change).map(Some) }
    }

    /// Puts a value in the place of any other; an empty one leaves nothing there.
    pub(super) fn put(&mut self, key: &[u8], value: Value, ends_ms: Option<u64>) {
        self.remove(key);
        if value.is_empty() || ends_ms.is_some_and(|ends_ms| ends_ms <= self.now_ms) {
            return;
        }
        let key = Bytes::copy_from_slice(key);
        if let Some(ends_ms) = ends_ms {
            self.ends.insert((ends_ms, key.clone()));
        }
        self.changed.push(Some(key.clone()));
        self.entries.insert(key, Entry { value, ends_ms });
    }

    pub(super) fn remove(&mut self, key: &[u8]) -> Option<Entry> {
        let (key, entry) = self.entries.swap_remove_entry(key)?;
        if let Some(ends_ms) = entry.ends_ms {
            self.ends.remove(&(ends_ms, key.clone()));
        }
        self.shrunk = true;
        self.changed.push(Some(key));
        Some(entry)
    }

    /// Sets when a key ends; at once if that has passed.
    pub(super) fn set_end(&mut self, key: &[u8], ends_ms: Option<u64>) {
        let Some((_, key, entry)) = self.entries.get_full_mut(key) else { return };
        let key = key.clone();
        if let Some(before) = std::mem::replace(&mut entry.ends_ms, ends_ms) {
            self.ends.remove(&(before, key.clone()));
        }
        let Some(ends_ms) = ends_ms else { return };
        if ends_ms <= self.now_ms {
            entry.ends_ms = None;
            self.remove(&key);
        } else {
            self.ends.insert((ends_ms, key));
        }
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.ends.clear();
        self.used = 0;
        self.changed.push(None);
    }
}

/// Takes a field out; the others of a small hash keep their order.
pub(super) fn take_field(hash: &mut Hash, field: &[u8]) -> Option<Bytes> {
    if hash.len() <= KEEPS_ORDER { hash.shift_remove(field) } else { hash.swap_remove(field) }
}

/// Takes a member out; the others of a small set keep their order.
pub(super) fn take_member(set: &mut Set, member: &[u8]) -> bool {
    if set.len() <= KEEPS_ORDER { set.shift_remove(member) } else { set.swap_remove(member) }
}
