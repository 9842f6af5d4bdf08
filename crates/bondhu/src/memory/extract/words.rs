//! From text to words: what was written beside the form that rules compare.

use unicode_normalization::UnicodeNormalization;

/// A word, or a mark that parts clauses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As written, without the punctuation around it.
    pub(super) raw: String,
    /// Lower case, one form of each letter, short forms written out.
    pub(super) norm: String,
    /// False for the later parts of a short form that was written out: `am` of `I'm`.
    pub(super) written: bool,
}

impl Word {
    /// A word that was not written but is meant, such as the subject of a second verb.
    pub(super) fn meant(norm: &str) -> Self {
        Self { raw: norm.to_owned(), norm: norm.to_owned(), written: false }
    }

    /// Whether it begins with a capital letter.
    pub(super) fn is_capital(&self) -> bool {
        self.raw.chars().next().is_some_and(char::is_uppercase)
    }
}

/// A sentence: its words, commas among them, and whether it asks.
#[derive(Debug, Clone, Default)]
pub(super) struct Sentence {
    /// Words and the mark `,`.
    pub(super) words: Vec<Word>,
    /// It ends with a question mark.
    pub(super) asks: bool,
}

/// Short forms and what they stand for.
const SHORT: &[(&str, &[&str])] = &[
    ("im", &["i", "am"]),
    ("ive", &["i", "have"]),
    ("dont", &["do", "not"]),
    ("doesnt", &["does", "not"]),
    ("cant", &["can", "not"]),
    ("cannot", &["can", "not"]),
    ("isnt", &["is", "not"]),
    ("wont", &["will", "not"]),
    ("didnt", &["did", "not"]),
    ("wanna", &["want", "to"]),
    ("gonna", &["going", "to"]),
    ("u", &["you"]),
    ("fav", &["favourite"]),
    ("fave", &["favourite"]),
    ("favorite", &["favourite"]),
    ("favorites", &["favourites"]),
    ("yrs", &["years"]),
    ("yr", &["years"]),
    ("bday", &["birthday"]),
    ("&", &["and"]),
];
/// What follows an apostrophe and what it stands for.
const TAILS: &[(&str, &str)] =
    &[("'m", "am"), ("'ve", "have"), ("'ll", "will"), ("'d", "would"), ("'re", "are"), ("'s", "'s")];

/// Whether a word is the end of a name that was cut off as if it were "is": "Domino's".
pub(super) fn is_end_of_name(words: &[Word], at: usize) -> bool {
    let is_cut = words[at].norm == "'s" && !words[at].written;
    is_cut && at > 0 && words[at - 1].raw.starts_with(char::is_uppercase)
}

/// The sentences of a text. Quoted speech is left out; a quoted title stays.
pub(super) fn sentences(text: &str) -> Vec<Sentence> {
    let text: String =
        without_quotes(text).nfkc().map(|c| if matches!(c, '’' | 'ʼ' | '`') { '\'' } else { c }).collect();
    let mut sentences = Vec::new();
    let mut sentence = Sentence::default();
    let mut word = String::new();
    let letters: Vec<char> = text.chars().collect();
    for (at, &c) in letters.iter().enumerate() {
        let (before, after) = (at.checked_sub(1).map(|at| letters[at]), letters.get(at + 1).copied());
        let inside = before.is_some_and(char::is_alphanumeric) && after.is_some_and(char::is_alphanumeric);
        if matches!(c, '.' | '-' | '/' | ':' | '@' | '_') && inside {
            word.push(c);
        } else if c == '.' && word.chars().count() == 2 && word.chars().all(char::is_alphabetic) && word != "it" {
            // "Dr. Sen", "St. Xavier's"
            if !word.starts_with(char::is_uppercase) || after.is_none_or(|c| c != ' ') || !abbreviates(&word) {
                finish(&mut sentence, &mut word, &mut sentences, false);
            }
        } else if matches!(c, '.' | '!' | '?' | ';' | '\n' | '।' | '॥' | '…' | '|') {
            finish(&mut sentence, &mut word, &mut sentences, c == '?');
        } else if matches!(c, ',' | ':' | '(' | ')' | '–' | '—') || (c == '-' && before == Some(' ')) {
            push(&mut sentence, &mut word);
            if !sentence.words.is_empty() {
                sentence.words.push(Word { raw: ",".into(), norm: ",".into(), written: true });
            }
        } else if c.is_whitespace() {
            push(&mut sentence, &mut word);
        } else if c.is_alphanumeric() || is_mark(c) || matches!(c, '\'' | '&' | '+' | '#') {
            word.push(c);
        }
    }
    finish(&mut sentence, &mut word, &mut sentences, false);
    sentences
}

fn abbreviates(word: &str) -> bool {
    ["Dr", "Mr", "Ms", "St"].contains(&word)
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}')
}

fn finish(sentence: &mut Sentence, word: &mut String, sentences: &mut Vec<Sentence>, asks: bool) {
    push(sentence, word);
    if sentence.words.is_empty() {
        // "Really?!" asks as well.
        if let Some(last) = sentences.last_mut() {
            last.asks |= asks;
        }
        return;
    }
    sentence.asks = asks;
    sentences.push(std::mem::take(sentence));
}

fn push(sentence: &mut Sentence, word: &mut String) {
    let raw = std::mem::take(word);
    let raw = raw.trim_matches('\'');
    if raw.is_empty() {
        return;
    }
    let norm: String =
        raw.chars().filter(|c| !matches!(c, '\u{200c}' | '\u{200d}')).flat_map(char::to_lowercase).collect();
    let mut add = |raw: &str, norm: &str, written| {
        sentence.words.push(Word { raw: raw.to_owned(), norm: norm.to_owned(), written });
    };
    if let Some((_, long)) = SHORT.iter().find(|(short, _)| *short == norm) {
        for (at, part) in long.iter().enumerate() {
            add(if at == 0 { raw } else { part }, part, at == 0);
        }
        return;
    }
    if let Some(stem) = norm.strip_suffix("n't") {
        let stem = if stem == "ca" {
            "can"
        } else if stem == "wo" {
            "will"
        } else {
            stem
        };
        add(stem, stem, true);
        add("not", "not", false);
        return;
    }
    for (tail, long) in TAILS {
        if let Some(stem) = norm.strip_suffix(tail) {
            let raw_stem: String = raw.chars().take(stem.chars().count()).collect();
            add(&raw_stem, stem, true);
            add(tail, long, false);
            return;
        }
    }
    add(raw, &norm, true);
}

/// Removes what stands between quotation marks, unless it is short and does not speak of oneself: a title.
fn without_quotes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(['"', '“', '‘', '«']) {
        let mark = rest[open..].chars().next().unwrap_or('"');
        let close = match mark {
            '“' => '”',
            '‘' => '’',
            '«' => '»',
            mark => mark,
        };
        out.push_str(&rest[..open]);
        let inner = &rest[open + mark.len_utf8()..];
        let Some(end) = inner.find(close) else {
            // Never closed: whoever speaks in it, it is quoted to the end.
            return out;
        };
        let quoted = &inner[..end];
        if quoted.split_whitespace().count() <= 6 && !speaks_of_oneself(quoted) {
            out.push_str(quoted);
        }
        rest = &inner[end + close.len_utf8()..];
    }
    out.push_str(rest);
    out
}

fn speaks_of_oneself(quoted: &str) -> bool {
    quoted.split_whitespace().any(|word| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && !is_mark(c)).to_lowercase();
        let word = word.split(['\'', '’']).next().unwrap_or_default();
        [
            "i",
            "my",
            "me",
            "im",
            "मैं",
            "मेरा",
            "मेरी",
            "मुझे",
            "আমি",
            "আমার",
            "আমাকে",
            "ami",
            "amar",
            "main",
            "mera",
            "meri",
            "mujhe",
        ]
        .contains(&word)
    })
}
