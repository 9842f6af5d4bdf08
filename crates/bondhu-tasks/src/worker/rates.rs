//! How often tasks of one type start in this worker.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::{id::TaskId, rate_limit::RateLimit};

/// Starts are promised at most this far ahead: more would only grow the list of promises.
const AHEAD: SignedDuration = SignedDuration::from_mins(1);

/// Starts at a steady rate (the generic cell rate algorithm with a burst of one, as Celery's bucket has).
///
/// A task that has to wait is promised a time and goes back to the broker until then. The promise is remembered, so
/// it does not have to stand in line again.
#[derive(Debug)]
pub(super) struct Bucket {
    rate: Option<RateLimit>,
    next: Timestamp,
    promised: HashMap<TaskId, Timestamp>,
}

impl Bucket {
    pub(super) fn new(rate: Option<RateLimit>) -> Self {
        Self { rate, next: Timestamp::MIN, promised: HashMap::new() }
    }

    pub(super) const fn rate(&self) -> Option<RateLimit> {
        self.rate
    }

    /// None if the task may start now, else when to ask again.
    pub(super) fn reserve(&mut self, id: &TaskId, now: Timestamp) -> Option<Timestamp> {
        let rate = self.rate?;
        if self.promised.get(id).is_some_and(|at| *at <= now) {
            self.promised.remove(id);
            return None;
        }
        if let Some(at) = self.promised.get(id) {
            return Some(*at);
        }
        let at = self.next.max(now);
        if at > now && at.duration_since(now) > AHEAD {
            // Too far away for a promise; it stands in line again later.
            return now.checked_add(AHEAD).ok();
        }
        let interval = SignedDuration::try_from(rate.interval()).unwrap_or(SignedDuration::MAX);
        self.next = at.checked_add(interval).unwrap_or(Timestamp::MAX);
        if at <= now {
            return None;
        }
        // Promises of tasks that another worker has run meanwhile are of no use.
        self.promised.retain(|_, at| now.duration_since(*at) < AHEAD);
        self.promised.insert(id.clone(), at);
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_promised_one_interval_apart() {
        let mut bucket = Bucket::new(RateLimit::parse("60/m"));
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let at = |secs| Some(now + SignedDuration::from_secs(secs));
        let ids = ["a", "b", "c"].map(TaskId::from);
        assert_eq!(ids.each_ref().map(|id| bucket.reserve(id, now)), [None, at(1), at(2)]);
        assert_eq!(bucket.reserve(&ids[1], now + SignedDuration::from_secs(1)), None, "it has waited its turn");
        assert_eq!(bucket.reserve(&ids[2], now + SignedDuration::from_secs(1)), at(2), "it has not");
    }

    #[test]
    fn nothing_is_promised_for_times_far_away() {
        let mut bucket = Bucket::new(RateLimit::parse("1/h"));
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        assert_eq!(bucket.reserve(&"a".into(), now), None);
        assert_eq!(bucket.reserve(&"b".into(), now), Some(now + SignedDuration::from_mins(1)));
        assert!(bucket.promised.is_empty());
        assert_eq!(bucket.reserve(&"b".into(), now + SignedDuration::from_hours(1)), None);
    }
}
