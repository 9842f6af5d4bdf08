//! Any bytes as a body, a path and a query: either a command, whose words are as many as were sent and read back as
//! they were written, or a text that says what is wrong.
#![no_main]

use bondhu_upstash::{guard, request};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|raw: &[u8]| {
    if let Ok(command) = request::command(raw) {
        let Ok(Value::Array(sent)) = serde_json::from_slice(raw) else {
            // Half of a surrogate pair is no text to that library, and numbers may be too large for it.
            return;
        };
        assert_eq!(command.len(), sent.len(), "a word was lost");
        for (word, value) in command.iter().zip(sent) {
            if let Value::String(text) = value {
                assert_eq!(word, text.as_bytes());
            }
        }
        let _ = guard::check(&command);
    }
    if let Ok(rows) = request::pipeline(raw) {
        assert!(!rows.is_empty());
    }
    if let Ok(text) = std::str::from_utf8(raw) {
        let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
        if let Ok(command) = request::path_command(path, query, raw) {
            assert!(!command.name().is_empty());
        }
        let _ = request::topics(path, query);
        let _ = request::query_token(text);
    }
});
