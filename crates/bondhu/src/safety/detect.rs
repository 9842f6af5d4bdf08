//! From phrases to a level: what is hidden, who is meant, when, and whether it is a story.
use super::CrisisLevel;
use super::phrase::{BOUNDARY, UNKNOWN};
use super::tables::{Kind, TABLES, Tables};

/// How many words before a phrase are searched for the person it is about.
const SUBJECT_REACH: usize = 11;
/// How many words before a phrase oneself must stand to outweigh a story marker.
const OWN_REACH: usize = 3;
/// Kinds that are halves of a plan.
const HALVES: [Kind; 6] = [Kind::Means, Kind::Place, Kind::Parting, Kind::Gone, Kind::Hiding, Kind::Threat];

#[derive(Debug, Clone, Copy)]
struct Hit {
    kind: Kind,
    start: usize,
    end: usize,
}

/// The level of a whole message.
pub(super) fn level_of(text: &str) -> Option<CrisisLevel> {
    let tables = &*TABLES;
    let mut numbers = Vec::with_capacity(text.len() / 5 + 2);
    super::text::each_word(text, |word| numbers.push(tables.words.number(word)));
    let mut hits = hide(tables, &mut numbers);
    for start in 0..numbers.len() {
        hits.extend(tables.at(2, &numbers, start).map(|(kind, end)| Hit { kind, start, end }));
    }
    hits.sort_by_key(|hit| hit.start);
    let quoted = text.contains(['"', '“', '”', '‘']) || text.contains(" '") || text.starts_with('\'');
    let mut seen = Seen {
        hits: &hits,
        positive: hits.iter().any(|h| h.kind == Kind::Positive),
        quoted,
        halves: 0,
        wish: false,
        level: 0,
    };
    let mut begin = 0;
    for (at, number) in numbers.iter().enumerate() {
        if *number == BOUNDARY {
            seen.read_sentence(begin, at);
            begin = at + 1;
        }
    }
    CrisisLevel::from_i16(seen.verdict())
}

/// Finds idioms and denials, and hides their words from the other phrases.
fn hide(tables: &Tables, numbers: &mut [u32]) -> Vec<Hit> {
    let mut found = Vec::new();
    for pass in 0..2 {
        for start in 0..numbers.len() {
            let longest = tables.at(pass, numbers, start).max_by_key(|(_, end)| *end);
            if let Some((kind, end)) = longest {
                numbers[start..end].fill(UNKNOWN);
                found.push(Hit { kind, start, end });
            }
        }
    }
    found
}

struct Seen<'a> {
    hits: &'a [Hit],
    positive: bool,
    quoted: bool,
    /// A bit for each kind of half that was found.
    halves: u8,
    wish: bool,
    level: i16,
}

impl Seen<'_> {
    fn read_sentence(&mut self, begin: usize, end: usize) {
        let from = self.hits.partition_point(|h| h.start < begin);
        let to = self.hits.partition_point(|h| h.start < end);
        let hits = &self.hits[from..to];
        let any = |kind: Kind| hits.iter().any(|h| h.kind == kind);
        let past = any(Kind::Past) && !any(Kind::Again);
        let (soon, surely, maybe) = (any(Kind::Soon), any(Kind::Story), any(Kind::MaybeStory));
        let last_but = hits.iter().rfind(|h| h.kind == Kind::But).map_or(0, |h| h.start);
        for hit in hits {
            let story = surely || (maybe && (self.quoted || !is_own(hits, hit)));
            let level = match hit.kind {
                Kind::Danger if !story => 3,
                Kind::Act | Kind::Wish if story => 0,
                Kind::Act | Kind::Wish if past || is_about_another(hits, hit) => 1,
                Kind::Act => 3,
                Kind::Wish => {
                    self.wish = true;
                    if soon { 3 } else { 2 }
                }
                Kind::DeniedAct if last_but >= hit.end => 2,
                Kind::Denial | Kind::DeniedAct if !self.positive && !story => 1,
                Kind::OtherRisk | Kind::Distress | Kind::PastRisk if !story => 1,
                _ => 0,
            };
            self.level = self.level.max(level);
            if let Some(bit) = HALVES.iter().position(|half| *half == hit.kind && !story && !past) {
                self.halves |= 1 << bit;
            }
        }
    }

    fn verdict(&self) -> i16 {
        let plan = self.halves.count_ones() >= 2 || (self.wish && self.halves > 0);
        if plan { 3 } else { self.level }
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
