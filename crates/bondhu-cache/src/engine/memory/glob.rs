//! Globs of Redis: `*`, `?`, `[a-z]`, `[^a]` and `\` before a character that stands for itself.

/// Whether all of `text` matches.
///
/// Keeps one point to fall back to, so the cost is at most the product of both lengths.
pub(super) fn matches(glob: &[u8], text: &[u8]) -> bool {
    let (mut glob_at, mut text_at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while text_at < text.len() {
        if glob.get(glob_at) == Some(&b'*') {
            star = Some((glob_at + 1, text_at));
            glob_at += 1;
            continue;
        }
        if let Some(length) = one(&glob[glob_at..], text[text_at]) {
            glob_at += length;
            text_at += 1;
            continue;
        }
        let Some((after, taken)) = star else { return false };
        star = Some((after, taken + 1));
        glob_at = after;
        text_at = taken + 1;
    }
    glob[glob_at..].iter().all(|byte| *byte == b'*')
}

/// How long the first part of the glob is, if it matches the byte.
fn one(glob: &[u8], byte: u8) -> Option<usize> {
    match glob {
        [b'?', ..] => Some(1),
        [b'\\', escaped, ..] => (*escaped == byte).then_some(2),
        [b'[', class @ ..] => {
            let (hit, length) = in_class(class, byte);
            hit.then_some(1 + length)
        }
        [plain, ..] => (*plain == byte).then_some(1),
        [] => None,
    }
}

/// Whether the byte is in the class, and how long the class is with its bracket.
fn in_class(class: &[u8], byte: u8) -> (bool, usize) {
    let negated = class.first() == Some(&b'^');
    let mut at = usize::from(negated);
    let mut hit = false;
    loop {
        match &class[at.min(class.len())..] {
            [] => break,
            [b']', ..] => {
                at += 1;
                break;
            }
            [b'\\', escaped, ..] => {
                hit |= *escaped == byte;
                at += 2;
            }
            [from, b'-', to, ..] => {
                hit |= (*from.min(to)..=*from.max(to)).contains(&byte);
                at += 3;
            }
            [plain, ..] => {
                hit |= *plain == byte;
                at += 1;
            }
        }
    }
    (hit != negated, at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_matches_as_redis_does() {
        for (glob, text, expected) in [
            ("*", "", true),
            ("user:*", "user:1", true),
            ("user:*", "users", false),
            ("h?llo", "hello", true),
            ("h[ae]llo", "hallo", true),
            ("h[^e]llo", "hello", false),
            ("h[a-b]llo", "hbllo", true),
            ("h[b-a]llo", "hallo", true),
            ("\\*x", "*x", true),
            ("\\*x", "ax", false),
            ("*a*b", "xaxxb", true),
            ("[\\]]", "]", true),
            ("a[", "a", false),
        ] {
            assert_eq!(matches(glob.as_bytes(), text.as_bytes()), expected, "{glob} {text}");
        }
    }

    proptest! {
        #[test]
        fn no_glob_causes_a_panic(glob in "[a\\[\\]\\\\*?^-]{0,12}", text in "[ab]{0,8}") {
            matches(glob.as_bytes(), text.as_bytes());
        }

        #[test]
        fn any_text_matches_itself_between_stars(text in "[a-z]{0,8}") {
            let (glob, longer) = (format!("*{text}*"), format!("xx{text}yy"));
            prop_assert!(matches(glob.as_bytes(), longer.as_bytes()));
        }
    }
}
