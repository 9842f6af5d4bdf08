//! Scripts that were written for Upstash.
//!
//! `@upstash/ratelimit` begins its scripts with `#!lua flags=allow-key-locking`, a promise that Upstash makes use of.
//! Redis refuses a flag that it does not know, and Redis before 7 the whole line.

use std::collections::{HashMap, VecDeque};
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use sha1::{Digest as _, Sha1};

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

/// How many changed scripts are remembered.
const REMEMBERED: usize = 1_024;

/// Which script stands for which: clients name a script by the digest of what they have, servers by what they got.
#[derive(Default)]
pub(crate) struct Scripts(Mutex<Known>);

#[derive(Default)]
struct Known {
    changed: HashMap<String, String>,
    order: VecDeque<String>,
}

impl Scripts {
    /// The script as the server is to get it, and the digest of what the client has, if they differ.
    pub(crate) fn normalize(&self, script: &[u8]) -> Option<(Vec<u8>, String)> {
        let changed = normalized(script)?;
        let (theirs, ours) = (digest(script), digest(&changed));
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.changed.insert(theirs.clone(), ours).is_none() {
            known.order.push_back(theirs.clone());
            if known.order.len() > REMEMBERED
                && let Some(oldest) = known.order.pop_front()
            {
                known.changed.remove(&oldest);
            }
        }
        Some((changed, theirs))
    }

    /// The digest by which the server knows a script.
    pub(crate) fn on_server(&self, digest: &[u8]) -> Option<String> {
        let digest = std::str::from_utf8(digest).ok()?.to_ascii_lowercase();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).changed.get(&digest).cloned()
    }
}

/// The SHA-1 of a script in hexadecimal, as `EVALSHA` takes it.
fn digest(script: &[u8]) -> String {
    Sha1::digest(script).iter().fold(String::with_capacity(40), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
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

    #[test]
    fn a_changed_script_is_found_by_the_digest_of_the_original() {
        let scripts = Scripts::default();
        let (changed, theirs) = scripts.normalize(b"#!lua flags=allow-key-locking\nreturn 1").unwrap();
        assert_eq!(scripts.on_server(theirs.to_uppercase().as_bytes()), Some(digest(&changed)));
        assert_eq!(digest(b"return 1"), "e0e1f9fabfc9d4800c877a703b823ac0578ff8db");
        for number in 0..REMEMBERED {
            scripts.normalize(format!("#!lua flags=allow-key-locking\nreturn {number}x").as_bytes());
        }
        assert_eq!(scripts.on_server(theirs.as_bytes()), None, "the oldest goes first");
    }
}
