//! The phrase tables, read once from the data files.
use std::sync::LazyLock;

use crate::phrases::{ByFirst, Phrase, Present, Vocabulary, read_classes, rows};

/// What a phrase stands for. The comments in the data files say how each is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A whole idiom; its words are hidden from every other phrase.
    Mask,
    /// A denied wish ("I don't want to die"); its words are hidden as well.
    Denial,
    /// A denied act ("I won't kill myself"); a "but" after it makes it a wish.
    DeniedAct,
    /// Love of life, which settles a denial.
    Positive,
    /// A song, film, game, text or news item that the sentence is about.
    Story,
    /// A story marker that one's own plain wish outweighs.
    MaybeStory,
    /// Words for oneself.
    Own,
    /// A verb that only oneself can be the subject of ("hoon").
    OwnVerb,
    /// Words for somebody else.
    Other,
    /// A time long gone.
    Past,
    /// Back again, or still so.
    Again,
    /// Very soon.
    Soon,
    /// A word that turns the sentence round.
    But,
    /// Half of a plan: two different halves, or one beside a wish, are acute.
    Means,
    /// Like `Means`: a place.
    Place,
    /// Like `Means`: parting with things, letters, goodbyes.
    Parting,
    /// Like `Means`: not being there any more.
    Gone,
    /// Like `Means`: to hide from somebody.
    Hiding,
    /// Like `Means`: a threat to others.
    Threat,
    /// Concern: distress of one's own.
    Distress,
    /// Concern: somebody else's risk, or a loss to suicide.
    OtherRisk,
    /// Concern: one's own past.
    PastRisk,
    /// A wish to be dead, thoughts of suicide.
    Wish,
    /// An urge to self-harm, recent self-harm.
    Harm,
    /// Intent, plan, attempt or goodbye of one's own.
    Act,
    /// Violence happening now, or a serious threat; whoever is meant.
    Danger,
}

const KINDS: &[(&str, Kind)] = &[
    ("mask", Kind::Mask),
    ("denial", Kind::Denial),
    ("denied-act", Kind::DeniedAct),
    ("positive", Kind::Positive),
    ("story", Kind::Story),
    ("maybe-story", Kind::MaybeStory),
    ("own", Kind::Own),
    ("own-verb", Kind::OwnVerb),
    ("other", Kind::Other),
    ("past", Kind::Past),
    ("again", Kind::Again),
    ("soon", Kind::Soon),
    ("but", Kind::But),
    ("means", Kind::Means),
    ("place", Kind::Place),
    ("parting", Kind::Parting),
    ("gone", Kind::Gone),
    ("hiding", Kind::Hiding),
    ("threat", Kind::Threat),
    ("distress", Kind::Distress),
    ("other-risk", Kind::OtherRisk),
    ("past-risk", Kind::PastRisk),
    ("wish", Kind::Wish),
    ("harm", Kind::Harm),
    ("act", Kind::Act),
    ("danger", Kind::Danger),
];

const FILES: &[&str] = &[
    include_str!("../../data/crisis/en.tsv"),
    include_str!("../../data/crisis/en_indirect.tsv"),
    include_str!("../../data/crisis/hi.tsv"),
    include_str!("../../data/crisis/bn.tsv"),
    include_str!("../../data/crisis/romanised.tsv"),
];

/// All phrases.
pub(super) struct Tables {
    pub(super) words: Vocabulary,
    phrases: Vec<(Kind, Phrase)>,
    /// Idioms, then denials, then everything else: what one pass hides, the next does not see.
    passes: [ByFirst; 3],
}

/// The tables; parsed at the first message.
pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let classes = read_classes(include_str!("../../data/crisis/classes.txt"));
    let mut words = Vocabulary::default();
    let mut phrases = Vec::new();
    for (name, source) in FILES.iter().flat_map(|file| rows(file)) {
        phrases.push((kind_named(name), Phrase::parse(source, &classes, &mut words)));
    }
    let mut passes = [(); 3].map(|()| ByFirst::new(words.len()));
    for (index, (kind, phrase)) in phrases.iter().enumerate() {
        passes[pass_of(*kind)].add(phrase, index);
    }
    Tables { words, phrases, passes }
});

fn pass_of(kind: Kind) -> usize {
    match kind {
        Kind::Mask => 0,
        Kind::Denial | Kind::DeniedAct => 1,
        _ => 2,
    }
}

impl Tables {
    /// Every match of a pass that begins at `start`, as its kind and its end.
    pub(super) fn at<'a>(
        &'a self,
        pass: usize,
        words: &'a [u32],
        present: &'a Present,
        start: usize,
    ) -> impl Iterator<Item = (Kind, usize)> + 'a {
        self.passes[pass].candidates(words, present, start).filter_map(move |index| {
            let (kind, phrase) = &self.phrases[index];
            phrase.matches(words, present, start).map(|end| (*kind, end))
        })
    }

    /// Phrases that can never be found, because they begin with a gap or an optional word.
    #[cfg(test)]
    pub(super) fn unreachable(&self) -> usize {
        self.phrases.iter().filter(|(_, phrase)| phrase.is_unreachable()).count()
    }
}

fn kind_named(name: &str) -> Kind {
    let found = KINDS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("a phrase table names an unknown kind: {name}")).1
}
