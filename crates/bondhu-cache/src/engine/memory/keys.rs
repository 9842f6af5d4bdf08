//! Commands on keys, whatever they lead to.

#![expect(clippy::unnecessary_wraps, reason = "all commands have one shape, whether they can fail or not")]

use rand::RngExt as _;

use super::{
    Answer, Fault, count,
    data::{Data, Value},
    glob,
    words::{integer, is, positive},
};
use crate::engine::Reply;

/// How many keys a scan looks at unless it says so.
const SCANNED: usize = 10;

pub(super) fn del(data: &mut Data, keys: &[&[u8]]) -> Answer {
    Ok(Reply::Int(count(keys.iter().filter(|key| data.remove(key).is_some()).count())))
}

pub(super) fn exists(data: &mut Data, keys: &[&[u8]]) -> Answer {
    Ok(Reply::Int(count(keys.iter().filter(|key| data.entries.contains_key(**key)).count())))
}

pub(super) fn kind(data: &mut Data, words: &[&[u8]]) -> Answer {
    let kind = data.entries.get(words[0]).map_or("none", |entry| entry.value.kind());
    Ok(Reply::Status(kind.into()))
}

pub(super) fn dbsize(data: &mut Data, _: &[&[u8]]) -> Answer {
    Ok(Reply::Int(count(data.entries.len())))
}

pub(super) fn flush(data: &mut Data, words: &[&[u8]]) -> Answer {
    if words.first().is_some_and(|word| !is(word, "async") && !is(word, "sync")) {
        return Err(Fault::SYNTAX.into());
    }
    data.clear();
    Ok(Reply::OK)
}

pub(super) fn time(data: &mut Data, _: &[&[u8]]) -> Answer {
    let now = data.now_ms();
    let part = |number: u64| Reply::bulk(number.to_string());
    Ok(Reply::Array(vec![part(now / 1_000), part(now % 1_000 * 1_000)]))
}

pub(super) fn randomkey(data: &mut Data, _: &[&[u8]]) -> Answer {
    if data.entries.is_empty() {
        return Ok(Reply::Nil);
    }
    let at = rand::rng().random_range(0..data.entries.len());
    Ok(data.entries.get_index(at).map_or(Reply::Nil, |(key, _)| Reply::Bulk(key.clone())))
}

pub(super) fn keys(data: &mut Data, words: &[&[u8]]) -> Answer {
    let matching = data.entries.keys().filter(|key| glob::matches(words[0], key));
    Ok(Reply::Array(matching.cloned().map(Reply::Bulk).collect()))
}

pub(super) fn rename(data: &mut Data, words: &[&[u8]]) -> Answer {
    let entry = data.remove(words[0]).ok_or("ERR no such key")?;
    data.put(words[1], entry.value, entry.ends_ms);
    Ok(Reply::OK)
}

pub(super) fn renamenx(data: &mut Data, words: &[&[u8]]) -> Answer {
    if !data.entries.contains_key(words[0]) {
        return Err("ERR no such key".into());
    }
    if data.entries.contains_key(words[1]) {
        return Ok(Reply::Int(0));
    }
    rename(data, words).map(|_| Reply::Int(1))
}

pub(super) fn copy(data: &mut Data, words: &[&[u8]]) -> Answer {
    let replace = match &words[2..] {
        [] => false,
        [word] if is(word, "replace") => true,
        _ => return Err(Fault::SYNTAX.into()),
    };
    let Some(entry) = data.entries.get(words[0]).cloned() else { return Ok(Reply::Int(0)) };
    // Upstash answers zero to a copy onto itself, where Redis has an error.
    if words[0] == words[1] || (!replace && data.entries.contains_key(words[1])) {
        return Ok(Reply::Int(0));
    }
    data.put(words[1], entry.value, entry.ends_ms);
    Ok(Reply::Int(1))
}

/// Milliseconds since 1970 that a word in seconds or milliseconds, from now or from 1970, stands for.
pub(super) fn moment(data: &Data, word: &[u8], unit_ms: i64, from_now: bool, command: &str) -> Result<i64, Fault> {
    let wrong = || Fault::from(format!("ERR invalid expire time in '{command}' command"));
    let base = if from_now { i64::try_from(data.now_ms()).map_err(|_| wrong())? } else { 0 };
    integer(word)?.checked_mul(unit_ms).and_then(|ms| ms.checked_add(base)).ok_or_else(wrong)
}

fn expire_with(data: &mut Data, words: &[&[u8]], unit_ms: i64, from_now: bool, command: &str) -> Answer {
    let ends_ms = u64::try_from(moment(data, words[1], unit_ms, from_now, command)?.max(0)).unwrap_or_default();
    let (mut nx, mut xx, mut gt, mut lt) = (false, false, false, false);
    for word in &words[2..] {
        match word.to_ascii_lowercase().as_slice() {
            b"nx" => nx = true,
            b"xx" => xx = true,
            b"gt" => gt = true,
            b"lt" => lt = true,
            _ => return Err(format!("ERR Unsupported option {}", String::from_utf8_lossy(word)).into()),
        }
    }
    if nx && (xx || gt || lt) {
        return Err("ERR NX and XX, GT or LT options at the same time are not compatible".into());
    }
    if gt && lt {
        return Err("ERR GT and LT options at the same time are not compatible".into());
    }
    let Some(entry) = data.entries.get(words[0]) else { return Ok(Reply::Int(0)) };
    let refused = match entry.ends_ms {
        // Without an end a key counts as ending never.
        None => xx || gt,
        Some(before) => nx || (gt && ends_ms <= before) || (lt && ends_ms >= before),
    };
    if !refused {
        data.set_end(words[0], Some(ends_ms));
    }
    Ok(Reply::Int(i64::from(!refused)))
}

pub(super) fn expire(data: &mut Data, words: &[&[u8]]) -> Answer {
    expire_with(data, words, 1_000, true, "expire")
}

pub(super) fn pexpire(data: &mut Data, words: &[&[u8]]) -> Answer {
    expire_with(data, words, 1, true, "pexpire")
}

pub(super) fn expireat(data: &mut Data, words: &[&[u8]]) -> Answer {
    expire_with(data, words, 1_000, false, "expireat")
}

pub(super) fn pexpireat(data: &mut Data, words: &[&[u8]]) -> Answer {
    expire_with(data, words, 1, false, "pexpireat")
}

pub(super) fn persist(data: &mut Data, words: &[&[u8]]) -> Answer {
    let ends = data.entries.get(words[0]).is_some_and(|entry| entry.ends_ms.is_some());
    if ends {
        data.set_end(words[0], None);
    }
    Ok(Reply::Int(i64::from(ends)))
}

/// -2 without a key, -1 without an end, otherwise what `show` makes of the end and of now.
fn end_of(data: &Data, key: &[u8], show: impl FnOnce(u64, u64) -> u64) -> Answer {
    let Some(entry) = data.entries.get(key) else { return Ok(Reply::Int(-2)) };
    let shown = entry.ends_ms.map_or(-1, |ends_ms| i64::try_from(show(ends_ms, data.now_ms())).unwrap_or(i64::MAX));
    Ok(Reply::Int(shown))
}

pub(super) fn ttl(data: &mut Data, words: &[&[u8]]) -> Answer {
    end_of(data, words[0], |ends_ms, now_ms| (ends_ms.saturating_sub(now_ms) + 500) / 1_000)
}

pub(super) fn pttl(data: &mut Data, words: &[&[u8]]) -> Answer {
    end_of(data, words[0], u64::saturating_sub)
}

pub(super) fn expiretime(data: &mut Data, words: &[&[u8]]) -> Answer {
    end_of(data, words[0], |ends_ms, _| (ends_ms + 500) / 1_000)
}

pub(super) fn pexpiretime(data: &mut Data, words: &[&[u8]]) -> Answer {
    end_of(data, words[0], |ends_ms, _| ends_ms)
}

/// Options of the scan family.
pub(super) struct Scan<'a> {
    cursor: usize,
    glob: Option<&'a [u8]>,
    count: usize,
    kind: Option<&'a [u8]>,
}

impl<'a> Scan<'a> {
    /// Reads the words from the cursor on.
    pub(super) fn read(words: &[&'a [u8]]) -> Result<Self, Fault> {
        let cursor = std::str::from_utf8(words[0]).ok().and_then(|text| text.parse().ok());
        let mut scan = Self { cursor: cursor.ok_or("ERR invalid cursor")?, glob: None, count: SCANNED, kind: None };
        let mut rest = &words[1..];
        while let [option, value, after @ ..] = rest {
            match option.to_ascii_lowercase().as_slice() {
                b"match" => scan.glob = Some(value),
                b"count" => scan.count = positive(value, Fault::SYNTAX)?,
                b"type" => scan.kind = Some(value),
                _ => return Err(Fault::SYNTAX.into()),
            }
            rest = after;
        }
        if !rest.is_empty() || scan.count == 0 {
            return Err(Fault::SYNTAX.into());
        }
        Ok(scan)
    }

    pub(super) fn wants(&self, name: &[u8]) -> bool {
        self.glob.is_none_or(|glob| glob::matches(glob, name))
    }

    /// A reply with all of a collection: cursor zero, then the items.
    pub(super) fn all(items: Vec<Reply>) -> Reply {
        Reply::Array(vec![Reply::bulk("0"), Reply::Array(items)])
    }
}

/// Goes from the last key to the first: a key that is taken out is replaced by the last one, which has been seen, so
/// no key that stays is missed.
pub(super) fn scan(data: &mut Data, words: &[&[u8]]) -> Answer {
    let scan = Scan::read(words)?;
    let end = if scan.cursor == 0 { data.entries.len() } else { scan.cursor.min(data.entries.len()) };
    let begin = end.saturating_sub(scan.count);
    let of_kind = |value: &Value| scan.kind.is_none_or(|kind| is(kind, value.kind()));
    let seen = (begin..end).rev().filter_map(|at| data.entries.get_index(at));
    let found = seen.filter(|(key, entry)| scan.wants(key) && of_kind(&entry.value));
    let items = found.map(|(key, _)| Reply::Bulk(key.clone())).collect();
    Ok(Reply::Array(vec![Reply::bulk(begin.to_string()), Reply::Array(items)]))
}
