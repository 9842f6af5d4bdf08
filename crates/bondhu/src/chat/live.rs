//! Replies being written in this process. Generation pushes text in; any number of listeners follow along,
//! come late, or leave, and none of them slows it down.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bondhu_store::{Message, MessageId, UserId};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How far a reply has come. The text only ever grows, so a byte offset into it is all that a listener needs
/// to come back after a dropped line.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// Everything said so far.
    pub text: String,
    /// Set once, when nothing more will come.
    pub end: Option<End>,
}

/// How a reply ended.
#[derive(Debug, Clone)]
pub enum End {
    /// It stands as stored: complete, stopped, or parked.
    Done(Box<Message>),
    /// It broke off; what came is kept.
    Failed {
        /// Stable name for programs.
        code: String,
        /// What happened and what to do.
        detail: String,
        /// The reply with the text that was kept.
        message: Box<Message>,
    },
}

/// All replies being written in this process.
#[derive(Clone, Default)]
pub struct LiveReplies(Arc<Mutex<HashMap<MessageId, Arc<LiveReply>>>>);

/// One reply being written.
pub struct LiveReply {
    /// Whose it is; nobody else may follow or stop it.
    user: UserId,
    progress: watch::Sender<Progress>,
    /// Cancelled when the person stops the reply.
    pub stop: CancellationToken,
}

impl LiveReplies {
    /// Opens a reply for listeners, before the first word.
    pub fn open(&self, id: MessageId, user: UserId) -> Arc<LiveReply> {
        let live = Arc::new(LiveReply {
            user,
            progress: watch::Sender::new(Progress::default()),
            stop: CancellationToken::new(),
        });
        self.lock().insert(id, live.clone());
        metrics::gauge!("bondhu_replies_in_progress").increment(1);
        live
    }

    /// The reply, if it is being written here and belongs to the person.
    pub fn get(&self, id: MessageId, user: UserId) -> Option<Arc<LiveReply>> {
        self.lock().get(&id).filter(|live| live.user == user).cloned()
    }

    /// Ends a reply for its listeners and forgets it.
    pub fn close(&self, id: MessageId, end: End) {
        if let Some(live) = self.lock().remove(&id) {
            metrics::gauge!("bondhu_replies_in_progress").decrement(1);
            live.progress.send_modify(|progress| progress.end = Some(end));
        }
    }

    /// Whether no reply is being written.
    pub fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MessageId, Arc<LiveReply>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl LiveReply {
    /// Adds words for every listener.
    pub fn push(&self, words: &str) {
        self.progress.send_modify(|progress| progress.text.push_str(words));
    }

    /// Everything said so far.
    pub fn text(&self) -> String {
        self.progress.borrow().text.clone()
    }

    /// Follows the reply from here on.
    pub fn follow(&self) -> watch::Receiver<Progress> {
        let mut progress = self.progress.subscribe();
        // What has been said before is news to this listener.
        progress.mark_changed();
        progress
    }
}
