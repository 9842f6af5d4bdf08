//! The person's own words: tidied for matching, and turned round for an echo.

/// Longest part of a message that is read: the beginning and the end of a long one say most.
const READ_HEAD: usize = 400;
const READ_TAIL: usize = 800;

/// A message in small letters with one space round every word, so that `" sad "` finds the word and not "saddle".
pub(super) fn padded(text: &str) -> String {
    let mut out = String::from(" ");
    for c in excerpt(text).chars().flat_map(char::to_lowercase) {
        match c {
            '’' | '‘' => out.push('\''),
            '\'' => out.push(c),
            _ if is_letter(c) => out.push(c),
            _ if !out.ends_with(' ') => out.push(' '),
            _ => {}
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

/// Whether a character belongs to a word; Indic vowel signs do.
pub(super) fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '\u{0900}'..='\u{0963}' | '\u{0980}'..='\u{09E3}' | '\u{200C}' | '\u{200D}')
}

fn excerpt(text: &str) -> String {
    let length = text.chars().count();
    if length <= READ_HEAD + READ_TAIL {
        return text.to_owned();
    }
    let head = text.chars().take(READ_HEAD);
    head.chain(std::iter::once(' ')).chain(text.chars().skip(length - READ_TAIL)).collect()
}

/// Whether a padded text holds a phrase of whole words; a star at the end stands for any ending of the last word.
pub(super) fn holds(padded: &str, phrase: &str) -> bool {
    find(padded, phrase).is_some()
}

/// Where a phrase begins in a padded text.
pub(super) fn find(padded: &str, phrase: &str) -> Option<usize> {
    let (body, open) = phrase.strip_suffix('*').map_or((phrase, false), |body| (body, true));
    padded
        .match_indices(body)
        .map(|(at, _)| at)
        .find(|at| padded[..*at].ends_with(' ') && (open || padded[at + body.len()..].starts_with(' ')))
}

/// Words that turn when the listener speaks to the person: "my sister left me" becomes "your sister left you".
const TURNS: &[(&str, &str)] = &[
    ("i", "you"),
    ("i'm", "you're"),
    ("im", "you're"),
    ("i've", "you've"),
    ("ive", "you've"),
    ("i'd", "you'd"),
    ("i'll", "you'll"),
    ("me", "you"),
    ("my", "your"),
    ("mine", "yours"),
    ("myself", "yourself"),
    ("we", "you"),
    ("we're", "you're"),
    ("we've", "you've"),
    ("us", "you"),
    ("our", "your"),
    ("ours", "yours"),
    ("ourselves", "yourselves"),
    ("cant", "can't"),
    ("dont", "don't"),
    ("didnt", "didn't"),
    ("doesnt", "doesn't"),
    ("wont", "won't"),
    ("isnt", "isn't"),
    ("wasnt", "weren't"),
    ("couldnt", "couldn't"),
    ("havent", "haven't"),
    ("hasnt", "hasn't"),
    ("u", "you"),
    ("gonna", "going to"),
    ("wanna", "want to"),
    ("gotta", "have to"),
    ("bcoz", "because"),
    ("cuz", "because"),
    ("cos", "because"),
    ("bc", "because"),
    ("tmrw", "tomorrow"),
];

/// Turns the pronouns of a clause.
pub(super) fn turned(clause: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut after_i = false;
    for word in clause.split_whitespace() {
        let lower = word.to_lowercase().replace('’', "'");
        let turned = match lower.as_str() {
            "am" if after_i => "are",
            "was" if after_i => "were",
            "wasn't" | "wasnt" if after_i => "weren't",
            "wasnt" => "wasn't",
            _ => TURNS.iter().find(|(from, _)| *from == lower).map_or(word, |(_, to)| to),
        };
        after_i = lower == "i" || (after_i && is_adverb(&lower));
        out.push(turned.to_owned());
    }
    out.join(" ")
}

fn is_adverb(word: &str) -> bool {
    matches!(word, "just" | "really" | "still" | "also" | "never" | "always" | "only")
}

/// The text with a capital first letter.
pub(super) fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
