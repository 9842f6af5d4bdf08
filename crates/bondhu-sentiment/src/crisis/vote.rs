//! A second vote beside the phrases: a linear model over a message's words and word pieces, learnt from written messages.
//!
//! Little endian: `"BRSK"`, version (u16), bits of the table of each of the two questions (u8), the hash of a known word
//! (u32), the bias of each question (f32), what each of the eight steps is worth for each question (f32), their tables with
//! three bits for each bucket, the CRC-32 of everything before (u32).

use std::sync::LazyLock;

use crate::{
    features::{Features, finish, hash},
    spelling::Words,
};

/// The questions: is there a risk (level 2 or 3), and if there is one, is it acute (level 3)?
pub const QUESTIONS: usize = 2;
pub(super) const IS_RISK: usize = 0;
pub(super) const IS_ACUTE: usize = 1;
/// A weight is one of so many numbers: more of them measure no better, and so a table has room for twice the buckets.
pub const STEPS: usize = 8;
const STEP_BITS: usize = 3;
const VERSION: u16 = 2;
const MAGIC: &[u8; 4] = b"BRSK";
const HEADER: usize = 12 + 4 * QUESTIONS + 4 * QUESTIONS * STEPS;
const KNOWN: &str = "bondhu";

const WORD: u32 = 0x68bc_21eb;
const PAIR: u32 = 0x02e5_be93;
const STEMS: u32 = 0x3c6e_f372;
const SIGN: u32 = 0x2545_f491;
/// So many letters of a word are taken for its stem: what follows is mostly the ending.
const STEM: usize = 4;

/// What the vote sees of a message, each feature once: what the sentiment sees, the folded words and their neighbours, and
/// the phrases that were found, by kind.
pub(crate) fn sight(features: Features, words: &Words, signs: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut hashes = features.hashes;
    let (mut before, mut stem_before) = (0, 0);
    for word in words.iter() {
        let this = hash(WORD, word);
        let stem = hash(STEMS, word.char_indices().nth(STEM).map_or(word, |(end, _)| &word[..end]));
        hashes.extend([this, finish(before ^ this.wrapping_mul(PAIR)), finish(stem_before ^ stem.wrapping_mul(PAIR))]);
        (before, stem_before) = (this, stem);
    }
    hashes.extend(signs.map(|kind| finish(SIGN ^ kind)));
    keep_each_once(&mut hashes);
    hashes
}

/// So many places for what was seen need no memory of their own: enough for most messages.
const PLACES: usize = 2048;

/// Leaves each number once, by a table of what was seen: sorting takes several times as long.
fn keep_each_once(hashes: &mut Vec<u32>) {
    let mut few = [0_u32; PLACES];
    let mut many = Vec::new();
    let seen = if 2 * hashes.len() <= PLACES {
        &mut few[..]
    } else {
        many.resize((2 * hashes.len()).next_power_of_two(), 0);
        &mut many[..]
    };
    let last = seen.len() - 1;
    let mut kept = 0;
    for place in 0..hashes.len() {
        // Zero stands for an empty place.
        let wanted = hashes[place].max(1);
        let mut at = wanted as usize & last;
        while seen[at] != 0 && seen[at] != wanted {
            at = (at + 1) & last;
        }
        hashes[kept] = hashes[place];
        kept += usize::from(seen[at] == 0);
        seen[at] = wanted;
    }
    hashes.truncate(kept);
}

/// The weights in use, by question.
#[derive(Clone, Debug)]
pub struct Vote<'a> {
    /// Bits of the number of buckets.
    pub bits: [u8; QUESTIONS],
    /// What the answers are without any feature.
    pub biases: [f32; QUESTIONS],
    /// What each step is worth.
    pub steps: [[f32; STEPS]; QUESTIONS],
    /// The step of each bucket, in three bits.
    pub tables: [&'a [u8]; QUESTIONS],
}

/// The weights in the repository.
pub(super) static VOTE: LazyLock<Vote<'static>> = LazyLock::new(|| {
    static BYTES: &[u8] = include_bytes!("../../weights/crisis.bin");
    Vote::parse(BYTES).expect("the weights are compiled in and tested")
});

impl<'a> Vote<'a> {
    /// Reads a file of weights.
    ///
    /// # Errors
    /// Says what is wrong with the bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let head = bytes.get(..HEADER).ok_or("too short for a header")?;
        let number = |at: usize| f32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        if &head[..4] != MAGIC || u16::from_le_bytes([head[4], head[5]]) != VERSION {
            return Err("not a file of weights of this version");
        }
        if u32::from_le_bytes([head[8], head[9], head[10], head[11]]) != hash(0, KNOWN) {
            return Err("weights made with another hash");
        }
        let bits = [head[6], head[7]];
        let [risk, acute] = bits.map(table_length);
        if bytes.len() != HEADER + risk + acute + 4 {
            return Err("another length than the header says");
        }
        let steps_at = 12 + 4 * QUESTIONS;
        Ok(Self {
            bits,
            biases: std::array::from_fn(|k| number(12 + 4 * k)),
            steps: std::array::from_fn(|k| std::array::from_fn(|step| number(steps_at + 4 * (k * STEPS + step)))),
            tables: [&bytes[HEADER..HEADER + risk], &bytes[HEADER + risk..HEADER + risk + acute]],
        })
    }

    /// Writes the file of weights.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(self.bits);
        bytes.extend(hash(0, KNOWN).to_le_bytes());
        for number in self.biases.iter().chain(self.steps.iter().flatten()) {
            bytes.extend(number.to_le_bytes());
        }
        for table in self.tables {
            bytes.extend_from_slice(table);
        }
        bytes.extend(crate::model::crc32(&bytes).to_le_bytes());
        bytes
    }

    /// The log-odds of each question.
    pub fn scores(&self, features: &[u32]) -> [f32; QUESTIONS] {
        std::array::from_fn(|question| self.score(question, features))
    }

    /// The log-odds of one question.
    pub(super) fn score(&self, question: usize, features: &[u32]) -> f32 {
        let (table, steps) = (self.tables[question], &self.steps[question]);
        let (groups, _) = table.as_chunks::<STEP_BITS>();
        let shift = 32 - u32::from(self.bits[question]);
        let group = |hash: &u32| &groups[(hash >> shift) as usize / STEPS_IN_GROUP];
        // How often each step occurs: as many counts of a byte each as there are steps, in one number.
        let mut counts = [0; STEPS];
        for some in features.chunks(u8::MAX.into()) {
            let count = |bytes: u64, hash: &u32| bytes + (1 << (8 * step_of(*group(hash), (hash >> shift) as usize)));
            let bytes = some.iter().fold(0_u64, count);
            for (count, byte) in counts.iter_mut().zip(bytes.to_le_bytes()) {
                *count += i32::from(byte);
            }
        }
        let sum: f32 = counts.iter().zip(steps).map(|(count, step)| crate::model::as_f32(*count) * step).sum();
        sum * crate::model::share(features.len()) + self.biases[question]
    }
}

/// Bytes of a table of so many buckets: eight buckets in three bytes, and one byte more.
fn table_length(bits: u8) -> usize {
    (STEP_BITS << bits.min(24)) / 8 + 1
}

/// So many buckets lie in [`STEP_BITS`] bytes.
const STEPS_IN_GROUP: usize = 8;

/// The step of a bucket among those of its group.
fn step_of([low, middle, high]: [u8; STEP_BITS], bucket: usize) -> usize {
    let group = u32::from_le_bytes([low, middle, high, 0]) as usize;
    group >> (STEP_BITS * (bucket % STEPS_IN_GROUP)) & (STEPS - 1)
}

/// The bytes of a table, from the step of each bucket.
pub fn pack_steps(steps: &[u8]) -> Vec<u8> {
    let bits = u8::try_from(steps.len().ilog2()).unwrap_or(u8::MAX);
    let mut table = Vec::with_capacity(table_length(bits));
    for group in steps.chunks(STEPS_IN_GROUP) {
        let group = group.iter().rev().fold(0_u32, |group, step| group << STEP_BITS | u32::from(*step));
        table.extend_from_slice(&group.to_le_bytes()[..STEP_BITS]);
    }
    table.push(0);
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_come_back_from_their_three_bits() {
        let steps: Vec<u8> = (0..64_u32).map(|bucket| u8::try_from(bucket * bucket % 8).unwrap()).collect();
        let table = pack_steps(&steps);
        assert_eq!(table.len(), 25);
        for (bucket, step) in steps.iter().enumerate() {
            let group = table.as_chunks().0[bucket / STEPS_IN_GROUP];
            assert_eq!(step_of(group, bucket), usize::from(*step), "{bucket}");
        }
    }

    #[test]
    fn each_feature_counts_once() {
        let once = |hashes: &[u32]| {
            let mut hashes = hashes.to_vec();
            keep_each_once(&mut hashes);
            hashes
        };
        assert_eq!(once(&[7, 0, 9, 7, 1, 7, 9, u32::MAX]), [7, 0, 9, u32::MAX]);
        assert!(once(&[]).is_empty());
        let many: Vec<u32> = (1..5000).collect();
        assert_eq!(once(&[&many[..], &many[..]].concat()), many);
    }
}
