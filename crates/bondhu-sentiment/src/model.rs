//! The trained weights: one file, compiled in, and how a text is scored with it.
//!
//! Little endian: `"BSNT"`, version (u16), heads and dense numbers (u8 each), bits of the Latin, Indic and language
//! tables (u8 each), one byte of padding, the hash of a known word (u32), then the numbers of [`Dense`] (f32), the three
//! tables (i8), and the CRC-32 of everything before it (u32).

use std::sync::LazyLock;

use crate::{
    analysis::Language,
    features::{self, Features, Script},
};

/// Answers of the model: three polarities, eleven moods, valence, and a spare that makes a row sixteen bytes.
pub const HEADS: usize = 16;
/// The first of the eleven mood heads.
pub const MOODS: usize = 3;
/// The head of valence.
pub const VALENCE: usize = 14;
/// Languages written in Latin letters.
pub const LATIN: [Language; 3] = [Language::English, Language::Hinglish, Language::Banglish];
const DENSE: usize = features::DENSE;
const VERSION: u16 = 1;
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
    /// By language, in the order of [`Language`].
    pub biases: [[f32; HEADS]; 5],
    /// Step and bias of the language table.
    pub language_scales: [f32; 3],
    /// What is added to each Latin language.
    pub language_biases: [f32; 3],
    /// Weights of polarity, valence, rule score and emoji in the sentiment.
    pub stack: [f32; 4],
    /// The map from that sum to sentiment: abscissas and ordinates, both rising.
    pub knots: [[f32; 16]; 2],
    /// What a mood phrase adds to its mood.
    pub phrase: f32,
}

const FLOATS: usize = 2 * HEADS + 2 * DENSE * HEADS + 5 * HEADS + 6 + 4 + 32 + 1;

impl Dense {
    /// All zero, with a straight map of sentiment.
    pub fn zero() -> Self {
        Self {
            scales: [[1.0; HEADS]; 2],
            weights: [[[0.0; HEADS]; DENSE]; 2],
            biases: [[0.0; HEADS]; 5],
            language_scales: [1.0; 3],
            language_biases: [0.0; 3],
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
        all.extend(self.language_scales.iter_mut().chain(&mut self.language_biases));
        all.extend(self.stack.iter_mut().chain(self.knots.iter_mut().flatten()));
        all.push(&mut self.phrase);
        all
    }
}

/// The weights in use.
#[derive(Clone, Debug)]
pub struct Model<'a> {
    /// Bits of the Latin, Indic and language tables.
    pub bits: [u8; 3],
    /// What is not in a table.
    pub dense: Dense,
    /// Three signed numbers for each bucket.
    pub language_table: &'a [u8],
    /// [`HEADS`] signed numbers for each bucket, for Latin and Indic.
    pub tables: [&'a [u8]; 2],
}

/// The weights in the repository.
pub(crate) static MODEL: LazyLock<Model<'static>> = LazyLock::new(|| {
    static BYTES: &[u8] = include_bytes!("../weights/model.bin");
    Model::parse(BYTES).expect("the weights are compiled in and tested")
});

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
        let [latin, indic, language] = bits.map(|bits| 1_usize << bits.min(24));
        let mut dense = Dense::zero();
        let mut at = HEADER;
        let expected = HEADER + 4 * FLOATS + (latin + indic) * HEADS + language * 3 + 4;
        if bytes.len() != expected {
            return Err("another length than the header says");
        }
        for number in dense.numbers() {
            *number = f32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
            at += 4;
        }
        let mut table = |length: usize| {
            at += length;
            &bytes[at - length..at]
        };
        let language_table = table(language * 3);
        let tables = [table(latin * HEADS), table(indic * HEADS)];
        Ok(Self { bits, dense, language_table, tables })
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
        for table in [self.language_table, self.tables[0], self.tables[1]] {
            bytes.extend_from_slice(table);
        }
        bytes.extend(crc32(&bytes).to_le_bytes());
        bytes
    }

    /// The language of a text: by script, and for Latin letters by the language table. `extra` is added to the score
    /// of each Latin language.
    pub fn language(&self, features: &Features, extra: [f32; 3]) -> Language {
        match features.script {
            Script::Devanagari => Language::Hindi,
            Script::Bengali => Language::Bengali,
            Script::Latin => {
                let scores = self.language_scores(features);
                let best = (0..3).max_by(|a, b| (scores[*a] + extra[*a]).total_cmp(&(scores[*b] + extra[*b])));
                LATIN[best.unwrap_or(0)]
            }
        }
    }

    /// The score of each Latin language.
    pub fn language_scores(&self, features: &Features) -> [f32; 3] {
        let mut sums = [0_i32; 3];
        for hash in &features.hashes {
            let row = (hash >> (32 - u32::from(self.bits[2]))) as usize * 3;
            for (sum, weight) in sums.iter_mut().zip(&self.language_table[row..row + 3]) {
                *sum += i32::from(weight.cast_signed());
            }
        }
        let share = share(features.hashes.len());
        std::array::from_fn(|k| self.dense.language_biases[k] + as_f32(sums[k]) * self.dense.language_scales[k] * share)
    }

    /// The answer of every head.
    pub fn scores(&self, features: &Features, language: Language) -> [f32; HEADS] {
        let side = side(language);
        let table = self.tables[side];
        let shift = 32 - u32::from(self.bits[side]);
        let mut rows = Vec::with_capacity(2 * features.hashes.len());
        for hash in &features.hashes {
            let (own, tagged) = buckets(*hash, language, shift);
            rows.push(own);
            if let Some(tagged) = tagged {
                rows.push(tagged);
            }
        }
        let mut sums = [0_i32; HEADS];
        for some in rows.chunks(SMALL_SUMS) {
            let mut small = [0_i16; HEADS];
            for bucket in some {
                let at = *bucket as usize * HEADS;
                for (sum, weight) in small.iter_mut().zip(&table[at..at + HEADS]) {
                    *sum += i16::from(weight.cast_signed());
                }
            }
            for (sum, small) in sums.iter_mut().zip(small) {
                *sum += i32::from(small);
            }
        }
        let share = share(features.hashes.len());
        let mut scores = self.dense.biases[language as usize];
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
        scores
    }
}

/// Which pair of tables a language uses: 0 Latin, 1 Indic.
pub fn side(language: Language) -> usize {
    usize::from(matches!(language, Language::Hindi | Language::Bengali))
}

/// The buckets of a feature: its own, and for Latin letters one more for the feature in its language.
pub fn buckets(hash: u32, language: Language, shift: u32) -> (u32, Option<u32>) {
    let index = match language {
        Language::English => 0,
        Language::Hinglish => 1,
        Language::Banglish => 2,
        Language::Hindi | Language::Bengali => return (hash >> shift, None),
    };
    (hash >> shift, Some(features::tagged(hash, index) >> shift))
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
