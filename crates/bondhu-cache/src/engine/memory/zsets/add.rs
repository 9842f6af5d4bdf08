//! `ZADD` and `ZINCRBY`.

use super::score;
use crate::engine::{
    Reply,
    memory::{Answer, Fault, count, data::Data, sorted::Sorted, words::float},
};

/// What `ZADD` may be told.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the command")]
struct Options {
    only_new: bool,
    only_there: bool,
    only_greater: bool,
    only_less: bool,
    count_changed: bool,
    add: bool,
}

impl Options {
    /// The options in front of the scores, and what is behind them.
    fn read<'a, 'w>(words: &'w [&'a [u8]]) -> Result<(Self, &'w [&'a [u8]]), Fault> {
        let mut options = Self::default();
        let mut rest = words;
        while let [word, after @ ..] = rest {
            match word.to_ascii_lowercase().as_slice() {
                b"nx" => options.only_new = true,
                b"xx" => options.only_there = true,
                b"gt" => options.only_greater = true,
                b"lt" => options.only_less = true,
                b"ch" => options.count_changed = true,
                b"incr" => options.add = true,
                _ => break,
            }
            rest = after;
        }
        if rest.is_empty() || !rest.len().is_multiple_of(2) {
            return Err(Fault::SYNTAX.into());
        }
        if options.only_new && options.only_there {
            return Err("ERR XX and NX options at the same time are not compatible".into());
        }
        let ordered = options.only_greater || options.only_less;
        if (options.only_new && ordered) || (options.only_greater && options.only_less) {
            return Err("ERR GT, LT, and/or NX options at the same time are not compatible".into());
        }
        if options.add && rest.len() > 2 {
            return Err("ERR INCR option supports a single increment-element pair".into());
        }
        Ok((options, rest))
    }

    /// The score after a change; none if it is not to be changed.
    fn apply(&self, before: Option<f64>, given: f64) -> Result<Option<f64>, Fault> {
        let Some(before) = before else { return Ok((!self.only_there).then_some(given)) };
        if self.only_new {
            return Ok(None);
        }
        let after = if self.add { before + given } else { given };
        if after.is_nan() {
            return Err("ERR resulting score is not a number (NaN)".into());
        }
        let refused = (self.only_greater && after <= before) || (self.only_less && after >= before);
        Ok((!refused).then_some(after))
    }
}

pub(in crate::engine::memory) fn zadd(data: &mut Data, words: &[&[u8]]) -> Answer {
    let (options, rest) = Options::read(&words[1..])?;
    let pairs = rest.chunks(2).map(|pair| Ok((float(pair[0])?, pair[1]))).collect::<Result<Vec<_>, Fault>>()?;
    let (mut added, mut changed, mut last) = (0, 0, None);
    data.change(words[0], |sorted: &mut Sorted| {
        for (given, member) in pairs {
            let before = sorted.score(member);
            last = options.apply(before, given)?;
            let Some(after) = last else { continue };
            sorted.insert(member, after);
            added += usize::from(before.is_none());
            changed += usize::from(before.is_some_and(|before| before.to_bits() != after.to_bits()));
        }
        Ok::<_, Fault>(())
    })??;
    if options.add {
        return Ok(last.map_or(Reply::Nil, score));
    }
    Ok(Reply::Int(count(if options.count_changed { added + changed } else { added })))
}

pub(in crate::engine::memory) fn zincrby(data: &mut Data, words: &[&[u8]]) -> Answer {
    zadd(data, &[words[0], b"INCR", words[1], words[2]])
}
