//! Commands on hashes.

use bytes::Bytes;

use super::{
    Answer, Fault, count,
    data::{Data, Hash, take_field},
    float,
    keys::Scan,
    sets::picks,
    words::{float as number, integer, is},
};
use crate::engine::Reply;

const NO_INTEGER: &str = "ERR hash value is not an integer";

fn look(data: &Data, key: &[u8], show: impl FnOnce(&Hash) -> Reply, otherwise: Reply) -> Answer {
    Ok(data.get::<Hash>(key)?.map_or(otherwise, show))
}

fn put_all(data: &mut Data, words: &[&[u8]], command: &str) -> Result<usize, Fault> {
    let pairs = &words[1..];
    if !pairs.len().is_multiple_of(2) {
        return Err(format!("ERR wrong number of arguments for '{command}' command").into());
    }
    data.change(words[0], |hash: &mut Hash| {
        let put =
            |pair: &&[&[u8]]| hash.insert(Bytes::copy_from_slice(pair[0]), Bytes::copy_from_slice(pair[1])).is_none();
        pairs.chunks(2).filter(put).count()
    })
}

pub(super) fn hset(data: &mut Data, words: &[&[u8]]) -> Answer {
    put_all(data, words, "hset").map(|added| Reply::Int(count(added)))
}

pub(super) fn hmset(data: &mut Data, words: &[&[u8]]) -> Answer {
    put_all(data, words, "hmset").map(|_| Reply::OK)
}

pub(super) fn hsetnx(data: &mut Data, words: &[&[u8]]) -> Answer {
    if data.get::<Hash>(words[0])?.is_some_and(|hash| hash.contains_key(words[1])) {
        return Ok(Reply::Int(0));
    }
    hset(data, words)
}

pub(super) fn hget(data: &mut Data, words: &[&[u8]]) -> Answer {
    look(data, words[0], |hash| field(hash, words[1]), Reply::Nil)
}

fn field(hash: &Hash, name: &[u8]) -> Reply {
    hash.get(name).map_or(Reply::Nil, |value| Reply::Bulk(value.clone()))
}

pub(super) fn hmget(data: &mut Data, words: &[&[u8]]) -> Answer {
    let hash = data.get::<Hash>(words[0])?;
    let values = words[1..].iter().map(|name| hash.map_or(Reply::Nil, |hash| field(hash, name)));
    Ok(Reply::Array(values.collect()))
}

pub(super) fn hgetall(data: &mut Data, words: &[&[u8]]) -> Answer {
    look(data, words[0], |hash| Reply::Array(hash.iter().flat_map(pair).collect()), Reply::Array(Vec::new()))
}

fn pair((field, value): (&Bytes, &Bytes)) -> [Reply; 2] {
    [Reply::Bulk(field.clone()), Reply::Bulk(value.clone())]
}

pub(super) fn hkeys(data: &mut Data, words: &[&[u8]]) -> Answer {
    let names = |hash: &Hash| Reply::Array(hash.keys().cloned().map(Reply::Bulk).collect());
    look(data, words[0], names, Reply::Array(Vec::new()))
}

pub(super) fn hvals(data: &mut Data, words: &[&[u8]]) -> Answer {
    let values = |hash: &Hash| Reply::Array(hash.values().cloned().map(Reply::Bulk).collect());
    look(data, words[0], values, Reply::Array(Vec::new()))
}

pub(super) fn hlen(data: &mut Data, words: &[&[u8]]) -> Answer {
    look(data, words[0], |hash| Reply::Int(count(hash.len())), Reply::Int(0))
}

pub(super) fn hexists(data: &mut Data, words: &[&[u8]]) -> Answer {
    look(data, words[0], |hash| Reply::Int(i64::from(hash.contains_key(words[1]))), Reply::Int(0))
}

pub(super) fn hstrlen(data: &mut Data, words: &[&[u8]]) -> Answer {
    let length = |hash: &Hash| Reply::Int(count(hash.get(words[1]).map_or(0, Bytes::len)));
    look(data, words[0], length, Reply::Int(0))
}

pub(super) fn hdel(data: &mut Data, words: &[&[u8]]) -> Answer {
    let gone = data.change_existing(words[0], |hash: &mut Hash| {
        words[1..].iter().filter(|name| take_field(hash, name).is_some()).count()
    })?;
    Ok(Reply::Int(count(gone.unwrap_or(0))))
}

pub(super) fn hincrby(data: &mut Data, words: &[&[u8]]) -> Answer {
    let by = integer(words[2])?;
    let value = data.get::<Hash>(words[0])?.and_then(|hash| hash.get(words[1]));
    let before = value.map_or(Ok(0), |value| integer(value)).map_err(|_| NO_INTEGER)?;
    let sum = before.checked_add(by).ok_or("ERR increment or decrement would overflow")?;
    data.change(words[0], |hash: &mut Hash| hash.insert(Bytes::copy_from_slice(words[1]), sum.to_string().into()))?;
    Ok(Reply::Int(sum))
}

pub(super) fn hincrbyfloat(data: &mut Data, words: &[&[u8]]) -> Answer {
    let by = number(words[2])?;
    let value = data.get::<Hash>(words[0])?.and_then(|hash| hash.get(words[1]));
    let before = value.map_or(Ok(0.0), |value| number(value)).map_err(|_| "ERR hash value is not a float")?;
    if !(before + by).is_finite() {
        return Err("ERR increment would produce NaN or Infinity".into());
    }
    let sum = Bytes::from(float::plain(before + by));
    data.change(words[0], |hash: &mut Hash| hash.insert(Bytes::copy_from_slice(words[1]), sum.clone()))?;
    Ok(Reply::Bulk(sum))
}

pub(super) fn hrandfield(data: &mut Data, words: &[&[u8]]) -> Answer {
    let with_values = match words.get(2) {
        None => false,
        Some(word) if is(word, "withvalues") => true,
        Some(_) => return Err(Fault::SYNTAX.into()),
    };
    let wanted = words.get(1).map(|word| integer(word)).transpose()?;
    let hash = data.get::<Hash>(words[0])?;
    let Some(wanted) = wanted else {
        let picked = hash.and_then(|hash| hash.get_index(*picks(hash.len(), 1).first()?));
        return Ok(picked.map_or(Reply::Nil, |(name, _)| Reply::Bulk(name.clone())));
    };
    let Some(hash) = hash else { return Ok(Reply::Array(Vec::new())) };
    let picked = picks(hash.len(), wanted).into_iter().filter_map(|at| hash.get_index(at));
    let shown = picked.flat_map(|of| pair(of).into_iter().take(if with_values { 2 } else { 1 }));
    Ok(Reply::Array(shown.collect()))
}

pub(super) fn hscan(data: &mut Data, words: &[&[u8]]) -> Answer {
    let scan = Scan::read(&words[1..])?;
    let found = |hash: &Hash| Scan::all(hash.iter().filter(|(name, _)| scan.wants(name)).flat_map(pair).collect());
    look(data, words[0], found, Scan::all(Vec::new()))
}
