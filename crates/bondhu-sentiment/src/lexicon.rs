//! Words and emoji with a known valence, and the words that turn them round or strengthen them.
//!
//! The English list and the numbers of the rules that use it are those of VADER (Hutto and Gilbert 2014, MIT licence).

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::spelling::{Key, fold_indic, fold_latin};

/// Valence from -4 to 4, by word.
pub(crate) struct Lexicon {
    words: FxHashMap<Key, f32>,
    /// Hindi and Bengali, by folded spelling.
    folded: FxHashMap<Key, f32>,
    emoji: FxHashMap<char, f32>,
}

/// The lexicon; read at the first message.
pub(crate) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let words =
        rows(include_str!("../data/lexicon/vader.tsv")).map(|(word, valence)| (Key::of(word), valence)).collect();
    let folded = |word: &str| {
        let mut out = String::new();
        fold(word, &mut out);
        Key::of(&out)
    };
    let folded = rows(include_str!("../data/lexicon/own.tsv")).map(|(word, valence)| (folded(word), valence)).collect();
    let emoji = rows(include_str!("../data/lexicon/emoji.tsv"));
    let emoji = emoji.filter_map(|(word, valence)| Some((word.chars().next()?, valence))).collect();
    Lexicon { words, folded, emoji }
});

fn rows(file: &'static str) -> impl Iterator<Item = (&'static str, f32)> {
    file.lines().filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?, cells.next()?.parse().ok()?))
    })
}

/// Writes the spelling under which a word of Hindi or Bengali is looked up.
pub(crate) fn fold(word: &str, out: &mut String) {
    if word.is_ascii() {
        fold_latin(word, out);
    } else {
        fold_indic(word, out);
    }
}

impl Lexicon {
    /// The valence of an English word or an emoticon.
    pub(crate) fn english(&self, word: &str) -> Option<f32> {
        self.words.get(&Key::of(word)).copied()
    }

    /// The valence of a word of Hindi or Bengali in any script, by its folded spelling.
    pub(crate) fn folded(&self, word: &str) -> Option<f32> {
        self.folded.get(&Key::of(word)).copied()
    }

    /// The valence of an emoji.
    pub(crate) fn emoji(&self, emoji: char) -> Option<f32> {
        self.emoji.get(&emoji).copied()
    }
}

/// Words that turn what follows round.
pub(crate) fn negates(word: &str) -> bool {
    matches!(
        word,
        "not"
            | "no"
            | "never"
            | "none"
            | "nope"
            | "nor"
            | "nothing"
            | "nowhere"
            | "neither"
            | "without"
            | "hardly"
            | "rarely"
            | "seldom"
            | "despite"
            | "cannot"
            | "aint"
            | "arent"
            | "cant"
            | "couldnt"
            | "didnt"
            | "doesnt"
            | "dont"
            | "hadnt"
            | "hasnt"
            | "havent"
            | "isnt"
            | "mightnt"
            | "mustnt"
            | "neednt"
            | "shouldnt"
            | "wasnt"
            | "werent"
            | "wont"
            | "wouldnt"
    ) || word.ends_with("n't")
}

/// Words of Hindi and Bengali that turn round what stands before them, by folded spelling; `is_after` words of Hindi
/// ("nahi khush") do the same for what follows.
pub(crate) fn negates_before(folded: &str) -> bool {
    matches!(
        folded,
        "nahi"
            | "nahin"
            | "nhi"
            | "nai"
            | "nei"
            | "na"
            | "noy"
            | "mat"
            | "नही"
            | "नहीं"
            | "ना"
            | "न"
            | "मत"
            | "না"
            | "নয"
            | "নেই"
            | "নাই"
            | "নি"
    )
}

/// How much an intensifier adds to the word after it.
pub(crate) fn boost(word: &str) -> f32 {
    const MORE: f32 = 0.293;
    match word {
        "absolutely" | "amazingly" | "awfully" | "completely" | "considerably" | "decidedly" | "deeply" | "effing"
        | "enormously" | "entirely" | "especially" | "exceptionally" | "extremely" | "fabulously" | "fucking"
        | "frickin" | "fricking" | "friggin" | "fully" | "greatly" | "hella" | "highly" | "hugely" | "incredibly"
        | "intensely" | "majorly" | "more" | "most" | "particularly" | "purely" | "quite" | "really" | "remarkably"
        | "so" | "substantially" | "thoroughly" | "totally" | "tremendously" | "uber" | "unbelievably"
        | "unusually" | "utterly" | "very" | "bahut" | "bohot" | "bahot" | "bht" | "khub" | "onek" | "ekdam"
        | "ekdom" | "itna" | "itni" | "बहुत" | "इतना" | "इतनी" | "खूब" | "খুব" | "অনেক" | "ভীষণ" => {
            MORE
        }
        "almost" | "barely" | "kind" | "kinda" | "less" | "little" | "marginally" | "occasionally" | "partly"
        | "scarcely" | "slightly" | "somewhat" | "sorta" | "thoda" | "thodi" | "ektu" | "थोड़ा" | "থোড়া" | "একটু" => {
            -MORE
        }
        _ => 0.0,
    }
}
