//! The registers that the model tells apart.

use crate::analysis::Language;

/// A language as it is written somewhere: neutral in a tweet of news is not what is neutral in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// English in chats, forums and reviews, and whatever else is in Latin letters.
    Chat,
    /// English in tweets.
    Tweet,
    /// Hindi in Latin letters.
    Hinglish,
    /// Bengali in Latin letters.
    Banglish,
    /// Hindi in Devanagari.
    Hindi,
    /// Bengali in its script.
    Bengali,
}

/// How many registers there are.
pub const REGISTERS: usize = 6;
/// How many of them are in Latin letters.
pub const LATIN_REGISTERS: usize = 4;
/// How many registers are Hindi or Bengali in Latin letters.
pub const ROMANISED_REGISTERS: usize = 2;
/// Those in Latin letters, in the order of the register table.
pub const LATIN: [Register; LATIN_REGISTERS] =
    [Register::Chat, Register::Tweet, Register::Hinglish, Register::Banglish];
/// Those of Hindi or Bengali in Latin letters, in the order of their tables.
pub const ROMANISED: [Register; ROMANISED_REGISTERS] = [Register::Hinglish, Register::Banglish];

impl Register {
    /// The language it belongs to.
    pub const fn language(self) -> Language {
        match self {
            Self::Chat | Self::Tweet => Language::English,
            Self::Hinglish => Language::Hinglish,
            Self::Banglish => Language::Banglish,
            Self::Hindi => Language::Hindi,
            Self::Bengali => Language::Bengali,
        }
    }

    /// Which of the tables for Hindi and Bengali in Latin letters tells its polarity.
    pub const fn romanised(self) -> Option<usize> {
        match self {
            Self::Hinglish => Some(0),
            Self::Banglish => Some(1),
            Self::Chat | Self::Tweet | Self::Hindi | Self::Bengali => None,
        }
    }

    /// Whether its valence was learnt: people's ratings exist for English alone.
    pub const fn has_valence(self) -> bool {
        matches!(self, Self::Chat | Self::Tweet)
    }

    /// Which table it uses: 0 Latin, 1 Indic.
    pub const fn side(self) -> usize {
        matches!(self, Self::Hindi | Self::Bengali) as usize
    }
}
