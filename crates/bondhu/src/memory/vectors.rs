//! Vectors as they are kept, and one person's of them in memory.
//!
//! A vector is kept as one signed byte for each dimension, scaled so that its largest part is 127. Cosine similarity does
//! not depend on length, so nothing else is needed; against the provider's numbers it moves by less than a hundredth.

use std::collections::HashMap;
use std::hash::Hash;

/// The bytes to keep of a vector. One that points nowhere becomes zeros, which nothing is near to.
pub fn bytes(vector: &[f32]) -> Vec<u8> {
    let largest = vector.iter().fold(0.0_f32, |largest, part| largest.max(part.abs()));
    let scale = if largest > 0.0 { 127.0 / largest } else { 0.0 };
    #[expect(clippy::cast_possible_truncation, reason = "no part is larger than 127 after scaling")]
    let byte = |part: &f32| ((part * scale).round() as i8).cast_unsigned();
    vector.iter().map(byte).collect()
}

/// Something near a question in meaning.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near<K> {
    /// What it is.
    pub key: K,
    /// The cosine of the angle between the two, at most 1.
    pub cosine: f32,
}

/// One person's vectors, those of one length side by side.
pub struct Vectors<K> {
    keys: Vec<K>,
    places: HashMap<K, usize>,
    dimensions: usize,
    parts: Vec<i8>,
    /// The length of each.
    lengths: Vec<f32>,
}

impl<K> Default for Vectors<K> {
    fn default() -> Self {
        Self { keys: Vec::new(), places: HashMap::new(), dimensions: 0, parts: Vec::new(), lengths: Vec::new() }
    }
}

impl<K: Copy + Eq + Hash> Vectors<K> {
    /// Adds a vector, in place of the one that was there for the same. Another number of dimensions than the first had
    /// cannot be compared and is left out.
    pub fn add(&mut self, key: K, vector: &[u8]) {
        if self.keys.is_empty() {
            self.dimensions = vector.len();
        }
        if vector.len() != self.dimensions {
            return;
        }
        let parts = vector.iter().map(|byte| byte.cast_signed());
        let place = *self.places.entry(key).or_insert(self.keys.len());
        if place == self.keys.len() {
            self.keys.push(key);
            self.lengths.push(0.0);
            self.parts.extend(parts);
        } else {
            let old = &mut self.parts[place * self.dimensions..(place + 1) * self.dimensions];
            old.iter_mut().zip(parts).for_each(|(old, new)| *old = new);
        }
        let parts = self.vector(place).iter();
        self.lengths[place] = root(parts.map(|part| i32::from(*part) * i32::from(*part)).sum());
    }

    /// The nearest to a question's vector, nearest first, at most `limit`; nothing that is at a right angle or beyond.
    pub fn nearest(&self, question: &[f32], limit: usize) -> Vec<Near<K>> {
        // Two bytes a part, so that they are not made anew for each vector.
        let question: Vec<i16> = bytes(question).into_iter().map(|byte| i16::from(byte.cast_signed())).collect();
        let length = root(question.iter().map(|part| i32::from(*part) * i32::from(*part)).sum());
        if question.len() != self.dimensions || length == 0.0 {
            return Vec::new();
        }
        let cosine = |place: usize| {
            #[expect(clippy::cast_precision_loss, reason = "a few bits of a sum of products")]
            let product = dot(&question, self.vector(place)) as f32;
            product / (length * self.lengths[place])
        };
        let mut near: Vec<(f32, usize)> = (0..self.keys.len()).map(|place| (cosine(place), place)).collect();
        // A vector of zeros makes no number, which is not greater than zero either.
        near.retain(|(cosine, _)| *cosine > 0.0);
        let nearest_first = |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1));
        if near.len() > limit {
            near.select_nth_unstable_by(limit, nearest_first);
            near.truncate(limit);
        }
        near.sort_unstable_by(nearest_first);
        near.into_iter().map(|(cosine, place)| Near { key: self.keys[place], cosine }).collect()
    }

    fn vector(&self, place: usize) -> &[i8] {
        &self.parts[place * self.dimensions..(place + 1) * self.dimensions]
    }
}

/// Fits as long as there are fewer than 133,000 dimensions.
fn dot(a: &[i16], b: &[i8]) -> i32 {
    a.iter().zip(b).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

#[expect(clippy::cast_precision_loss, reason = "a few bits of a sum of squares")]
fn root(square: i32) -> f32 {
    (square as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vectors(all: &[&[f32]]) -> Vectors<usize> {
        let mut vectors = Vectors::default();
        for (key, vector) in all.iter().enumerate() {
            vectors.add(key, &bytes(vector));
        }
        vectors
    }

    fn keys(near: &[Near<usize>]) -> Vec<usize> {
        near.iter().map(|near| near.key).collect()
    }

    #[test]
    fn the_nearest_come_first_and_what_is_opposite_not_at_all() {
        let vectors = vectors(&[&[1.0, 0.0], &[1.0, 1.0], &[0.0, 2.0], &[-1.0, -1.0], &[0.0, 0.0]]);
        let near = vectors.nearest(&[0.1, 1.0], 9);
        assert_eq!(keys(&near), [2, 1, 0]);
        assert!(near[0].cosine > 0.99 && near[2].cosine < 0.2);
        assert_eq!(keys(&vectors.nearest(&[0.1, 1.0], 1)), [2]);
        assert_eq!(vectors.nearest(&[0.0, 0.0], 9), []);
    }

    #[test]
    fn vectors_of_another_length_are_left_out() {
        let mut vectors = vectors(&[&[1.0, 0.0], &[1.0, 0.0, 0.0]]);
        assert_eq!(keys(&vectors.nearest(&[1.0, 0.0], 9)), [0]);
        assert_eq!(vectors.nearest(&[1.0], 9), []);
        vectors.add(0, &bytes(&[0.0, 1.0]));
        assert_eq!(vectors.nearest(&[1.0, 0.0], 9), [], "a new one takes the place of the old");
        assert_eq!(Vectors::<usize>::default().nearest(&[1.0], 9), []);
    }

    proptest! {
        #[test]
        fn a_byte_a_dimension_is_enough(a in proptest::collection::vec(-1.0_f32..1.0, 64), b in proptest::collection::vec(-1.0_f32..1.0, 64)) {
            let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
            let exact = dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt();
            prop_assume!(exact > 0.02);
            let near = vectors(&[&b]).nearest(&a, 1);
            prop_assert!((near[0].cosine - exact).abs() < 0.01);
        }
    }
}
