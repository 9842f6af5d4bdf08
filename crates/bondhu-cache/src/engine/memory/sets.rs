//! Commands on sets.

use bytes::Bytes;
use rand::RngExt as _;

use super::{
    Answer, Fault, count,
    data::{Data, Kind as _, Set, take_member},
    keys::Scan,
    words::{how_many, integer, is, positive},
};
use crate::engine::Reply;

fn list(members: impl IntoIterator<Item = Bytes>) -> Reply {
    Reply::Array(members.into_iter().map(Reply::Bulk).collect())
}

pub(super) fn sadd(data: &mut Data, words: &[&[u8]]) -> Answer {
    let added = data.change(words[0], |set: &mut Set| {
        words[1..].iter().filter(|member| set.insert(Bytes::copy_from_slice(member))).count()
    })?;
    Ok(Reply::Int(count(added)))
}

pub(super) fn srem(data: &mut Data, words: &[&[u8]]) -> Answer {
    let gone = data.change_existing(words[0], |set: &mut Set| {
        words[1..].iter().filter(|member| take_member(set, member)).count()
    })?;
    Ok(Reply::Int(count(gone.unwrap_or(0))))
}

pub(super) fn scard(data: &mut Data, words: &[&[u8]]) -> Answer {
    Ok(Reply::Int(count(data.get::<Set>(words[0])?.map_or(0, Set::len))))
}

pub(super) fn smembers(data: &mut Data, words: &[&[u8]]) -> Answer {
    Ok(list(data.get::<Set>(words[0])?.into_iter().flatten().cloned()))
}

pub(super) fn sismember(data: &mut Data, words: &[&[u8]]) -> Answer {
    let there = data.get::<Set>(words[0])?.is_some_and(|set| set.contains(words[1]));
    Ok(Reply::Int(i64::from(there)))
}

pub(super) fn smismember(data: &mut Data, words: &[&[u8]]) -> Answer {
    let set = data.get::<Set>(words[0])?;
    let there = |member: &&[u8]| Reply::Int(i64::from(set.is_some_and(|set| set.contains(*member))));
    Ok(Reply::Array(words[1..].iter().map(there).collect()))
}

pub(super) fn smove(data: &mut Data, words: &[&[u8]]) -> Answer {
    data.get::<Set>(words[1])?;
    if words[0] == words[1] {
        return sismember(data, &[words[0], words[2]]);
    }
    let taken = data.change_existing(words[0], |set: &mut Set| take_member(set, words[2]))?;
    if taken != Some(true) {
        return Ok(Reply::Int(0));
    }
    sadd(data, &[words[1], words[2]]).map(|_| Reply::Int(1))
}

/// Places of so many of `len` items: different ones, or with repeats if the number is negative.
pub(super) fn picks(len: usize, wanted: i64) -> Vec<usize> {
    let mut random = rand::rng();
    let number = usize::try_from(wanted.unsigned_abs()).unwrap_or(usize::MAX);
    if len == 0 {
        Vec::new()
    } else if wanted < 0 {
        // A reply longer than this would not fit anywhere.
        (0..number.min(1 << 24)).map(|_| random.random_range(0..len)).collect()
    } else {
        rand::seq::index::sample(&mut random, len, number.min(len)).into_vec()
    }
}

pub(super) fn srandmember(data: &mut Data, words: &[&[u8]]) -> Answer {
    let wanted = words.get(1).map(|word| integer(word)).transpose()?;
    let set = data.get::<Set>(words[0])?;
    let picked = set.map(|set| {
        let at = picks(set.len(), wanted.unwrap_or(1)).into_iter();
        at.filter_map(|at| set.get_index(at)).cloned().map(Reply::Bulk).collect::<Vec<_>>()
    });
    Ok(match wanted {
        Some(_) => Reply::Array(picked.unwrap_or_default()),
        None => picked.and_then(|mut picked| picked.pop()).unwrap_or(Reply::Nil),
    })
}

pub(super) fn spop(data: &mut Data, words: &[&[u8]]) -> Answer {
    let wanted = words.get(1).map(|word| how_many(word)).transpose()?;
    let taken = data.change_existing(words[0], |set: &mut Set| {
        let mut at = picks(set.len(), i64::try_from(wanted.unwrap_or(1)).unwrap_or(i64::MAX));
        // From the back, so that the places of those before stay right.
        at.sort_unstable();
        at.into_iter().rev().filter_map(|at| set.swap_remove_index(at)).map(Reply::Bulk).collect::<Vec<_>>()
    })?;
    let taken = taken.unwrap_or_default();
    Ok(if wanted.is_some() { Reply::Array(taken) } else { taken.into_iter().next().unwrap_or(Reply::Nil) })
}

pub(super) fn sscan(data: &mut Data, words: &[&[u8]]) -> Answer {
    let scan = Scan::read(&words[1..])?;
    let members = data.get::<Set>(words[0])?.into_iter().flatten().filter(|member| scan.wants(member));
    Ok(Scan::all(members.cloned().map(Reply::Bulk).collect()))
}

#[derive(Clone, Copy)]
enum Join {
    Union,
    Inter,
    Diff,
}

fn join(data: &Data, keys: &[&[u8]], how: Join) -> Result<Set, Fault> {
    let sets = keys.iter().map(|key| data.get::<Set>(key)).collect::<Result<Vec<_>, _>>()?;
    let empty = Set::default();
    let mut sets = sets.into_iter().map(|set| set.unwrap_or(&empty));
    let mut joined = sets.next().cloned().unwrap_or_default();
    for set in sets {
        match how {
            Join::Union => joined.extend(set.iter().cloned()),
            Join::Inter => joined.retain(|member| set.contains(member)),
            Join::Diff => joined.retain(|member| !set.contains(member)),
        }
    }
    Ok(joined)
}

fn store(data: &mut Data, words: &[&[u8]], how: Join) -> Answer {
    let joined = join(data, &words[1..], how)?;
    let length = joined.len();
    data.put(words[0], joined.into_value(), None);
    Ok(Reply::Int(count(length)))
}

pub(super) fn sunion(data: &mut Data, words: &[&[u8]]) -> Answer {
    join(data, words, Join::Union).map(list)
}

pub(super) fn sinter(data: &mut Data, words: &[&[u8]]) -> Answer {
    join(data, words, Join::Inter).map(list)
}

pub(super) fn sdiff(data: &mut Data, words: &[&[u8]]) -> Answer {
    join(data, words, Join::Diff).map(list)
}

pub(super) fn sunionstore(data: &mut Data, words: &[&[u8]]) -> Answer {
    store(data, words, Join::Union)
}

pub(super) fn sinterstore(data: &mut Data, words: &[&[u8]]) -> Answer {
    store(data, words, Join::Inter)
}

pub(super) fn sdiffstore(data: &mut Data, words: &[&[u8]]) -> Answer {
    store(data, words, Join::Diff)
}

/// Words of a command.
type Words<'w, 'a> = &'w [&'a [u8]];

/// How many keys follow, and what comes after them.
pub(super) fn numbered<'w, 'a>(
    words: Words<'w, 'a>,
    too_few: &'static str,
) -> Result<(Words<'w, 'a>, Words<'w, 'a>), Fault> {
    let number = usize::try_from(integer(words[0])?).ok().filter(|number| *number > 0);
    words[1..].split_at_checked(number.ok_or(too_few)?).ok_or_else(|| Fault::SYNTAX.into())
}

pub(super) fn sintercard(data: &mut Data, words: &[&[u8]]) -> Answer {
    let number = integer(words[0]).map_err(|_| "ERR numkeys should be greater than 0")?;
    let number = usize::try_from(number).ok().filter(|number| *number > 0);
    let number = number.ok_or("ERR numkeys should be greater than 0")?;
    let (keys, rest) =
        words[1..].split_at_checked(number).ok_or("ERR Number of keys can't be greater than number of args")?;
    let limit = match rest {
        [] => 0,
        [option, limit] if is(option, "limit") => positive(limit, "ERR LIMIT can't be negative")?,
        _ => return Err(Fault::SYNTAX.into()),
    };
    let found = join(data, keys, Join::Inter)?.len();
    Ok(Reply::Int(count(if limit == 0 { found } else { found.min(limit) })))
}
