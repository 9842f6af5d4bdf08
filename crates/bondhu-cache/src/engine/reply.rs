//! What a server answers.

use bytes::{Bytes, BytesMut};

use super::command::write_length;

/// A reply, in the forms of protocol 2.
/// <https://redis.io/docs/latest/develop/reference/protocol-spec/>
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A word such as `OK`.
    Status(Bytes),
    /// A fault, without the dash.
    Error(Bytes),
    /// A number.
    Int(i64),
    /// Bytes.
    Bulk(Bytes),
    /// Nothing.
    Nil,
    /// Several.
    Array(Vec<Reply>),
}

impl Reply {
    /// `OK`.
    pub const OK: Self = Self::Status(Bytes::from_static(b"OK"));

    /// A fault in these words.
    pub fn error(text: impl Into<String>) -> Self {
        Self::Error(text.into().into())
    }

    /// Bytes.
    pub fn bulk(bytes: impl AsRef<[u8]>) -> Self {
        Self::Bulk(Bytes::copy_from_slice(bytes.as_ref()))
    }

    /// The words of a fault.
    pub fn as_error(&self) -> Option<&[u8]> {
        match self {
            Self::Error(text) => Some(text),
            _ => None,
        }
    }

    /// Appends the bytes of protocol 2.
    pub fn write_resp2(&self, to: &mut Vec<u8>) {
        let mut line = |mark: u8, text: &[u8]| {
            to.push(mark);
            to.extend_from_slice(text);
            to.extend_from_slice(b"\r\n");
        };
        match self {
            Self::Status(text) => line(b'+', text),
            Self::Error(text) => line(b'-', text),
            Self::Int(number) => line(b':', itoa::Buffer::new().format(*number).as_bytes()),
            Self::Nil => line(b'$', b"-1"),
            Self::Bulk(content) => {
                write_length(b'$', content.len(), to);
                to.extend_from_slice(content);
                to.extend_from_slice(b"\r\n");
            }
            Self::Array(items) => {
                write_length(b'*', items.len(), to);
                for item in items {
                    item.write_resp2(to);
                }
            }
        }
    }
}

/// What arrived is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoReply;

/// The largest string that Redis has, and how deep replies may be nested: scripts can nest them.
const LONGEST: usize = 512 << 20;
const DEEPEST: usize = 256;

/// Reads replies from bytes as they arrive; what has been read is not looked at again.
#[derive(Default)]
pub(super) struct Reader {
    /// Lists that are not complete: how many are missing, and what is there.
    open: Vec<(usize, Vec<Reply>)>,
}

/// The next thing in the bytes.
enum Step {
    Whole(Reply),
    Opened(usize),
    More,
}

impl Reader {
    /// Takes the next whole reply off the front; none while more bytes are needed.
    pub(super) fn next(&mut self, bytes: &mut BytesMut) -> Result<Option<Reply>, NoReply> {
        loop {
            let mut reply = match step(bytes)? {
                Step::More => return Ok(None),
                Step::Opened(0) => Reply::Array(Vec::new()),
                Step::Opened(count) => {
                    if self.open.len() >= DEEPEST {
                        return Err(NoReply);
                    }
                    self.open.push((count, Vec::with_capacity(count.min(1024))));
                    continue;
                }
                Step::Whole(reply) => reply,
            };
            loop {
                let Some((missing, items)) = self.open.last_mut() else { return Ok(Some(reply)) };
                items.push(reply);
                *missing -= 1;
                if *missing > 0 {
                    break;
                }
                reply = Reply::Array(std::mem::take(items));
                self.open.pop();
            }
        }
    }
}

fn step(bytes: &mut BytesMut) -> Result<Step, NoReply> {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return Ok(Step::More) };
    if end < 2 || bytes[end - 1] != b'\r' {
        return Err(NoReply);
    }
    let (mark, number) = (bytes[0], &bytes[1..end - 1]);
    let reply = match mark {
        b'+' => Reply::Status(take(bytes, end)),
        b'-' => Reply::Error(take(bytes, end)),
        b':' => {
            let number = integer(number).ok_or(NoReply)?;
            let _ = bytes.split_to(end + 1);
            Reply::Int(number)
        }
        b'$' | b'*' => match integer(number).ok_or(NoReply)? {
            -1 => {
                let _ = bytes.split_to(end + 1);
                Reply::Nil
            }
            length => {
                let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST).ok_or(NoReply)?;
                if mark == b'*' {
                    let _ = bytes.split_to(end + 1);
                    return Ok(Step::Opened(length));
                }
                let whole = end + 1 + length + 2;
                if bytes.len() < whole {
                    bytes.reserve(whole - bytes.len());
                    return Ok(Step::More);
                }
                let _ = bytes.split_to(end + 1);
                let content = bytes.split_to(length).freeze();
                let _ = bytes.split_to(2);
                Reply::Bulk(content)
            }
        },
        _ => return Err(NoReply),
    };
    Ok(Step::Whole(reply))
}

/// The text of a line between its mark and its end.
fn take(bytes: &mut BytesMut, end: usize) -> Bytes {
    let line = bytes.split_to(end + 1).freeze();
    line.slice(1..end - 1)
}

fn integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_reply() -> impl Strategy<Value = Reply> {
        let line = "[ -~]{0,10}".prop_map(Bytes::from);
        let leaf = prop_oneof![
            line.clone().prop_map(Reply::Status),
            line.prop_map(Reply::Error),
            any::<i64>().prop_map(Reply::Int),
            prop::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| Reply::Bulk(bytes.into())),
            Just(Reply::Nil),
        ];
        leaf.prop_recursive(3, 20, 5, |item| prop::collection::vec(item, 0..5).prop_map(Reply::Array))
    }

    proptest! {
        #[test]
        fn replies_come_back_however_they_are_cut(replies in prop::collection::vec(any_reply(), 1..6), size in 1usize..30) {
            let mut wire = Vec::new();
            for reply in &replies {
                reply.write_resp2(&mut wire);
            }
            let (mut reader, mut bytes, mut read) = (Reader::default(), BytesMut::new(), Vec::new());
            for piece in wire.chunks(size) {
                bytes.extend_from_slice(piece);
                while let Some(reply) = reader.next(&mut bytes).unwrap() {
                    read.push(reply);
                }
            }
            prop_assert_eq!(read, replies);
        }

        #[test]
        fn no_bytes_cause_a_panic(wire in prop::collection::vec(any::<u8>(), 0..60)) {
            let mut bytes = BytesMut::from(wire.as_slice());
            let mut reader = Reader::default();
            while let Ok(Some(_)) = reader.next(&mut bytes) {}
        }
    }

    #[test]
    fn what_is_no_reply_is_told() {
        for wire in [&b"HTTP/1.1 400 Bad Request\r\n"[..], b":x\r\n", b"$-5\r\n", b"\n", b"$99999999999\r\n"] {
            assert_eq!(Reader::default().next(&mut BytesMut::from(wire)), Err(NoReply));
        }
    }
}
