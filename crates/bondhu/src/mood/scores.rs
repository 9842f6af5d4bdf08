//! The moods that a person can choose from, and where each stands between bad and good.

use bondhu_sentiment::Mood;

/// The moods, from the good to the heavy.
pub const MOODS: [Mood; 11] = [
    Mood::Happy,
    Mood::Grateful,
    Mood::Motivated,
    Mood::Calm,
    Mood::Curious,
    Mood::Neutral,
    Mood::Tired,
    Mood::Anxious,
    Mood::Lonely,
    Mood::Sad,
    Mood::Angry,
];

/// Where a mood stands from 0 (bad) to 1 (good), for drawing it beside the sentiment of messages. An order that this
/// project chose, not a measurement.
pub const fn of(mood: Mood) -> f64 {
    match mood {
        Mood::Happy => 0.9,
        Mood::Grateful => 0.85,
        Mood::Motivated => 0.75,
        Mood::Calm => 0.7,
        Mood::Curious => 0.6,
        Mood::Neutral => 0.5,
        Mood::Tired => 0.35,
        Mood::Anxious => 0.25,
        Mood::Lonely => 0.22,
        Mood::Sad => 0.2,
        Mood::Angry => 0.18,
    }
}

/// The mood with this name.
pub fn named(name: &str) -> Option<Mood> {
    MOODS.into_iter().find(|mood| mood.name() == name)
}

/// The score of the mood with this name.
pub fn of_name(name: &str) -> Option<f64> {
    named(name).map(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moods_go_from_good_to_heavy() {
        assert!(MOODS.is_sorted_by(|one, next| of(*one) > of(*next)));
        assert_eq!(named("lonely"), Some(Mood::Lonely));
        assert_eq!(of_name("splendid"), None);
    }
}
