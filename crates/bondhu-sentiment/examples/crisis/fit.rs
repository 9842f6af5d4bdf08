//! Fitting the two questions: logistic regression over hashed word pieces.

use bondhu_sentiment::training::{self, QUESTIONS, Vote};

use super::Row;

/// Two to the power of this many rows in the table. More collide less, but measure no better.
const BITS: u8 = 16;
const BUCKETS: usize = 1 << BITS;
const EPOCHS: usize = 20;
/// How much a wrong answer costs against large weights; chosen on the folds.
const COST: f32 = 64.0;
const RATE: f32 = 1.0;
/// Brings the length of a message's vector to about one.
const SIZE: f32 = 0.15;

/// A message as buckets with what each counts.
type Seen = Vec<(usize, f32)>;

/// The weights of these rows, as the bytes of the file. Rare pieces count more (inverse document frequency).
pub(crate) fn fit(rows: &[&Row]) -> Vec<u8> {
    let mut counts = vec![0_u32; BUCKETS];
    for hash in rows.iter().flat_map(|row| &row.features) {
        counts[bucket(*hash)] += 1;
    }
    let rarity: Vec<f32> =
        counts.iter().map(|count| ((1.0 + rows.len() as f32) / (1.0 + *count as f32)).ln() + 1.0).collect();
    let seen: Vec<Seen> = rows
        .iter()
        .map(|row| {
            let value = training::share(row.features.len()) * SIZE;
            row.features.iter().map(|hash| (bucket(*hash), value * rarity[bucket(*hash)])).collect()
        })
        .collect();
    let risk = question(&seen, &|at| Some((rows[at].level >= 2, rows[at].weight)));
    // How acute is asked of messages at risk only.
    let acute = question(&seen, &|at| (rows[at].level >= 2).then_some((rows[at].level == 3, 1.0)));
    let table: Vec<[f32; QUESTIONS]> =
        (0..BUCKETS).map(|at| [risk.0[at], acute.0[at]].map(|weight| weight * rarity[at] * SIZE)).collect();
    pack(&table, [risk.1, acute.1])
}

fn bucket(hash: u32) -> usize {
    (hash >> (32 - u32::from(BITS))) as usize
}

/// Weights and bias of one question by stochastic gradient descent with a falling step: the mean of the later half of
/// the epochs. `wanted` gives the answer to a row and its weight; rows without one are left out.
fn question(seen: &[Seen], wanted: &dyn Fn(usize) -> Option<(bool, f32)>) -> (Vec<f32>, f32) {
    let mut rows: Vec<(usize, bool, f32)> =
        (0..seen.len()).filter_map(|at| wanted(at).map(|(yes, weight)| (at, yes, weight))).collect();
    let penalty = 1.0 / (COST * rows.iter().map(|(_, _, weight)| weight).sum::<f32>());
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    // The weights are `scale * table`, so that the penalty touches one number a step.
    let (mut table, mut scale, mut bias) = (vec![0.0_f32; BUCKETS], 1.0_f32, 0.0_f32);
    let (mut mean, mut mean_bias) = (vec![0.0_f32; BUCKETS], 0.0_f32);
    let mut rate = RATE;
    for epoch in 0..EPOCHS {
        shuffle(&mut rows, &mut random);
        for (at, yes, weight) in &rows {
            let score = scale * seen[*at].iter().map(|(bucket, value)| table[*bucket] * value).sum::<f32>() + bias;
            let slope = weight * (1.0 / (1.0 + (-score).exp()) - f32::from(u8::from(*yes)));
            scale *= 1.0 - rate * penalty;
            for (bucket, value) in &seen[*at] {
                table[*bucket] -= rate * slope * value / scale;
            }
            bias -= rate * 0.1 * slope;
            rate /= 1.0 + rate * penalty;
        }
        for weight in &mut table {
            *weight *= scale;
        }
        scale = 1.0;
        if epoch >= EPOCHS / 2 {
            let share = 1.0 / (EPOCHS - EPOCHS / 2) as f32;
            for (mean, weight) in mean.iter_mut().zip(&table) {
                *mean += weight * share;
            }
            mean_bias += bias * share;
        }
    }
    (mean, mean_bias)
}

fn shuffle<T>(rows: &mut [T], random: &mut u64) {
    for index in (1..rows.len()).rev() {
        *random ^= *random << 13;
        *random ^= *random >> 7;
        *random ^= *random << 17;
        rows.swap(index, (*random % (index as u64 + 1)) as usize);
    }
}

fn pack(table: &[[f32; QUESTIONS]], biases: [f32; QUESTIONS]) -> Vec<u8> {
    let largest = |k: usize| table.iter().map(|row| row[k].abs()).fold(1e-6, f32::max);
    let scales: [f32; QUESTIONS] = std::array::from_fn(|k| largest(k) / 127.0);
    let step = |weight: f32, k: usize| ((weight / scales[k]).round() as i8).cast_unsigned();
    let table: Vec<u8> =
        table.iter().flat_map(|row| std::array::from_fn::<u8, QUESTIONS, _>(|k| step(row[k], k))).collect();
    Vote { bits: BITS, scales, biases, table: &table }.to_bytes()
}
