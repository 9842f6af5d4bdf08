//! Word vectors: what a word that few rows have taught probably says, judged by words that are used like it.

use std::{collections::HashMap, fs, io, path::Path};

use bondhu_sentiment::training::{DENSE, HEADS, Register, row as place, share, word_hash};

use crate::fit::{ClassWeights, Fit, Random, Row, gradient, step};

const SIZE: usize = 100;
const EPOCHS: usize = 5;
const RATE: f32 = 0.1;
const DECAY: f32 = 3e-3;

/// A vector for each known word, by the hash of its feature, commonest words first.
pub(crate) struct Vectors {
    of: HashMap<u32, [f32; SIZE]>,
    order: Vec<u32>,
}

impl Vectors {
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let mut vectors = Self { of: HashMap::new(), order: Vec::new() };
        for line in fs::read_to_string(path)?.lines().filter(|line| !line.starts_with('#')) {
            let malformed = || io::Error::new(io::ErrorKind::InvalidData, format!("{}: {line}", path.display()));
            let (word, hex) = line.split_once('\t').ok_or_else(malformed)?;
            let mut vector = [0.0; SIZE];
            for (k, number) in vector.iter_mut().enumerate() {
                let byte = hex.get(2 * k..2 * k + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
                *number = f32::from(byte.ok_or_else(malformed)?.cast_signed()) / 254.0;
            }
            if vectors.of.insert(word_hash(word), vector).is_none() {
                vectors.order.push(word_hash(word));
            }
        }
        Ok(vectors)
    }

    /// The sum of the vectors of a row's words, in the measure of its hashed features.
    fn sum(&self, row: &Row) -> [f32; SIZE] {
        let mut sum = [0.0; SIZE];
        for vector in row.reading.features.hashes.iter().filter_map(|hash| self.of.get(hash)) {
            for (a, b) in sum.iter_mut().zip(vector) {
                *a += b;
            }
        }
        let share = share(row.reading.features.hashes.len());
        sum.map(|number| number * share)
    }

    /// Tables to begin with: a linear model over the vectors of English rows, as rows of the words themselves.
    ///
    /// A word is one feature of the tables, and a sum of vectors is linear in its words: so what the model over vectors
    /// says of a word can be written into the word's own row, and costs nothing when a text is read.
    pub(crate) fn start(&self, rows: &[Row], class_weights: &ClassWeights, mut fit: Fit, seed: u64) -> Fit {
        let english: Vec<(&Row, [f32; SIZE])> = rows
            .iter()
            .filter(|row| matches!(row.reading.register, Register::Chat | Register::Tweet))
            .map(|row| (row, self.sum(row)))
            .collect();
        let mut weights = [[0.0_f32; HEADS]; SIZE];
        let mut squares = [[0.0_f32; HEADS]; SIZE];
        let mut dense_squares = [[0.0_f32; HEADS]; DENSE];
        let mut bias_squares = [0.0_f32; HEADS];
        let mut random = Random(seed);
        let mut order: Vec<usize> = (0..english.len()).collect();
        for epoch in 0..EPOCHS {
            random.shuffle(&mut order);
            for (done, index) in order.iter().enumerate() {
                let (row, vector) = &english[*index];
                let mut scores = fit.biases[row.reading.register as usize];
                add(&mut scores, vector, &weights);
                add(&mut scores, &row.reading.dense, &fit.dense[0]);
                let gradient = gradient(row, &scores, class_weights);
                let done = (epoch * order.len() + done) as f32 / (EPOCHS * order.len()) as f32;
                let rate = RATE * (1.0 - 0.9 * done);
                for k in 0..SIZE {
                    step(&mut weights[k], &mut squares[k], &gradient, vector[k], rate, DECAY);
                }
                for (k, number) in row.reading.dense.iter().enumerate().filter(|(_, number)| **number != 0.0) {
                    step(&mut fit.dense[0][k], &mut dense_squares[k], &gradient, *number, rate, 0.0);
                }
                step(&mut fit.biases[row.reading.register as usize], &mut bias_squares, &gradient, 1.0, rate, 0.0);
            }
        }
        for hash in &self.order {
            let at = place(*hash, fit.tables[0].len());
            let row = &mut fit.tables[0][at];
            add(row, &self.of[hash], &weights);
        }
        fit
    }
}

/// Adds rows of weights, each as often as its number says.
fn add(scores: &mut [f32; HEADS], numbers: &[f32], weights: &[[f32; HEADS]]) {
    for (number, weights) in numbers.iter().zip(weights).filter(|(number, _)| **number != 0.0) {
        for (score, weight) in scores.iter_mut().zip(weights) {
            *score += number * weight;
        }
    }
}
