//! The task behind a connection.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::BytesMut;
use redis::{ConnectionAddr, ConnectionInfo, ProtocolVersion};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::{Interval, MissedTickBehavior};
use tokio_util::io::poll_read_buf;

use super::{Phase, Replies, Shared, Waiting};
use crate::engine::{Command, Reply, reply::Reader};
use crate::redis::RedisError;

/// The wait before a server that cannot be reached is tried again, at first and at most.
const AGAIN: Duration = Duration::from_millis(50);
const AGAIN_MOST: Duration = Duration::from_secs(2);
/// How often it is looked whether a reply is overdue.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Room for replies; larger ones get more while they arrive.
const INCOMING: usize = 64 << 10;
/// Bytes of replies that are read before those who got one have their turn: what has just been read is still at hand for
/// them, and its memory comes free for what is read next.
const TURN: usize = 64 << 10;
/// Buffers beyond this size are given back when they are empty.
const KEPT: usize = 256 << 10;

/// Connects, again and again, until nobody has the handle any more.
pub(super) async fn drive(shared: Arc<Shared>) {
    let mut wait = AGAIN;
    loop {
        let broke = match connect(&shared).await {
            Ok(stream) => {
                wait = AGAIN;
                shared.reopen();
                let ended = match stream {
                    Stream::Tcp(stream) => serve(&shared, stream).await,
                    Stream::Unix(stream) => serve(&shared, stream).await,
                };
                let Some(error) = ended else { return };
                // The next try may well succeed, so new commands wait for it.
                if !shared.fail(&error, Phase::Open) {
                    return;
                }
                continue;
            }
            Err(error) => error,
        };
        if !shared.fail(&broke, Phase::Down(broke.clone())) {
            return;
        }
        tokio::time::sleep(wait.mul_f64(0.75 + 0.5 * rand::random::<f64>())).await;
        wait = (wait * 2).min(AGAIN_MOST);
    }
}

impl Shared {
    fn reopen(&self) {
        let mut queue = self.lock();
        if !matches!(queue.phase, Phase::Closed) {
            queue.phase = Phase::Open;
        }
    }
}

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

async fn connect(shared: &Shared) -> Result<Stream, RedisError> {
    let open = async {
        let client = shared.redis.client(ProtocolVersion::RESP2).await?;
        let info = client.get_connection_info();
        let io = |error: std::io::Error| shared.gone(&error.to_string());
        match info.addr() {
            ConnectionAddr::Tcp(host, port) => {
                let mut stream = TcpStream::connect((host.as_str(), *port)).await.map_err(io)?;
                stream.set_nodelay(true).map_err(io)?;
                introduce(shared, &mut stream, info).await?;
                Ok(Stream::Tcp(stream))
            }
            ConnectionAddr::Unix(path) => {
                let mut stream = UnixStream::connect(path).await.map_err(io)?;
                introduce(shared, &mut stream, info).await?;
                Ok(Stream::Unix(stream))
            }
            _ => Err(shared.gone("it speaks TLS, which this connection does not")),
        }
    };
    let deadline = shared.redis.options().connect_timeout;
    let opened = tokio::time::timeout(deadline, open).await;
    opened.unwrap_or_else(|_| Err(shared.gone("it does not answer")))
}

/// Says who we are and which database we mean. A server that is still loading its data is not there yet.
async fn introduce(
    shared: &Shared,
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    info: &ConnectionInfo,
) -> Result<(), RedisError> {
    let settings = info.redis_settings();
    let mut commands = Vec::new();
    match (settings.username(), settings.password()) {
        (Some(user), Some(password)) => commands.push(Command::of(["AUTH", user, password])),
        (None, Some(password)) => commands.push(Command::of(["AUTH", password])),
        _ => {}
    }
    if settings.db() != 0 {
        commands.push(Command::of(["SELECT", &settings.db().to_string()]));
    }
    // Finds out whether a password is needed, and whether the data has been loaded.
    commands.push(Command::of(["PING"]));
    let io = |error: std::io::Error| shared.gone(&error.to_string());
    let (mut reader, mut incoming) = (Reader::default(), BytesMut::new());
    for command in commands {
        let mut bytes = Vec::new();
        command.write(&mut bytes);
        stream.write_all(&bytes).await.map_err(io)?;
        let reply = loop {
            if let Some(reply) = reader.next(&mut incoming).map_err(|_| shared.gone("it does not speak Redis"))? {
                break reply;
            }
            if stream.read_buf(&mut incoming).await.map_err(io)? == 0 {
                return Err(shared.gone("it has closed the connection"));
            }
        };
        let Reply::Error(text) = reply else { continue };
        let reason = String::from_utf8_lossy(&text).into_owned();
        let code = reason.split(' ').next().unwrap_or_default().to_owned();
        match code.as_str() {
            // A user may lack the right to `PING`, and a copy without its master answers what it can.
            "NOPERM" | "MASTERDOWN" if command.name() == b"PING" => {}
            "LOADING" | "MASTERDOWN" => return Err(shared.gone(&reason)),
            _ => return Err(RedisError::Refused { server: shared.redis.name(), code, reason }),
        }
    }
    Ok(())
}

/// Writes commands and hands out replies until the connection breaks: why. None once the handle is gone.
async fn serve(shared: &Shared, stream: impl AsyncRead + AsyncWrite + Unpin) -> Option<RedisError> {
    let mut looks = tokio::time::interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut open = Open {
        shared,
        stream,
        reader: Reader::default(),
        incoming: BytesMut::with_capacity(INCOMING),
        writing: Vec::new(),
        written: 0,
        yielded: false,
        looks,
        answered: Vec::new(),
    };
    poll_fn(|cx| open.poll(cx)).await
}

struct Open<'a, S> {
    shared: &'a Shared,
    stream: S,
    reader: Reader,
    incoming: BytesMut,
    writing: Vec<u8>,
    written: usize,
    yielded: bool,
    looks: Interval,
    answered: Vec<(Waiting, Replies)>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Open<'_, S> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<RedisError>> {
        while self.looks.poll_tick(cx).is_ready() {
            let deadline = self.shared.redis.options().response_timeout;
            let overdue = |waiting: &Waiting| waiting.since.elapsed() > deadline;
            if self.shared.lock().waiting.front().is_some_and(overdue) {
                return Poll::Ready(Some(self.shared.gone("it has not answered in time")));
            }
        }
        if let Poll::Ready(error) = self.poll_read(cx) {
            return Poll::Ready(Some(error));
        }
        self.poll_write(cx)
    }

    /// Reads what is there, or the first part of it.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<RedisError> {
        let mut read = 0;
        loop {
            if read >= TURN {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if self.incoming.capacity() - self.incoming.len() < INCOMING / 4 {
                self.incoming.reserve(INCOMING);
            }
            match ready!(poll_read_buf(Pin::new(&mut self.stream), cx, &mut self.incoming)) {
                Ok(0) => return Poll::Ready(self.shared.gone("it has closed the connection")),
                Ok(count) => {
                    read += count;
                    if let Err(error) = self.hand_out() {
                        return Poll::Ready(error);
                    }
                }
                Err(error) => return Poll::Ready(self.shared.gone(&error.to_string())),
            }
        }
    }

    /// Gives replies to those who wait for them.
    fn hand_out(&mut self) -> Result<(), RedisError> {
        let mut queue = self.shared.lock();
        let mut broke = None;
        loop {
            let reply = match self.reader.next(&mut self.incoming) {
                Ok(Some(reply)) => reply,
                Ok(None) => break,
                Err(_) => {
                    broke = Some("it does not speak Redis");
                    break;
                }
            };
            // After a failover Sentinel knows the new master.
            let demoted = reply.as_error().is_some_and(|text| text.starts_with(b"READONLY"));
            if demoted && self.shared.redis.has_sentinels() {
                broke = Some("it is no longer the master");
            }
            let Some(first) = queue.waiting.front_mut() else {
                broke = Some("it answers what nobody has asked");
                break;
            };
            first.replies.push(reply);
            first.missing -= 1;
            if first.missing == 0
                && let Some(mut done) = queue.waiting.pop_front()
            {
                let replies = std::mem::take(&mut done.replies);
                self.answered.push((done, Ok(replies)));
            }
        }
        drop(queue);
        for (waiting, replies) in self.answered.drain(..) {
            let _ = waiting.answer.send(replies);
        }
        broke.map_or(Ok(()), |reason| Err(self.shared.gone(reason)))
    }

    /// Writes what is to be sent. Lets others that are ready add theirs first, so that one write carries it all.
    fn poll_write(&mut self, cx: &mut Context<'_>) -> Poll<Option<RedisError>> {
        loop {
            if self.written == self.writing.len() {
                self.writing.clear();
                self.written = 0;
                if self.writing.capacity() > KEPT {
                    self.writing = Vec::new();
                }
                let mut queue = self.shared.lock();
                if matches!(queue.phase, Phase::Closed) && queue.waiting.is_empty() {
                    return Poll::Ready(None);
                }
                if queue.outgoing.is_empty() {
                    self.yielded = false;
                    queue.waker = Some(cx.waker().clone());
                    return Poll::Pending;
                }
                if !self.yielded {
                    self.yielded = true;
                    drop(queue);
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                self.yielded = false;
                std::mem::swap(&mut self.writing, &mut queue.outgoing);
            }
            match ready!(Pin::new(&mut self.stream).poll_write(cx, &self.writing[self.written..])) {
                Ok(written) => self.written += written,
                Err(error) => return Poll::Ready(Some(self.shared.gone(&error.to_string()))),
            }
        }
    }
}
