//! A second learner beside the fit: a support vector machine over the same features.
//!
//! Both are linear, so what they say is added up in the tables and costs nothing when a text is read. They err on different
//! texts: the fit follows every row, the widest margin hardly any of them.

use bondhu_sentiment::training::{MOODS, Register, VALENCE, buckets, polarity_head, share};

use crate::{
    data::{Target, tweet_moods},
    fit::{Fit, Random, Row, Scales},
};

/// What an error costs against a narrow margin.
const COST: f32 = 0.1;
const PASSES: usize = 10;

/// Where both together were chosen on the development parts: chats and Hinglish gain, Banglish neither gains nor loses, and
/// tweets, which would lose, are left out.
const HELPED: [Register; 3] = [Register::Chat, Register::Hinglish, Register::Banglish];
/// What a machine for the emotions of tweets counts beside the fit: the moods of all English texts feel it.
const EMOTIONS: f32 = 0.5;

/// A row as buckets of the table with their values.
struct Vector {
    class: usize,
    values: Vec<(u32, f32)>,
}

/// A separating plane: weights by bucket, and what is added.
struct Plane {
    weights: Vec<f32>,
    bias: f32,
}

/// Adds what the machines say to what the fit says.
pub(crate) fn add(fit: &mut Fit, rows: &[Row], seed: u64) {
    let scales = Scales::of(rows, fit.shifts);
    for register in HELPED {
        let own = rows.iter().filter(|row| row.origin == register);
        let vectors: Vec<Vector> =
            own.filter_map(|row| Some(vector(row, polarity(row)?, register, fit.shifts[0], &scales))).collect();
        let [negative, neutral, positive] =
            std::array::from_fn(|class| plane(&vectors, class, fit.tables[0].len(), Random(seed)));
        let head = polarity_head(register);
        for (head, plane) in [(head, &negative), (head + 1, &positive)] {
            write(fit, head, plane, register, &scales, 1.0);
            write(fit, head, &neutral, register, &scales, -1.0);
            fit.biases[register as usize][head] += plane.bias - neutral.bias;
        }
    }
    let of_tweet = |row: &Row| Some(vector(row, emotion(row)?, Register::Tweet, fit.shifts[0], &scales));
    let vectors: Vec<Vector> = rows.iter().filter_map(of_tweet).collect();
    for (class, moods) in tweet_moods().into_iter().enumerate() {
        let plane = plane(&vectors, class, fit.tables[0].len(), Random(seed));
        for mood in (0..VALENCE - MOODS).filter(|mood| moods >> mood & 1 == 1) {
            write(fit, MOODS + mood, &plane, Register::Tweet, &scales, EMOTIONS);
        }
    }
}

/// Adds a plane to a head of the table.
fn write(fit: &mut Fit, head: usize, plane: &Plane, register: Register, scales: &Scales, times: f32) {
    for (bucket, (row, weight)) in (0..).zip(fit.tables[0].iter_mut().zip(&plane.weights)) {
        row[head] += times * scales.at(register, bucket) * weight;
    }
}

fn polarity(row: &Row) -> Option<usize> {
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

/// A row of a class, by the buckets of its own language alone.
fn vector(row: &Row, class: usize, register: Register, shift: u32, scales: &Scales) -> Vector {
    let share = share(row.features.hashes.len());
    let value = |hash: &u32| {
        let (_, tagged) = buckets(*hash, register, shift);
        tagged.map(|bucket| (bucket, share * scales.at(register, bucket)))
    };
    let mut values: Vec<(u32, f32)> = row.features.hashes.iter().filter_map(value).collect();
    values.sort_unstable_by_key(|(bucket, _)| *bucket);
    values.dedup_by(|(bucket, value), (before, sum)| {
        let is_same = bucket == before;
        *sum += if is_same { *value } else { 0.0 };
        is_same
    });
    Vector { class, values }
}

/// One class against the others with the squared hinge loss, by dual coordinate descent (Hsieh et al. 2008). Each class
/// counts as much as its share is small.
fn plane(vectors: &[Vector], class: usize, buckets: usize, mut random: Random) -> Plane {
    let mut plane = Plane { weights: vec![0.0; buckets], bias: 0.0 };
    let mut multipliers = vec![0.0_f32; vectors.len()];
    let count = vectors.iter().filter(|vector| vector.class == class).count() as f32;
    let all = vectors.len() as f32;
    // By whether a row is of the class.
    let soft = [1.0, all / (3.0 * count.max(1.0))].map(|weight| 1.0 / (2.0 * COST * weight));
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
            let score =
                plane.bias + vector.values.iter().map(|(at, value)| plane.weights[*at as usize] * value).sum::<f32>();
            let slope = sign * score - 1.0 + soft * multipliers[*index];
            let next = (multipliers[*index] - slope / (norms[*index] + soft)).max(0.0);
            let change = sign * (next - multipliers[*index]);
            multipliers[*index] = next;
            if change != 0.0 {
                plane.bias += change;
                for (at, value) in &vector.values {
                    plane.weights[*at as usize] += change * value;
                }
            }
        }
    }
    plane
}
