//! Fitting a linear model over hashed features: `AdaGrad`, one thread, seeded.

use bondhu_sentiment::training::{
    DENSE, HEADS, MOODS, REGISTERS, Reading, Register, VALENCE, polarity_head, row as place, share,
};

use crate::data::Target;

/// A row ready to learn from.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) reading: Reading,
    /// What the data set says it is.
    pub(crate) origin: Register,
    pub(crate) targets: Vec<Target>,
    pub(crate) weight: f32,
}

/// What each polarity counts, by register.
pub(crate) type ClassWeights = [[f32; 3]; REGISTERS];

#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Rows of the Latin, Indic, romanised and register tables.
    pub(crate) rows: [usize; 4],
    pub(crate) epochs: usize,
    pub(crate) rate: f32,
    pub(crate) decay: f32,
    pub(crate) drop: f32,
    pub(crate) seed: u64,
}

/// Weights while they are fitted.
#[derive(Clone, Debug)]
pub(crate) struct Fit {
    pub(crate) tables: [Vec<[f32; HEADS]>; 2],
    pub(crate) dense: [[[f32; HEADS]; DENSE]; 2],
    pub(crate) biases: [[f32; HEADS]; REGISTERS],
}

struct Squares {
    tables: [Vec<[f32; HEADS]>; 2],
    dense: [[[f32; HEADS]; DENSE]; 2],
    biases: [[f32; HEADS]; REGISTERS],
}

/// A small generator (splitmix64): the same rows in the same order on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("smaller than a usize")
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// How much a feature may weigh before anything is known of it: rare ones more than common ones, and words and pairs of
/// words more than pieces.
#[derive(Debug)]
pub(crate) struct Scales {
    /// By row of a table.
    rarity: [Vec<f32>; 2],
    is_piece: [Vec<bool>; 2],
}

impl Scales {
    pub(crate) fn of(rows: &[Row], lengths: [usize; 2]) -> Self {
        // For each row of a table, how many whole words and how many pieces were counted.
        let mut counts = lengths.map(|length| vec![[0_u32; 2]; length]);
        let mut totals = [0_u32; 2];
        for row in rows {
            let side = row.reading.register.side();
            totals[side] += 1;
            for (index, hash) in row.reading.features.hashes.iter().enumerate() {
                let kind = usize::from(index >= row.reading.features.pieces_from);
                counts[side][place(*hash, lengths[side])][kind] += 1;
            }
        }
        let rarity = |side: usize| {
            let total = totals[side] as f32;
            let of = |[wholes, pieces]: &[u32; 2]| (total / (wholes + pieces + 1) as f32).ln().max(0.2) + 1.0;
            counts[side].iter().map(|counts| of(counts) / COMMON).collect()
        };
        let is_piece = |side: usize| counts[side].iter().map(|[wholes, pieces]| pieces > wholes).collect();
        Self { rarity: [rarity(0), rarity(1)], is_piece: [is_piece(0), is_piece(1)] }
    }

    /// The scale of a place in the table of a register. English needs its pieces least: its spelling is settled.
    pub(crate) fn at(&self, register: Register, place: usize) -> f32 {
        let side = register.side();
        let kind = match (register, self.is_piece[side][place]) {
            (Register::Chat | Register::Tweet, true) => 0.7,
            (Register::Chat | Register::Tweet, false) => 1.5,
            _ => 1.0,
        };
        kind * self.rarity[side][place]
    }
}

/// The rarity of most features, so that their scale is about one.
const COMMON: f32 = 6.0;

impl Fit {
    pub(crate) fn zero(lengths: [usize; 2]) -> Self {
        Self {
            tables: lengths.map(|length| vec![[0.0; HEADS]; length]),
            dense: [[[0.0; HEADS]; DENSE]; 2],
            biases: [[0.0; HEADS]; REGISTERS],
        }
    }

    /// How many rows each table has.
    pub(crate) fn lengths(&self) -> [usize; 2] {
        [self.tables[0].len(), self.tables[1].len()]
    }

    /// The answers for a row; its places in the table are left in `into`.
    pub(crate) fn scores(&self, row: &Row, hashes: &[u32], into: &mut Vec<usize>) -> [f32; HEADS] {
        let side = row.reading.register.side();
        let table = &self.tables[side];
        into.clear();
        into.extend(hashes.iter().map(|hash| place(*hash, table.len())));
        let mut scores = [0.0; HEADS];
        for at in into.iter() {
            for (score, weight) in scores.iter_mut().zip(&table[*at]) {
                *score += weight;
            }
        }
        let share = share(hashes.len());
        let biases = &self.biases[row.reading.register as usize];
        for (score, bias) in scores.iter_mut().zip(biases) {
            *score = *score * share + bias;
        }
        for (number, weights) in row.reading.dense.iter().zip(&self.dense[side]) {
            if *number != 0.0 {
                for (score, weight) in scores.iter_mut().zip(weights) {
                    *score += number * weight;
                }
            }
        }
        scores
    }

    /// Learns from rows; the mean of the weights after each of the last half of the epochs.
    pub(crate) fn learn(mut self, rows: &[Row], class_weights: &ClassWeights, settings: Settings) -> Self {
        let start = Self::zero(self.lengths());
        let mut squares = Squares { tables: start.tables, dense: start.dense, biases: start.biases };
        let mut random = Random(settings.seed);
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let (mut kept, mut places) = (Vec::new(), Vec::new());
        let total = settings.epochs * rows.len();
        let mut mean: Option<(Self, f32)> = None;
        let limit = (settings.drop * 65536.0) as u64;
        let scales = Scales::of(rows, self.lengths());
        for epoch in 0..settings.epochs {
            random.shuffle(&mut order);
            for (step, index) in order.iter().enumerate() {
                let row = &rows[*index];
                kept.clear();
                kept.extend(row.reading.features.hashes.iter().copied().filter(|_| random.next() % 65536 >= limit));
                let scores = self.scores(row, &kept, &mut places);
                let gradient = gradient(row, &scores, class_weights);
                let done = (epoch * rows.len() + step) as f32 / total as f32;
                let rate = settings.rate * (1.0 - 0.9 * done);
                self.apply(&mut squares, &scales, row, &kept, &places, &gradient, rate, settings.decay);
            }
            if epoch * 2 >= settings.epochs {
                mean = Some(match mean.take() {
                    None => (self.clone(), 1.0),
                    Some((sum, count)) => (sum.plus(&self), count + 1.0),
                });
            }
        }
        mean.map_or(self, |(sum, count)| sum.over(count))
    }

    #[expect(clippy::too_many_arguments, reason = "one inner step, called from one place")]
    fn apply(
        &mut self,
        squares: &mut Squares,
        scales: &Scales,
        row: &Row,
        hashes: &[u32],
        places: &[usize],
        gradient: &[f32; HEADS],
        rate: f32,
        decay: f32,
    ) {
        let side = row.reading.register.side();
        let share = share(hashes.len());
        for at in places {
            let rate = rate * scales.at(row.reading.register, *at);
            step(&mut self.tables[side][*at], &mut squares.tables[side][*at], gradient, share, rate, decay);
        }
        for (index, number) in row.reading.dense.iter().enumerate().filter(|(_, number)| **number != 0.0) {
            step(&mut self.dense[side][index], &mut squares.dense[side][index], gradient, *number, rate, 0.0);
        }
        let register = row.reading.register as usize;
        step(&mut self.biases[register], &mut squares.biases[register], gradient, 1.0, rate, 0.0);
    }

    fn each(&mut self, other: &Self, change: impl Fn(&mut f32, f32)) {
        for side in 0..2 {
            for (a, b) in self.tables[side].iter_mut().flatten().zip(other.tables[side].iter().flatten()) {
                change(a, *b);
            }
        }
        for (a, b) in self.dense.iter_mut().flatten().flatten().zip(other.dense.iter().flatten().flatten()) {
            change(a, *b);
        }
        for (a, b) in self.biases.iter_mut().flatten().zip(other.biases.iter().flatten()) {
            change(a, *b);
        }
    }

    pub(crate) fn plus(mut self, other: &Self) -> Self {
        self.each(other, |a, b| *a += b);
        self
    }

    pub(crate) fn over(mut self, count: f32) -> Self {
        let copy = Self { tables: [self.tables[0].clone(), self.tables[1].clone()], ..self.clone() };
        self.each(&copy, |a, _| *a /= count);
        self
    }
}

pub(crate) fn step(
    weights: &mut [f32; HEADS],
    squares: &mut [f32; HEADS],
    gradient: &[f32; HEADS],
    value: f32,
    rate: f32,
    decay: f32,
) {
    for k in 0..HEADS {
        if gradient[k] != 0.0 {
            let slope = gradient[k] * value + decay * weights[k];
            squares[k] += slope * slope;
            weights[k] -= rate * slope / (squares[k] + 1e-8).sqrt();
        }
    }
}

/// How strongly valence and crisis pull beside polarity and mood.
const VALENCE_PULL: f32 = 0.3;
const MOOD_PULL: f32 = 1.0;

/// How strongly a row from one place pulls at the polarity of a register. Tweets gain something by what is not a tweet;
/// chats hardly anything by tweets.
fn pull(origin: Register, register: Register) -> f32 {
    match (origin == Register::Tweet, register == Register::Tweet) {
        (true, true) | (false, false) => 1.0,
        (false, true) => 0.4,
        (true, false) => 0.1,
    }
}

pub(crate) fn gradient(row: &Row, scores: &[f32; HEADS], class_weights: &ClassWeights) -> [f32; HEADS] {
    let mut gradient = [0.0; HEADS];
    for target in &row.targets {
        match *target {
            // The romanised tables say it.
            Target::Polarity(_) if row.reading.register.romanised().is_some() => {}
            Target::Polarity(class) => {
                for register in [Register::Chat, Register::Tweet] {
                    let at = polarity_head(register);
                    let pull =
                        pull(row.origin, register) * row.weight * class_weights[row.reading.register as usize][class];
                    let shares = shares(&[scores[at], 0.0, scores[at + 1]], 0b111);
                    gradient[at] += pull * (shares[0] - f32::from(u8::from(class == 0)));
                    gradient[at + 1] += pull * (shares[2] - f32::from(u8::from(class == 2)));
                }
            }
            Target::Mood { right, among } => {
                let all = shares(&scores[MOODS..VALENCE], among);
                let good = shares(&scores[MOODS..VALENCE], right);
                for k in 0..VALENCE - MOODS {
                    gradient[MOODS + k] += row.weight * MOOD_PULL * (all[k] - good[k]);
                }
            }
            Target::Valence(valence) => {
                gradient[VALENCE] += row.weight * VALENCE_PULL * (scores[VALENCE] - valence);
            }
        }
    }
    gradient
}

/// Shares of the exponentials of the scores whose bits are set.
fn shares(scores: &[f32], among: u16) -> [f32; 11] {
    let is_in = |k: usize| among >> k & 1 == 1;
    let most = scores.iter().enumerate().filter(|(k, _)| is_in(*k)).map(|(_, s)| *s).fold(f32::MIN, f32::max);
    let mut shares = [0.0; 11];
    let mut sum = 0.0;
    for (k, score) in scores.iter().enumerate().filter(|(k, _)| is_in(*k)) {
        shares[k] = (score - most).exp();
        sum += shares[k];
    }
    shares.map(|share| share / sum)
}
