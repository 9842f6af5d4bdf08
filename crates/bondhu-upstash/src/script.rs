//! Scripts that were written for Upstash.
//!
//! `@upstash/ratelimit` begins its scripts with `#!lua flags=allow-key-locking`, a promise that Upstash makes use of.
//! Redis refuses a flag that it does not know, and Redis before 7 the whole line.

/// The flags that Redis 7 knows.
const KNOWN: [&str; 5] = ["no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys"];

/// The script without what the server does not know; none if it can stay as it is. Lines keep their numbers.
pub fn normalized(script: &[u8]) -> Option<Vec<u8>> {
    let line_end = script.iter().position(|byte| *byte == b'\n').unwrap_or(script.len());
    let line = std::str::from_utf8(&script[..line_end]).ok()?;
    let options = line.strip_prefix("#!lua")?;
    let mut unknown = false;
    let mut kept: Vec<&str> = Vec::new();
    for option in options.split_whitespace() {
        let Some(flags) = option.strip_prefix("flags=") else {
            kept.push(option);
            continue;
        };
        for flag in flags.split(',').filter(|flag| !flag.is_empty()) {
            if KNOWN.contains(&flag) { kept.push(flag) } else { unknown = true }
        }
    }
    if !unknown {
        return None;
    }
    // Without a flag the line itself would change what the script may do: a comment in its place keeps the numbers.
    let first = if kept.is_empty() { "--".to_owned() } else { format!("#!lua flags={}", kept.join(",")) };
    Some([first.as_bytes(), &script[line_end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(script: &str) -> Option<String> {
        normalized(script.as_bytes()).map(|script| String::from_utf8(script).unwrap())
    }

    #[test]
    fn flags_that_redis_does_not_know_go_and_lines_stay() {
        assert_eq!(after("#!lua flags=allow-key-locking\nreturn 1").as_deref(), Some("--\nreturn 1"));
        assert_eq!(
            after("#!lua flags=no-writes,allow-key-locking\nreturn 1").as_deref(),
            Some("#!lua flags=no-writes\nreturn 1")
        );
        assert_eq!(after("#!lua flags=no-writes\nreturn 1"), None);
        assert_eq!(after("#!lua\nreturn 1"), None);
        assert_eq!(after("return 1"), None);
        assert_eq!(after("#!lua flags=allow-key-locking").as_deref(), Some("--"));
        assert_eq!(normalized(&[b'#', b'!', 0xff]), None);
    }
}
