//! The keys in order, so that dropping `chat:history:42:*` looks at that person's keys only.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Each key with the stamp of its newest entry: a late notice that an older entry left must not hide the key.
#[derive(Clone, Default)]
pub(crate) struct KeyIndex(Arc<Mutex<Keys>>);

#[derive(Default)]
struct Keys {
    stamps: BTreeMap<String, u64>,
    next: u64,
}

impl KeyIndex {
    /// Notes a new entry under the key and returns its stamp.
    pub(crate) fn insert(&self, id: &str) -> u64 {
        let mut keys = self.lock();
        keys.next += 1;
        let stamp = keys.next;
        match keys.stamps.get_mut(id) {
            Some(current) => *current = stamp,
            None => {
                keys.stamps.insert(id.to_owned(), stamp);
            }
        }
        stamp
    }

    /// Forgets the key if the entry that left is its newest.
    pub(crate) fn remove(&self, id: &str, stamp: u64) {
        let mut keys = self.lock();
        if keys.stamps.get(id) == Some(&stamp) {
            keys.stamps.remove(id);
        }
    }

    pub(crate) fn matching(&self, pattern: &str) -> Vec<String> {
        let prefix = literal_prefix(pattern);
        let keys = self.lock();
        let candidates =
            keys.stamps.range(prefix.to_owned()..).map(|(id, _)| id).take_while(|id| id.starts_with(prefix));
        candidates.filter(|id| matches(pattern, id)).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Keys> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The part of a glob before its first wildcard.
pub(crate) fn literal_prefix(pattern: &str) -> &str {
    &pattern[..pattern.find(['*', '?']).unwrap_or(pattern.len())]
}

/// Whether `text` matches a glob: `*` is any run of characters, `?` is one character.
///
/// Keeps one point to fall back to, so the cost is at most the product of both lengths.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&c) if c == '?' || c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
