//! Puts the parts together: model, rules and phrases to one analysis.

use crate::{
    analysis::{Analysis, Hints, Language, Mood, Polarity},
    crisis::{Crisis, detect},
    model::{Answers, MODEL, Model},
    moods, reading,
    register::{LATIN, LATIN_REGISTERS, Register},
    rules::Rules,
    spelling::Words,
};

/// What a hint of the usual language adds to its score: decides where a text does not tell.
const HINT: f32 = 1.5;
/// Below this share no mood is named.
const NAMED: f32 = 0.30;
/// With less than this for the best polarity, and no known word, nothing is concluded.
const SURE: f32 = 0.45;

/// Reads a text.
pub fn analyze(text: &str, hints: Hints) -> Analysis {
    let model = &*MODEL;
    let (rules, reading) = reading::read(text, |features, extra| model.register(features, hinted(hints, extra)));
    if reading.features.hashes.is_empty() {
        return silent(hints.language.unwrap_or(Language::English));
    }
    let answers = model.answers(&reading);
    let polarity = softmax(&answers.polarity);
    let sentiment = sentiment(model, reading.register, parts_of(polarity, &answers, &rules));
    let best = (0..3).max_by(|a, b| polarity[*a].total_cmp(&polarity[*b])).unwrap_or(1);
    let has_evidence = !rules.spans.is_empty() || polarity[best] >= SURE;
    let words = Words::of(text);
    let standard = words.respelled(&reading.standard);
    let moods = moods(model, &answers, moods::phrases(&words, standard.as_ref()));
    let mood = if moods[0].1 < f64::from(NAMED) { Mood::Neutral } else { moods[0].0 };
    Analysis {
        sentiment: if has_evidence { f64::from(sentiment) } else { 0.5 },
        polarity: [Polarity::Negative, Polarity::Neutral, Polarity::Positive][best],
        mood,
        moods,
        confidence: if has_evidence { f64::from(polarity[best]) } else { 0.0 },
        language: reading.register.language(),
        crisis: detect::read(text, &words, standard.as_ref(), reading.features),
        spans: rules.spans,
    }
}

/// What is said of an empty text.
fn silent(language: Language) -> Analysis {
    let mut moods: Vec<(Mood, f64)> = vec![(Mood::Neutral, 1.0)];
    moods.extend(Mood::ALL.iter().filter(|mood| **mood != Mood::Neutral).map(|mood| (*mood, 0.0)));
    Analysis {
        sentiment: 0.5,
        polarity: Polarity::Neutral,
        mood: Mood::Neutral,
        moods,
        confidence: 0.0,
        language,
        crisis: Crisis::default(),
        spans: Vec::new(),
    }
}

/// What is added to the scores of the registers where the usual language is known.
fn hinted(hints: Hints, mut extra: [f32; LATIN_REGISTERS]) -> [f32; LATIN_REGISTERS] {
    for (extra, register) in extra.iter_mut().zip(LATIN) {
        if hints.language == Some(register.language()) {
            *extra = HINT;
        }
    }
    extra
}

fn sentiment(model: &Model<'_>, register: Register, parts: [f32; 4]) -> f32 {
    let stack = &model.dense.stacks[usize::from(!register.has_valence())];
    let x: f32 = stack.iter().zip(parts).map(|(weight, part)| weight * part).sum();
    let [from, to] = &model.dense.knots;
    let after = from.partition_point(|knot| *knot < x);
    let y = match after {
        0 => to[0],
        16 => to[15],
        after => {
            let (low, high) = (from[after - 1], from[after]);
            let share = if high > low { (x - low) / (high - low) } else { 0.0 };
            to[after - 1] + share * (to[after] - to[after - 1])
        }
    };
    (0.5 + 0.5 * y).clamp(0.0, 1.0)
}

fn moods(model: &Model<'_>, answers: &Answers, phrases: [f32; 11]) -> Vec<(Mood, f64)> {
    let logits: [f32; 11] = std::array::from_fn(|k| answers.moods[k] + model.dense.phrase * phrases[k]);
    let shares = softmax(&logits);
    let mut moods: Vec<(Mood, f64)> = Mood::ALL.into_iter().zip(shares.map(f64::from)).collect();
    moods.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    moods
}

/// Shares of the exponentials of numbers.
fn softmax<const N: usize>(logits: &[f32; N]) -> [f32; N] {
    let most = logits.iter().copied().fold(f32::MIN, f32::max);
    let mut shares = [0.0; N];
    let mut sum = 0.0;
    for (share, logit) in shares.iter_mut().zip(logits) {
        *share = (logit - most).exp();
        sum += *share;
    }
    shares.map(|share| share / sum)
}

/// What the sentiment is put together from: polarity, valence, rule score, emoji.
fn parts_of(polarity: [f32; 3], answers: &Answers, rules: &Rules) -> [f32; 4] {
    [polarity[2] - polarity[0], answers.valence, rules.compound, rules.emoji]
}

/// The same for a text, by weights that are still being made.
pub(crate) fn parts(model: &Model<'_>, text: &str) -> [f32; 4] {
    let (rules, reading) = reading::read(text, |features, extra| model.register(features, extra));
    let answers = model.answers(&reading);
    parts_of(softmax(&answers.polarity), &answers, &rules)
}
