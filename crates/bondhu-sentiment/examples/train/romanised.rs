//! The polarity of Hindi and Bengali in Latin letters: a support vector machine for each, over pieces of words and over what
//! the word lists say.
//!
//! Spelling is free there, and so the pieces of a word say less of it than its place in a list; both together say most.

use bondhu_sentiment::training::{DENSE, POLES, Reading, Register, row, share};

use crate::{
    fit::{Random, Row},
    margin::{Plane, Vector, plane, polarity},
};

/// What a dense number counts beside the hashed features.
const DENSE_SCALE: f32 = 0.15;
/// Brings most rarities to about one.
const RARITY: f32 = 0.15;

/// What an error costs against a narrow margin: the labels of the Hindi tweets are less sure.
fn cost(register: Register) -> f32 {
    if register == Register::Hinglish { 0.05 } else { 0.1 }
}

/// What is learnt for one register.
#[derive(Clone, Debug)]
pub(crate) struct Romanised {
    pub(crate) table: Vec<[f32; POLES]>,
    pub(crate) dense: [[f32; POLES]; DENSE],
    pub(crate) biases: [f32; POLES],
}

/// Learns from the rows of a register.
pub(crate) fn learn(rows: &[Row], register: Register, length: usize, seed: u64) -> Romanised {
    let own = || rows.iter().filter(|row| row.reading.register == register && row.origin == register);
    let rarity = rarity(own().map(|row| &row.reading), length);
    let vectors: Vec<Vector> =
        own().filter_map(|row| Some(Vector::new(polarity(row)?, values(&row.reading, length, &rarity)))).collect();
    let [negative, neutral, positive] =
        std::array::from_fn(|class| plane(&vectors, class, length + DENSE, cost(register), Random(seed)));
    let beside = |plane: &Plane, at: usize| plane.weights[at] - neutral.weights[at];
    let poles = |at: usize| [beside(&negative, at), beside(&positive, at)];
    Romanised {
        table: (0..length).map(|at| poles(at).map(|weight| weight * rarity[at])).collect(),
        dense: std::array::from_fn(|k| poles(length + k).map(|weight| weight * DENSE_SCALE)),
        biases: [negative.bias - neutral.bias, positive.bias - neutral.bias],
    }
}

/// A reading as the places of the table, and behind them those of the dense numbers, with their values.
fn values(reading: &Reading, length: usize, rarity: &[f32]) -> Vec<(usize, f32)> {
    let in_block = |block: &[u32]| {
        let share = share(block.len());
        block.iter().map(|hash| row(*hash, length)).map(|at| (at, share * rarity[at])).collect::<Vec<_>>()
    };
    let mut values = reading.blocks().map(in_block).concat();
    values.extend(reading.dense.iter().enumerate().map(|(k, number)| (length + k, DENSE_SCALE * number)));
    values
}

/// How rare each place of the table is: the logarithm of how many texts there are for each in which it occurs.
fn rarity<'a>(readings: impl Iterator<Item = &'a Reading>, length: usize) -> Vec<f32> {
    let mut counts = vec![0_u32; length];
    let mut total = 1.0;
    for reading in readings {
        let mut seen: Vec<usize> = reading.blocks().concat().iter().map(|hash| row(*hash, length)).collect();
        seen.sort_unstable();
        seen.dedup();
        for at in seen {
            counts[at] += 1;
        }
        total += 1.0;
    }
    counts.iter().map(|count| ((total / (count + 1) as f32).ln() + 1.0) * RARITY).collect()
}
