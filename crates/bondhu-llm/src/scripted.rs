//! A model that says what it is told to, for tests and benches.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream;
use tokio::sync::Semaphore;

use crate::{ChatEvent, ChatModel, ChatRequest, ChatStream, Finish, LlmError, ModelInfo, Usage};

/// One scripted reply.
#[derive(Debug, Clone)]
pub struct Turn {
    deltas: Vec<String>,
    before_first: Duration,
    between: Duration,
    gate: Option<Arc<Semaphore>>,
    end: End,
}

#[derive(Debug, Clone)]
enum End {
    Done(Finish, Option<Usage>),
    Fail(LlmError),
    Hang,
}

impl Turn {
    /// Says `text` word by word at once, then stops.
    pub fn text(text: &str) -> Self {
        Self::ending(text, End::Done(Finish::Stop, None))
    }

    /// Says exactly these pieces, then stops.
    pub fn deltas<S: Into<String>>(deltas: impl IntoIterator<Item = S>) -> Self {
        let deltas = deltas.into_iter().map(Into::into).collect();
        Self { deltas, ..Self::text("") }
    }

    /// Says nothing and fails.
    pub fn fail(error: LlmError) -> Self {
        Self::fail_after("", error)
    }

    /// Says `text`, then fails.
    pub fn fail_after(text: &str, error: LlmError) -> Self {
        Self::ending(text, End::Fail(error))
    }

    /// Says `text` (which may be empty), then nothing more, ever.
    pub fn hang_after(text: &str) -> Self {
        Self::ending(text, End::Hang)
    }

    /// Is withheld by the provider's filter.
    pub fn blocked() -> Self {
        Self::text("").finish(Finish::Blocked)
    }

    /// Stops for this reason.
    #[must_use]
    pub fn finish(mut self, finish: Finish) -> Self {
        self.end = End::Done(finish, None);
        self
    }

    /// Reports this usage at the end. For turns that fail or hang it changes nothing.
    #[must_use]
    pub fn usage(mut self, usage: Usage) -> Self {
        if let End::Done(_, reported) = &mut self.end {
            *reported = Some(usage);
        }
        self
    }

    /// Waits before the first event and between events (tokio time).
    #[must_use]
    pub fn paced(mut self, before_first: Duration, between: Duration) -> Self {
        self.before_first = before_first;
        self.between = between;
        self
    }

    /// Takes one permit of `gate` for each event, the last included, so a test decides when the reply goes on.
    #[must_use]
    pub fn gated(mut self, gate: Arc<Semaphore>) -> Self {
        self.gate = Some(gate);
        self
    }

    fn ending(text: &str, end: End) -> Self {
        let deltas = text.split_inclusive(' ').map(String::from).collect();
        Self { deltas, before_first: Duration::ZERO, between: Duration::ZERO, gate: None, end }
    }
}

/// A [`ChatModel`] that plays queued [`Turn`]s, then one turn for ever; it counts calls and keeps requests.
#[derive(Debug)]
pub struct Scripted {
    queue: Mutex<VecDeque<Turn>>,
    otherwise: Turn,
    requests: Mutex<Vec<ChatRequest>>,
    check: Mutex<Result<(), LlmError>>,
    abandoned: Arc<AtomicUsize>,
}

impl Scripted {
    /// Answers every request with `text`, without delay.
    pub fn replying(text: &str) -> Self {
        Self::always(Turn::text(text))
    }

    /// Plays the same turn for every request.
    pub fn always(turn: Turn) -> Self {
        Self {
            queue: Mutex::default(),
            otherwise: turn,
            requests: Mutex::default(),
            check: Mutex::new(Ok(())),
            abandoned: Arc::default(),
        }
    }

    /// Plays these turns in order; afterwards each request fails with [`LlmError::Malformed`], so that an unexpected
    /// call is seen.
    pub fn turns(turns: impl IntoIterator<Item = Turn>) -> Self {
        let scripted = Self::always(Turn::fail(LlmError::Malformed));
        locked(&scripted.queue).extend(turns);
        scripted
    }

    /// Queues one more turn before the last, endless one.
    pub fn push(&self, turn: Turn) {
        locked(&self.queue).push_back(turn);
    }

    /// What [`ChatModel::check`] answers from now on.
    pub fn set_check(&self, result: Result<(), LlmError>) {
        *locked(&self.check) = result;
    }

    /// How many replies were asked for.
    pub fn calls(&self) -> usize {
        locked(&self.requests).len()
    }

    /// Every request so far, oldest first.
    pub fn requests(&self) -> Vec<ChatRequest> {
        locked(&self.requests).clone()
    }

    /// How many streams were dropped before their end.
    pub fn abandoned(&self) -> usize {
        self.abandoned.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl ChatModel for Scripted {
    fn info(&self) -> ModelInfo {
        ModelInfo { provider: "scripted", model: "scripted".into(), leaves_machine: false }
    }

    async fn stream(&self, request: ChatRequest) -> Result<ChatStream, LlmError> {
        locked(&self.requests).push(request);
        let turn = locked(&self.queue).pop_front().unwrap_or_else(|| self.otherwise.clone());
        let playing = Playing { abandoned: Some(Arc::clone(&self.abandoned)), next: 0, turn };
        Ok(Box::pin(stream::unfold(playing, Playing::step)))
    }

    async fn check(&self) -> Result<(), LlmError> {
        locked(&self.check).clone()
    }
}

/// A turn being played; counts itself as abandoned when dropped before its end.
struct Playing {
    turn: Turn,
    next: usize,
    abandoned: Option<Arc<AtomicUsize>>,
}

impl Playing {
    async fn step(mut self) -> Option<(Result<ChatEvent, LlmError>, Self)> {
        self.abandoned.as_ref()?;
        let pause = if self.next == 0 { self.turn.before_first } else { self.turn.between };
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        if let Some(gate) = &self.turn.gate {
            gate.acquire().await.expect("a test never closes its gate").forget();
        }
        self.next += 1;
        if let Some(delta) = self.turn.deltas.get_mut(self.next - 1) {
            return Some((Ok(ChatEvent::Delta(std::mem::take(delta))), self));
        }
        let event = match self.turn.end.clone() {
            End::Done(finish, usage) => Ok(ChatEvent::Done { finish, usage }),
            End::Fail(error) => Err(error),
            End::Hang => std::future::pending().await,
        };
        self.abandoned = None;
        Some((event, self))
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        if let Some(abandoned) = &self.abandoned {
            abandoned.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// A test that panics while holding the lock leaves nothing half-written, so the poison is ignored.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
