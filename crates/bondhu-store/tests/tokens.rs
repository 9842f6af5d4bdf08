//! What holds for the words of any text.

use bondhu_store::{Timestamp, tokens};
use proptest::prelude::*;

proptest! {
    #[test]
    fn words_lie_in_the_text_in_order(text in "\\PC{0,60}|[a-z'’_. \u{93f}\u{94d}\u{200d}কি-]{0,40}") {
        let mut end = 0;
        for token in tokens(&text) {
            prop_assert!(token.range.start >= end && !token.range.is_empty());
            prop_assert!(text.get(token.range.clone()).is_some());
            end = token.range.end;
        }
    }

    #[test]
    fn a_term_is_a_word_that_stands_for_itself(text in "\\PC{0,60}") {
        for token in tokens(&text) {
            prop_assert!(!token.term.is_empty() && token.term.chars().count() <= 64);
            prop_assert!(token.term.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric()), "{:?}", token.term);
            prop_assert!(token.term.chars().all(|c| !c.is_whitespace()));
        }
    }

    #[test]
    fn ascii_case_never_matters(text in "[ -~]{0,60}") {
        let terms = |text: &str| tokens(text).into_iter().map(|token| token.term).collect::<Vec<_>>();
        prop_assert_eq!(terms(&text.to_ascii_uppercase()), terms(&text.to_ascii_lowercase()));
    }

    #[test]
    fn times_survive_their_text(millis in -377_705_023_201_000_i64..253_402_207_200_000) {
        let time = Timestamp::from_millis(millis);
        let json = serde_json::to_string(&time).unwrap();
        prop_assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), time);
    }
}
