//! A light stemmer: cuts the endings that most often keep equal words apart, and knows nothing else.

/// The stem of a search term. English endings (after the "S" stemmer and the common verb endings), and the case endings of
/// Bengali and Hindi that stand on nouns.
pub fn stem(term: &str) -> String {
    if term.is_ascii() { english(term) } else { indic(term) }
}

fn english(term: &str) -> String {
    let cut = |text: &str, count: usize| text[..text.len() - count].to_owned();
    let count = term.len();
    if count <= 3 || !term.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return term.to_owned();
    }
    let term = if term.ends_with("ies") && count > 4 {
        cut(term, 3) + "y"
    } else if ["sses", "shes", "ches", "xes", "zes"].iter().any(|end| term.ends_with(end)) {
        cut(term, 2)
    } else if term.ends_with('s') && !term.ends_with("ss") && !term.ends_with("us") && !term.ends_with("is") {
        cut(term, 1)
    } else {
        term.to_owned()
    };
    for end in ["ing", "ed"] {
        if let Some(stem) = term.strip_suffix(end) {
            let vowel = stem.bytes().any(|byte| b"aeiouy".contains(&byte));
            if stem.len() >= 3 && vowel {
                return without_double(stem);
            }
        }
    }
    if let Some(stem) = term.strip_suffix("ly").filter(|stem| stem.len() >= 4) {
        return stem.to_owned();
    }
    match term.strip_suffix('e') {
        Some(stem) if stem.len() >= 3 => stem.to_owned(),
        _ => term,
    }
}

/// "runn" -> "run"; "miss" and "fall" stay.
fn without_double(stem: &str) -> String {
    let bytes = stem.as_bytes();
    match bytes {
        [.., a, b] if a == b && !b"lsz".contains(a) && bytes.len() > 3 => stem[..stem.len() - 1].to_owned(),
        _ => stem.strip_suffix('e').filter(|stem| stem.len() >= 3).unwrap_or(stem).to_owned(),
    }
}

fn indic(term: &str) -> String {
    for end in ["গুলো", "গুলি", "দের", "টির", "টা", "টি", "ের", "তে", "কে", "রা", "ে", "র", "ियों", "ियाँ", "ों", "ें", "ाओं"]
    {
        if let Some(stem) = term.strip_suffix(end).filter(|stem| stem.chars().count() >= 3) {
            return stem.to_owned();
        }
    }
    term.to_owned()
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn endings_that_keep_equal_words_apart_are_cut() {
        for (one, other) in [
            ("dogs", "dog"),
            ("parties", "party"),
            ("running", "run"),
            ("painted", "painting"),
            ("hikes", "hiking"),
            ("classes", "class"),
            ("বোনের", "বোন"),
            ("adopted", "adopting"),
            ("lives", "live"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} and {other}");
        }
        assert_ne!(stem("bus"), stem("but"));
        assert_eq!(stem("it"), "it");
    }
}
