//! From phrases to a level: what is hidden, who is meant, when, and whether it is a story.

use super::doubt::doubt;
use super::tables::{Kind, TABLES, Tables, pass_of};
use super::vote::{self, VOTE};
use super::{Crisis, CrisisLevel, CrisisReason, Sign};
use crate::features::Features;
use crate::phrases::{BOUNDARY, Numbers};
use crate::spelling::Words;

/// How many words before a phrase are searched for the person it is about.
const SUBJECT_REACH: usize = 11;
/// How many words before a phrase oneself must stand to outweigh a story marker.
const OWN_REACH: usize = 3;
/// Kinds that are halves of a plan.
const HALVES: [Kind; 6] = [Kind::Means, Kind::Place, Kind::Parting, Kind::Gone, Kind::Hiding, Kind::Threat];

/// Log-odds of a risk above which the vote raises a message to level 2; chosen on the folds of the training messages and on
/// the first eight blind files of `tests/cases`.
const RISK: f32 = -0.4;
/// The same for messages of fewer words than this, which say little; what they say plainly, the phrases find.
const RISK_OF_FEW: f32 = 0.6;
const FEW: usize = 7;
/// Log-odds of a risk, and then of an acute one, above which it raises it to level 3.
pub const ACUTE_RISK: f32 = 0.8;
const ACUTE: f32 = 0.0;

/// A phrase that was found: words `start..end` of the message.
#[derive(Debug, Clone, Copy)]
struct Hit {
    kind: Kind,
    start: usize,
    end: usize,
}

/// What phrases and the vote say about a whole message; the phrases are looked for in standard spelling as well.
pub(crate) fn read(text: &str, words: &Words, standard: Option<&Words>, features: Features) -> Crisis {
    let look = Look::at(words);
    let mut crisis = look.phrases(text, standard);
    doubt(&mut crisis, text, &look.places);
    let count = look.places.iter().filter(|(start, end)| start < end).count();
    let level = level_of(&look.sight(words, features), count);
    if level > crisis.level {
        crisis.level = level;
        // The whole message is what speaks: no part of it says it alone.
        if let (Some(first), Some(last)) = (look.places.first(), look.places.iter().rfind(|(start, end)| start < end)) {
            crisis.signs.push(Sign { reason: CrisisReason::Whole, start: first.0, end: last.1 });
            crisis.signs.sort_unstable_by_key(|sign| (sign.start, sign.end, sign.reason));
        }
    }
    crisis
}

/// The level that the answers of the vote on a message of so many words stand for.
fn level_of(features: &[u32], words: usize) -> Option<CrisisLevel> {
    let risk = VOTE.score(vote::IS_RISK, features);
    let limit = if words < FEW { RISK_OF_FEW } else { RISK };
    // Most messages need no answer to the second question.
    if risk > ACUTE_RISK && VOTE.score(vote::IS_ACUTE, features) > ACUTE {
        Some(CrisisLevel::Acute)
    } else {
        (risk > limit).then_some(CrisisLevel::Ideation)
    }
}

/// A message as the phrases see it.
pub(super) struct Look {
    /// The number of each word.
    numbers: Vec<u32>,
    /// Where each word begins and ends, in bytes.
    places: Vec<(usize, usize)>,
    hits: Vec<Hit>,
}

impl Look {
    pub(super) fn at(words: &Words) -> Self {
        Self::of(TABLES.phrases.numbers(words), words.places())
    }

    /// The same message in another spelling: what is an idiom or a denial as it was typed stays one.
    fn respelled(&self, words: &Words) -> Self {
        let (mut numbers, places) = (TABLES.phrases.numbers(words), words.places());
        for hit in self.hits.iter().filter(|hit| pass_of(hit.kind) < 2) {
            let (from, to) = (self.places[hit.start].0, self.places[hit.end - 1].1);
            let first = places.partition_point(|(start, _)| *start < from);
            let after = places.partition_point(|(start, _)| *start < to);
            numbers.hide(first..after);
        }
        Self::of(numbers, places)
    }

    fn of(mut numbers: Numbers, places: Vec<(usize, usize)>) -> Self {
        let tables = &*TABLES;
        let mut hits = hide(tables, &mut numbers);
        for start in 0..numbers.words.len() {
            hits.extend(tables.at(2, &numbers, start).map(|(kind, end)| Hit { kind, start, end }));
        }
        hits.sort_by_key(|hit| hit.start);
        Self { numbers: numbers.words, places, hits }
    }

    /// What the vote sees.
    pub(super) fn sight(&self, words: &Words, features: Features) -> Vec<u32> {
        vote::sight(features, words, self.hits.iter().map(|hit| hit.kind as u32))
    }

    /// What the phrases say, in the spelling in which they say more.
    pub(super) fn phrases(&self, text: &str, standard: Option<&Words>) -> Crisis {
        let typed = self.verdict(text);
        let standard = standard.map(|words| self.respelled(words).verdict(text));
        standard.filter(|standard| standard.level > typed.level).unwrap_or(typed)
    }

    fn verdict(&self, text: &str) -> Crisis {
        if self.hits.is_empty() {
            return Crisis::default();
        }
        let mut seen = Seen {
            hits: &self.hits,
            positive: self.hits.iter().any(|h| h.kind == Kind::Positive),
            text,
            halves: Vec::new(),
            wish: false,
            level: None,
            counted: Vec::new(),
        };
        let mut begin = 0;
        for (at, number) in self.numbers.iter().enumerate() {
            if *number == BOUNDARY {
                seen.read_sentence(begin, at);
                begin = at + 1;
            }
        }
        seen.verdict(&self.places)
    }
}

/// Finds idioms and denials, and hides their words from the other phrases.
fn hide(tables: &Tables, numbers: &mut Numbers) -> Vec<Hit> {
    let mut found = Vec::new();
    for pass in 0..2 {
        for start in 0..numbers.words.len() {
            let longest = tables.at(pass, numbers, start).max_by_key(|(_, end)| *end);
            if let Some((kind, end)) = longest {
                numbers.hide(start..end);
                found.push(Hit { kind, start, end });
            }
        }
    }
    found
}

struct Seen<'a> {
    hits: &'a [Hit],
    positive: bool,
    text: &'a str,
    /// Halves of a plan that were found.
    halves: Vec<Hit>,
    wish: bool,
    level: Option<CrisisLevel>,
    /// What raised the level, with the reason it gives.
    counted: Vec<(CrisisReason, Hit)>,
}

impl Seen<'_> {
    fn read_sentence(&mut self, begin: usize, end: usize) {
        let from = self.hits.partition_point(|h| h.start < begin);
        let to = self.hits.partition_point(|h| h.start < end);
        let hits = &self.hits[from..to];
        let any = |kind: Kind| hits.iter().any(|h| h.kind == kind);
        let past = any(Kind::Past) && !any(Kind::Again);
        let (soon, surely, maybe) = (any(Kind::Soon), any(Kind::Story), any(Kind::MaybeStory));
        let quoted = || {
            let text = self.text;
            text.contains(['"', '“', '”', '‘']) || text.contains(" '") || text.starts_with('\'')
        };
        let last_but = hits.iter().rfind(|h| h.kind == Kind::But).map_or(0, |h| h.start);
        for hit in hits {
            let story = surely || (maybe && (quoted() || !is_own(hits, hit)));
            if story {
                continue;
            }
            let (level, reason) = match hit.kind {
                Kind::Danger => (CrisisLevel::Acute, CrisisReason::Violence),
                Kind::Act | Kind::Wish | Kind::Harm if is_about_another(hits, hit) => {
                    (CrisisLevel::Concern, CrisisReason::SomebodyElse)
                }
                Kind::Act | Kind::Wish | Kind::Harm if past => (CrisisLevel::Concern, CrisisReason::Past),
                Kind::Act => (CrisisLevel::Acute, CrisisReason::Intent),
                Kind::Wish | Kind::Harm => {
                    self.wish = true;
                    let reason = if hit.kind == Kind::Harm { CrisisReason::SelfHarm } else { CrisisReason::Wish };
                    (if soon { CrisisLevel::Acute } else { CrisisLevel::Ideation }, reason)
                }
                Kind::DeniedAct if last_but >= hit.end => (CrisisLevel::Ideation, CrisisReason::Denied),
                Kind::Denial | Kind::DeniedAct if !self.positive => (CrisisLevel::Concern, CrisisReason::Denied),
                Kind::Distress => (CrisisLevel::Concern, CrisisReason::Distress),
                Kind::OtherRisk => (CrisisLevel::Concern, CrisisReason::SomebodyElse),
                Kind::PastRisk => (CrisisLevel::Concern, CrisisReason::Past),
                kind => {
                    if HALVES.contains(&kind) && !past {
                        self.halves.push(*hit);
                    }
                    continue;
                }
            };
            self.level = self.level.max(Some(level));
            self.counted.push((reason, *hit));
        }
    }

    fn verdict(mut self, places: &[(usize, usize)]) -> Crisis {
        let different = HALVES.iter().filter(|kind| self.halves.iter().any(|half| half.kind == **kind)).count();
        if different >= 2 || (self.wish && different > 0) {
            self.level = Some(CrisisLevel::Acute);
            self.counted.extend(self.halves.iter().map(|hit| (reason_of_half(hit.kind), *hit)));
        }
        let sign = |(reason, hit): &(CrisisReason, Hit)| Sign {
            reason: *reason,
            start: places[hit.start].0,
            end: places[hit.end.max(hit.start + 1) - 1].1,
        };
        let mut signs: Vec<Sign> = self.counted.iter().map(sign).collect();
        signs.sort_unstable_by_key(|sign| (sign.start, sign.end, sign.reason));
        signs.dedup();
        Crisis { level: self.level, signs }
    }
}

fn reason_of_half(kind: Kind) -> CrisisReason {
    match kind {
        Kind::Means | Kind::Place => CrisisReason::Means,
        Kind::Parting => CrisisReason::Farewell,
        Kind::Threat => CrisisReason::Threat,
        Kind::Hiding => CrisisReason::Violence,
        _ => CrisisReason::Plan,
    }
}

/// Whether the nearest person before the phrase, in its sentence, is somebody else.
fn is_about_another(hits: &[Hit], hit: &Hit) -> bool {
    let persons =
        near(hits, hit, SUBJECT_REACH).iter().filter(|h| matches!(h.kind, Kind::Own | Kind::OwnVerb | Kind::Other));
    let before = persons.filter(|h| h.end <= hit.start + 1).max_by_key(|h| (h.end, h.end - h.start));
    // "mar jaana chahta hu": the verb itself says who.
    let own_after = near(hits, hit, 0).iter().any(|h| h.kind == Kind::OwnVerb && h.end > hit.start);
    before.is_some_and(|h| h.kind == Kind::Other) && !own_after
}

/// Whether oneself stands inside, shortly before or right after the phrase.
fn is_own(hits: &[Hit], hit: &Hit) -> bool {
    near(hits, hit, OWN_REACH).iter().any(|h| matches!(h.kind, Kind::Own | Kind::OwnVerb))
}

/// The hits that begin from `reach` words before a phrase to the word after it.
fn near<'a>(hits: &'a [Hit], hit: &Hit, reach: usize) -> &'a [Hit] {
    let from = hits.partition_point(|h| h.start + reach < hit.start);
    let to = hits.partition_point(|h| h.start <= hit.end + 1);
    &hits[from..to]
}
