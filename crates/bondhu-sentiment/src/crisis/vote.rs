//! A second vote beside the phrases: a linear model over a message's word pieces, learnt from written messages.
//!
//! Little endian: `"BRSK"`, version (u16), bits of the table of each of the two questions (u8), the hash of a known word
//! (u32), step and bias of each question (f32), their tables with a signed number for each bucket, the CRC-32 of everything
//! before (u32).

use std::sync::LazyLock;

use crate::features::{self, finish, hash};

/// The questions: is there a risk (level 2 or 3), and if there is one, is it acute (level 3)?
pub const QUESTIONS: usize = 2;
const VERSION: u16 = 1;
const MAGIC: &[u8; 4] = b"BRSK";
const HEADER: usize = 12 + 8 * QUESTIONS;
const KNOWN: &str = "bondhu";

const WORD: u32 = 0x68bc_21eb;
const PAIR: u32 = 0x02e5_be93;
const SIGN: u32 = 0x2545_f491;

/// What the vote sees of a message, filled word by word.
#[derive(Default)]
pub(crate) struct Sight {
    hashes: Vec<u32>,
    before: u32,
}

impl Sight {
    /// The next folded word; empty at the end of a sentence.
    pub(crate) fn word(&mut self, word: &str) {
        let this = hash(WORD, word);
        self.hashes.push(this);
        self.hashes.push(finish(self.before ^ this.wrapping_mul(PAIR)));
        features::pieces(word, 2, &mut self.hashes);
        if word.is_ascii() {
            features::skeleton(word, &mut self.hashes);
        }
        self.before = this;
    }

    /// A phrase of this kind was found.
    pub(crate) fn sign(&mut self, kind: u32) {
        self.hashes.push(finish(SIGN ^ kind));
    }

    /// Each feature once.
    pub(crate) fn features(mut self) -> Vec<u32> {
        self.hashes.sort_unstable();
        self.hashes.dedup();
        self.hashes
    }
}

/// The weights in use, by question.
#[derive(Clone, Debug)]
pub struct Vote<'a> {
    /// Bits of each table.
    pub bits: [u8; QUESTIONS],
    /// What one step of each table is worth.
    pub scales: [f32; QUESTIONS],
    /// What the answers are without any feature.
    pub biases: [f32; QUESTIONS],
    /// A signed number for each bucket.
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
        let [risk, acute] = bits.map(|bits| 1_usize << bits.min(24));
        if bytes.len() != HEADER + risk + acute + 4 {
            return Err("another length than the header says");
        }
        Ok(Self {
            bits,
            scales: std::array::from_fn(|k| number(12 + 4 * k)),
            biases: std::array::from_fn(|k| number(12 + 4 * (QUESTIONS + k))),
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
        for number in self.scales.iter().chain(&self.biases) {
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
        let sum = |k: usize| {
            let shift = 32 - u32::from(self.bits[k]);
            features.iter().map(|hash| i32::from(self.tables[k][(hash >> shift) as usize].cast_signed())).sum::<i32>()
        };
        let value = crate::model::share(features.len());
        std::array::from_fn(|k| crate::model::as_f32(sum(k)) * self.scales[k] * value + self.biases[k])
    }
}
