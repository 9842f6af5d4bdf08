//! The part of a text that shows why it was found.

use crate::search::{Piece, tokens};

/// About how many characters a snippet has.
const LENGTH: usize = 160;
/// About how many of them come before the first match.
const LEAD: usize = 40;
/// How far a cut may move to fall between two words.
const SLACK: usize = 20;

/// Cuts out the surroundings of the first match. All terms match whole words, but the last one matches the
/// beginnings of words too.
pub(crate) fn snippet(text: &str, terms: &[String]) -> Vec<Piece> {
    let prefix = terms.last().map_or("", String::as_str);
    let hits: Vec<_> = tokens(text)
        .into_iter()
        .filter(|token| terms.contains(&token.term) || token.term.starts_with(prefix))
        .map(|token| token.range)
        .collect();
    let first = hits.first().map_or(0, |range| range.start);
    let start = cut(text, back(text, first, LEAD), first);
    let end = forward(text, start, LENGTH);
    let end = if end == text.len() { end } else { cut_back(text, end, start) };

    let mut pieces = Vec::new();
    let mut push = |text: String, hit| {
        if !text.is_empty() {
            pieces.push(Piece { text, hit });
        }
    };
    let mut at = start;
    let mut between = if start > 0 { String::from("…") } else { String::new() };
    for hit in hits.iter().filter(|hit| hit.start >= start && hit.end <= end) {
        between.push_str(&text[at..hit.start]);
        push(std::mem::take(&mut between), false);
        push(text[hit.clone()].to_owned(), true);
        at = hit.end;
    }
    between.push_str(&text[at..end]);
    if end < text.len() {
        between.push('…');
    }
    push(between, false);
    pieces
}

/// The byte `chars` characters before `at`.
fn back(text: &str, at: usize, chars: usize) -> usize {
    if chars == 0 {
        return at;
    }
    text[..at].char_indices().rev().nth(chars - 1).map_or(0, |(index, _)| index)
}

/// The byte `chars` characters after `at`.
fn forward(text: &str, at: usize, chars: usize) -> usize {
    text[at..].char_indices().nth(chars).map_or(text.len(), |(index, _)| at + index)
}

/// The start of the word after `from`, if one begins soon enough before `limit`.
fn cut(text: &str, from: usize, limit: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let window = &text[from..limit.min(forward(text, from, SLACK))];
    window.find(char::is_whitespace).map_or(from, |index| {
        let rest = &window[index..];
        from + index + (rest.len() - rest.trim_start().len())
    })
}

/// The end of the word before `to`, if one ends soon enough after `limit`.
fn cut_back(text: &str, to: usize, limit: usize) -> usize {
    let from = back(text, to, SLACK).max(limit);
    text[from..to].rfind(char::is_whitespace).map_or(to, |index| from + index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, terms: &[&str]) -> String {
        let terms: Vec<String> = terms.iter().map(|&term| term.to_owned()).collect();
        snippet(text, &terms)
            .iter()
            .map(|piece| if piece.hit { format!("[{}]", piece.text) } else { piece.text.clone() })
            .collect()
    }

    #[test]
    fn a_short_text_is_shown_whole() {
        assert_eq!(shown("The Café by the sea.", &["sea", "caf"]), "The [Café] by the [sea].");
        assert_eq!(shown("seaside", &["sea"]), "[seaside]");
        assert_eq!(shown("आज मैं खुश हूँ", &["खु"]), "आज मैं [खुश] हूँ");
    }

    #[test]
    fn a_long_text_is_cut_between_words() {
        let text = format!("{}needle {}", "before ".repeat(60), "after ".repeat(60));
        let shown = shown(&text, &["needle"]);
        assert!(shown.starts_with("…before before"), "{shown}");
        assert!(shown.contains(" [needle] after"), "{shown}");
        assert!(shown.ends_with("after…"), "{shown}");
        assert!((130..=170).contains(&shown.chars().count()), "{}", shown.chars().count());
    }

    #[test]
    fn a_text_without_spaces_is_cut_too() {
        let shown = shown(&"字".repeat(1_000), &["字"]);
        assert!(shown.ends_with('…'));
        assert!(shown.chars().filter(|&c| c == '字').count() <= LENGTH);
    }
}
