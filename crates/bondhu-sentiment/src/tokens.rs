//! A text in tokens: words, emoji, emoticons, marks.

use crate::{
    lexicon::{self, LEXICON},
    romanised::Known,
    spelling::{USUAL_WORD, fold_indic, is_indic_sign},
};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Word,
    Emoji,
    Emoticon,
    Mark,
    /// An address or a user name, which say nothing by themselves.
    Name,
}

/// One token.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: Kind,
    /// Where it stands in the text, in bytes.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Lower case, letters drawn out to two, digits as 0, marks of Indic scripts in one form.
    pub(crate) text: &'a str,
    /// For a word: the spelling under which Hindi and Bengali are looked up.
    pub(crate) folded: &'a str,
    pub(crate) is_shouted: bool,
    pub(crate) is_drawn: bool,
    /// The valence of an English word or an emoticon.
    pub(crate) english: Option<f32>,
    /// What a word of Hindi or Bengali in Latin letters is, once it was looked up.
    pub(crate) known: Option<Known>,
}

/// Splits a text. `letters` is an empty string in which all tokens keep their spellings: one for each of them would make up
/// a good part of the time that a text takes.
pub(crate) fn tokens<'a>(text: &str, letters: &'a mut String) -> Vec<Token<'a>> {
    letters.reserve(2 * text.len());
    let mut word = String::with_capacity(USUAL_WORD);
    let mut raw: Vec<Raw> = Vec::with_capacity(text.len() / 4 + 1);
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, length) = if first.is_whitespace() || matches!(first, '\u{200b}' | '\u{2060}' | '\u{feff}') {
            at += first.len_utf8();
            continue;
        } else if let Some(length) = name(rest) {
            (Kind::Name, length)
        } else if let Some(length) = emoticon(rest) {
            (Kind::Emoticon, length)
        } else if is_part(first) {
            (Kind::Word, word_length(rest))
        } else if is_emoji(first) {
            (Kind::Emoji, first.len_utf8())
        } else {
            (Kind::Mark, first.len_utf8())
        };
        raw.push(spell(kind, at, &rest[..length], &mut word, letters));
        at += length;
    }
    let letters = &*letters;
    let mut from = 0;
    let token = |raw: Raw| {
        let (text, folded) = (&letters[from..raw.text], &letters[raw.text..raw.folded]);
        from = raw.folded;
        let Raw { kind, start, end, is_shouted, is_drawn, .. } = raw;
        let english = matches!(kind, Kind::Word | Kind::Emoticon).then(|| LEXICON.english(text)).flatten();
        Token { kind, start, end, text, folded, is_shouted, is_drawn, english, known: None }
    };
    raw.into_iter().map(token).collect()
}

/// A token while the letters are still growing.
struct Raw {
    kind: Kind,
    start: usize,
    end: usize,
    /// Where its spellings end among the letters.
    text: usize,
    folded: usize,
    is_shouted: bool,
    is_drawn: bool,
}

/// Writes the spellings of the token `raw`, which stands at `start`, behind the letters; `word` is room for one of them.
fn spell(kind: Kind, start: usize, raw: &str, word: &mut String, letters: &mut String) -> Raw {
    word.clear();
    let mut is_drawn = false;
    match kind {
        Kind::Name => word.push_str(if raw.starts_with('@') { "<user>" } else { "<url>" }),
        Kind::Word if raw.is_ascii() || !raw.chars().any(is_indic_sign) => is_drawn = narrow(raw, word),
        Kind::Word => fold_indic(raw, word),
        Kind::Emoji | Kind::Emoticon | Kind::Mark => word.push_str(raw),
    }
    letters.push_str(word);
    let text = letters.len();
    if kind == Kind::Word {
        lexicon::fold(word, letters);
    }
    let is_shouted = kind == Kind::Word && is_shouted(raw);
    Raw { kind, start, end: start + raw.len(), text, folded: letters.len(), is_shouted, is_drawn }
}

/// Capitals, and no small letters.
fn is_shouted(word: &str) -> bool {
    if word.is_ascii() {
        let has = |is: fn(&u8) -> bool| word.as_bytes().iter().any(is);
        return word.len() > 1 && has(u8::is_ascii_uppercase) && !has(u8::is_ascii_lowercase);
    }
    word.chars().nth(1).is_some() && word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase)
}

/// Lower case, at most two of a letter in a row; whether one was drawn out.
fn narrow(raw: &str, into: &mut String) -> bool {
    if raw.is_ascii() {
        narrow_each(raw.bytes().map(|byte| char::from(byte.to_ascii_lowercase())), into)
    } else {
        narrow_each(raw.chars().flat_map(char::to_lowercase), into)
    }
}

fn narrow_each(letters: impl Iterator<Item = char>, into: &mut String) -> bool {
    let (mut last, mut run, mut is_drawn) = ('\0', 0, false);
    for c in letters {
        let c = match c {
            '’' => '\'',
            c if c.is_ascii_digit() => '0',
            c => c,
        };
        run = if c == last { run + 1 } else { 1 };
        last = c;
        if run <= 2 {
            into.push(c);
        } else {
            is_drawn |= c.is_alphabetic();
        }
    }
    is_drawn
}

fn name(rest: &str) -> Option<usize> {
    if !matches!(rest.as_bytes()[0], b'@' | b'h' | b'w') {
        return None;
    }
    if let Some(after) = rest.strip_prefix('@') {
        let length = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
        return (length > 0).then_some(length + 1);
    }
    let is_address = ["http://", "https://", "www."].iter().any(|start| rest.starts_with(start));
    is_address.then(|| rest.find(char::is_whitespace).unwrap_or(rest.len()))
}

/// The length of the word that `rest` begins with.
fn word_length(rest: &str) -> usize {
    let ascii = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'\'').count();
    if rest.as_bytes().get(ascii).is_none_or(u8::is_ascii) {
        return ascii;
    }
    let is_end = |c: char| !is_part(c) && !matches!(c, '\'' | '’' | '\u{200c}' | '\u{200d}');
    rest[ascii..].find(is_end).map_or(rest.len(), |more| ascii + more)
}

/// The longest the emoticons of the lexicon get.
const EMOTICON: usize = 6;

fn emoticon(rest: &str) -> Option<usize> {
    if !matches!(rest.as_bytes()[0], b':' | b';' | b'=' | b'<' | b'>' | b'(' | b'^' | b'-' | b'8') {
        return None;
    }
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len()).min(EMOTICON);
    let known =
        |length: &usize| rest.get(..*length).is_some_and(|part| part.len() > 1 && LEXICON.english(part).is_some());
    (2..=end).rev().find(known)
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || is_indic_sign(c)
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1f2ff}')
}
