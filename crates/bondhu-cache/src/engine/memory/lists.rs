//! Commands on lists.

use bytes::Bytes;

use super::{
    Answer, Fault, count,
    data::{Data, List},
    words::{how_many, integer, is, positive, range},
};
use crate::engine::Reply;

fn push(data: &mut Data, words: &[&[u8]], front: bool) -> Answer {
    let length = data.change(words[0], |list: &mut List| {
        for word in &words[1..] {
            let word = Bytes::copy_from_slice(word);
            if front { list.push_front(word) } else { list.push_back(word) }
        }
        list.len()
    })?;
    Ok(Reply::Int(count(length)))
}

pub(super) fn lpush(data: &mut Data, words: &[&[u8]]) -> Answer {
    push(data, words, true)
}

pub(super) fn rpush(data: &mut Data, words: &[&[u8]]) -> Answer {
    push(data, words, false)
}

fn push_existing(data: &mut Data, words: &[&[u8]], front: bool) -> Answer {
    if data.get::<List>(words[0])?.is_none() { Ok(Reply::Int(0)) } else { push(data, words, front) }
}

pub(super) fn lpushx(data: &mut Data, words: &[&[u8]]) -> Answer {
    push_existing(data, words, true)
}

pub(super) fn rpushx(data: &mut Data, words: &[&[u8]]) -> Answer {
    push_existing(data, words, false)
}

fn take(list: &mut List, front: bool) -> Option<Bytes> {
    if front { list.pop_front() } else { list.pop_back() }
}

fn pop(data: &mut Data, words: &[&[u8]], front: bool) -> Answer {
    let Some(wanted) = words.get(1) else {
        let taken = data.change_existing(words[0], |list: &mut List| take(list, front))?;
        return Ok(taken.flatten().map_or(Reply::Nil, Reply::Bulk));
    };
    let wanted = how_many(wanted)?;
    let taken = data.change_existing(words[0], |list: &mut List| {
        (0..wanted.min(list.len())).filter_map(|_| take(list, front)).map(Reply::Bulk).collect()
    })?;
    Ok(taken.map_or(Reply::Nil, Reply::Array))
}

pub(super) fn lpop(data: &mut Data, words: &[&[u8]]) -> Answer {
    pop(data, words, true)
}

pub(super) fn rpop(data: &mut Data, words: &[&[u8]]) -> Answer {
    pop(data, words, false)
}

pub(super) fn llen(data: &mut Data, words: &[&[u8]]) -> Answer {
    Ok(Reply::Int(count(data.get::<List>(words[0])?.map_or(0, List::len))))
}

pub(super) fn lrange(data: &mut Data, words: &[&[u8]]) -> Answer {
    let (start, stop) = (integer(words[1])?, integer(words[2])?);
    let list = data.get::<List>(words[0])?;
    let found = list.and_then(|list| Some(list.range(range(start, stop, list.len())?)));
    Ok(Reply::Array(found.into_iter().flatten().cloned().map(Reply::Bulk).collect()))
}

/// Where an index that may count from the back leads.
fn place(index: i64, len: usize) -> Option<usize> {
    let len = i64::try_from(len).ok()?;
    let index = if index < 0 { len.checked_add(index)? } else { index };
    usize::try_from(index).ok().filter(|_| index < len)
}

pub(super) fn lindex(data: &mut Data, words: &[&[u8]]) -> Answer {
    let index = integer(words[1])?;
    let item = data.get::<List>(words[0])?.and_then(|list| list.get(place(index, list.len())?));
    Ok(item.cloned().map_or(Reply::Nil, Reply::Bulk))
}

pub(super) fn lset(data: &mut Data, words: &[&[u8]]) -> Answer {
    let index = integer(words[1])?;
    let set = data.change_existing(words[0], |list: &mut List| {
        let at = place(index, list.len())?;
        list[at] = Bytes::copy_from_slice(words[2]);
        Some(())
    })?;
    set.ok_or("ERR no such key")?.ok_or("ERR index out of range")?;
    Ok(Reply::OK)
}

pub(super) fn lrem(data: &mut Data, words: &[&[u8]]) -> Answer {
    let wanted = integer(words[1])?;
    let most = if wanted == 0 { usize::MAX } else { usize::try_from(wanted.unsigned_abs()).unwrap_or(usize::MAX) };
    let gone = data.change_existing(words[0], |list: &mut List| {
        let mut gone = 0;
        let mut keep = |item: &Bytes| {
            let goes = gone < most && item == words[2];
            gone += usize::from(goes);
            !goes
        };
        if wanted < 0 {
            let kept: List = std::mem::take(list).into_iter().rev().filter(|item| keep(item)).collect();
            *list = kept.into_iter().rev().collect();
        } else {
            list.retain(keep);
        }
        gone
    })?;
    Ok(Reply::Int(count(gone.unwrap_or(0))))
}

pub(super) fn ltrim(data: &mut Data, words: &[&[u8]]) -> Answer {
    let (start, stop) = (integer(words[1])?, integer(words[2])?);
    data.change_existing(words[0], |list: &mut List| {
        let kept = range(start, stop, list.len()).unwrap_or(0..0);
        list.truncate(kept.end);
        list.drain(..kept.start);
    })?;
    Ok(Reply::OK)
}

pub(super) fn linsert(data: &mut Data, words: &[&[u8]]) -> Answer {
    let after = if is(words[1], "after") {
        true
    } else if is(words[1], "before") {
        false
    } else {
        return Err(Fault::SYNTAX.into());
    };
    let length = data.change_existing(words[0], |list: &mut List| {
        let at = list.iter().position(|item| item == words[2])?;
        list.insert(at + usize::from(after), Bytes::copy_from_slice(words[3]));
        Some(list.len())
    })?;
    Ok(Reply::Int(length.map_or(0, |length| length.map_or(-1, count))))
}

pub(super) fn lpos(data: &mut Data, words: &[&[u8]]) -> Answer {
    let (mut rank, mut wanted, mut compared) = (1_i64, None, usize::MAX);
    let mut rest = &words[2..];
    while let [option, value, after @ ..] = rest {
        match option.to_ascii_lowercase().as_slice() {
            b"rank" => rank = integer(value)?,
            b"count" => wanted = Some(positive(value, "ERR COUNT can't be negative")?),
            b"maxlen" => compared = positive(value, "ERR MAXLEN can't be negative")?,
            _ => return Err(Fault::SYNTAX.into()),
        }
        rest = after;
    }
    if !rest.is_empty() {
        return Err(Fault::SYNTAX.into());
    }
    if rank == 0 {
        let text = "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use \
                    negative to start from the end of the list";
        return Err(text.into());
    }
    let compared = if compared == 0 { usize::MAX } else { compared };
    let most = wanted.map_or(1, |wanted| if wanted == 0 { usize::MAX } else { wanted });
    let skipped = usize::try_from(rank.unsigned_abs() - 1).unwrap_or(usize::MAX);
    let list = data.get::<List>(words[0])?;
    let len = list.map_or(0, List::len);
    let at = |index: usize| if rank < 0 { len - 1 - index } else { index };
    let matching = (0..len.min(compared)).map(at).filter(|at| list.is_some_and(|list| list[*at] == words[1]));
    let mut found = matching.skip(skipped).take(most).map(|at| Reply::Int(count(at)));
    Ok(if wanted.is_some() { Reply::Array(found.collect()) } else { found.next().unwrap_or(Reply::Nil) })
}

fn side(word: &[u8]) -> Result<bool, Fault> {
    match word {
        word if is(word, "left") => Ok(true),
        word if is(word, "right") => Ok(false),
        _ => Err(Fault::SYNTAX.into()),
    }
}

fn carry(data: &mut Data, from: &[u8], to: &[u8], from_front: bool, to_front: bool) -> Answer {
    if data.get::<List>(from)?.is_none() {
        return Ok(Reply::Nil);
    }
    data.get::<List>(to)?;
    let Some(item) = data.change(from, |list: &mut List| take(list, from_front))? else { return Ok(Reply::Nil) };
    data.change(
        to,
        |list: &mut List| {
            if to_front { list.push_front(item.clone()) } else { list.push_back(item.clone()) }
        },
    )?;
    Ok(Reply::Bulk(item))
}

pub(super) fn lmove(data: &mut Data, words: &[&[u8]]) -> Answer {
    carry(data, words[0], words[1], side(words[2])?, side(words[3])?)
}

pub(super) fn rpoplpush(data: &mut Data, words: &[&[u8]]) -> Answer {
    carry(data, words[0], words[1], false, true)
}
