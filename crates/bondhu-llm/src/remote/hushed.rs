//! Keeps a library's log lines out of ours.

use futures_util::{Stream, StreamExt, stream};
use tracing::dispatcher::{self, Dispatch};

/// Polls a stream with logging turned off: `genai` writes frames it does not understand to the log, and those hold
/// what was said.
pub(super) fn hushed<S: Stream + Send + Unpin>(mut inner: S) -> impl Stream<Item = S::Item> + Send + Unpin {
    stream::poll_fn(move |cx| dispatcher::with_default(&Dispatch::none(), || inner.poll_next_unpin(cx)))
}
