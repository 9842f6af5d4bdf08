//! Commands on sorted sets.

mod add;
mod join;

pub(super) use add::{zadd, zincrby};
pub(super) use join::{zdiff, zdiffstore, zinter, zinterstore, zunion, zunionstore};

use bytes::Bytes;

use super::{
    Answer, Fault, count,
    data::{Data, Kind as _},
    float,
    keys::Scan,
    ranges::{By, Part, only_with_scores, read},
    sets::picks,
    sorted::Sorted,
    words::{how_many, integer},
};
use crate::engine::Reply;

fn score(score: f64) -> Reply {
    Reply::bulk(float::text(score))
}

/// Members, each with its score behind it if wanted.
fn list(members: impl IntoIterator<Item = (f64, Bytes)>, with_scores: bool) -> Reply {
    let shown = |(at, member)| {
        let with_score = with_scores.then(|| score(at));
        std::iter::once(Reply::Bulk(member)).chain(with_score)
    };
    Reply::Array(members.into_iter().flat_map(shown).collect())
}

pub(super) fn zcard(data: &mut Data, words: &[&[u8]]) -> Answer {
    Ok(Reply::Int(count(data.get::<Sorted>(words[0])?.map_or(0, Sorted::len))))
}

pub(super) fn zscore(data: &mut Data, words: &[&[u8]]) -> Answer {
    let found = data.get::<Sorted>(words[0])?.and_then(|sorted| sorted.score(words[1]));
    Ok(found.map_or(Reply::Nil, score))
}

pub(super) fn zmscore(data: &mut Data, words: &[&[u8]]) -> Answer {
    let sorted = data.get::<Sorted>(words[0])?;
    let found = |member: &&[u8]| sorted.and_then(|sorted| sorted.score(member)).map_or(Reply::Nil, score);
    Ok(Reply::Array(words[1..].iter().map(found).collect()))
}

pub(super) fn zrem(data: &mut Data, words: &[&[u8]]) -> Answer {
    let gone = data.change_existing(words[0], |sorted: &mut Sorted| {
        words[1..].iter().filter(|member| sorted.remove(member)).count()
    })?;
    Ok(Reply::Int(count(gone.unwrap_or(0))))
}

fn rank_from(data: &Data, words: &[&[u8]], backwards: bool) -> Answer {
    let Some(sorted) = data.get::<Sorted>(words[0])? else { return Ok(Reply::Nil) };
    let rank = sorted.rank(words[1]).map(|rank| if backwards { sorted.len() - 1 - rank } else { rank });
    Ok(rank.map_or(Reply::Nil, |rank| Reply::Int(count(rank))))
}

pub(super) fn zrank(data: &mut Data, words: &[&[u8]]) -> Answer {
    rank_from(data, words, false)
}

pub(super) fn zrevrank(data: &mut Data, words: &[&[u8]]) -> Answer {
    rank_from(data, words, true)
}

fn part_of(data: &Data, key: &[u8], part: &Part) -> Result<Vec<(f64, Bytes)>, Fault> {
    Ok(data.get::<Sorted>(key)?.map_or(Vec::new(), |sorted| part.of(sorted)))
}

fn counted(data: &Data, words: &[&[u8]], by: By) -> Answer {
    let part = Part::between(by, words[1], words[2])?;
    Ok(Reply::Int(count(part_of(data, words[0], &part)?.len())))
}

pub(super) fn zcount(data: &mut Data, words: &[&[u8]]) -> Answer {
    counted(data, words, By::Score)
}

pub(super) fn zlexcount(data: &mut Data, words: &[&[u8]]) -> Answer {
    counted(data, words, By::Lex)
}

fn ranged(data: &Data, words: &[&[u8]], by: By, backwards: bool, free: bool) -> Answer {
    let (part, with_scores) = read(&words[1..], by, backwards, free)?;
    part_of(data, words[0], &part).map(|members| list(members, with_scores))
}

pub(super) fn zrange(data: &mut Data, words: &[&[u8]]) -> Answer {
    ranged(data, words, By::Rank, false, true)
}

pub(super) fn zrevrange(data: &mut Data, words: &[&[u8]]) -> Answer {
    ranged(data, words, By::Rank, true, false)
}

pub(super) fn zrangebyscore(data: &mut Data, words: &[&[u8]]) -> Answer {
    ranged(data, words, By::Score, false, false)
}

pub(super) fn zrevrangebyscore(data: &mut Data, words: &[&[u8]]) -> Answer {
    ranged(data, words, By::Score, true, false)
}

pub(super) fn zrangebylex(data: &mut Data, words: &[&[u8]]) -> Answer {
    ranged(data, words, By::Lex, false, false)
}

pub(super) fn zrevrangebylex(data: &mut Data, words: &[&[u8]]) -> Answer {
    ranged(data, words, By::Lex, true, false)
}

fn store(data: &mut Data, key: &[u8], members: &[(f64, Bytes)]) -> Reply {
    let mut sorted = Sorted::default();
    for (score, member) in members {
        sorted.insert(member, *score);
    }
    data.put(key, sorted.into_value(), None);
    Reply::Int(count(members.len()))
}

pub(super) fn zrangestore(data: &mut Data, words: &[&[u8]]) -> Answer {
    let (part, with_scores) = read(&words[2..], By::Rank, false, true)?;
    if with_scores {
        return Err(Fault::SYNTAX.into());
    }
    let members = part_of(data, words[1], &part)?;
    Ok(store(data, words[0], &members))
}

fn remove_range(data: &mut Data, words: &[&[u8]], by: By) -> Answer {
    let part = Part::between(by, words[1], words[2])?;
    let gone = data.change_existing(words[0], |sorted: &mut Sorted| {
        part.of(sorted).iter().filter(|(_, member)| sorted.remove(member)).count()
    })?;
    Ok(Reply::Int(count(gone.unwrap_or(0))))
}

pub(super) fn zremrangebyrank(data: &mut Data, words: &[&[u8]]) -> Answer {
    remove_range(data, words, By::Rank)
}

pub(super) fn zremrangebyscore(data: &mut Data, words: &[&[u8]]) -> Answer {
    remove_range(data, words, By::Score)
}

pub(super) fn zremrangebylex(data: &mut Data, words: &[&[u8]]) -> Answer {
    remove_range(data, words, By::Lex)
}

fn pop(data: &mut Data, words: &[&[u8]], backwards: bool) -> Answer {
    let wanted = words.get(1).map_or(Ok(1), |word| how_many(word))?;
    let taken = data.change_existing(words[0], |sorted: &mut Sorted| {
        let mut part = Part::between(By::Rank, b"0", b"-1")?;
        part.backwards = backwards;
        let mut members = part.of(sorted);
        members.truncate(wanted);
        for (_, member) in &members {
            sorted.remove(member);
        }
        Ok::<_, Fault>(members)
    })?;
    Ok(list(taken.transpose()?.unwrap_or_default(), true))
}

pub(super) fn zpopmin(data: &mut Data, words: &[&[u8]]) -> Answer {
    pop(data, words, false)
}

pub(super) fn zpopmax(data: &mut Data, words: &[&[u8]]) -> Answer {
    pop(data, words, true)
}

pub(super) fn zrandmember(data: &mut Data, words: &[&[u8]]) -> Answer {
    let wanted = words.get(1).map(|word| integer(word)).transpose()?;
    let with_scores = only_with_scores(words.get(2..).unwrap_or_default())?;
    let members: Vec<(f64, Bytes)> = data
        .get::<Sorted>(words[0])?
        .map_or(Vec::new(), |sorted| sorted.iter().map(|(score, member)| (score, member.clone())).collect());
    let picked = picks(members.len(), wanted.unwrap_or(1)).into_iter().map(|at| members[at].clone());
    Ok(match wanted {
        Some(_) => list(picked, with_scores),
        None => picked.map(|(_, member)| Reply::Bulk(member)).next().unwrap_or(Reply::Nil),
    })
}

pub(super) fn zscan(data: &mut Data, words: &[&[u8]]) -> Answer {
    let scan = Scan::read(&words[1..])?;
    let members = data.get::<Sorted>(words[0])?;
    let found = members.into_iter().flat_map(Sorted::iter).filter(|(_, member)| scan.wants(member));
    let shown = found.flat_map(|(at, member)| [Reply::Bulk(member.clone()), score(at)]);
    Ok(Scan::all(shown.collect()))
}
