//! Reads sentiment, mood and signs of a crisis from short texts: pure functions, no network, no state.
//!
//! ```
//! use bondhu_sentiment::{CrisisLevel, Hints, Mood, analyze};
//!
//! let said = analyze("I am not happy at all today", Hints::default());
//! assert!(said.sentiment < 0.5);
//! assert_eq!(analyze("So grateful for you!", Hints::default()).mood, Mood::Grateful);
//! assert_eq!(analyze("I want to die", Hints::default()).crisis.level, Some(CrisisLevel::Ideation));
//! ```

mod analysis;
mod crisis;
mod lexicon;

pub use analysis::{Analysis, Hints, Language, Mood, Polarity, Span};
pub use crisis::{Crisis, CrisisLevel, CrisisReason, Sign, crisis};

/// A negation turns the next words around, up to here.
const REACH: usize = 3;
/// A negated word says less of the opposite than the opposite itself.
const NEGATED: f64 = -0.6;
const EMPHASIS: f64 = 1.35;
const SHOUTED: f64 = 1.25;

/// Reads a text.
pub fn analyze(text: &str, hints: Hints) -> Analysis {
    let words: Vec<(usize, &str)> = words(text).collect();
    let lower: Vec<String> = words.iter().map(|(_, word)| word.to_lowercase().replace('’', "'")).collect();
    let has_small_letters = text.chars().any(char::is_lowercase);
    let mut spans = Vec::new();
    let mut moods: Vec<(Mood, f64)> = Vec::new();
    for (index, word) in lower.iter().enumerate() {
        let Some(&(_, weight, mood)) = lexicon::WORDS.iter().find(|(known, _, _)| known == word) else { continue };
        let before = &lower[index.saturating_sub(REACH)..index];
        let after = lower.get(index + 1..(index + 1 + REACH).min(lower.len())).unwrap_or_default();
        let mut weight = weight;
        if before.iter().any(|word| lexicon::EMPHASIS.contains(&word.as_str())) {
            weight *= EMPHASIS;
        }
        let raw = words[index].1;
        if has_small_letters && raw.chars().count() > 2 && raw.chars().all(char::is_uppercase) {
            weight *= SHOUTED;
        }
        // In Hindi and Bengali the negation follows.
        let negated = before.iter().any(|word| lexicon::NEGATIONS.contains(&word.as_str()))
            || after.iter().take(2).any(|word| lexicon::NEGATIONS_AFTER.contains(&word.as_str()));
        let mood = if negated {
            weight *= NEGATED;
            if weight < 0.0 { Mood::Sad } else { Mood::Calm }
        } else {
            mood
        };
        let start = words[index].0;
        spans.push(Span { start, end: start + raw.len(), weight });
        match moods.iter_mut().find(|(known, _)| *known == mood) {
            Some((_, share)) => *share += weight.abs(),
            None => moods.push((mood, weight.abs())),
        }
    }
    let sum: f64 = spans.iter().map(|span| span.weight).sum();
    let exclaims = f64::from(u32::try_from(text.matches('!').count().min(3)).unwrap_or_default());
    let sum = sum * (1.0 + exclaims * 0.05);
    let total: f64 = moods.iter().map(|(_, share)| share).sum();
    // What is said quietly leaves room for nothing in particular.
    let neutral = 0.6;
    for (_, share) in &mut moods {
        *share /= total + neutral;
    }
    moods.push((Mood::Neutral, neutral / (total + neutral)));
    moods.sort_by(|(one_mood, one), (other_mood, other)| other.total_cmp(one).then(one_mood.cmp(other_mood)));
    let sentiment = 0.5 + 0.5 * sum / (sum.abs() + 1.2);
    let polarity = match sentiment {
        s if s < 0.45 => Polarity::Negative,
        s if s > 0.55 => Polarity::Positive,
        _ => Polarity::Neutral,
    };
    Analysis {
        sentiment,
        polarity,
        mood: moods[0].0,
        moods,
        confidence: total / (total + 1.0),
        language: language(text, &lower, hints),
        crisis: crisis(text),
        spans,
    }
}

/// Words, and each emoji as a word of its own.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '\'' || c == '’' || is_mark(c);
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = rest.find(|(_, c)| is_part(*c) || lexicon::is_emoji(*c))?;
        let mut end = start + first.len_utf8();
        if is_part(first) {
            while let Some((at, c)) = rest.next_if(|(_, c)| is_part(*c)) {
                end = at + c.len_utf8();
            }
        }
        Some((start, &text[start..end]))
    })
}

/// Vowel signs and the like belong to the letters before them.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{903}' | '\u{93a}'..='\u{94f}' | '\u{981}'..='\u{983}' | '\u{9bc}'..='\u{9cd}' | '\u{9d7}')
}

fn language(text: &str, lower: &[String], hints: Hints) -> Language {
    let count = |range: std::ops::RangeInclusive<char>| text.chars().filter(|c| range.contains(c)).count();
    let (devanagari, bengali) = (count('\u{900}'..='\u{97f}'), count('\u{980}'..='\u{9ff}'));
    if devanagari + bengali > 0 {
        return if devanagari >= bengali { Language::Hindi } else { Language::Bengali };
    }
    let known = |words: &[&str]| lower.iter().filter(|word| words.contains(&word.as_str())).count();
    let (hindi, bengali) = (known(lexicon::HINDI_IN_LATIN), known(lexicon::BENGALI_IN_LATIN));
    match (hindi, bengali) {
        (0, 0) => hints.language.unwrap_or(Language::English),
        (hindi, bengali) if hindi >= bengali => Language::Hinglish,
        _ => Language::Banglish,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Analysis {
        analyze(text, Hints::default())
    }

    #[test]
    fn plain_sentences() {
        for (text, mood) in [
            ("I am so happy today", Mood::Happy),
            ("Thank you, I am really grateful", Mood::Grateful),
            ("I feel calm and relaxed", Mood::Calm),
            ("Let's go, I'm motivated!", Mood::Motivated),
            ("I feel sad and empty", Mood::Sad),
            ("I am so worried about the exam", Mood::Anxious),
            ("This makes me furious", Mood::Angry),
            ("Nobody calls me, I feel lonely", Mood::Lonely),
            ("I'm exhausted", Mood::Tired),
            ("The bus leaves at nine", Mood::Neutral),
            ("मैं बहुत खुश हूँ", Mood::Happy),
            ("আমি খুব দুঃখিত", Mood::Sad),
            ("main bahut udaas hoon", Mood::Sad),
            ("ami khub khushi", Mood::Happy),
            ("😭", Mood::Sad),
        ] {
            assert_eq!(read(text).mood, mood, "{text}");
        }
    }

    #[test]
    fn negation_turns_words_around() {
        assert!(read("I am not happy").sentiment < 0.5);
        assert!(read("main khush nahi hoon").sentiment < 0.5);
        assert!(read("It is not bad").sentiment > 0.5);
        assert!(read("I am very happy").sentiment > read("I am happy").sentiment);
        assert!(read("I am HAPPY").sentiment > read("I am happy").sentiment);
    }

    #[test]
    fn languages_are_told_apart() {
        let languages = ["I am well", "मैं ठीक हूँ", "আমি ভালো", "main theek hoon yaar", "ami bhalo achi"];
        let expected = [Language::English, Language::Hindi, Language::Bengali, Language::Hinglish, Language::Banglish];
        assert_eq!(languages.map(|text| read(text).language), expected);
        let hints = Hints { language: Some(Language::Bengali) };
        assert_eq!(analyze("ok", hints).language, Language::Bengali);
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_bounded_figures(text in ".{0,200}") {
            let read = read(&text);
            proptest::prop_assert!((0.0..=1.0).contains(&read.sentiment));
            proptest::prop_assert!((0.0..=1.0).contains(&read.confidence));
            let whole: f64 = read.moods.iter().map(|(_, share)| share).sum();
            proptest::prop_assert!((whole - 1.0).abs() < 1e-9);
            for span in &read.spans {
                proptest::prop_assert!(text.get(span.start..span.end).is_some());
            }
        }
    }
}
