//! A command as it goes over the wire.

use std::fmt;

/// A command: its name and its arguments. It is kept in the form that Redis reads, so that it is written once.
///
/// ```
/// use bondhu_cache::engine::Command;
///
/// let command = Command::of(["SET", "greeting", "Hello"]);
/// assert_eq!((command.name(), command.len()), (&b"SET"[..], 3));
/// assert_eq!(command.iter().nth(2), Some(&b"Hello"[..]));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Command {
    count: usize,
    /// Each word as a bulk string: `$3\r\nSET\r\n`. <https://redis.io/docs/latest/develop/reference/protocol-spec/>
    words: Vec<u8>,
}

impl Command {
    /// Without a word yet.
    pub const fn new() -> Self {
        Self { count: 0, words: Vec::new() }
    }

    /// With these words.
    pub fn of<I: IntoIterator<Item: AsRef<[u8]>>>(words: I) -> Self {
        let mut command = Self::new();
        for word in words {
            command.push(word.as_ref());
        }
        command
    }

    /// Adds a word.
    pub fn push(&mut self, word: &[u8]) {
        self.count += 1;
        self.words.reserve(word.len() + 16);
        write_length(b'$', word.len(), &mut self.words);
        self.words.extend_from_slice(word);
        self.words.extend_from_slice(b"\r\n");
    }

    /// How many words there are, the name included.
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there is no word.
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The first word; empty where there is none.
    pub fn name(&self) -> &[u8] {
        self.iter().next().unwrap_or_default()
    }

    /// All words, the name first.
    pub const fn iter(&self) -> Words<'_> {
        Words(self.words.as_slice())
    }

    /// Bytes on the wire, about.
    pub const fn wire_len(&self) -> usize {
        self.words.len()
    }

    /// Appends it as Redis reads it.
    pub(crate) fn write(&self, to: &mut Vec<u8>) {
        to.reserve(self.words.len() + 16);
        write_length(b'*', self.count, to);
        to.extend_from_slice(&self.words);
    }
}

impl<'a> IntoIterator for &'a Command {
    type Item = &'a [u8];
    type IntoIter = Words<'a>;

    fn into_iter(self) -> Words<'a> {
        self.iter()
    }
}

/// Only the name: arguments may be what a person wrote.
impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Command({} and {} more)", String::from_utf8_lossy(self.name()), self.count.saturating_sub(1))
    }
}

/// The words of a command.
#[derive(Clone, Debug)]
pub struct Words<'a>(&'a [u8]);

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let digits = self.0.get(1..)?;
        let end = digits.iter().position(|byte| *byte == b'\r')?;
        let length = digits[..end].iter().fold(0, |length, digit| length * 10 + usize::from(digit - b'0'));
        let word = &digits[end + 2..end + 2 + length];
        self.0 = &digits[end + 2 + length + 2..];
        Some(word)
    }
}

/// `*3\r\n` or `$5\r\n`.
pub(super) fn write_length(mark: u8, length: usize, to: &mut Vec<u8>) {
    to.push(mark);
    to.extend_from_slice(itoa::Buffer::new().format(length).as_bytes());
    to.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn it_is_written_as_redis_reads_it() {
        let mut wire = Vec::new();
        Command::of(["GET", "a\r\nb"]).write(&mut wire);
        assert_eq!(wire, b"*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n");
        assert_eq!(Command::new().name(), b"");
        assert_eq!(format!("{:?}", Command::of(["SET", "a", "secret"])), "Command(SET and 2 more)");
    }

    proptest! {
        #[test]
        fn any_words_come_back(words in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..8)) {
            let command = Command::of(&words);
            prop_assert_eq!(command.len(), words.len());
            prop_assert_eq!(command.iter().map(<[u8]>::to_vec).collect::<Vec<_>>(), words);
        }
    }
}
