//! The phrase tables, read once from the data files.
use std::sync::LazyLock;

use crate::phrases::{Numbers, Phrases, read_classes, rows};

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
    pub(super) phrases: Phrases,
    /// What each stands for.
    kinds: Vec<Kind>,
}

/// The tables; parsed at the first message.
pub(super) static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let classes = read_classes(include_str!("../../data/crisis/classes.txt"));
    let rows: Vec<(Kind, &str)> =
        FILES.iter().flat_map(|file| rows(file)).map(|(name, source)| (kind_named(name), source)).collect();
    Tables {
        phrases: Phrases::compile(PASSES, &classes, rows.iter().map(|(kind, source)| (pass_of(*kind), *source))),
        kinds: rows.iter().map(|(kind, _)| *kind).collect(),
    }
});

/// Idioms, then denials, then everything else: what one pass hides, the next does not see.
const PASSES: usize = 3;

pub(super) fn pass_of(kind: Kind) -> usize {
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
        numbers: &'a Numbers,
        start: usize,
    ) -> impl Iterator<Item = (Kind, usize)> + 'a {
        self.phrases.at(pass, numbers, start).map(|(phrase, end)| (self.kinds[phrase], end))
    }

    /// Phrases that can never be found, because they begin with a gap or an optional word.
    #[cfg(test)]
    pub(super) fn unreachable(&self) -> usize {
        self.phrases.unreachable(self.kinds.len())
    }
}

fn kind_named(name: &str) -> Kind {
    let found = KINDS.iter().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("a phrase table names an unknown kind: {name}")).1
}
