//! Unions, intersections and differences of sorted sets, and of sets whose members all have the score 1.

use bytes::Bytes;
use indexmap::IndexMap;

use super::{list, store};
use crate::engine::memory::{
    Answer, Fault,
    data::{Data, Set, Value},
    ranges::only_with_scores,
    sets::numbered,
    sorted::Sorted,
    words::float,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Union,
    Inter,
    Diff,
}

#[derive(Clone, Copy)]
enum Aggregate {
    Sum,
    Min,
    Max,
}

impl Aggregate {
    fn of(self, one: f64, other: f64) -> f64 {
        match self {
            // Infinities of both signs make zero here.
            Self::Sum => {
                if (one + other).is_nan() {
                    0.0
                } else {
                    one + other
                }
            }
            Self::Min => one.min(other),
            Self::Max => one.max(other),
        }
    }
}

/// What the words behind the keys say.
struct Options {
    weights: Vec<f64>,
    aggregate: Aggregate,
    with_scores: bool,
}

fn options(words: &[&[u8]], keys: usize, how: How) -> Result<Options, Fault> {
    let mut options = Options { weights: vec![1.0; keys], aggregate: Aggregate::Sum, with_scores: false };
    let mut rest = words;
    while let [option, after @ ..] = rest {
        match option.to_ascii_lowercase().as_slice() {
            b"weights" if how != How::Diff && after.len() >= keys => {
                let (weights, after) = after.split_at(keys);
                let read = |word: &&[u8]| float(word).map_err(|_| Fault::from("ERR weight value is not a float"));
                options.weights = weights.iter().map(read).collect::<Result<_, _>>()?;
                rest = after;
            }
            b"aggregate" if how != How::Diff => {
                let [kind, after @ ..] = after else { return Err(Fault::SYNTAX.into()) };
                options.aggregate = match kind.to_ascii_lowercase().as_slice() {
                    b"sum" => Aggregate::Sum,
                    b"min" => Aggregate::Min,
                    b"max" => Aggregate::Max,
                    _ => return Err(Fault::SYNTAX.into()),
                };
                rest = after;
            }
            _ => {
                options.with_scores = only_with_scores(rest)?;
                rest = &[];
            }
        }
    }
    Ok(options)
}

fn scored(data: &Data, key: &[u8]) -> Result<IndexMap<Bytes, f64>, Fault> {
    let kept = match data.entries.get(key).map(|entry| &entry.value) {
        None => IndexMap::new(),
        Some(Value::Sorted(_)) => {
            let sorted = data.get::<Sorted>(key)?;
            sorted.into_iter().flat_map(Sorted::iter).map(|(score, member)| (member.clone(), score)).collect()
        }
        Some(_) => data.get::<Set>(key)?.into_iter().flatten().map(|member| (member.clone(), 1.0)).collect(),
    };
    Ok(kept)
}

fn join(data: &Data, words: &[&[u8]], how: How, name: &str) -> Result<(Vec<(f64, Bytes)>, bool), Fault> {
    let too_few = "at least 1 input key is needed";
    let (keys, rest) = match numbered(words, too_few) {
        Err(fault) if fault == too_few.into() => {
            return Err(format!("ERR at least 1 input key is needed for '{name}' command").into());
        }
        read => read?,
    };
    let options = options(rest, keys.len(), how)?;
    let weighed = |(key, weight): (&&[u8], &f64)| {
        let mut set = scored(data, key)?;
        // An infinite score times zero is zero here.
        set.values_mut().for_each(|score| *score = if (*score * weight).is_nan() { 0.0 } else { *score * weight });
        Ok::<_, Fault>(set)
    };
    let mut sets = keys.iter().zip(&options.weights).map(weighed).collect::<Result<Vec<_>, _>>()?.into_iter();
    let mut joined = sets.next().unwrap_or_default();
    for set in sets {
        match how {
            How::Diff => joined.retain(|member, _| !set.contains_key(member)),
            How::Inter => joined.retain(|member, score| match set.get(member) {
                Some(other) => {
                    *score = options.aggregate.of(*score, *other);
                    true
                }
                None => false,
            }),
            How::Union => {
                for (member, other) in set {
                    let score = joined.entry(member);
                    score.and_modify(|score| *score = options.aggregate.of(*score, other)).or_insert(other);
                }
            }
        }
    }
    let mut members: Vec<(f64, Bytes)> = joined.into_iter().map(|(member, score)| (score, member)).collect();
    members.sort_by(|one, other| one.0.total_cmp(&other.0).then_with(|| one.1.cmp(&other.1)));
    Ok((members, options.with_scores))
}

fn shown(data: &Data, words: &[&[u8]], how: How, name: &str) -> Answer {
    join(data, words, how, name).map(|(members, with_scores)| list(members, with_scores))
}

fn stored(data: &mut Data, words: &[&[u8]], how: How, name: &str) -> Answer {
    let (members, with_scores) = join(data, &words[1..], how, name)?;
    if with_scores {
        return Err(Fault::SYNTAX.into());
    }
    Ok(store(data, words[0], &members))
}

pub(in crate::engine::memory) fn zunion(data: &mut Data, words: &[&[u8]]) -> Answer {
    shown(data, words, How::Union, "zunion")
}

pub(in crate::engine::memory) fn zinter(data: &mut Data, words: &[&[u8]]) -> Answer {
    shown(data, words, How::Inter, "zinter")
}

pub(in crate::engine::memory) fn zdiff(data: &mut Data, words: &[&[u8]]) -> Answer {
    shown(data, words, How::Diff, "zdiff")
}

pub(in crate::engine::memory) fn zunionstore(data: &mut Data, words: &[&[u8]]) -> Answer {
    stored(data, words, How::Union, "zunionstore")
}

pub(in crate::engine::memory) fn zinterstore(data: &mut Data, words: &[&[u8]]) -> Answer {
    stored(data, words, How::Inter, "zinterstore")
}

pub(in crate::engine::memory) fn zdiffstore(data: &mut Data, words: &[&[u8]]) -> Answer {
    stored(data, words, How::Diff, "zdiffstore")
}
