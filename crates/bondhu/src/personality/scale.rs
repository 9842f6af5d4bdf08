//! The scale of 0 to 100 that every trait stands on, and what is known of people in general.

use std::sync::LazyLock;

use bondhu_store::Trait;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The traits in the order in which they are shown.
pub const TRAITS: [Trait; 5] =
    [Trait::Openness, Trait::Conscientiousness, Trait::Extraversion, Trait::Agreeableness, Trait::Neuroticism];

/// Items of the questionnaire for each trait.
pub const ITEMS_PER_TRAIT: u8 = 4;
/// Points of a change that is more than the noise of two sittings: 1.96 standard errors of a difference.
const BEYOND_CHANCE: f64 = 1.96;

/// Where a trait lies, in one word. Low is below 40, high from 70, by whole points as they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Below 40.
    Low,
    /// 40 to 69.
    Moderate,
    /// 70 and above.
    High,
}

impl Band {
    /// The band of a mean from 0 to 100.
    pub fn of(mean: f64) -> Self {
        match mean.round() {
            mean if mean < 40.0 => Self::Low,
            mean if mean < 70.0 => Self::Moderate,
            _ => Self::High,
        }
    }

    /// Its name as sent.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
        }
    }
}

/// What is known of people in general about one trait.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Norm {
    /// Which trait.
    pub of: Trait,
    /// Mean, 0 to 100.
    pub mean: f64,
    /// Standard deviation between people, in points.
    pub deviation: f64,
    /// Reliability (Cronbach's alpha) of the four items.
    pub alpha: f64,
}

static NORMS: LazyLock<Vec<Norm>> = LazyLock::new(|| {
    rows(include_str!("../../data/personality/mini_ipip_norms.tsv")).map(|cells| read_norm(&cells)).collect()
});

fn read_norm(cells: &[&str]) -> Norm {
    let number = |at: usize| cells[at].parse::<f64>().expect("a norm is a number");
    let of = cells[0].parse().expect("a norm is of a trait");
    Norm { of, mean: points(number(1)), deviation: number(2) * 25.0, alpha: number(3) }
}

/// The rows of a table: cells apart by tabs, without comments and empty lines.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| line.split('\t').collect())
}

/// A mean of answers from 1 to 5 as points from 0 to 100.
pub fn points(answers: f64) -> f64 {
    (answers - 1.0) * 25.0
}

/// The norm of a trait.
pub fn norm(of: Trait) -> Norm {
    *NORMS.iter().find(|norm| norm.of == of).expect("every trait has a norm")
}

impl Norm {
    /// From standard deviations to points, within 0 to 100.
    pub fn from_z(&self, z: f64) -> f64 {
        self.deviation.mul_add(z, self.mean).clamp(0.0, 100.0)
    }

    /// From points to standard deviations.
    pub fn to_z(&self, points: f64) -> f64 {
        (points - self.mean) / self.deviation
    }

    /// Reliability of only `items` of the four items, by the Spearman-Brown formula.
    pub fn alpha_of(&self, items: u8) -> f64 {
        let whole = f64::from(ITEMS_PER_TRAIT);
        let one = self.alpha / (self.alpha.mul_add(-(whole - 1.0), whole));
        let items = f64::from(items);
        items * one / (items - 1.0).mul_add(one, 1.0)
    }

    /// Standard error of measurement of one sitting, in points: SD * sqrt(1 - alpha).
    pub fn standard_error(&self) -> f64 {
        self.deviation * (1.0 - self.alpha).sqrt()
    }

    /// The least difference of two results, in points, that is not noise: 1.96 * SEM * sqrt(2) (Jacobson and Truax 1991,
    /// Journal of Consulting and Clinical Psychology 59(1), 12-19).
    pub fn real_change(&self) -> f64 {
        BEYOND_CHANCE * self.standard_error() * std::f64::consts::SQRT_2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_banding_for_every_surface() {
        use Band::{High, Low, Moderate};
        let bands = [0.0, 39.4, 39.5, 40.0, 69.4, 69.5, 100.0].map(Band::of);
        assert_eq!(bands, [Low, Low, Moderate, Moderate, Moderate, High, High]);
    }

    #[test]
    fn every_trait_has_a_norm() {
        for of in TRAITS {
            let norm = norm(of);
            assert!((0.0..=100.0).contains(&norm.mean) && norm.deviation > 10.0 && norm.alpha < 0.8, "{norm:?}");
        }
        let extraversion = norm(Trait::Extraversion);
        assert!((extraversion.standard_error() - 22.5 * 0.23_f64.sqrt()).abs() < 1e-9);
        assert!((extraversion.real_change() - 29.9).abs() < 0.1, "{}", extraversion.real_change());
    }

    #[test]
    fn fewer_items_are_less_reliable() {
        let norm = norm(Trait::Openness);
        assert!((norm.alpha_of(4) - norm.alpha).abs() < 1e-9);
        assert!(norm.alpha_of(2) < norm.alpha && norm.alpha_of(2) > norm.alpha_of(1));
    }
}
