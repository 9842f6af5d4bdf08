//! Commands on strings and counters.

#![expect(clippy::unnecessary_wraps, reason = "all commands have one shape, whether they can fail or not")]

use bytes::Bytes;

use super::{
    Answer, Fault, count,
    data::{Data, Value},
    float,
    keys::moment,
    words::{float as number, integer, is, range},
};
use crate::engine::Reply;

const TOO_LONG: &str = "ERR string exceeds maximum allowed size (proto-max-bulk-len)";
const OVERFLOW: &str = "ERR increment or decrement would overflow";
const LONGEST: usize = 512 << 20;

fn text(bytes: &[u8]) -> Value {
    Value::Text(Bytes::copy_from_slice(bytes))
}

fn found(data: &Data, key: &[u8]) -> Answer {
    Ok(data.get::<Bytes>(key)?.map_or(Reply::Nil, |value| Reply::Bulk(value.clone())))
}

pub(super) fn get(data: &mut Data, words: &[&[u8]]) -> Answer {
    found(data, words[0])
}

pub(super) fn getdel(data: &mut Data, words: &[&[u8]]) -> Answer {
    let before = found(data, words[0])?;
    data.remove(words[0]);
    Ok(before)
}

pub(super) fn getset(data: &mut Data, words: &[&[u8]]) -> Answer {
    let before = found(data, words[0])?;
    data.put(words[0], text(words[1]), None);
    Ok(before)
}

pub(super) fn strlen(data: &mut Data, words: &[&[u8]]) -> Answer {
    Ok(Reply::Int(count(data.get::<Bytes>(words[0])?.map_or(0, Bytes::len))))
}

/// When a value ends, as `SET` and `GETEX` say it.
enum End {
    Unsaid,
    Kept,
    Never,
    At(u64),
}

/// Reads one option about the end; none if the word is another option.
fn end(data: &Data, words: &mut &[&[u8]], command: &str) -> Result<Option<End>, Fault> {
    let (unit_ms, from_now) = match words[0].to_ascii_lowercase().as_slice() {
        b"ex" => (1_000, true),
        b"px" => (1, true),
        b"exat" => (1_000, false),
        b"pxat" => (1, false),
        _ => return Ok(None),
    };
    let word = words.get(1).ok_or(Fault::SYNTAX)?;
    if integer(word)? <= 0 {
        return Err(format!("ERR invalid expire time in '{command}' command").into());
    }
    let ends_ms = moment(data, word, unit_ms, from_now, command)?;
    *words = &words[2..];
    Ok(Some(End::At(u64::try_from(ends_ms).unwrap_or_default())))
}

pub(super) fn set(data: &mut Data, words: &[&[u8]]) -> Answer {
    let (mut ends, mut if_absent, mut if_there, mut get) = (End::Unsaid, false, false, false);
    let mut rest = &words[2..];
    while let Some(word) = rest.first() {
        if let Some(said) = end(data, &mut rest, "set")? {
            if !matches!(ends, End::Unsaid) {
                return Err(Fault::SYNTAX.into());
            }
            ends = said;
            continue;
        }
        match word.to_ascii_lowercase().as_slice() {
            b"nx" if !if_there => if_absent = true,
            b"xx" if !if_absent => if_there = true,
            b"get" => get = true,
            b"keepttl" if matches!(ends, End::Unsaid) => ends = End::Kept,
            _ => return Err(Fault::SYNTAX.into()),
        }
        rest = &rest[1..];
    }
    let before = if get { found(data, words[0])? } else { Reply::Nil };
    let there = data.entries.get(words[0]);
    if (if_absent && there.is_some()) || (if_there && there.is_none()) {
        return Ok(before);
    }
    let ends_ms = match ends {
        End::At(ends_ms) => Some(ends_ms),
        End::Kept => there.and_then(|entry| entry.ends_ms),
        End::Unsaid | End::Never => None,
    };
    data.put(words[0], text(words[1]), ends_ms);
    Ok(if get { before } else { Reply::OK })
}

pub(super) fn getex(data: &mut Data, words: &[&[u8]]) -> Answer {
    let mut rest = &words[1..];
    let mut ends = End::Unsaid;
    while let Some(word) = rest.first() {
        let said = match end(data, &mut rest, "getex")? {
            Some(said) => said,
            None if is(word, "persist") => {
                rest = &rest[1..];
                End::Never
            }
            None => return Err(Fault::SYNTAX.into()),
        };
        if !matches!(ends, End::Unsaid) {
            return Err(Fault::SYNTAX.into());
        }
        ends = said;
    }
    let value = found(data, words[0])?;
    match ends {
        End::At(ends_ms) => data.set_end(words[0], Some(ends_ms)),
        End::Never => data.set_end(words[0], None),
        End::Unsaid | End::Kept => {}
    }
    Ok(value)
}

pub(super) fn setnx(data: &mut Data, words: &[&[u8]]) -> Answer {
    let absent = !data.entries.contains_key(words[0]);
    if absent {
        data.put(words[0], text(words[1]), None);
    }
    Ok(Reply::Int(i64::from(absent)))
}

fn set_for(data: &mut Data, words: &[&[u8]], unit_ms: i64, command: &str) -> Answer {
    if integer(words[1])? <= 0 {
        return Err(format!("ERR invalid expire time in '{command}' command").into());
    }
    let ends_ms = moment(data, words[1], unit_ms, true, command)?;
    data.put(words[0], text(words[2]), Some(u64::try_from(ends_ms).unwrap_or_default()));
    Ok(Reply::OK)
}

pub(super) fn setex(data: &mut Data, words: &[&[u8]]) -> Answer {
    set_for(data, words, 1_000, "setex")
}

pub(super) fn psetex(data: &mut Data, words: &[&[u8]]) -> Answer {
    set_for(data, words, 1, "psetex")
}

pub(super) fn mget(data: &mut Data, keys: &[&[u8]]) -> Answer {
    // What is no string counts as absent here.
    Ok(Reply::Array(keys.iter().map(|key| found(data, key).unwrap_or(Reply::Nil)).collect()))
}

/// A key and its value.
type Pair<'a> = (&'a [u8], &'a [u8]);

fn pairs<'a>(words: &[&'a [u8]], command: &str) -> Result<Vec<Pair<'a>>, Fault> {
    if !words.len().is_multiple_of(2) {
        return Err(format!("ERR wrong number of arguments for '{command}' command").into());
    }
    Ok(words.chunks(2).map(|pair| (pair[0], pair[1])).collect())
}

pub(super) fn mset(data: &mut Data, words: &[&[u8]]) -> Answer {
    for (key, value) in pairs(words, "mset")? {
        data.put(key, text(value), None);
    }
    Ok(Reply::OK)
}

pub(super) fn msetnx(data: &mut Data, words: &[&[u8]]) -> Answer {
    let pairs = pairs(words, "msetnx")?;
    if pairs.iter().any(|(key, _)| data.entries.contains_key(*key)) {
        return Ok(Reply::Int(0));
    }
    mset(data, words).map(|_| Reply::Int(1))
}

pub(super) fn append(data: &mut Data, words: &[&[u8]]) -> Answer {
    let length = data.change(words[0], |value: &mut Bytes| {
        *value = [value, words[1]].concat().into();
        value.len()
    })?;
    Ok(Reply::Int(count(length)))
}

pub(super) fn getrange(data: &mut Data, words: &[&[u8]]) -> Answer {
    let (start, stop) = (integer(words[1])?, integer(words[2])?);
    let Some(value) = data.get::<Bytes>(words[0])? else { return Ok(Reply::bulk("")) };
    // Here, and only here, an end before the beginning counts as the first byte.
    let len = i64::try_from(value.len()).unwrap_or(i64::MAX);
    if start < 0 && stop < 0 && start > stop {
        return Ok(Reply::bulk(""));
    }
    let stop = if stop < 0 { len.saturating_add(stop).max(0) } else { stop };
    Ok(range(start, stop, value.len()).map_or(Reply::bulk(""), |range| Reply::Bulk(value.slice(range))))
}

pub(super) fn setrange(data: &mut Data, words: &[&[u8]]) -> Answer {
    let offset = integer(words[1])?;
    let offset = usize::try_from(offset).map_err(|_| "ERR offset is out of range")?;
    let (key, piece) = (words[0], words[2]);
    if piece.is_empty() {
        return strlen(data, words);
    }
    let end = offset.checked_add(piece.len()).filter(|end| *end <= LONGEST).ok_or(TOO_LONG)?;
    data.make_room(end)?;
    let length = data.change(key, |value: &mut Bytes| {
        let mut bytes = value.to_vec();
        bytes.resize(bytes.len().max(end), 0);
        bytes[offset..end].copy_from_slice(piece);
        *value = bytes.into();
        value.len()
    })?;
    Ok(Reply::Int(count(length)))
}

fn add(data: &mut Data, key: &[u8], by: i64) -> Answer {
    let before = data.get::<Bytes>(key)?.map_or(Ok(0), |value| integer(value))?;
    let sum = before.checked_add(by).ok_or(OVERFLOW)?;
    data.change(key, |value: &mut Bytes| *value = sum.to_string().into())?;
    Ok(Reply::Int(sum))
}

pub(super) fn incr(data: &mut Data, words: &[&[u8]]) -> Answer {
    add(data, words[0], 1)
}

pub(super) fn decr(data: &mut Data, words: &[&[u8]]) -> Answer {
    add(data, words[0], -1)
}

pub(super) fn incrby(data: &mut Data, words: &[&[u8]]) -> Answer {
    add(data, words[0], integer(words[1])?)
}

pub(super) fn decrby(data: &mut Data, words: &[&[u8]]) -> Answer {
    let by = integer(words[1])?.checked_neg().ok_or("ERR decrement would overflow")?;
    add(data, words[0], by)
}

pub(super) fn incrbyfloat(data: &mut Data, words: &[&[u8]]) -> Answer {
    let before = data.get::<Bytes>(words[0])?.map_or(Ok(0.0), |value| number(value))?;
    let sum = before + number(words[1])?;
    if !sum.is_finite() {
        return Err("ERR increment would produce NaN or Infinity".into());
    }
    let sum = Bytes::from(float::plain(sum));
    data.change(words[0], |value: &mut Bytes| *value = sum.clone())?;
    Ok(Reply::Bulk(sum))
}
