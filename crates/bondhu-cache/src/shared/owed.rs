//! What has to be dropped from a server that could not be reached, so that it does not serve old values afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Beyond so many keys, whole namespaces are dropped instead.
const MOST: usize = 10_000;

#[derive(Default)]
pub(super) struct Owed(Mutex<Debt>);

#[derive(Default)]
struct Debt {
    /// Keys and patterns, each with the number of the moment when it was last added.
    patterns: BTreeMap<String, u64>,
    namespaces: BTreeSet<&'static str>,
    moment: u64,
}

impl Owed {
    pub(super) fn add(&self, namespace: Option<&'static str>, patterns: &[String]) {
        let mut debt = self.lock();
        debt.moment += 1;
        let moment = debt.moment;
        debt.namespaces.extend(namespace);
        debt.patterns.extend(patterns.iter().map(|pattern| (pattern.clone(), moment)));
        if debt.patterns.len() > MOST {
            let whole: Vec<String> = debt.namespaces.iter().map(|namespace| format!("{namespace}:")).collect();
            debt.patterns.retain(|pattern, _| !whole.iter().any(|prefix| pattern.starts_with(prefix)));
            debt.patterns.extend(whole.into_iter().map(|prefix| (format!("{prefix}*"), moment)));
        }
    }

    /// What is owed, and the moment of this look.
    pub(super) fn look(&self) -> (Vec<String>, u64) {
        let debt = self.lock();
        (debt.patterns.keys().cloned().collect(), debt.moment)
    }

    /// Everything that was owed at this moment has been dropped; what was added later has not.
    pub(super) fn settle(&self, moment: u64) {
        self.lock().patterns.retain(|_, added| *added > moment);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().patterns.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Debt> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_keys_become_their_namespace() {
        let owed = Owed::default();
        owed.add(None, &["other:*".to_owned()]);
        for n in 1..=MOST {
            owed.add(Some("chat:history"), &[format!("chat:history:{n}")]);
        }
        assert_eq!(owed.look().0, ["chat:history:*", "other:*"]);
    }

    #[test]
    fn what_comes_while_the_rest_is_dropped_stays() {
        let owed = Owed::default();
        owed.add(None, &["a".to_owned(), "b".to_owned()]);
        let (patterns, moment) = owed.look();
        assert_eq!(patterns, ["a", "b"]);
        owed.add(None, &["b".to_owned()]);
        owed.settle(moment);
        assert_eq!(owed.look().0, ["b"]);
        owed.settle(owed.look().1);
        assert!(owed.is_empty());
    }
}
