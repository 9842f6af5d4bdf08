//! When an entry is due.

use std::{fmt, time::Duration};

use jiff::{SignedDuration, Timestamp};

use super::Crontab;

/// Missed runs are counted up to here.
const MOST_MISSED: u64 = 10_000;

/// When an entry is due.
///
/// ```
/// use bondhu_tasks::beat::{Crontab, Schedule};
/// use std::time::Duration;
///
/// let now = "2026-11-22T20:00:00Z".parse()?;
/// let hourly = Schedule::from(Duration::from_secs(3600));
/// let nightly = Schedule::from(Crontab::parse("0 3 * * *")?);
/// assert!(hourly.next_after(now) < nightly.next_after(now));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub enum Schedule {
    /// Again and again after this long, counted from 1970 in UTC; so all beats agree.
    Every(Duration),
    /// At the times that a line of crontab says.
    Crontab(Box<Crontab>),
}

/// The runs that fell due in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) newest: Option<Timestamp>,
    pub(super) count: u64,
}

impl Schedule {
    /// The first due time after `now`; none if there is none any more.
    pub fn next_after(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Crontab(crontab) => crontab.next_after(now),
            Self::Every(interval) => {
                let interval = i128::try_from(interval.as_nanos()).ok().filter(|interval| *interval > 0)?;
                let next = (now.as_nanosecond().div_euclid(interval) + 1) * interval;
                Timestamp::from_nanosecond(next).ok()
            }
        }
    }

    /// The runs due after `since` and until `now`.
    pub(super) fn due(&self, since: Timestamp, now: Timestamp) -> Due {
        let mut due = Due { newest: None, count: 0 };
        if let Self::Every(interval) = self
            && let Ok(interval @ 1..) = i128::try_from(interval.as_nanos())
        {
            let number = |at: Timestamp| at.as_nanosecond().div_euclid(interval);
            due.count = u64::try_from(number(now) - number(since)).unwrap_or_default();
            due.newest = Timestamp::from_nanosecond(number(now) * interval).ok().filter(|_| due.count > 0);
            return due;
        }
        let mut at = since;
        while let Some(next) = self.next_after(at).filter(|next| *next <= now) {
            due = Due { newest: Some(next), count: due.count + 1 };
            at = next;
            if due.count == MOST_MISSED {
                // So long ago that the exact number says nothing; the newest still has to be right.
                at = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now).max(at);
            }
        }
        due
    }
}

impl From<Duration> for Schedule {
    fn from(interval: Duration) -> Self {
        Self::Every(interval)
    }
}

impl From<Crontab> for Schedule {
    fn from(crontab: Crontab) -> Self {
        Self::Crontab(Box::new(crontab))
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Crontab(crontab) => crontab.fmt(f),
            Self::Every(interval) => {
                let secs = interval.as_secs();
                match secs {
                    0 => write!(f, "every {} ms", interval.as_millis()),
                    3600 => f.write_str("every hour"),
                    60 => f.write_str("every minute"),
                    _ if secs % 3600 == 0 => write!(f, "every {} hours", secs / 3600),
                    _ if secs % 60 == 0 => write!(f, "every {} minutes", secs / 60),
                    _ => write!(f, "every {secs} s"),
                }
            }
        }
    }
}
