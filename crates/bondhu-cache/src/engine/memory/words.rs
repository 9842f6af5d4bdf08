//! Arguments of commands, read as what they stand for.

use super::Fault;

/// A whole number as Redis reads it: no plus, no space, no zero in front.
pub(super) fn integer(word: &[u8]) -> Result<i64, Fault> {
    let digits = word.strip_prefix(b"-").unwrap_or(word);
    let plain = match digits {
        [b'0'] => word.len() == 1,
        [b'1'..=b'9', ..] => true,
        _ => false,
    };
    let number = std::str::from_utf8(word).ok().filter(|_| plain).and_then(|text| text.parse().ok());
    number.ok_or_else(|| Fault::NO_INTEGER.into())
}

/// A count that is not negative.
pub(super) fn positive(word: &[u8], fault: &'static str) -> Result<usize, Fault> {
    let number = integer(word)?;
    usize::try_from(number).map_err(|_| fault.into())
}

/// How many are wanted, where anything else is told in the same words.
pub(super) fn how_many(word: &[u8]) -> Result<usize, Fault> {
    let number = integer(word).ok().and_then(|number| usize::try_from(number).ok());
    number.ok_or_else(|| "ERR value is out of range, must be positive".into())
}

/// A number; not "not a number".
pub(super) fn float(word: &[u8]) -> Result<f64, Fault> {
    let number = std::str::from_utf8(word).ok().and_then(|text| text.parse::<f64>().ok());
    number.filter(|number| !number.is_nan()).ok_or_else(|| Fault::NO_FLOAT.into())
}

/// Whether the word is this one, in any case.
pub(super) fn is(word: &[u8], name: &str) -> bool {
    word.eq_ignore_ascii_case(name.as_bytes())
}

/// Where a range of `len` items begins and ends, with ends that count from the back when they are negative; none if
/// nothing is in it.
pub(super) fn range(start: i64, stop: i64, len: usize) -> Option<std::ops::Range<usize>> {
    let len = i64::try_from(len).ok()?;
    let place = |index: i64| if index < 0 { len.saturating_add(index) } else { index };
    let (start, stop) = (place(start).max(0), place(stop).min(len - 1));
    if start > stop || start >= len {
        return None;
    }
    Some(usize::try_from(start).ok()?..usize::try_from(stop + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_redis_reads_them() {
        for (word, number) in [("0", 0), ("-5", -5), ("9223372036854775807", i64::MAX)] {
            assert_eq!(integer(word.as_bytes()), Ok(number));
        }
        for word in ["", "+1", "01", " 1", "1 ", "-0", "-", "1.0", "9223372036854775808"] {
            assert!(integer(word.as_bytes()).is_err(), "{word:?}");
        }
        assert_eq!(float(b"-inf"), Ok(f64::NEG_INFINITY));
        assert!(float(b"nan").is_err() && float(b"").is_err() && float(b"1x").is_err());
    }

    #[test]
    fn ranges_are_cut_to_what_is_there() {
        assert_eq!(range(0, -1, 3), Some(0..3));
        assert_eq!(range(-2, 9, 3), Some(1..3));
        assert_eq!((range(3, 5, 3), range(2, 1, 3), range(0, -1, 0), range(0, -5, 3)), (None, None, None, None));
    }
}
