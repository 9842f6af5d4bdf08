//! The sentences, by language and part, and the choice of one that was not used lately.
use std::collections::HashMap;
use std::sync::LazyLock;

use super::language::Language;

/// The shortest literal piece of a line that tells whether the line was used before.
const TELLING_PIECE: usize = 6;

type Lines = HashMap<&'static str, Vec<&'static str>>;

static ENGLISH: LazyLock<Lines> = LazyLock::new(|| read(include_str!("../../data/listener/lines/en.tsv")));
static HINDI: LazyLock<Lines> = LazyLock::new(|| read(include_str!("../../data/listener/lines/hi.tsv")));
static BENGALI: LazyLock<Lines> = LazyLock::new(|| read(include_str!("../../data/listener/lines/bn.tsv")));
static ROMAN_HINDI: LazyLock<Lines> = LazyLock::new(|| read(include_str!("../../data/listener/lines/roman_hindi.tsv")));
static ROMAN_BENGALI: LazyLock<Lines> =
    LazyLock::new(|| read(include_str!("../../data/listener/lines/roman_bengali.tsv")));

fn read(file: &'static str) -> Lines {
    let mut lines = Lines::new();
    let rows = file.lines().filter(|line| !line.starts_with("# ")).filter_map(|line| line.split_once('\t'));
    for (part, line) in rows {
        lines.entry(part).or_default().push(line);
    }
    lines
}

/// All sentences of one part.
pub(super) fn part(language: Language, name: &str) -> &'static [&'static str] {
    let lines = match language {
        Language::English => &ENGLISH,
        Language::Hindi => &HINDI,
        Language::Bengali => &BENGALI,
        Language::RomanHindi => &ROMAN_HINDI,
        Language::RomanBengali => &ROMAN_BENGALI,
    };
    lines.get(name).map_or(&[], Vec::as_slice)
}

/// A sentence of the first part that has one unused in the recent replies; if none has, the one used longest ago.
pub(super) fn pick(pools: &[&'static [&'static str]], recent: &[&str], dice: u64) -> Option<&'static str> {
    let mut oldest: Option<(usize, &'static str)> = None;
    for pool in pools {
        for step in 0..pool.len() {
            let line = pool[turn_to(dice, step, pool.len())];
            match last_use(line, recent) {
                None => return Some(line),
                Some(age) if oldest.is_none_or(|(best, _)| age > best) => oldest = Some((age, line)),
                Some(_) => {}
            }
        }
    }
    oldest.map(|(_, line)| line)
}

fn turn_to(dice: u64, step: usize, length: usize) -> usize {
    let length = u64::try_from(length).unwrap_or(1);
    usize::try_from(dice.wrapping_add(step as u64) % length).unwrap_or(0)
}

/// How many replies ago a line was used, 0 for the last reply.
fn last_use(line: &str, recent: &[&str]) -> Option<usize> {
    recent.iter().position(|reply| uses(reply, line))
}

fn uses(reply: &str, line: &str) -> bool {
    if !line.contains('{') {
        return reply.contains(line);
    }
    let mut pieces =
        line.split(['{', '}']).step_by(2).map(str::trim).filter(|piece| piece.len() >= TELLING_PIECE).peekable();
    pieces.peek().is_some() && pieces.all(|piece| reply.contains(piece))
}

/// A number that is the same for the same inputs and looks random otherwise (the finaliser of `SplitMix64`).
pub(super) fn dice(seed: u64, turn: usize, purpose: u64) -> u64 {
    let mut z = seed ^ (turn as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ purpose.wrapping_mul(0xD1B5_4A32_D192_ED03);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
