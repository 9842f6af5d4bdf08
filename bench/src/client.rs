//! An HTTP/1.1 client over one kept-alive connection, small enough not to be what is measured.
//!
//! It reads what the two servers send: a head, then a body by `Content-Length` or in chunks
//! (RFC 9112, sections 6 and 7). Nothing else of HTTP is supported.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The end of a head, and of a chunked body's last line.
const BLANK_LINE: &[u8] = b"\r\n\r\n";

/// One connection to one server.
pub(crate) struct Client {
    stream: TcpStream,
    /// Bytes read and not yet used.
    buffer: Vec<u8>,
}

/// The status line and the headers of an answer.
pub(crate) struct Head {
    /// The status code.
    pub(crate) status: u16,
    text: String,
}

impl Head {
    /// The first header called `name` (in lower case).
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.text.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

impl Client {
    /// Connects without delaying small writes.
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 * 1024) })
    }

    /// Sends a whole request and reads the whole answer; `on_body` sees the body as it arrives.
    pub(crate) async fn exchange(&mut self, request: &[u8], on_body: impl FnMut(&[u8])) -> Result<Head> {
        self.stream.write_all(request).await.context("sending the request")?;
        let head = self.read_head().await?;
        if head.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
            self.read_chunks(on_body).await?;
        } else {
            let length = head.header("content-length").unwrap_or("0");
            let length = length.parse().with_context(|| format!("a Content-Length of {length:?}"))?;
            self.read_body(length, on_body).await?;
        }
        Ok(head)
    }

    async fn read_head(&mut self) -> Result<Head> {
        let end = loop {
            if let Some(at) = find(&self.buffer, BLANK_LINE) {
                break at;
            }
            self.read_more().await?;
        };
        let text = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..end + BLANK_LINE.len());
        let status = text.split_ascii_whitespace().nth(1).and_then(|code| code.parse().ok());
        let status = status.with_context(|| format!("no status in {:?}", text.lines().next()))?;
        Ok(Head { status, text })
    }

    async fn read_body(&mut self, length: usize, mut on_body: impl FnMut(&[u8])) -> Result<()> {
        while self.buffer.len() < length {
            self.read_more().await?;
        }
        on_body(&self.buffer[..length]);
        self.buffer.drain(..length);
        Ok(())
    }

    async fn read_chunks(&mut self, mut on_body: impl FnMut(&[u8])) -> Result<()> {
        loop {
            let line_end = loop {
                if let Some(at) = find(&self.buffer, b"\r\n") {
                    break at;
                }
                self.read_more().await?;
            };
            let line = String::from_utf8_lossy(&self.buffer[..line_end]).into_owned();
            let size = usize::from_str_radix(line.split(';').next().unwrap_or_default().trim(), 16)
                .with_context(|| format!("a chunk size of {line:?}"))?;
            let start = line_end + 2;
            while self.buffer.len() < start + size + 2 {
                self.read_more().await?;
            }
            ensure!(&self.buffer[start + size..start + size + 2] == b"\r\n", "a chunk without its end");
            if size > 0 {
                on_body(&self.buffer[start..start + size]);
            }
            self.buffer.drain(..start + size + 2);
            if size == 0 {
                return Ok(());
            }
        }
    }

    async fn read_more(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await.context("reading the answer")?;
        if read == 0 {
            bail!("the server closed the connection in the middle of an answer");
        }
        Ok(())
    }
}

/// Where `needle` first stands in `hay`.
pub(crate) fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// A server that answers every connection with `parts`, each in its own write.
    async fn answering(parts: &'static [&'static [u8]]) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            // A request left unread would turn the end of the answer into a reset.
            stream.read_buf(&mut Vec::new()).await.unwrap();
            for part in parts {
                stream.write_all(part).await.unwrap();
                stream.flush().await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        address
    }

    async fn body_of(parts: &'static [&'static [u8]]) -> Result<(u16, Vec<u8>)> {
        let mut client = Client::connect(answering(parts).await).await?;
        let mut body = Vec::new();
        let head = client.exchange(b"GET / HTTP/1.1\r\n\r\n", |part| body.extend_from_slice(part)).await?;
        Ok((head.status, body))
    }

    #[tokio::test]
    async fn a_body_of_known_length_is_read_to_its_end() {
        let answer = body_of(&[b"HTTP/1.1 200 OK\r\ncontent-le", b"ngth: 5\r\n\r\nhe", b"llo"]).await.unwrap();
        assert_eq!(answer, (200, b"hello".to_vec()));
    }

    #[tokio::test]
    async fn chunks_are_joined_wherever_they_are_cut() {
        let answer = body_of(&[
            b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n6;x=1\r\nhel",
            b"lo \r",
            b"\n5\r\nworld\r\n0\r\n\r\n",
        ])
        .await
        .unwrap();
        assert_eq!(answer, (201, b"hello world".to_vec()));
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_an_error() {
        let error = body_of(&[b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel"]).await.unwrap_err();
        assert!(error.to_string().contains("closed the connection"), "{error}");
    }
}
