//! A text in tokens: words, emoji, emoticons, marks.

use crate::{
    lexicon::{self, LEXICON},
    spelling::{fold_indic, is_indic_sign},
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
pub(crate) struct Token {
    pub(crate) kind: Kind,
    /// Where it stands in the text, in bytes.
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Lower case, letters drawn out to two, digits as 0, marks of Indic scripts in one form.
    pub(crate) text: String,
    /// For a word: the spelling under which Hindi and Bengali are looked up.
    pub(crate) folded: String,
    pub(crate) is_shouted: bool,
    pub(crate) is_drawn: bool,
}

/// Splits a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::with_capacity(text.len() / 4 + 1);
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
            let length = rest.find(|c: char| !is_part(c) && !matches!(c, '\'' | '’' | '\u{200c}' | '\u{200d}'));
            (Kind::Word, length.unwrap_or(rest.len()))
        } else if is_emoji(first) {
            (Kind::Emoji, first.len_utf8())
        } else {
            (Kind::Mark, first.len_utf8())
        };
        found.push(token(kind, at, &rest[..length]));
        at += length;
    }
    found
}

fn token(kind: Kind, start: usize, raw: &str) -> Token {
    let mut text = String::with_capacity(raw.len());
    let mut is_drawn = false;
    match kind {
        Kind::Name => text.push_str(if raw.starts_with('@') { "<user>" } else { "<url>" }),
        Kind::Word if raw.is_ascii() || !raw.chars().any(is_indic_sign) => is_drawn = narrow(raw, &mut text),
        Kind::Word => fold_indic(raw, &mut text),
        Kind::Emoji | Kind::Emoticon | Kind::Mark => text.push_str(raw),
    }
    let folded = if kind == Kind::Word { lexicon::fold(&text) } else { String::new() };
    let is_shouted = kind == Kind::Word
        && raw.chars().nth(1).is_some()
        && raw.chars().any(char::is_uppercase)
        && !raw.chars().any(char::is_lowercase);
    Token { kind, start, end: start + raw.len(), text, folded, is_shouted, is_drawn }
}

/// Lower case, at most two of a letter in a row; whether one was drawn out.
fn narrow(raw: &str, into: &mut String) -> bool {
    let (mut last, mut run, mut is_drawn) = ('\0', 0, false);
    for c in raw.chars().flat_map(char::to_lowercase) {
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
    if let Some(after) = rest.strip_prefix('@') {
        let length = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
        return (length > 0).then_some(length + 1);
    }
    let is_address = ["http://", "https://", "www."].iter().any(|start| rest.starts_with(start));
    is_address.then(|| rest.find(char::is_whitespace).unwrap_or(rest.len()))
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
