//! A text as the model reads it: its features, its register, and what the rules and the word lists of that register say.

use crate::{
    features::{self, Features},
    model::MODEL,
    register::{LATIN, LATIN_REGISTERS, Register},
    romanised::{self, WORD_BLOCKS},
    rules::{self, Rules},
    tokens::{self, Kind, Token},
};

/// Dense numbers beside the hashed features.
pub const DENSE: usize = 24;
/// Buckets of the rule score among the dense numbers.
const BUCKETS: usize = 11;

/// What the model sees of a text.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Hashed word pieces.
    pub features: Features,
    /// What it is read as.
    pub register: Register,
    /// For Hindi and Bengali in Latin letters: hashes of standard spellings, of dictionary forms, and of pairs of these. Empty
    /// for others.
    pub words: [Vec<u32>; WORD_BLOCKS],
    /// For the same: where each word that was found in a list begins, in bytes, and its standard spelling.
    pub standard: Vec<(usize, &'static str)>,
    /// Rule score, its bucket, style.
    pub dense: [f32; DENSE],
}

impl Reading {
    /// The features for a romanised table, in blocks of equal say: pieces of words as they are typed, and what the words are.
    pub fn blocks(&self) -> [&[u32]; 1 + WORD_BLOCKS] {
        let [forms, lemmas, pairs] = &self.words;
        [&self.features.hashes[self.features.pieces_from..], forms, lemmas, pairs]
    }
}

/// Reads a text; `register_of` tells what its features are to be read as, and is given what to add to the score of each Latin
/// register.
pub(crate) fn read(
    text: &str,
    register_of: impl Fn(&Features, [f32; LATIN_REGISTERS]) -> Register,
) -> (Rules, Reading) {
    let mut letters = String::new();
    let mut tokens = tokens::tokens(text, &mut letters);
    let features = features::features(&tokens);
    let register = settle(&mut tokens, |extra| register_of(&features, extra));
    let (mut words, mut standard) = Default::default();
    if register.romanised().is_some() {
        (words, standard) = (romanised::words(&tokens), romanised::standard(&tokens));
    }
    let rules = rules::score(&tokens);
    let dense = dense(&tokens, &rules);
    (rules, Reading { features, register, words, standard, dense })
}

/// The register of a text. Those of Hindi and Bengali in Latin letters need a listed word that says so, or a person who is known
/// to write so: by the register table alone, one English tweet in twenty would be Hindi. The tokens know then what their words
/// are.
fn settle(tokens: &mut [Token<'_>], register_of: impl Fn([f32; LATIN_REGISTERS]) -> Register) -> Register {
    let mut extra = [0.0; LATIN_REGISTERS];
    loop {
        let register = register_of(extra);
        let place = LATIN.iter().position(|latin| *latin == register).unwrap_or_default();
        let Some(list) = romanised::of(register) else { return register };
        let is_hinted = extra[place] < 0.0;
        if is_hinted || list.is_spoken(tokens) {
            list.look_up(tokens);
            return register;
        }
        extra[place] = f32::NEG_INFINITY;
    }
}

/// Reads a text by the weights in the repository.
pub(crate) fn of(text: &str) -> Reading {
    read(text, |features, extra| MODEL.register(features, extra)).1
}

fn dense(tokens: &[Token<'_>], rules: &Rules) -> [f32; DENSE] {
    let mut dense = [0.0; DENSE];
    let count = |wanted: fn(&Token<'_>) -> bool| {
        let count = tokens.iter().filter(|token| wanted(token)).count();
        f32::from(u16::try_from(count).unwrap_or(u16::MAX))
    };
    let words = count(|t| t.kind == Kind::Word);
    let squash = |x: f32| x / (x * x + 15.0).sqrt();
    dense[0] = rules.compound;
    dense[1] = squash(rules.positive);
    dense[2] = squash(rules.negative);
    dense[3] = rules.emoji;
    dense[4] = (count(|t| t.text == "!").min(3.0)) / 3.0;
    dense[5] = (count(|t| t.text == "?").min(2.0)) / 2.0;
    dense[6] = count(|t| t.is_shouted) / words.max(1.0);
    dense[7] = count(|t| t.is_drawn).min(1.0);
    dense[8] = (words.min(40.0)) / 40.0;
    dense[9] = count(|t| t.kind == Kind::Name).min(2.0) / 2.0;
    dense[10] = 1.0;
    let share = (rules.compound + 1.0) * 0.5;
    let bucket = if rules.compound == 0.0 && rules.positive == 0.0 { BUCKETS } else { bucket(share) };
    dense[11 + bucket] = 1.0;
    dense
}

fn bucket(share: f32) -> usize {
    let edges = [0.09, 0.18, 0.27, 0.36, 0.45, 0.55, 0.64, 0.73, 0.82, 0.91];
    edges.iter().filter(|edge| share > **edge).count()
}
