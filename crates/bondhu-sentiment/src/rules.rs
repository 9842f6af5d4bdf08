//! A rule score in the manner of VADER (Hutto and Gilbert 2014): valence of words, turned round by negation,
//! strengthened by intensifiers, capitals and exclamation marks, and shifted by "but".

use crate::{
    analysis::Span,
    lexicon::{self, LEXICON},
    tokens::{Kind, Token},
};

/// What the rules make of a text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules {
    /// From -1 to 1.
    pub(crate) compound: f32,
    /// Sums of positive and negative valence.
    pub(crate) positive: f32,
    pub(crate) negative: f32,
    /// Mean valence of emoji and emoticons, over 4.
    pub(crate) emoji: f32,
    pub(crate) spans: Vec<Span>,
}

/// A negated word keeps this share, turned round.
const NEGATED: f32 = -0.74;
/// How many words before a word are searched for negation and intensifiers.
const REACH: usize = 3;
const SHOUTED: f32 = 0.733;
/// Intensifiers further away count less.
const FADING: [f32; REACH] = [1.0, 0.95, 0.9];
const EXCLAIMED: f32 = 0.292;
/// Sums of valence are mapped to -1..1 by x / sqrt(x^2 + this).
const SQUASH: f32 = 15.0;

/// Scores the tokens of a text.
pub(crate) fn score(tokens: &[Token<'_>]) -> Rules {
    let words: Vec<&Token<'_>> = tokens.iter().filter(|t| t.kind != Kind::Mark && t.kind != Kind::Name).collect();
    let is_mixed = words.iter().any(|t| t.is_shouted) && words.iter().any(|t| t.kind == Kind::Word && !t.is_shouted);
    let mut rules = Rules::default();
    let mut scored: Vec<(usize, f32)> = Vec::new();
    let (mut pictures, mut picture_count) = (0.0, 0.0);
    for (index, token) in words.iter().enumerate() {
        let Some(valence) = valence(token) else { continue };
        let mut valence = valence;
        if token.kind == Kind::Word {
            valence = in_context(&words, index, valence, is_mixed);
        } else {
            pictures += valence;
            picture_count += 1.0;
        }
        if valence != 0.0 {
            scored.push((index, valence));
        }
    }
    if let Some(but) = words.iter().rposition(|t| matches!(t.text, "but" | "lekin" | "magar" | "kintu")) {
        for (index, valence) in &mut scored {
            *valence *= if *index < but { 0.5 } else { 1.5 };
        }
    }
    for (index, valence) in &scored {
        rules.spans.push(Span { start: words[*index].start, end: words[*index].end, weight: f64::from(*valence) });
        if *valence > 0.0 { rules.positive += valence } else { rules.negative -= valence }
    }
    let exclaimed = marks(tokens, "!").min(4.0) * EXCLAIMED;
    let asked = marks(tokens, "?");
    let asked = if asked > 3.0 {
        0.96
    } else if asked > 1.0 {
        asked * 0.18
    } else {
        0.0
    };
    let mut sum = rules.positive - rules.negative;
    if sum > 0.0 {
        sum += exclaimed + asked;
    } else if sum < 0.0 {
        sum -= exclaimed + asked;
    }
    rules.compound = sum / (sum * sum + SQUASH).sqrt();
    rules.emoji = if picture_count > 0.0 { pictures / picture_count / 4.0 } else { 0.0 };
    rules
}

fn marks(tokens: &[Token<'_>], mark: &str) -> f32 {
    let count = tokens.iter().filter(|t| t.kind == Kind::Mark && t.text == mark).count();
    f32::from(u8::try_from(count).unwrap_or(u8::MAX))
}

/// The valence of a token by itself.
pub(crate) fn valence(token: &Token<'_>) -> Option<f32> {
    match token.kind {
        Kind::Emoji => LEXICON.emoji(token.text.chars().next()?),
        Kind::Emoticon => token.english,
        Kind::Word if token.known.is_some() => token.known.map(|known| known.valence).filter(|valence| *valence != 0.0),
        Kind::Word => token
            .english
            .filter(|_| token.text != "no")
            .or_else(|| token.text.strip_suffix("'s").and_then(|stem| LEXICON.english(stem)))
            .or_else(|| LEXICON.folded(token.folded))
            .filter(|_| lexicon::boost(token.text) == 0.0),
        _ => None,
    }
}

fn in_context(words: &[&Token<'_>], index: usize, valence: f32, is_mixed: bool) -> f32 {
    let mut valence = valence;
    let sign = valence.signum();
    if is_mixed && words[index].is_shouted {
        valence += sign * SHOUTED;
    }
    let before = &words[index.saturating_sub(REACH)..index];
    for (distance, word) in before.iter().rev().enumerate() {
        valence += sign * lexicon::boost(word.text) * FADING[distance];
    }
    let is_never_so = before.iter().any(|w| w.text == "never") && before.iter().any(|w| w.text == "so");
    let forward = before.iter().any(|w| lexicon::negates(w.text)) && !is_never_so;
    // In Hindi the negation stands on either side, in Bengali after the word.
    let after = &words[index + 1..(index + 3).min(words.len())];
    let turns =
        |word: &&Token<'_>| word.known.is_some_and(|known| known.negates) || lexicon::negates_before(word.folded);
    let is_english = words[index].known.is_none() && words[index].english.is_some();
    let around = !is_english && before.iter().rev().take(1).chain(after).any(turns);
    if forward || around { valence * NEGATED } else { valence }
}
