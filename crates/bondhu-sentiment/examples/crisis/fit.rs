//! Fitting the two questions: logistic regression over hashed words and word pieces.

use bondhu_sentiment::training::{self, QUESTIONS, STEPS, Vote, pack_steps};

use super::Row;

/// Two to the power of this many buckets in the table of each question. More of them measure a little better, but all
/// weights together are to stay under 5 MB.
const BITS: [u8; QUESTIONS] = [19, 15];
/// Rounds of the search for the steps of the weights; the last ones change nothing any more.
const ROUNDS: usize = 40;
const EPOCHS: usize = 20;
/// How much a wrong answer costs against large weights; chosen on the folds.
const COST: f32 = 64.0;
const RATE: f32 = 1.0;
/// Brings the length of a message's vector to about one.
const SIZE: f32 = 0.15;

/// A message as buckets with what each counts.
struct Seen {
    values: Vec<(usize, f32)>,
    yes: bool,
    weight: f32,
}

/// The weights of these rows, as the bytes of the file.
pub(crate) fn fit(rows: &[&Row]) -> Vec<u8> {
    let (risk, acute): (Vec<_>, Vec<_>) = rows.iter().map(|row| ((row.level >= 2), (row.level == 3))).unzip();
    let risk = fit_question(BITS[0], rows, &risk, |row| row.weight);
    // How acute is asked of messages at risk only.
    let acute = fit_question(BITS[1], rows, &acute, |row| if row.level >= 2 { 1.0 } else { 0.0 });
    pack(rows, [&risk, &acute])
}

/// Weights and bias of a question.
fn fit_question(bits: u8, rows: &[&Row], wanted: &[bool], weight: impl Fn(&Row) -> f32) -> (Vec<f32>, f32) {
    let bucket = |hash: u32| (hash >> (32 - u32::from(bits))) as usize;
    let mut sides = vec![[1.0_f32; 2]; 1 << bits];
    let (mut counts, mut sums) = (vec![0_u32; 1 << bits], [0.0_f32; 2]);
    for (row, yes) in rows.iter().zip(wanted) {
        sums[usize::from(*yes)] += weight(row);
        for hash in &row.features {
            sides[bucket(*hash)][usize::from(*yes)] += weight(row);
            counts[bucket(*hash)] += 1;
        }
    }
    let telling: Vec<f32> =
        sides.iter().zip(&counts).map(|(sides, count)| telling(*sides, sums, *count, rows.len())).collect();
    let mut seen: Vec<Seen> = Vec::with_capacity(rows.len());
    for (row, yes) in rows.iter().zip(wanted).filter(|(row, _)| weight(row) > 0.0) {
        let value = training::share(row.features.len()) * SIZE;
        let values = row.features.iter().map(|hash| (bucket(*hash), value * telling[bucket(*hash)])).collect();
        seen.push(Seen { values, yes: *yes, weight: weight(row) });
    }
    let (mut fitted, middle) = descend(&mut seen, 1 << bits);
    for (weight, telling) in fitted.iter_mut().zip(&telling) {
        *weight *= telling * SIZE;
    }
    (fitted, middle)
}

/// What a bucket counts: more where it is rare (inverse document frequency), and more where its share differs between the
/// sides (the log-count ratio of Wang and Manning 2012, "Baselines and bigrams").
fn telling([no, yes]: [f32; 2], sums: [f32; 2], count: u32, rows: usize) -> f32 {
    let rarity = ((1.0 + rows as f32) / (1.0 + count as f32)).ln() + 1.0;
    let ratio = ((yes / sums[1]) / (no / sums[0])).ln().abs();
    rarity * (1.0 + ratio) * 0.5
}

/// Logistic regression by stochastic gradient descent with a falling step: the mean of the later half of the epochs.
fn descend(seen: &mut [Seen], buckets: usize) -> (Vec<f32>, f32) {
    let penalty = 1.0 / (COST * seen.iter().map(|row| row.weight).sum::<f32>());
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    // The weights are `scale * table`, so that the penalty touches one number a step.
    let (mut table, mut scale, mut bias) = (vec![0.0_f32; buckets], 1.0_f32, 0.0_f32);
    let (mut mean, mut mean_bias) = (vec![0.0_f32; buckets], 0.0_f32);
    let mut rate = RATE;
    for epoch in 0..EPOCHS {
        shuffle(seen, &mut random);
        for row in seen.iter() {
            let score = scale * row.values.iter().map(|(bucket, value)| table[*bucket] * value).sum::<f32>() + bias;
            let slope = row.weight * (1.0 / (1.0 + (-score).exp()) - f32::from(u8::from(row.yes)));
            scale *= 1.0 - rate * penalty;
            for (bucket, value) in &row.values {
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

fn pack(rows: &[&Row], fits: [&(Vec<f32>, f32); QUESTIONS]) -> Vec<u8> {
    let packed: [([f32; STEPS], Vec<u8>); QUESTIONS] = std::array::from_fn(|k| {
        let weights = &fits[k].0;
        let mut counts = vec![0.0_f64; weights.len()];
        for hash in rows.iter().flat_map(|row| &row.features) {
            counts[(hash >> (32 - u32::from(BITS[k]))) as usize] += 1.0;
        }
        let steps = steps(weights, &counts);
        let table: Vec<u8> = weights.iter().map(|weight| nearest(&steps, *weight) as u8).collect();
        (steps, pack_steps(&table))
    });
    let [(risk_steps, risk), (acute_steps, acute)] = &packed;
    let biases = fits.map(|(_, bias)| *bias);
    Vote { bits: BITS, biases, steps: [*risk_steps, *acute_steps], tables: [risk, acute] }.to_bytes()
}

/// The few numbers that stand for all weights with the least squared error over the messages (Lloyd 1982, "Least squares
/// quantization in PCM"). They begin as quantiles, the outer two near the ends.
fn steps(weights: &[f32], counts: &[f64]) -> [f32; STEPS] {
    let mut sorted: Vec<(f32, f64)> = weights.iter().copied().zip(counts.iter().copied()).collect();
    sorted.retain(|(_, count)| *count > 0.0);
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let end = sorted.len().saturating_sub(1);
    let mut steps: [f32; STEPS] = std::array::from_fn(|step| sorted[end * (2 * step + 1) / (2 * STEPS)].0);
    (steps[0], steps[STEPS - 1]) = (sorted[end / 2000].0, sorted[end - end / 2000].0);
    for _ in 0..ROUNDS {
        let mut sums = [(0.0_f64, 0.0_f64); STEPS];
        for (weight, count) in &sorted {
            let (sum, of) = &mut sums[nearest(&steps, *weight)];
            *sum += f64::from(*weight) * count;
            *of += count;
        }
        for (step, (sum, of)) in steps.iter_mut().zip(sums) {
            if of > 0.0 {
                *step = (sum / of) as f32;
            }
        }
    }
    steps
}

fn nearest(steps: &[f32; STEPS], weight: f32) -> usize {
    let far = |step: &usize| (steps[*step] - weight).abs();
    (0..STEPS).min_by(|one, other| far(one).total_cmp(&far(other))).unwrap_or(0)
}
