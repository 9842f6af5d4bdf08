//! What may not be asked over REST.
//!
//! Many requests share one connection to the server, so a command that changes the state of its connection would change
//! the answers of others; one that waits would hold them up; and a few end or take over the server.

use bondhu_cache::engine::Command;

use crate::texts;

/// Commands that wait. `XREAD` and `XREADGROUP` wait with `BLOCK`.
const WAITING: [&str; 10] =
    ["BLPOP", "BRPOP", "BRPOPLPUSH", "BLMOVE", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "WAIT", "WAITAOF"];

/// Commands that change what follows on their connection, or need one of their own.
const OF_A_CONNECTION: [&str; 21] = [
    "AUTH",
    "HELLO",
    "QUIT",
    "RESET",
    "SELECT",
    "CLIENT",
    "MULTI",
    "EXEC",
    "DISCARD",
    "WATCH",
    "UNWATCH",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "PSUBSCRIBE",
    "PUNSUBSCRIBE",
    "SSUBSCRIBE",
    "SUNSUBSCRIBE",
    "MONITOR",
    "ASKING",
    "READONLY",
    "READWRITE",
];

/// Commands that end the server, stop it, or make it another's copy.
const OF_THE_SERVER: [&str; 9] =
    ["SHUTDOWN", "DEBUG", "SYNC", "PSYNC", "REPLICAOF", "SLAVEOF", "FAILOVER", "MODULE", "REPLCONF"];

/// Whether a command may go to the server; otherwise the text of the answer.
pub fn check(command: &Command) -> Result<(), String> {
    let name = command.name();
    if name.is_empty() {
        return Err(texts::EMPTY_COMMAND.to_owned());
    }
    let listed = |names: &[&str]| names.iter().any(|listed| name.eq_ignore_ascii_case(listed.as_bytes()));
    let waits = listed(&["XREAD", "XREADGROUP"])
        && command
            .iter()
            .skip(1)
            .take_while(|word| !word.eq_ignore_ascii_case(b"STREAMS"))
            .any(|word| word.eq_ignore_ascii_case(b"BLOCK"));
    if waits || listed(&WAITING) || listed(&OF_A_CONNECTION) || listed(&OF_THE_SERVER) {
        return Err(texts::not_allowed(&String::from_utf8_lossy(name).to_ascii_uppercase()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(command: &str) -> Result<(), String> {
        check(&Command::of(command.split(' ')))
    }

    #[test]
    fn what_would_change_the_answers_of_others_is_refused() {
        for command in ["select 1", "MULTI", "Subscribe a", "client reply off", "blpop a 0", "shutdown", "reset"] {
            let name = command.split(' ').next().unwrap().to_uppercase();
            assert_eq!(checked(command).unwrap_err(), texts::not_allowed(&name));
        }
        for command in ["get a", "ping", "echo x", "eval s 0", "publish a b", "lpop a"] {
            assert_eq!(checked(command), Ok(()), "{command}");
        }
        assert_eq!(check(&Command::new()).unwrap_err(), texts::EMPTY_COMMAND);
    }

    #[test]
    fn a_stream_is_read_but_not_waited_for() {
        assert!(checked("xread count 2 block 0 streams a 0").is_err());
        assert!(checked("XREADGROUP GROUP g c BLOCK 5 STREAMS a >").is_err());
        assert_eq!(checked("xread count 2 streams block 0"), Ok(()), "a stream may have that name");
    }
}
