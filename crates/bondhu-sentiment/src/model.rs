//! The trained weights: one file, compiled in, and how a text is scored with it.
//!
//! Little endian: `"BSNT"`, version (u16), heads and dense numbers (u8 each), bits of the Latin, Indic and register
//! tables (u8 each), one byte of padding, the hash of a known word (u32), then the numbers of [`Dense`] (f32), zeros up to
//! the next multiple of 64, the three tables (i8), and the CRC-32 of everything before it (u32).

use std::sync::LazyLock;

use crate::{
    features::{self, Features, Script},
    register::{LATIN, LATIN_REGISTERS, REGISTERS, Register},
};

/// Heads of the model: polarity in chats (2), polarity in tweets (2), moods (11), valence. Sixteen bytes a row.
pub const HEADS: usize = 16;
/// The first of the eleven mood heads.
pub const MOODS: usize = 4;
/// The head of valence.
pub const VALENCE: usize = 15;
const DENSE: usize = features::DENSE;
const VERSION: u16 = 2;
const MAGIC: &[u8; 4] = b"BSNT";
const HEADER: usize = 16;
/// So many signed bytes fit into a sum of 16 bits.
const SMALL_SUMS: usize = 256;
/// A word whose hash stands in the header: weights made with another hash are refused.
const KNOWN: &str = "bondhu";

/// Everything that is not in a table of hashed features.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    /// What one step of the tables is worth, by head, for Latin and Indic.
    pub scales: [[f32; HEADS]; 2],
    /// Weights of the dense numbers, for Latin and Indic.
    pub weights: [[[f32; HEADS]; DENSE]; 2],
    /// By register.
    pub biases: [[f32; HEADS]; REGISTERS],
    /// What one step of the register table is worth.
    pub register_scales: [f32; LATIN_REGISTERS],
    /// What is added to each Latin register.
    pub register_biases: [f32; LATIN_REGISTERS],
    /// Weights of polarity, valence, rule score and emoji in the sentiment.
    pub stack: [f32; 4],
    /// The map from that sum to sentiment: abscissas and ordinates, both rising.
    pub knots: [[f32; 16]; 2],
    /// What a mood phrase adds to its mood.
    pub phrase: f32,
}

/// Where the tables begin.
const TABLES: usize = (HEADER + 4 * FLOATS).next_multiple_of(64);
const FLOATS: usize = 2 * HEADS + 2 * DENSE * HEADS + REGISTERS * HEADS + 2 * LATIN_REGISTERS + 4 + 32 + 1;

impl Dense {
    /// All zero, with a straight map of sentiment.
    pub fn zero() -> Self {
        Self {
            scales: [[1.0; HEADS]; 2],
            weights: [[[0.0; HEADS]; DENSE]; 2],
            biases: [[0.0; HEADS]; REGISTERS],
            register_scales: [1.0; LATIN_REGISTERS],
            register_biases: [0.0; LATIN_REGISTERS],
            stack: [0.0; 4],
            knots: [[0.0; 16]; 2],
            phrase: 0.0,
        }
    }

    fn numbers(&mut self) -> Vec<&mut f32> {
        let mut all: Vec<&mut f32> = Vec::with_capacity(FLOATS);
        all.extend(self.scales.iter_mut().flatten());
        all.extend(self.weights.iter_mut().flatten().flatten());
        all.extend(self.biases.iter_mut().flatten());
        all.extend(self.register_scales.iter_mut().chain(&mut self.register_biases));
        all.extend(self.stack.iter_mut().chain(self.knots.iter_mut().flatten()));
        all.push(&mut self.phrase);
        all
    }
}

/// The weights in use.
#[derive(Clone, Debug)]
pub struct Model<'a> {
    /// Bits of the Latin, Indic and register tables.
    pub bits: [u8; 3],
    /// What is not in a table.
    pub dense: Dense,
    /// A signed number for each Latin register, for each bucket.
    pub register_table: &'a [u8],
    /// [`HEADS`] signed numbers for each bucket, for Latin and Indic.
    pub tables: [&'a [u8]; 2],
}

/// The weights in the repository.
pub(crate) static MODEL: LazyLock<Model<'static>> = LazyLock::new(|| {
    static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!("../weights/model.bin"));
    Model::parse(&FILE.0).expect("the weights are compiled in and tested")
});

/// Begins with a cache line, so that no row of a table lies in two of them.
#[repr(align(64))]
struct Aligned<B: ?Sized>(B);

impl<'a> Model<'a> {
    /// Reads a file of weights.
    ///
    /// # Errors
    /// Says what is wrong with the bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let head = bytes.get(..HEADER).ok_or("too short for a header")?;
        if &head[..4] != MAGIC {
            return Err("not a file of weights");
        }
        if u16::from_le_bytes([head[4], head[5]]) != VERSION || (head[6] as usize, head[7] as usize) != (HEADS, DENSE) {
            return Err("weights of another version");
        }
        let known = u32::from_le_bytes([head[12], head[13], head[14], head[15]]);
        if known != features::hash(0, KNOWN) {
            return Err("weights made with another hash");
        }
        let bits = [head[8], head[9], head[10]];
        let [latin, indic, register] = bits.map(|bits| 1_usize << bits.min(24));
        let mut dense = Dense::zero();
        let mut at = HEADER;
        let expected = TABLES + (latin + indic) * HEADS + register * LATIN_REGISTERS + 4;
        if bytes.len() != expected {
            return Err("another length than the header says");
        }
        for number in dense.numbers() {
            *number = f32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
            at += 4;
        }
        at = TABLES;
        let mut table = |length: usize| {
            at += length;
            &bytes[at - length..at]
        };
        let register_table = table(register * LATIN_REGISTERS);
        let tables = [table(latin * HEADS), table(indic * HEADS)];
        Ok(Self { bits, dense, register_table, tables })
    }

    /// Writes the file of weights.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend([u8::try_from(HEADS).unwrap_or(0), u8::try_from(DENSE).unwrap_or(0)]);
        bytes.extend(self.bits);
        bytes.push(0);
        bytes.extend(features::hash(0, KNOWN).to_le_bytes());
        for number in self.dense.clone().numbers() {
            bytes.extend(number.to_le_bytes());
        }
        bytes.resize(TABLES, 0);
        for table in [self.register_table, self.tables[0], self.tables[1]] {
            bytes.extend_from_slice(table);
        }
        bytes.extend(crc32(&bytes).to_le_bytes());
        bytes
    }

    /// The register of a text: by script, and for Latin letters by the register table. `extra` is added to the score of
    /// each Latin register.
    pub fn register(&self, features: &Features, extra: [f32; LATIN_REGISTERS]) -> Register {
        match features.script {
            Script::Devanagari => Register::Hindi,
            Script::Bengali => Register::Bengali,
            Script::Latin => {
                let scores = self.register_scores(features);
                let score = |k: &usize| scores[*k] + extra[*k];
                let best = (0..LATIN_REGISTERS).max_by(|a, b| score(a).total_cmp(&score(b)));
                LATIN[best.unwrap_or(0)]
            }
        }
    }

    /// The score of each Latin register.
    fn register_scores(&self, features: &Features) -> [f32; LATIN_REGISTERS] {
        let mut sums = [0_i32; LATIN_REGISTERS];
        for hash in &features.hashes {
            let row = (hash >> (32 - u32::from(self.bits[2]))) as usize * LATIN_REGISTERS;
            for (sum, weight) in sums.iter_mut().zip(&self.register_table[row..row + LATIN_REGISTERS]) {
                *sum += i32::from(weight.cast_signed());
            }
        }
        let share = share(features.hashes.len());
        std::array::from_fn(|k| self.dense.register_biases[k] + as_f32(sums[k]) * self.dense.register_scales[k] * share)
    }

    /// What the heads say of a text.
    pub fn answers(&self, features: &Features, register: Register) -> Answers {
        let side = register.side();
        let (table, _) = self.tables[side].as_chunks::<HEADS>();
        let shift = 32 - u32::from(self.bits[side]);
        let hashes = features.hashes.iter();
        let mut rows: Vec<u32> = Vec::with_capacity(2 * features.hashes.len());
        rows.extend(hashes.clone().map(|hash| hash >> shift));
        if let Some(tag) = tag(register) {
            rows.extend(hashes.map(|hash| features::tagged(*hash, tag) >> shift));
        }
        // The rows lie far apart. Looking at all of them first lets the processor fetch many at once: summing up row by row
        // waits for nearly each of them.
        std::hint::black_box(rows.iter().fold(0, |all, row| all ^ table[*row as usize][0]));
        let mut sums = [0_i32; HEADS];
        for some in rows.chunks(SMALL_SUMS) {
            let mut small = [0_i16; HEADS];
            for row in some {
                for (sum, weight) in small.iter_mut().zip(&table[*row as usize]) {
                    *sum += i16::from(weight.cast_signed());
                }
            }
            for (sum, small) in sums.iter_mut().zip(small) {
                *sum += i32::from(small);
            }
        }
        let share = share(features.hashes.len());
        let mut scores = self.dense.biases[register as usize];
        for k in 0..HEADS {
            scores[k] += as_f32(sums[k]) * self.dense.scales[side][k] * share;
        }
        for (number, weights) in features.dense.iter().zip(&self.dense.weights[side]) {
            if *number != 0.0 {
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += number * weight;
                }
            }
        }
        let at = polarity_head(register);
        Answers {
            polarity: [scores[at], 0.0, scores[at + 1]],
            moods: std::array::from_fn(|k| scores[MOODS + k]),
            valence: scores[VALENCE],
        }
    }
}

/// What the heads say of a text.
#[derive(Clone, Copy, Debug)]
pub struct Answers {
    /// Log-odds of negative, neutral (always 0) and positive.
    pub polarity: [f32; 3],
    /// Log-odds of the moods, in the order of [`crate::Mood::ALL`].
    pub moods: [f32; 11],
    /// From -4 to 4, as people rate it.
    pub valence: f32,
}

/// The head that says how much more negative than neutral a text of a register is; the next one says how much more
/// positive. Tweets have a pair of their own: half of them are news, which people call neutral.
pub const fn polarity_head(register: Register) -> usize {
    if matches!(register, Register::Tweet) { 2 } else { 0 }
}

/// The buckets of a feature: its own, and for Latin letters one more for the feature in its language.
pub fn buckets(hash: u32, register: Register, shift: u32) -> (u32, Option<u32>) {
    (hash >> shift, tag(register).map(|tag| features::tagged(hash, tag) >> shift))
}

/// The language for which a feature in Latin letters has a bucket of its own.
const fn tag(register: Register) -> Option<u32> {
    match register {
        Register::Chat | Register::Tweet => Some(0),
        Register::Hinglish => Some(1),
        Register::Banglish => Some(2),
        Register::Hindi | Register::Bengali => None,
    }
}

/// The value of each of `count` features.
pub fn share(count: usize) -> f32 {
    1.0 / (f32::from(u16::try_from(count.max(1)).unwrap_or(u16::MAX))).sqrt()
}

#[expect(clippy::cast_precision_loss, reason = "sums of a few thousand small numbers are exact")]
pub(crate) fn as_f32(sum: i32) -> f32 {
    sum as f32
}

/// CRC-32 as in zlib.
pub fn crc32(bytes: &[u8]) -> u32 {
    let table: [u32; 256] =
        std::array::from_fn(|byte| {
            (0..8).fold(u32::try_from(byte).unwrap_or(0), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        });
    !bytes.iter().fold(!0, |crc, byte| (crc >> 8) ^ table[((crc ^ u32::from(*byte)) & 0xff) as usize])
}
