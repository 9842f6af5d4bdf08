//! Puts the parts together: model, rules and phrases to one analysis.

use crate::{
    analysis::{Analysis, Hints, Language, Mood, Polarity},
    crisis::{Crisis, detect},
    features::{self, Features},
    model::{LATIN, MODEL, MOODS, Model, VALENCE},
    moods,
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
    let (tokens, rules, features) = features::read(text);
    if tokens.is_empty() {
        return silent(hints.language.unwrap_or(Language::English));
    }
    let language = model.language(&features, extra(hints));
    let scores = model.scores(&features, language);
    let polarity = softmax::<3>(&scores[..MOODS]);
    let sentiment = sentiment(model, polarity, scores[VALENCE], &rules);
    let best = (0..3).max_by(|a, b| polarity[*a].total_cmp(&polarity[*b])).unwrap_or(1);
    let has_evidence = !rules.spans.is_empty() || polarity[best] >= SURE;
    let words = Words::of(text);
    let moods = moods(model, &scores, &words);
    let mood = if moods[0].1 < f64::from(NAMED) { Mood::Neutral } else { moods[0].0 };
    Analysis {
        sentiment: if has_evidence { f64::from(sentiment) } else { 0.5 },
        polarity: [Polarity::Negative, Polarity::Neutral, Polarity::Positive][best],
        mood,
        moods,
        confidence: if has_evidence { f64::from(polarity[best]) } else { 0.0 },
        language,
        crisis: detect::read(text, &words, &features),
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

fn extra(hints: Hints) -> [f32; 3] {
    LATIN.map(|language| if hints.language == Some(language) { HINT } else { 0.0 })
}

/// The sum that the map of sentiment takes.
pub(crate) fn stacked(model: &Model<'_>, polarity: [f32; 3], valence: f32, rules: &Rules) -> f32 {
    let [a, b, c, d] = model.dense.stack;
    a * (polarity[2] - polarity[0]) + b * valence + c * rules.compound + d * rules.emoji
}

fn sentiment(model: &Model<'_>, polarity: [f32; 3], valence: f32, rules: &Rules) -> f32 {
    let x = stacked(model, polarity, valence, rules);
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

fn moods(model: &Model<'_>, scores: &[f32], words: &Words) -> Vec<(Mood, f64)> {
    let phrases = moods::phrases(words);
    let mut logits = [0.0; 11];
    for (k, logit) in logits.iter_mut().enumerate() {
        *logit = scores[MOODS + k] + model.dense.phrase * phrases[k];
    }
    let shares = softmax::<11>(&logits);
    let mut moods: Vec<(Mood, f64)> = Mood::ALL.into_iter().zip(shares.map(f64::from)).collect();
    moods.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    moods
}

/// Shares of the exponentials of up to `N` numbers.
pub(crate) fn softmax<const N: usize>(logits: &[f32]) -> [f32; N] {
    let most = logits.iter().copied().fold(f32::MIN, f32::max);
    let mut shares = [0.0; N];
    let mut sum = 0.0;
    for (share, logit) in shares.iter_mut().zip(logits) {
        *share = (logit - most).exp();
        sum += *share;
    }
    shares.map(|share| share / sum)
}

/// Parts of the sentiment that the trainer weighs: polarity, valence, rule score, emoji.
pub(crate) fn parts(model: &Model<'_>, text: &str) -> [f32; 4] {
    let (_, rules, features) = features::read(text);
    let language = model.language(&features, [0.0; 3]);
    parts_of(model, &rules, &features, language)
}

fn parts_of(model: &Model<'_>, rules: &Rules, features: &Features, language: Language) -> [f32; 4] {
    let scores = model.scores(features, language);
    let polarity = softmax::<3>(&scores[..MOODS]);
    [polarity[2] - polarity[0], scores[VALENCE], rules.compound, rules.emoji]
}
