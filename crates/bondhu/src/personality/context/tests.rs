use super::*;

fn insight(mean: f64, volatility: f64, mood: &str, trend: &str) -> SentimentInsight {
    SentimentInsight {
        from_at: Timestamp::from_millis(0),
        to_at: Timestamp::from_millis(1),
        messages: 9,
        mean,
        volatility,
        dominant_mood: mood.to_owned(),
        moods: BTreeMap::new(),
        trend: trend.to_owned(),
    }
}

fn word(mood: &str) -> OwnWord {
    OwnWord { day: "2026-11-24".to_owned(), mood: mood.to_owned() }
}

/// Traits of somebody whose mean of one is known.
fn traits(of: Trait, mean: f64) -> Vec<TraitEstimate> {
    let known = |one: TraitEstimate| {
        if one.of == of { TraitEstimate { mean, band: Band::of(mean), evidence: 1, ..one } } else { one }
    };
    replay(&[], &[]).into_iter().map(known).collect()
}

#[test]
fn the_style_follows_the_mean() {
    let style = |mean| PersonalityContext::of(&[], Some(insight(mean, 0.1, "sad", "steady")), None).style;
    assert_eq!([0.29, 0.3, 0.7, 0.71].map(style), [Style::Gentle, Style::Balanced, Style::Balanced, Style::Upbeat]);
    assert_eq!(PersonalityContext::of(&[], None, None).style, Style::Balanced);
}

#[test]
fn ones_own_word_outranks_what_was_read() {
    let context = PersonalityContext::of(&[], Some(insight(0.9, 0.1, "happy", "rising")), Some(word("sad")));
    assert_eq!(context.style, Style::Gentle);
    let notes = notes(&context);
    assert!(notes.contains("sad") && !notes.contains("happy"), "{notes}");
}

#[test]
fn nothing_known_says_nothing() {
    let nobody = PersonalityContext::of(&replay(&[], &[]), None, None);
    assert_eq!(nobody.traits, [], "the mean of people is not a trait of this one");
    assert_eq!(notes(&nobody), "");
}

#[test]
fn what_is_known_becomes_notes() {
    let low = PersonalityContext::of(
        &traits(Trait::Neuroticism, 78.0),
        Some(insight(0.22, 0.34, "anxious", "falling")),
        None,
    );
    insta::assert_snapshot!(notes(&low), @r"
    What is known of them (adapt to it, never speak of it unless asked):
    - They are low at the moment: be empathetic and gentle, and do not cheer them up.
    - Their mood has swung a good deal: stay consistent, calm and predictable.
    - Their last messages sounded mostly anxious, lower than the day before; that is a guess.
    - Worry comes easily to them: go slowly, name one thing at a time.
    ");
    let well = PersonalityContext::of(&traits(Trait::Extraversion, 22.0), None, Some(word("grateful")));
    insta::assert_snapshot!(notes(&well), @r"
    What is known of them (adapt to it, never speak of it unless asked):
    - They are well at the moment: an upbeat tone fits.
    - They said themselves how they feel: grateful. Take that over any guess.
    - They are quiet by nature: leave room, and do not push them towards company.
    ");
}

#[test]
fn every_band_that_is_mentioned_has_advice() {
    for of in crate::personality::scale::TRAITS {
        for band in [Band::Low, Band::High] {
            assert!(ADVICE.iter().any(|(known, name, _)| *known == of && *name == band.name()), "{of:?} {band:?}");
        }
    }
}
