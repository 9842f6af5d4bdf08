//! The register table, the map of sentiment, and the file of weights.

use bondhu_sentiment::{
    Language,
    training::{
        Dense, Features, HEADS, LATIN, LATIN_REGISTERS, Model, POLES, ROMANISED, ROMANISED_REGISTERS, Register, parts,
        polarity_head, reading, row, share,
    },
};

use crate::{
    Parts,
    data::Example,
    fit::{Fit, Random, Settings},
    measure,
    romanised::Romanised,
};

/// The register table, in whole steps.
pub(crate) struct Registers {
    pub(crate) table: Vec<u8>,
    pub(crate) dense: Dense,
}

impl Registers {
    pub(crate) fn of(&self, features: &Features, extra: [f32; LATIN_REGISTERS]) -> Register {
        let model = Model {
            dense: self.dense.clone(),
            register_table: &self.table,
            tables: [&[], &[]],
            romanised_tables: [&[], &[]],
        };
        model.register(features, extra)
    }
}

/// English is misread most often when a text is short: it gets a head start.
const ENGLISH_BIAS: f32 = 0.5;

/// Learns to tell the registers in Latin letters apart.
pub(crate) fn registers(examples: &[Example], settings: Settings) -> Registers {
    let length = settings.rows[3];
    let mut rows: Vec<(Features, usize)> = Vec::new();
    for example in examples {
        let Some(class) = LATIN.iter().position(|known| *known == example.register) else { continue };
        // Many rows of the Hindi set are English: they would teach that English is Hindi.
        let as_labelled = |_: &Features, extra: [f32; LATIN_REGISTERS]| {
            if extra[class] < 0.0 { Register::Chat } else { LATIN[class] }
        };
        let reading = reading(&example.text, as_labelled);
        if reading.register == LATIN[class] {
            rows.push((reading.features, class));
        }
    }
    let mut weights = vec![[0.0_f32; LATIN_REGISTERS]; length];
    let mut squares = weights.clone();
    let mut biases = [0.0_f32; LATIN_REGISTERS];
    let mut random = Random(settings.seed);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    for epoch in 0..2_u8 {
        random.shuffle(&mut order);
        let rate = 0.1 / f32::from(epoch + 1);
        for index in &order {
            let (features, class) = &rows[*index];
            let value = share(features.hashes.len());
            let mut scores = biases;
            for hash in &features.hashes {
                for (score, weight) in scores.iter_mut().zip(&weights[row(*hash, length)]) {
                    *score += weight * value;
                }
            }
            let most = scores.iter().copied().fold(f32::MIN, f32::max);
            let sum: f32 = scores.iter().map(|score| (score - most).exp()).sum();
            for k in 0..LATIN_REGISTERS {
                let is_english = LATIN[*class].language() == Language::English;
                let pull = if is_english { 0.5 } else { 1.5 };
                let slope = pull * ((scores[k] - most).exp() / sum - f32::from(u8::from(k == *class)));
                biases[k] -= 0.002 * slope;
                for hash in &features.hashes {
                    let row = row(*hash, length);
                    squares[row][k] += slope * slope * value * value;
                    weights[row][k] -= rate * slope * value / (squares[row][k] + 1e-8).sqrt();
                }
            }
        }
    }
    let mut dense = Dense::zero();
    let (table, scales) = whole_steps(&weights);
    dense.register_scales = scales;
    dense.register_biases = std::array::from_fn(|k| {
        let is_english = LATIN[k].language() == Language::English;
        biases[k] + if is_english { ENGLISH_BIAS } else { 0.0 }
    });
    Registers { table, dense }
}

/// Weights in steps of a 127th of the largest, by column.
fn whole_steps<const N: usize>(weights: &[[f32; N]]) -> (Vec<u8>, [f32; N]) {
    let mut scales = [0.0_f32; N];
    for (k, scale) in scales.iter_mut().enumerate() {
        // A few outliers may be cut off: finer steps for all others are worth more.
        let mut sizes: Vec<f32> = weights.iter().map(|row| row[k].abs()).filter(|size| *size > 0.0).collect();
        sizes.sort_unstable_by(f32::total_cmp);
        let most = sizes.get(sizes.len().saturating_sub(1 + sizes.len() / 2000)).copied().unwrap_or(1.0);
        *scale = most.max(1e-6) / 127.0;
    }
    let table = weights.iter().flat_map(|row| {
        let scales = scales;
        row.iter()
            .enumerate()
            .map(move |(k, weight)| {
                let step = (weight / scales[k]).round().clamp(-127.0, 127.0) as i8;
                step.cast_unsigned()
            })
            .collect::<Vec<u8>>()
    });
    (table.collect(), scales)
}

/// What is chosen on the development parts.
pub(crate) struct Chosen {
    shifts: measure::Shifts,
    sharpness: [f32; 3],
    stacks: [[f32; 4]; 2],
    knots: [[f32; 16]; 2],
    phrase: f32,
}

/// The file of weights. Without a choice, it is made on the development parts.
pub(crate) fn pack(
    fit: &Fit,
    romanised: &[Romanised; ROMANISED_REGISTERS],
    registers: &Registers,
    data: &Parts,
    chosen: Option<Chosen>,
) -> (Vec<u8>, Chosen) {
    let mut dense = registers.dense.clone();
    let (latin, latin_scales) = whole_steps::<HEADS>(&fit.tables[0]);
    let (indic, indic_scales) = whole_steps::<HEADS>(&fit.tables[1]);
    dense.scales = [latin_scales, indic_scales];
    dense.weights = fit.dense;
    dense.biases = fit.biases;
    dense.phrase = 3.0;
    let romanised_tables: [Vec<u8>; ROMANISED_REGISTERS] = std::array::from_fn(|which| {
        let (register, learnt) = (ROMANISED[which], &romanised[which]);
        let (table, scales) = whole_steps::<POLES>(&learnt.table);
        dense.romanised_scales[which] = scales;
        dense.romanised_weights[which] = learnt.dense;
        let at = polarity_head(register);
        dense.biases[register as usize][at..at + POLES].copy_from_slice(&learnt.biases);
        table
    });
    let mut model = Model {
        dense,
        register_table: &registers.table,
        tables: [&latin, &indic],
        romanised_tables: [&romanised_tables[0], &romanised_tables[1]],
    };
    let chosen = chosen.unwrap_or_else(|| choose(model.clone(), data));
    measure::shift(&mut model, &chosen.shifts);
    measure::sharpen(&mut model, chosen.sharpness);
    model.dense.stacks = chosen.stacks;
    model.dense.knots = chosen.knots;
    model.dense.phrase = chosen.phrase;
    (model.to_bytes(), chosen)
}

fn choose(mut model: Model<'_>, data: &Parts) -> Chosen {
    let shifts = measure::tune_polarity(&model, data);
    measure::shift(&mut model, &shifts);
    let sharpness = measure::tune_sharpness(&model, data);
    measure::sharpen(&mut model, sharpness);
    stack(&mut model, data);
    let phrase = measure::tune_moods(&model, data);
    Chosen { shifts, sharpness, stacks: model.dense.stacks, knots: model.dense.knots, phrase }
}

/// Fits the weights of the parts of sentiment by least squares on the ratings that were held back, with valence and for the
/// languages that have none, then the map from their sum to the rating: the closest rising map (pool adjacent violators), made
/// odd, in sixteen knots.
fn stack(model: &mut Model<'_>, data: &Parts) {
    let mut rows: Vec<([f64; 4], f64, f64)> = Vec::new();
    for (name, ratings) in &data.ratings_held {
        if *name == "movie" {
            continue;
        }
        let weight = 1.0 / ratings.len() as f64;
        for (text, valence) in ratings {
            rows.push((parts(model, text).map(f64::from), f64::from(*valence), weight));
        }
    }
    let mut normal = [[0.0_f64; 5]; 4];
    for (x, y, weight) in &rows {
        for i in 0..4 {
            for j in 0..4 {
                normal[i][j] += weight * x[i] * x[j];
            }
            normal[i][4] += weight * x[i] * y;
        }
    }
    for (i, row) in normal.iter_mut().enumerate() {
        row[i] += 0.01;
    }
    let solved = solve(normal);
    let mut without = normal.map(|row| [row[0], 0.0, row[2], row[3], row[4]]);
    without[1] = [0.0, 1.0, 0.0, 0.0, 0.0];
    model.dense.stacks = [solved, solve(without)].map(|stack| stack.map(|x| x as f32));
    println!("stacks {:?}", model.dense.stacks);
    let mut points: Vec<(f64, f64)> =
        rows.iter().map(|(x, y, _)| (x.iter().zip(&solved).map(|(a, b)| a * b).sum::<f64>(), y / 4.0)).collect();
    let mirrored: Vec<(f64, f64)> = points.iter().map(|(x, y)| (-x, -y)).collect();
    points.extend(mirrored);
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    model.dense.knots = knots(&points);
}

/// Gauss-Jordan elimination; the rows are far from singular.
fn solve(mut rows: [[f64; 5]; 4]) -> [f64; 4] {
    for i in 0..4 {
        let pivot = rows[i];
        for (_, row) in rows.iter_mut().enumerate().filter(|(j, _)| *j != i) {
            let factor = row[i] / pivot[i];
            for (cell, other) in row.iter_mut().zip(pivot) {
                *cell -= factor * other;
            }
        }
    }
    std::array::from_fn(|i| rows[i][4] / rows[i][i])
}

fn knots(points: &[(f64, f64)]) -> [[f32; 16]; 2] {
    // Pool adjacent violators: blocks of (sum of y, count, last x).
    let mut blocks: Vec<(f64, f64, f64, f64)> = Vec::new();
    for (x, y) in points {
        blocks.push((*y, 1.0, *x, *x));
        while blocks.len() > 1 {
            let (last, before) = (blocks[blocks.len() - 1], blocks[blocks.len() - 2]);
            if before.0 / before.1 <= last.0 / last.1 {
                break;
            }
            blocks.truncate(blocks.len() - 2);
            blocks.push((before.0 + last.0, before.1 + last.1, before.2, last.3));
        }
    }
    let at = |x: f64| {
        let after = blocks.partition_point(|block| f64::midpoint(block.2, block.3) < x);
        let value = |index: usize| blocks[index].0 / blocks[index].1;
        let middle = |index: usize| f64::midpoint(blocks[index].2, blocks[index].3);
        if after == 0 {
            value(0)
        } else if after == blocks.len() {
            value(after - 1)
        } else {
            let share = (x - middle(after - 1)) / (middle(after) - middle(after - 1)).max(1e-9);
            value(after - 1) + share * (value(after) - value(after - 1))
        }
    };
    let end = points.last().map_or(1.0, |last| last.0);
    let mut knots = [[0.0; 16]; 2];
    for (index, k) in (0..16_u8).enumerate() {
        // Even steps; both halves mirror each other, so the map of nothing is nothing.
        let x = end * (f64::from(k) / 7.5 - 1.0);
        knots[0][index] = x as f32;
        knots[1][index] = ((at(x) - at(-x)) / 2.0) as f32;
    }
    // Flat stretches would put different texts on one value: keep a small slope, so that their order stays.
    let [from, to] = &mut knots;
    for (x, y) in from.iter().zip(to) {
        *y = (*y * 0.98 + 0.02 * x / end as f32).clamp(-1.0, 1.0);
    }
    knots
}
