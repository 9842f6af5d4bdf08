//! What a run knows about itself.

use std::{fmt, sync::Arc};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{id::TaskId, message::Message};

/// Handed to each run of a task by the worker.
#[derive(Clone)]
pub struct TaskContext<S> {
    state: S,
    message: Arc<Message>,
    cancellation: CancellationToken,
}

impl<S> TaskContext<S> {
    /// Made by the worker; by hand in tests of a task.
    pub fn new(state: S, message: Arc<Message>, cancellation: CancellationToken) -> Self {
        Self { state, message, cancellation }
    }

    /// The worker's state.
    pub fn state(&self) -> &S {
        &self.state
    }

    /// Id of the task; the same in each attempt.
    pub fn id(&self) -> &TaskId {
        &self.message.headers.id
    }

    /// 1 in the first run, one more in each retry.
    pub fn attempt(&self) -> u32 {
        self.message.attempt()
    }

    /// The whole message: headers, properties, raw arguments, continuation.
    pub fn message(&self) -> &Arc<Message> {
        &self.message
    }

    /// The first task of the workflow; itself if there is none before it.
    pub fn root_id(&self) -> &TaskId {
        self.message.headers.root_id.as_ref().unwrap_or_else(|| self.id())
    }

    /// A header that the caller added.
    pub fn header(&self, name: &str) -> Option<&Value> {
        self.message.headers.other.get(name)
    }

    /// Cancelled when the soft time limit passes, when the task is revoked with `terminate`, and on a cold shutdown.
    /// A task that awaits long should `select!` on it.
    pub fn cancellation(&self) -> &CancellationToken {
        &self.cancellation
    }
}

/// Shows the message, which hides its arguments, and nothing of the state.
impl<S> fmt::Debug for TaskContext<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskContext").field("message", &self.message).finish_non_exhaustive()
    }
}
