//! What may be sent, and what a conversation is called until somebody names it.

use std::borrow::Cow;

use crate::http::problem::ApiError;

/// The longest message, in characters.
pub const MAX_MESSAGE_CHARS: usize = 5_000;
/// The longest title of a conversation, in characters.
pub const MAX_TITLE_CHARS: usize = 120;
/// What a conversation is called before anything names it.
pub const UNTITLED: &str = "New conversation";
/// The longest automatic title, in characters.
const AUTOMATIC_TITLE_CHARS: usize = 48;

/// Checks a message: 1 to 5,000 characters, at least one of them visible. The text is kept as it was written.
pub fn message_text(text: String) -> Result<String, ApiError> {
    // Postgres cannot hold a NUL, and nobody means to write one.
    let text = if text.contains('\0') { text.replace('\0', "") } else { text };
    if text.trim().is_empty() {
        return Err(ApiError::invalid("text", "required", "Write something first."));
    }
    at_most("text", text, MAX_MESSAGE_CHARS)
}

/// Checks a title that a person chose: 1 to 120 characters on one line.
pub fn title(title: &str) -> Result<String, ApiError> {
    let title: String = title.split_whitespace().collect::<Vec<_>>().join(" ").replace('\0', "");
    if title.is_empty() {
        return Err(ApiError::invalid("title", "required", "Give the conversation a name."));
    }
    at_most("title", title, MAX_TITLE_CHARS)
}

fn at_most(field: &'static str, text: String, max: usize) -> Result<String, ApiError> {
    let chars = text.chars().count();
    if chars > max {
        let detail = format!("This has {chars} characters; the most is {max}. Shorten it or send it in parts.");
        return Err(ApiError::invalid(field, "too_long", Cow::Owned(detail)));
    }
    Ok(text)
}

/// The first words of the first message, cut at a word.
pub fn automatic_title(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut title = String::new();
    for word in line.split_whitespace() {
        let room = AUTOMATIC_TITLE_CHARS.saturating_sub(title.chars().count());
        if title.is_empty() {
            title.extend(word.chars().take(room));
        } else if word.chars().count() < room {
            title.push(' ');
            title.push_str(word);
        } else {
            title.push('…');
            break;
        }
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_one_to_five_thousand_characters() {
        assert_eq!(message_text("  hi\n".into()).unwrap(), "  hi\n");
        assert_eq!(message_text("আ".repeat(5_000)).unwrap().chars().count(), 5_000);
        for wrong in [String::new(), " \n\t".into(), "\0".into(), "a".repeat(5_001)] {
            assert_eq!(message_text(wrong).unwrap_err().code(), "invalid_fields");
        }
    }

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(title("  Exam \n week ").unwrap(), "Exam week");
        assert!(title(" ").is_err());
        assert!(title(&"a".repeat(121)).is_err());
    }

    #[test]
    fn an_automatic_title_is_cut_at_a_word() {
        assert_eq!(automatic_title("\n I had a long day\nand more"), "I had a long day");
        assert_eq!(
            automatic_title("My sister called today and we talked for hours about the old house"),
            "My sister called today and we talked for hours…"
        );
        assert_eq!(automatic_title(&"x".repeat(80)).chars().count(), 48);
    }
}
