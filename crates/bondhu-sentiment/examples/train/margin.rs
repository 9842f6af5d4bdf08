//! A second learner beside the fit: a support vector machine over the same features.
//!
//! Both are linear, so what they say is added up in the tables and costs nothing when a text is read. They err on different
//! texts: the fit follows every row, the widest margin hardly any of them.

use bondhu_sentiment::training::{MOODS, Register, VALENCE, polarity_head, row as place, share};

use crate::{
    data::{Target, tweet_moods},
    fit::{Fit, Random, Row, Scales},
};

/// What an error costs against a narrow margin.
const COST: f32 = 0.3;
const PASSES: usize = 10;

/// What a machine for the emotions of tweets counts beside the fit: the moods of all English texts feel it.
const EMOTIONS: f32 = 0.5;

/// A text of a class: places with their values.
pub(crate) struct Vector {
    class: usize,
    values: Vec<(usize, f32)>,
}

/// A separating plane: weights by place, and what is added.
pub(crate) struct Plane {
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: f32,
}

/// Adds what the machines say to what the fit says: of the polarity in chats (in tweets it would lose), and of the emotions
/// of tweets.
pub(crate) fn add(fit: &mut Fit, rows: &[Row], seed: u64) {
    let scales = Scales::of(rows, fit.lengths());
    let length = fit.tables[0].len();
    let english = |row: &Row| matches!(row.reading.register, Register::Chat | Register::Tweet);
    let chats = rows.iter().filter(|row| row.origin == Register::Chat && english(row));
    let vectors: Vec<Vector> = chats
        .filter_map(|row| Some(Vector::new(polarity(row)?, values(row, Register::Chat, length, &scales))))
        .collect();
    let [negative, neutral, positive] = std::array::from_fn(|class| plane(&vectors, class, length, COST, Random(seed)));
    let head = polarity_head(Register::Chat);
    for (head, plane) in [(head, &negative), (head + 1, &positive)] {
        write(fit, head, plane, Register::Chat, &scales, 1.0);
        write(fit, head, &neutral, Register::Chat, &scales, -1.0);
        fit.biases[Register::Chat as usize][head] += plane.bias - neutral.bias;
    }
    let of_tweet = |row: &Row| Some(Vector::new(emotion(row)?, values(row, Register::Tweet, length, &scales)));
    let vectors: Vec<Vector> = rows.iter().filter(|row| english(row)).filter_map(of_tweet).collect();
    for (class, moods) in tweet_moods().into_iter().enumerate() {
        let plane = plane(&vectors, class, length, COST, Random(seed));
        for mood in (0..VALENCE - MOODS).filter(|mood| moods >> mood & 1 == 1) {
            write(fit, MOODS + mood, &plane, Register::Tweet, &scales, EMOTIONS);
        }
    }
}

/// Adds a plane to a head of the table.
fn write(fit: &mut Fit, head: usize, plane: &Plane, register: Register, scales: &Scales, times: f32) {
    for (at, (row, weight)) in fit.tables[0].iter_mut().zip(&plane.weights).enumerate() {
        row[head] += times * scales.at(register, at) * weight;
    }
}

/// The polarity that a row teaches.
pub(crate) fn polarity(row: &Row) -> Option<usize> {
    row.targets.iter().find_map(|target| match target {
        Target::Polarity(class) => Some(*class),
        _ => None,
    })
}

/// The emotion of a row of the tweets that have one.
fn emotion(row: &Row) -> Option<usize> {
    let groups = tweet_moods();
    let all = groups.iter().fold(0, |all, moods| all | moods);
    row.targets.iter().find_map(|target| match target {
        Target::Mood { right, among } if *among == all => groups.iter().position(|moods| moods == right),
        _ => None,
    })
}

/// The places of an English row with their values.
fn values(row: &Row, register: Register, length: usize, scales: &Scales) -> Vec<(usize, f32)> {
    let hashes = &row.reading.features.hashes;
    let share = share(hashes.len());
    hashes.iter().map(|hash| place(*hash, length)).map(|at| (at, share * scales.at(register, at))).collect()
}

impl Vector {
    /// Each place once.
    pub(crate) fn new(class: usize, mut values: Vec<(usize, f32)>) -> Self {
        values.sort_unstable_by_key(|(at, _)| *at);
        values.dedup_by(|(at, value), (before, sum)| {
            let is_same = at == before;
            *sum += if is_same { *value } else { 0.0 };
            is_same
        });
        Self { class, values }
    }
}

/// One class against the others with the squared hinge loss, by dual coordinate descent (Hsieh et al. 2008). Each class
/// counts as much as its share is small.
pub(crate) fn plane(vectors: &[Vector], class: usize, length: usize, cost: f32, mut random: Random) -> Plane {
    let mut plane = Plane { weights: vec![0.0; length], bias: 0.0 };
    let mut multipliers = vec![0.0_f32; vectors.len()];
    let count = vectors.iter().filter(|vector| vector.class == class).count() as f32;
    let all = vectors.len() as f32;
    // By whether a row is of the class.
    let soft = [1.0, all / (3.0 * count.max(1.0))].map(|weight| 1.0 / (2.0 * cost * weight));
    let norms: Vec<f32> =
        vectors.iter().map(|vector| 1.0 + vector.values.iter().map(|(_, value)| value * value).sum::<f32>()).collect();
    let mut order: Vec<usize> = (0..vectors.len()).collect();
    for _ in 0..PASSES {
        random.shuffle(&mut order);
        for index in &order {
            let vector = &vectors[*index];
            let is_in = vector.class == class;
            let sign = if is_in { 1.0 } else { -1.0 };
            let soft = soft[usize::from(is_in)];
            let score = plane.bias + vector.values.iter().map(|(at, value)| plane.weights[*at] * value).sum::<f32>();
            let slope = sign * score - 1.0 + soft * multipliers[*index];
            let next = (multipliers[*index] - slope / (norms[*index] + soft)).max(0.0);
            let change = sign * (next - multipliers[*index]);
            multipliers[*index] = next;
            if change != 0.0 {
                plane.bias += change;
                for (at, value) in &vector.values {
                    plane.weights[*at] += change * value;
                }
            }
        }
    }
    plane
}
