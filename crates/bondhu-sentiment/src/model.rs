//! The trained weights: one file, compiled in, and how a text is scored with it.
//!
//! Little endian: `"BSNT"`, version (u16), heads and dense numbers (u8 each), the hash of a known word (u32), rows of the
//! register, Latin, Indic and each of the romanised tables (u32 each), then the numbers of [`Dense`] (f32), zeros up to the
//! next multiple of 64, the tables (i8), and the CRC-32 of everything before it (u32).

use std::sync::LazyLock;

use crate::{
    features::{self, Features, Script},
    reading::{self, Reading},
    register::{LATIN, LATIN_REGISTERS, REGISTERS, ROMANISED_REGISTERS, Register},
};

/// Heads of the model: polarity in chats (2), polarity in tweets (2), moods (11), valence. Sixteen bytes a row.
pub const HEADS: usize = 16;
/// The first of the eleven mood heads.
pub const MOODS: usize = 4;
/// The head of valence.
pub const VALENCE: usize = 15;
/// Numbers in a row of a romanised table: how much more negative, and how much more positive than neutral.
pub const POLES: usize = 2;
const DENSE: usize = reading::DENSE;
const VERSION: u16 = 4;
const MAGIC: &[u8; 4] = b"BSNT";
const HEADER: usize = 28;
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
    /// What one step of a romanised table is worth.
    pub romanised_scales: [[f32; POLES]; ROMANISED_REGISTERS],
    /// Weights of the dense numbers beside the romanised tables.
    pub romanised_weights: [[[f32; POLES]; DENSE]; ROMANISED_REGISTERS],
    /// What one step of the register table is worth.
    pub register_scales: [f32; LATIN_REGISTERS],
    /// What is added to each Latin register.
    pub register_biases: [f32; LATIN_REGISTERS],
    /// Weights of polarity, valence, rule score and emoji in the sentiment, with valence and without.
    pub stacks: [[f32; 4]; 2],
    /// The map from that sum to sentiment: abscissas and ordinates, both rising.
    pub knots: [[f32; 16]; 2],
    /// What a mood phrase adds to its mood.
    pub phrase: f32,
}

/// Where the tables begin.
const TABLES: usize = (HEADER + 4 * FLOATS).next_multiple_of(64);
const FLOATS: usize = 2 * HEADS
    + 2 * DENSE * HEADS
    + REGISTERS * HEADS
    + ROMANISED_REGISTERS * POLES * (1 + DENSE)
    + 2 * LATIN_REGISTERS
    + 2 * 4
    + 32
    + 1;

impl Dense {
    /// All zero, with a straight map of sentiment.
    pub fn zero() -> Self {
        Self {
            scales: [[1.0; HEADS]; 2],
            weights: [[[0.0; HEADS]; DENSE]; 2],
            biases: [[0.0; HEADS]; REGISTERS],
            romanised_scales: [[1.0; POLES]; ROMANISED_REGISTERS],
            romanised_weights: [[[0.0; POLES]; DENSE]; ROMANISED_REGISTERS],
            register_scales: [1.0; LATIN_REGISTERS],
            register_biases: [0.0; LATIN_REGISTERS],
            stacks: [[0.0; 4]; 2],
            knots: [[0.0; 16]; 2],
            phrase: 0.0,
        }
    }

    fn numbers(&mut self) -> Vec<&mut f32> {
        let mut all: Vec<&mut f32> = Vec::with_capacity(FLOATS);
        all.extend(self.scales.iter_mut().flatten());
        all.extend(self.weights.iter_mut().flatten().flatten());
        all.extend(self.biases.iter_mut().flatten());
        all.extend(self.romanised_scales.iter_mut().flatten());
        all.extend(self.romanised_weights.iter_mut().flatten().flatten());
        all.extend(self.register_scales.iter_mut().chain(&mut self.register_biases));
        all.extend(self.stacks.iter_mut().flatten().chain(self.knots.iter_mut().flatten()));
        all.push(&mut self.phrase);
        all
    }
}

/// The weights in use. A feature has the row of a table that its hash is the share of 2^32 of.
#[derive(Clone, Debug)]
pub struct Model<'a> {
    /// What is not in a table.
    pub dense: Dense,
    /// A signed number for each Latin register in each row.
    pub register_table: &'a [u8],
    /// [`HEADS`] signed numbers in each row, for Latin and Indic.
    pub tables: [&'a [u8]; 2],
    /// [`POLES`] signed numbers in each row, for Hindi and Bengali in Latin letters.
    pub romanised_tables: [&'a [u8]; ROMANISED_REGISTERS],
}

/// The row of a table that a feature has.
pub const fn row(hash: u32, rows: usize) -> usize {
    ((hash as u64 * rows as u64) >> 32) as usize
}

/// The weights in the repository.
pub(crate) static MODEL: LazyLock<Model<'static>> = LazyLock::new(|| {
    static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!("../weights/model.bin"));
    Model::parse(&FILE.0).expect("the weights are compiled in and tested")
});

/// Begins with a cache line, so that no row of a table lies in two of them.
#[repr(align(64))]
struct Aligned<B: ?Sized>(B);

/// How wide the rows of the tables are, in the order of the file: register, Latin, Indic, and the romanised ones.
const WIDTHS: [usize; 3 + ROMANISED_REGISTERS] = [LATIN_REGISTERS, HEADS, HEADS, POLES, POLES];

impl<'a> Model<'a> {
    /// Reads a file of weights.
    ///
    /// # Errors
    /// Says what is wrong with the bytes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, &'static str> {
        let head = bytes.get(..HEADER).ok_or("too short for a header")?;
        let number = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        if &head[..4] != MAGIC {
            return Err("not a file of weights");
        }
        if u16::from_le_bytes([head[4], head[5]]) != VERSION || (head[6] as usize, head[7] as usize) != (HEADS, DENSE) {
            return Err("weights of another version");
        }
        if u32::from_le_bytes(number(8)) != features::hash(0, KNOWN) {
            return Err("weights made with another hash");
        }
        let rows = [12, 16, 20, 24, 24].map(|at| u32::from_le_bytes(number(at)) as usize);
        let lengths: [usize; WIDTHS.len()] = std::array::from_fn(|table| rows[table].saturating_mul(WIDTHS[table]));
        let expected = lengths.iter().fold(TABLES + 4, |sum, length| sum.saturating_add(*length));
        if bytes.len() != expected || rows.contains(&0) {
            return Err("another length than the header says");
        }
        let mut dense = Dense::zero();
        for (index, value) in dense.numbers().into_iter().enumerate() {
            *value = f32::from_le_bytes(number(HEADER + 4 * index));
        }
        let mut at = TABLES;
        let [register_table, latin, indic, hinglish, banglish] = lengths.map(|length| {
            at += length;
            &bytes[at - length..at]
        });
        Ok(Self { dense, register_table, tables: [latin, indic], romanised_tables: [hinglish, banglish] })
    }

    /// Writes the file of weights.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend([u8::try_from(HEADS).unwrap_or(0), u8::try_from(DENSE).unwrap_or(0)]);
        bytes.extend(features::hash(0, KNOWN).to_le_bytes());
        let [hinglish, banglish] = self.romanised_tables;
        let tables = [self.register_table, self.tables[0], self.tables[1], hinglish, banglish];
        for (table, width) in tables.iter().zip(WIDTHS).take(4) {
            bytes.extend(u32::try_from(table.len() / width).unwrap_or(0).to_le_bytes());
        }
        for number in self.dense.clone().numbers() {
            bytes.extend(number.to_le_bytes());
        }
        bytes.resize(TABLES, 0);
        for table in tables {
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
        let (table, _) = self.register_table.as_chunks::<LATIN_REGISTERS>();
        let mut sums = [0_i32; LATIN_REGISTERS];
        for hash in &features.hashes {
            for (sum, weight) in sums.iter_mut().zip(&table[row(*hash, table.len())]) {
                *sum += i32::from(weight.cast_signed());
            }
        }
        let share = share(features.hashes.len());
        std::array::from_fn(|k| self.dense.register_biases[k] + as_f32(sums[k]) * self.dense.register_scales[k] * share)
    }

    /// What the heads say of a text.
    pub fn answers(&self, reading: &Reading) -> Answers {
        let side = reading.register.side();
        let (table, _) = self.tables[side].as_chunks::<HEADS>();
        let mut rows = [&[0_u8; HEADS]; SMALL_SUMS];
        let mut sums = [0_i32; HEADS];
        for some in reading.features.hashes.chunks(SMALL_SUMS) {
            for (place, hash) in rows.iter_mut().zip(some) {
                *place = &table[row(*hash, table.len())];
            }
            let rows = &rows[..some.len()];
            // The rows lie far apart. Looking at all of them first lets the processor fetch many at once: summing up row by
            // row waits for nearly each of them.
            std::hint::black_box(rows.iter().fold(0, |all, row| all ^ row[0]));
            let mut small = [0_i16; HEADS];
            for row in rows {
                for (sum, weight) in small.iter_mut().zip(*row) {
                    *sum += i16::from(weight.cast_signed());
                }
            }
            for (sum, small) in sums.iter_mut().zip(small) {
                *sum += i32::from(small);
            }
        }
        let share = share(reading.features.hashes.len());
        let mut scores = self.dense.biases[reading.register as usize];
        for k in 0..HEADS {
            scores[k] += as_f32(sums[k]) * self.dense.scales[side][k] * share;
        }
        for (number, weights) in reading.dense.iter().zip(&self.dense.weights[side]) {
            if *number != 0.0 {
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += number * weight;
                }
            }
        }
        let at = polarity_head(reading.register);
        let [negative, positive] = self.romanised_poles(reading).unwrap_or([scores[at], scores[at + 1]]);
        Answers {
            polarity: [negative, 0.0, positive],
            moods: std::array::from_fn(|k| scores[MOODS + k]),
            valence: scores[VALENCE],
        }
    }

    /// How much more negative, and how much more positive than neutral a text of Hindi or Bengali in Latin letters is.
    fn romanised_poles(&self, reading: &Reading) -> Option<[f32; POLES]> {
        let which = reading.register.romanised()?;
        let (table, _) = self.romanised_tables[which].as_chunks::<POLES>();
        let at = polarity_head(reading.register);
        let biases = &self.dense.biases[reading.register as usize];
        let mut poles = [biases[at], biases[at + 1]];
        for block in reading.blocks() {
            let share = share(block.len());
            for hash in block {
                let weights = &table[row(*hash, table.len())];
                for k in 0..POLES {
                    poles[k] += f32::from(weights[k].cast_signed()) * self.dense.romanised_scales[which][k] * share;
                }
            }
        }
        for (number, weights) in reading.dense.iter().zip(&self.dense.romanised_weights[which]) {
            for k in 0..POLES {
                poles[k] += number * weights[k];
            }
        }
        Some(poles)
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
