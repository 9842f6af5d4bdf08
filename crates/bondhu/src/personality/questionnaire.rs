//! The Mini-IPIP: 20 short sentences of the public domain, four for each trait (Donnellan, Oswald, Baird and Lucas 2006,
//! Psychological Assessment 18(2), 192-203; items at ipip.ori.org).

use std::sync::LazyLock;

use bondhu_store::{Answer, Trait};

use crate::personality::scale::{ITEMS_PER_TRAIT, TRAITS, norm, points, rows};

/// With fewer answers for a trait nothing is said of it.
const LEAST_ANSWERS: u8 = 2;

/// One sentence of the questionnaire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Item {
    /// Its number, from 1.
    pub number: i16,
    /// The trait it asks about.
    pub of: Trait,
    /// Whether agreeing speaks for less of the trait.
    pub reversed: bool,
    /// What it says.
    pub text: &'static str,
}

static ITEMS: LazyLock<Vec<Item>> = LazyLock::new(|| {
    let table = include_str!("../../data/personality/mini_ipip.tsv");
    rows(table).skip(1).map(|cells| read_item(&cells)).collect()
});

fn read_item(cells: &[&'static str]) -> Item {
    let of = match cells[1] {
        "O" => Trait::Openness,
        "C" => Trait::Conscientiousness,
        "E" => Trait::Extraversion,
        "A" => Trait::Agreeableness,
        _ => Trait::Neuroticism,
    };
    Item { number: cells[0].parse().expect("an item has a number"), of, reversed: cells[2] == "-", text: cells[3] }
}

/// The sentences, in the order in which they are asked.
pub fn items() -> &'static [Item] {
    &ITEMS
}

/// What a sitting says of one trait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Which trait.
    pub of: Trait,
    /// Where it puts the trait, in standard deviations from the mean of people.
    pub value: f64,
    /// Its precision, where what is known of people in general counts 1: from SEM = SD * sqrt(1 - alpha).
    pub weight: f64,
}

/// Scores a sitting. A trait with fewer than two answers gets none.
pub fn score(answers: &[Answer]) -> Vec<Score> {
    TRAITS.into_iter().filter_map(|of| score_trait(of, answers)).collect()
}

fn score_trait(of: Trait, answers: &[Answer]) -> Option<Score> {
    let (mut sum, mut count) = (0, 0_u8);
    for item in items().iter().filter(|item| item.of == of) {
        let given = answers.iter().find(|answer| answer.item == item.number).and_then(|answer| answer.answer);
        if let Some(answer) = given.filter(|answer| (1..=5).contains(answer)) {
            sum += if item.reversed { 6 - answer } else { answer };
            count += 1;
        }
    }
    if count < LEAST_ANSWERS.min(ITEMS_PER_TRAIT) {
        return None;
    }
    let norm = norm(of);
    let mean = f64::from(sum) / f64::from(count);
    Some(Score { of, value: norm.to_z(points(mean)), weight: 1.0 / (1.0 - norm.alpha_of(count)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(answer: impl Fn(&Item) -> Option<i16>) -> Vec<Answer> {
        items().iter().map(|item| Answer { item: item.number, answer: answer(item) }).collect()
    }

    #[test]
    fn there_are_four_sentences_for_each_trait() {
        assert_eq!(items().len(), 20);
        for of in TRAITS {
            assert_eq!(items().iter().filter(|item| item.of == of).count(), usize::from(ITEMS_PER_TRAIT));
        }
        let reversed: Vec<i16> = items().iter().filter(|item| item.reversed).map(|item| item.number).collect();
        assert_eq!(reversed, [6, 7, 8, 9, 10, 15, 16, 17, 18, 19, 20], "as the published key says");
    }

    #[test]
    fn reversed_sentences_count_the_other_way() {
        let most = score(&all(|item| Some(if item.reversed { 1 } else { 5 })));
        assert_eq!(most.len(), 5);
        for score in most {
            assert!((norm(score.of).from_z(score.value) - 100.0).abs() < 1e-9, "{score:?}");
        }
        let middle = score(&all(|_| Some(3)));
        assert!(middle.iter().all(|score| (norm(score.of).from_z(score.value) - 50.0).abs() < 1e-9));
    }

    #[test]
    fn what_is_left_out_makes_a_trait_less_certain() {
        let whole = score(&all(|_| Some(4)));
        let some = score(&all(|item| (item.number <= 10).then_some(4)));
        assert_eq!(some.len(), 5);
        assert!(some.iter().zip(&whole).all(|(some, whole)| some.weight < whole.weight));
        assert_eq!(score(&all(|item| (item.number <= 5).then_some(4))), [], "one answer is too little");
        assert_eq!(score(&[]), []);
    }
}
