//! Lines of crontab, with Celery's meaning: minute, hour, day of the month, month, day of the week; a time must match all
//! five, also both days.

use std::fmt;

use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

/// How many days are looked through for the next time: the 29th of February on one weekday comes every 28 years, and
/// every 40 around a year without a leap day.
const DAYS: usize = 366 * 41;

/// When something is due, in the manner of crontab.
///
/// ```
/// use bondhu_tasks::beat::Crontab;
///
/// let every_morning = Crontab::parse("30 7 * * mon-fri")?.in_zone("Asia/Kolkata")?;
/// let friday = "2026-11-27T10:00:00Z".parse()?;
/// assert_eq!(every_morning.next_after(friday).unwrap().to_string(), "2026-11-30T02:00:00Z");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Crontab {
    line: String,
    minutes: Field,
    hours: Field,
    days: Field,
    months: Field,
    weekdays: Field,
    zone: TimeZone,
}

/// Why a line is refused.
///
/// ```
/// use bondhu_tasks::beat::{Crontab, CrontabError};
///
/// assert_eq!(Crontab::parse("30 3 * *").unwrap_err(), CrontabError::Fields(4));
/// assert_eq!(Crontab::parse("0 0 30 2 *").unwrap_err(), CrontabError::Never, "there is no 30th of February");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CrontabError {
    /// It has not five fields.
    #[error("a crontab has five fields: minute, hour, day of the month, month, day of the week; here are {0}")]
    Fields(usize),
    /// A field cannot be read.
    #[error("`{text}` is no {field}: write numbers from {first} to {last}, as *, 5, 1-5, */10 or lists of these")]
    Field {
        /// Which.
        field: &'static str,
        /// What stands there.
        text: String,
        /// The smallest number.
        first: u8,
        /// The largest number.
        last: u8,
    },
    /// No day is like that, such as the 31st of February.
    #[error("there is no such day")]
    Never,
    /// The time zone is not known.
    #[error("the time zone `{0}` is not known here")]
    Zone(String),
}

/// A set of small numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Field(u64);

impl Field {
    const fn has(self, number: i8) -> bool {
        self.0 >> number & 1 == 1
    }

    fn numbers(self) -> impl Iterator<Item = i8> {
        (0..60).filter(move |number| self.has(*number))
    }
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Crontab {
    /// Reads a line such as `*/15 8-18 * * mon-fri`, in UTC.
    pub fn parse(line: &str) -> Result<Self, CrontabError> {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else { return Err(CrontabError::Fields(fields.len())) };
        let crontab = Self {
            line: fields.join(" "),
            minutes: field("minute", minute, 0, 59, &[])?,
            hours: field("hour", hour, 0, 23, &[])?,
            days: field("day of the month", day, 1, 31, &[])?,
            months: field("month", month, 1, 12, &MONTHS)?,
            weekdays: field("day of the week", weekday, 0, 6, &WEEKDAYS)?,
            zone: TimeZone::UTC,
        };
        let longest = |month: i8| {
            if month == 2 {
                29
            } else {
                Date::constant(2024, 1, 1).with().month(month).build().map_or(31, Date::days_in_month)
            }
        };
        let is_possible = crontab.months.numbers().any(|month| (1..=longest(month)).any(|day| crontab.days.has(day)));
        if is_possible { Ok(crontab) } else { Err(CrontabError::Never) }
    }

    /// In a time zone of the IANA database, such as `Asia/Kolkata`. Where clocks are put forward, a time that does not
    /// exist is due right after the gap; where they are put back, a time that comes twice is due the first time, but
    /// something that is due every hour or more often stays so.
    pub fn in_zone(mut self, zone: &str) -> Result<Self, CrontabError> {
        self.zone = TimeZone::get(zone).map_err(|_| CrontabError::Zone(zone.to_owned()))?;
        Ok(self)
    }

    /// The first due time after `now`; none if there is none within 40 years.
    pub fn next_after(&self, now: Timestamp) -> Option<Timestamp> {
        let start = self.zone.to_datetime(now);
        let mut date = start.date();
        // The time before a change of clocks may come again after it.
        let mut found: Option<Timestamp> = None;
        for _ in 0..DAYS {
            if self.is_day(date) {
                for time in self.times() {
                    let local = DateTime::from_parts(date, time);
                    for at in self.instants(local).into_iter().flatten() {
                        if at > now && found.is_none_or(|found| at < found) {
                            found = Some(at);
                        }
                    }
                    // Later times of the day are later instants, but for the hour that comes twice.
                    if found.is_some_and(|found| self.zone.to_datetime(found).date() < date) {
                        return found;
                    }
                }
                if found.is_some() {
                    return found;
                }
            }
            date = date.checked_add(1.day()).ok()?;
        }
        found
    }

    fn times(&self) -> impl Iterator<Item = Time> {
        self.hours
            .numbers()
            .flat_map(move |hour| self.minutes.numbers().map(move |minute| Time::constant(hour, minute, 0, 0)))
    }

    fn is_day(&self, date: Date) -> bool {
        let weekday = date.weekday().to_sunday_zero_offset();
        self.months.has(date.month()) && self.days.has(date.day()) && self.weekdays.has(weekday)
    }

    /// The instants of a local time: one; none more for a gap, whose end it is; two for an hour that comes twice, if all
    /// hours are meant.
    fn instants(&self, local: DateTime) -> [Option<Timestamp>; 2] {
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        if !ambiguous.is_ambiguous() {
            return [ambiguous.compatible().ok(), None];
        }
        let (earlier, later) = (ambiguous.earlier().ok(), ambiguous.later().ok());
        let is_gap = earlier.is_some_and(|earlier| self.zone.to_datetime(earlier) != local);
        if is_gap {
            // Both readings lie beside the gap; its end is where the clocks go on.
            let end = earlier.and_then(|earlier| self.zone.following(earlier).next()).map(|change| change.timestamp());
            return [end, None];
        }
        let every_hour = self.hours.numbers().count() == 24;
        [earlier, later.filter(|_| every_hour)]
    }
}

impl fmt::Display for Crontab {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)?;
        match self.zone.iana_name() {
            Some(name) if name != "UTC" => write!(f, " ({name})"),
            _ => Ok(()),
        }
    }
}

impl std::str::FromStr for Crontab {
    type Err = CrontabError;

    fn from_str(line: &str) -> Result<Self, CrontabError> {
        Self::parse(line)
    }
}

/// Reads one field. A range may go past the end and on from the beginning, as `fri-mon` does.
fn field(name: &'static str, text: &str, first: u8, last: u8, names: &[&str]) -> Result<Field, CrontabError> {
    let wrong = || CrontabError::Field { field: name, text: text.to_owned(), first, last };
    let number = |text: &str| {
        let lower = text.to_ascii_lowercase();
        if let Some(at) = names.iter().position(|name| lower.starts_with(name) && lower.len() >= 3) {
            return u8::try_from(at).map(|at| at + first).map_err(|_| wrong());
        }
        let number: u8 = text.parse().map_err(|_| wrong())?;
        // Sunday may also be 7.
        let number = if names.len() == 7 && number == 7 { 0 } else { number };
        if (first..=last).contains(&number) { Ok(number) } else { Err(wrong()) }
    };
    let mut set = 0;
    for part in text.split(',') {
        let (range, step) = part.split_once('/').unwrap_or((part, "1"));
        let step: u8 = step.parse().ok().filter(|step| *step > 0).ok_or_else(wrong)?;
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (first, last),
            Some((from, to)) => (number(from)?, number(to)?),
            None if part.contains('/') => (number(range)?, last),
            None => (number(range)?, number(range)?),
        };
        let span = last - first + 1;
        let length = if to >= from { to - from } else { to + span - from };
        for offset in (0..=length).step_by(usize::from(step)) {
            set |= 1_u64 << (first + (from - first + offset) % span);
        }
    }
    Ok(Field(set))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(line: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let crontab = Crontab::parse(line).unwrap().in_zone(zone).unwrap();
        let mut at: Timestamp = from.parse().unwrap();
        (0..count)
            .map(|_| {
                at = crontab.next_after(at).unwrap();
                at.to_string()
            })
            .collect()
    }

    #[test]
    fn the_usual_lines() {
        let from = "2026-11-23T12:07:30Z";
        assert_eq!(next("*/15 * * * *", "UTC", from, 2), ["2026-11-23T12:15:00Z", "2026-11-23T12:30:00Z"]);
        assert_eq!(next("0 0 1 1 *", "UTC", from, 1), ["2027-01-01T00:00:00Z"]);
        assert_eq!(next("30 8 * * mon-fri", "UTC", "2026-11-27T09:00:00Z", 1), ["2026-11-30T08:30:00Z"]);
        assert_eq!(next("0 12 * * fri-mon", "UTC", "2026-11-23T13:00:00Z", 1), ["2026-11-27T12:00:00Z"]);
        assert_eq!(next("0 12 13 * fri", "UTC", from, 1), ["2027-08-13T12:00:00Z"], "both days must match");
        assert_eq!(next("5,10-12 0 29 feb *", "UTC", from, 1), ["2028-02-29T00:05:00Z"]);
        assert_eq!(next("30 5 * * 7", "Asia/Kolkata", from, 1), ["2026-11-29T00:00:00Z"]);
    }

    #[test]
    fn a_time_that_is_left_out_comes_right_after() {
        let found = next("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2);
        assert_eq!(found, ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
        let found = next("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 1);
        assert_eq!(found, ["2026-10-03T15:30:00Z"], "clocks go forward by half an hour there");
    }

    #[test]
    fn a_time_that_comes_twice_counts_once_and_hours_stay_hours() {
        let found = next("30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z", 2);
        assert_eq!(found, ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]);
        let found = next("30 * * * *", "America/New_York", "2026-11-01T04:31:00Z", 3);
        assert_eq!(found, ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z"]);
    }

    #[test]
    fn nonsense_is_refused_with_the_reason() {
        assert_eq!(Crontab::parse("* * *").unwrap_err(), CrontabError::Fields(3));
        assert_eq!(Crontab::parse("0 0 31 2 *").unwrap_err(), CrontabError::Never);
        assert!(Crontab::parse("60 * * * *").unwrap_err().to_string().starts_with("`60` is no minute"));
        assert!(Crontab::parse("*/0 * * * *").is_err());
        assert!(Crontab::parse("* * * * *").unwrap().in_zone("Mars/Olympus").is_err());
    }

    proptest::proptest! {
        #[test]
        fn the_next_time_is_later_and_matches(minute in 0_u8..60, hour in 0_u8..24, from in 1_700_000_000_i64..2_000_000_000) {
            let crontab = Crontab::parse(&format!("{minute} {hour} * * *")).unwrap().in_zone("Europe/Berlin").unwrap();
            let from = Timestamp::from_second(from).unwrap();
            let found = crontab.next_after(from).unwrap();
            proptest::prop_assert!(found > from);
            proptest::prop_assert!(found.duration_since(from) <= jiff::SignedDuration::from_hours(25));
            let local = found.to_zoned(crontab.zone.clone());
            let in_gap = local.hour() == 3 && local.minute() == 0;
            let matches = local.minute() == minute.cast_signed() && local.hour() == hour.cast_signed();
            proptest::prop_assert!(in_gap || matches);
        }
    }
}
