//! ISO 8601 times as Python's `datetime.isoformat()` writes them.
//!
//! Celery puts `eta`, `expires` and `date_done` on the wire in this form. Readers accept `Z`, any offset, a missing
//! fraction and a time without offset, which is UTC (Celery's default `timezone`).

use jiff::{Timestamp, civil, tz::Offset};

use crate::error::Error;

/// Reads a time from the wire; without an offset it is UTC.
///
/// ```
/// use bondhu_tasks::timestamp;
///
/// let time = timestamp::parse("2026-11-22T20:00:00+05:30")?;
/// assert_eq!(timestamp::format(time), "2026-11-22T14:30:00+00:00");
/// # Ok::<(), bondhu_tasks::Error>(())
/// ```
pub fn parse(text: &str) -> Result<Timestamp, Error> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp);
    }
    text.parse::<civil::DateTime>()
        .ok()
        .and_then(|naive| Offset::UTC.to_timestamp(naive).ok())
        .ok_or_else(|| Error::Malformed { what: "time", reason: "it is not an ISO 8601 date and time".to_owned() })
}

/// Writes a time as Python does: six digits of fraction or none, and `+00:00`. Nanoseconds are cut off.
///
/// ```
/// use bondhu_tasks::timestamp;
///
/// assert_eq!(timestamp::format("2026-11-22T19:58:00.1Z".parse()?), "2026-11-22T19:58:00.100000+00:00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn format(timestamp: Timestamp) -> String {
    // The civil time, because its fraction counts forward before 1970 as well.
    let time = Offset::UTC.to_datetime(timestamp);
    let pattern = match time.subsec_nanosecond() / 1_000 {
        0 => "%Y-%m-%dT%H:%M:%S+00:00",
        _ => "%Y-%m-%dT%H:%M:%S%.6f+00:00",
    };
    time.strftime(pattern).to_string()
}

/// For fields that hold a time or null: `#[serde(with = "timestamp::optional")]`.
pub(crate) mod optional {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

    #[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
    pub(crate) fn serialize<S: Serializer>(time: &Option<Timestamp>, serializer: S) -> Result<S::Ok, S::Error> {
        time.map(super::format).serialize(serializer)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| super::parse(&text)).transpose().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_celery_sends_is_the_same_instant() {
        let forms =
            ["2026-11-22T19:58:00+00:00", "2026-11-22T19:58:00Z", "2026-11-22T19:58:00", "2026-11-23T01:28:00+05:30"];
        for form in forms {
            assert_eq!(format(parse(form).unwrap()), "2026-11-22T19:58:00+00:00", "{form}");
        }
        assert_eq!(format(parse("2026-11-22T19:58:00.103378+00:00").unwrap()), "2026-11-22T19:58:00.103378+00:00");
    }

    #[test]
    fn nanoseconds_are_cut_to_what_python_holds() {
        assert_eq!(format(parse("1969-12-31T23:59:59.000000001Z").unwrap()), "1969-12-31T23:59:59+00:00");
        assert_eq!(format(parse("2026-01-01T00:00:00.9999999Z").unwrap()), "2026-01-01T00:00:00.999999+00:00");
    }

    #[test]
    fn other_text_is_refused_without_being_repeated() {
        let error = parse("my secret").unwrap_err().to_string();
        assert!(!error.contains("secret"), "{error}");
    }
}
