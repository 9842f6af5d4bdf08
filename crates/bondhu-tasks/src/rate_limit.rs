//! How often tasks of one kind may start.

use std::time::Duration;

/// A rate in Celery's notation: `10/s`, `10/m`, `10/h`; a bare number is per second.
///
/// ```
/// use bondhu_tasks::RateLimit;
/// use std::time::Duration;
///
/// let rate = RateLimit::parse("10/m").unwrap();
/// assert_eq!((rate.tasks(), rate.period()), (10.0, Duration::from_secs(60)));
/// assert_eq!(rate.interval(), Duration::from_secs(6));
/// assert_eq!(RateLimit::parse("often"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    tasks: f64,
    period_secs: u64,
}

impl RateLimit {
    /// Reads Celery's notation; none if it is something else, or zero (which is no limit at all to Celery).
    pub const fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let (mut at, mut tasks, mut scale, mut digits) = (0, 0.0, 0.0, 0);
        while at < bytes.len() && bytes[at] != b'/' {
            match bytes[at] {
                b'.' if scale == 0.0 => scale = 1.0,
                digit @ b'0'..=b'9' => {
                    let digit = (digit - b'0') as f64;
                    if scale == 0.0 {
                        tasks = tasks * 10.0 + digit;
                    } else {
                        scale *= 10.0;
                        tasks += digit / scale;
                    }
                    digits += 1;
                }
                _ => return None,
            }
            at += 1;
        }
        let period_secs = match bytes.len() - at {
            0 => 1,
            2 => match bytes[at + 1] {
                b's' => 1,
                b'm' => 60,
                b'h' => 3600,
                _ => return None,
            },
            _ => return None,
        };
        if digits == 0 || tasks == 0.0 { None } else { Some(Self { tasks, period_secs }) }
    }

    /// Starts allowed in one [`RateLimit::period`].
    pub const fn tasks(self) -> f64 {
        self.tasks
    }

    /// The time that the number of starts refers to.
    pub const fn period(self) -> Duration {
        Duration::from_secs(self.period_secs)
    }

    /// The time between two starts at a steady rate.
    pub fn interval(self) -> Duration {
        self.period().div_f64(self.tasks)
    }
}

impl std::fmt::Display for RateLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let period = match self.period_secs {
            60 => 'm',
            3600 => 'h',
            _ => 's',
        };
        write!(f, "{}/{period}", self.tasks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn celerys_notation_is_read_and_written() {
        for (text, shown, millis) in [
            ("10/m", "10/m", 6_000),
            ("100/h", "100/h", 36_000),
            ("5/s", "5/s", 200),
            ("2", "2/s", 500),
            ("0.5/s", "0.5/s", 2_000),
        ] {
            let limit = RateLimit::parse(text).unwrap();
            assert_eq!((limit.to_string().as_str(), limit.interval().as_millis()), (shown, millis));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "/m", "0", "0/m", "10/", "10/d", "10/min", "ten", "-1/s", "1.2.3/s", "10 /m"] {
            assert_eq!(RateLimit::parse(text), None, "{text}");
        }
    }
}
