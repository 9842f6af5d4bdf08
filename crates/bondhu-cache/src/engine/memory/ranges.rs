//! Parts of a sorted set: by rank, by score, or by bytes where all scores are the same.

use bytes::Bytes;

use super::{
    Fault,
    sorted::Sorted,
    words::{float, integer, is, range},
};

const NO_RANGE: &str = "ERR min or max is not a float";
const NO_LEX: &str = "ERR min or max not valid string range item";

/// One end of a range of scores.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    at: f64,
    open: bool,
}

impl Bound {
    fn read(word: &[u8]) -> Result<Self, Fault> {
        let (open, number) = word.strip_prefix(b"(").map_or((false, word), |number| (true, number));
        Ok(Self { at: float(number).map_err(|_| NO_RANGE)?, open })
    }
}

/// One end of a range of bytes.
#[derive(Clone)]
pub(super) enum Edge {
    Least,
    Most,
    At { bytes: Bytes, open: bool },
}

impl Edge {
    fn read(word: &[u8]) -> Result<Self, Fault> {
        match word {
            b"-" => Ok(Self::Least),
            b"+" => Ok(Self::Most),
            [mark @ (b'(' | b'['), bytes @ ..] => {
                Ok(Self::At { bytes: Bytes::copy_from_slice(bytes), open: *mark == b'(' })
            }
            _ => Err(NO_LEX.into()),
        }
    }

    fn is_above(&self, member: &[u8]) -> bool {
        match self {
            Self::Least => false,
            Self::Most => true,
            Self::At { bytes, open } => {
                if *open {
                    member <= bytes
                } else {
                    member < bytes.as_ref()
                }
            }
        }
    }

    fn is_below(&self, member: &[u8]) -> bool {
        match self {
            Self::Least => true,
            Self::Most => false,
            Self::At { bytes, open } => {
                if *open {
                    member >= bytes
                } else {
                    member > bytes.as_ref()
                }
            }
        }
    }
}

/// Which members.
pub(super) enum Span {
    Ranks(i64, i64),
    Scores(Bound, Bound),
    Lex(Edge, Edge),
}

/// Which members, from which side, and how many of them.
pub(super) struct Part {
    pub(super) span: Span,
    pub(super) backwards: bool,
    pub(super) skip: usize,
    pub(super) most: usize,
}

/// How a range is named by a command.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Rank,
    Score,
    Lex,
}

impl Part {
    /// All that lies between two words, in order.
    pub(super) fn between(by: By, least: &[u8], most: &[u8]) -> Result<Self, Fault> {
        let span = match by {
            By::Rank => Span::Ranks(integer(least)?, integer(most)?),
            By::Score => Span::Scores(Bound::read(least)?, Bound::read(most)?),
            By::Lex => Span::Lex(Edge::read(least)?, Edge::read(most)?),
        };
        Ok(Self { span, backwards: false, skip: 0, most: usize::MAX })
    }

    fn backwards(self) -> Self {
        Self { backwards: true, ..self }
    }

    /// Those members, with their scores.
    pub(super) fn of(&self, sorted: &Sorted) -> Vec<(f64, Bytes)> {
        let own = |(score, member): (f64, &Bytes)| (score, member.clone());
        match &self.span {
            Span::Ranks(start, stop) => {
                let Some(places) = range(*start, *stop, sorted.len()) else { return Vec::new() };
                let (skip, take) = (places.start, places.len());
                if self.backwards {
                    sorted.iter().rev().skip(skip).take(take).map(own).collect()
                } else {
                    sorted.iter().skip(skip).take(take).map(own).collect()
                }
            }
            Span::Scores(least, most) => {
                let within = sorted
                    .with_at_least(least.at)
                    .skip_while(|(score, _)| least.open && *score <= least.at)
                    .take_while(|(score, _)| if most.open { *score < most.at } else { *score <= most.at });
                self.cut(within.map(own).collect())
            }
            Span::Lex(least, most) => {
                let within = sorted.iter().filter(|(_, member)| !least.is_above(member) && !most.is_below(member));
                self.cut(within.map(own).collect())
            }
        }
    }

    fn cut(&self, mut members: Vec<(f64, Bytes)>) -> Vec<(f64, Bytes)> {
        if self.backwards {
            members.reverse();
        }
        members.into_iter().skip(self.skip).take(self.most).collect()
    }
}

/// The words of `ZRANGE` and its relatives behind the key: `start stop [BYSCORE|BYLEX] [REV] [LIMIT offset count]
/// [WITHSCORES]`. `by` and `backwards` are what the command's own name says, `free` whether words may say it.
pub(super) fn read(words: &[&[u8]], by: By, backwards: bool, free: bool) -> Result<(Part, bool), Fault> {
    let (mut by, mut backwards, mut with_scores, mut limit) = (by, backwards, false, None);
    let mut rest = &words[2..];
    while let [option, after @ ..] = rest {
        rest = after;
        match option.to_ascii_lowercase().as_slice() {
            b"byscore" if free => by = By::Score,
            b"bylex" if free => by = By::Lex,
            b"rev" if free => backwards = true,
            b"withscores" => with_scores = true,
            b"limit" => {
                let [offset, count, after @ ..] = rest else { return Err(Fault::SYNTAX.into()) };
                limit = Some((integer(offset)?, integer(count)?));
                rest = after;
            }
            _ => return Err(Fault::SYNTAX.into()),
        }
    }
    if limit.is_some() && by == By::Rank {
        return Err("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX".into());
    }
    if with_scores && by == By::Lex {
        return Err("ERR syntax error, WITHSCORES not supported in combination with BYLEX".into());
    }
    // From the back, ranges of scores and of bytes begin with their upper end.
    let (least, most) = if backwards && by != By::Rank { (words[1], words[0]) } else { (words[0], words[1]) };
    let mut part = Part::between(by, least, most)?;
    if backwards {
        part = part.backwards();
    }
    if let Some((offset, count)) = limit {
        // Before the beginning there is nothing; without an end there is no end.
        let none = offset < 0;
        part.skip = usize::try_from(offset).unwrap_or(0);
        part.most = if none { 0 } else { usize::try_from(count).unwrap_or(usize::MAX) };
    }
    Ok((part, with_scores))
}

/// Whether a word is `WITHSCORES` and nothing follows.
pub(super) fn only_with_scores(words: &[&[u8]]) -> Result<bool, Fault> {
    match words {
        [] => Ok(false),
        [word] if is(word, "withscores") => Ok(true),
        _ => Err(Fault::SYNTAX.into()),
    }
}
