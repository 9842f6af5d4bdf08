//! Learning of new messages without asking for them.
//!
//! The server remembers which keys this connection has read, and tells it once when another client changes one of them
//! (client tracking). So after a claim that found less than was wanted, one `EXISTS` over the lists arms the bell; after
//! that nothing is sent until it rings. Where the server cannot do that, a blocking peek waits at each list, four for a
//! queue with its priorities: `BLMOVE q q RIGHT RIGHT`, which leaves the list as it was. It waits for as long as it takes;
//! what a worker that died has left behind is looked for now and then.

use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use redis::{PushInfo, PushKind};
use tokio::sync::{Notify, OnceCell, mpsc};

use super::list_name;
use crate::{error::TransportError, priority::Priority, redis::Link};

/// The wait before a lost connection is tried again, at first and at most.
const AGAIN: Duration = Duration::from_millis(100);
const AGAIN_MOST: Duration = Duration::from_secs(5);

/// The connection of a worker, and what it hears.
pub(super) struct Ears {
    link: Arc<Link>,
    plain: Arc<Link>,
    /// False once the server has refused to tell of changes.
    tracks: Arc<AtomicBool>,
    listeners: Arc<Listeners>,
    pushes: Mutex<Option<mpsc::UnboundedReceiver<PushInfo>>>,
    started: OnceCell<()>,
    /// A claim has found less than it wanted: peeks may wait again.
    drained: Arc<Notify>,
}

#[derive(Default)]
struct Listeners(Mutex<Vec<(Vec<String>, Weak<Notify>)>>);

impl Listeners {
    fn notify(&self) {
        let mut listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|(_, listener)| listener.upgrade().inspect(|listener| listener.notify_one()).is_some());
    }

    fn queues(&self) -> Vec<String> {
        let mut queues: Vec<String> = {
            let listeners = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            listeners
                .iter()
                .filter(|(_, weak)| weak.strong_count() > 0)
                .flat_map(|(queues, _)| queues.clone())
                .collect()
        };
        queues.sort();
        queues.dedup();
        queues
    }
}

impl Ears {
    pub(super) fn new(plain: &Arc<Link>) -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        let tracks = plain.options().tracking;
        let link = Arc::new(if tracks { plain.tracking(sender) } else { plain.another() });
        Self {
            link,
            plain: plain.clone(),
            tracks: Arc::new(AtomicBool::new(tracks)),
            listeners: Arc::default(),
            pushes: Mutex::new(Some(receiver)),
            started: OnceCell::new(),
            drained: Arc::new(Notify::new()),
        }
    }

    /// The connection over which messages are taken and settled.
    pub(super) async fn link(&self) -> Result<&Link, TransportError> {
        self.start().await?;
        Ok(if self.tracks.load(Ordering::Relaxed) { &self.link } else { &self.plain })
    }

    pub(super) fn listen(&self, queues: &[String]) -> Arc<Notify> {
        let listener = Arc::new(Notify::new());
        let entry = (queues.to_vec(), Arc::downgrade(&listener));
        self.listeners.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        listener
    }

    pub(super) fn notify(&self) {
        self.listeners.notify();
    }

    /// Has the bell ring at the next change; true if one of the lists has something already.
    pub(super) async fn arm(&self, lists: impl Iterator<Item = &str>) -> Result<bool, TransportError> {
        self.start().await?;
        if !self.tracks.load(Ordering::Relaxed) {
            self.drained.notify_waiters();
            return Ok(false);
        }
        let mut lists_exist = redis::cmd("EXISTS");
        for list in lists {
            lists_exist.arg(list);
        }
        let (found, others) = tokio::join!(self.link.cmd::<u64>(&lists_exist), self.arm_leases());
        others?;
        Ok(found? > 0)
    }

    /// Our own writes to these keys have unset the bell.
    pub(super) async fn arm_leases(&self) -> Result<(), TransportError> {
        if !self.tracks.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut exist = redis::cmd("EXISTS");
        exist.arg(self.plain.key("bondhu.leases")).arg(self.plain.key("bondhu.due"));
        self.link.cmd(&exist).await
    }

    /// Finds out, once, whether the server tells of changes, and begins to hear. Before that nothing can be taken: a
    /// server that refuses tracking refuses it on the very connection that claims.
    async fn start(&self) -> Result<(), TransportError> {
        let started = self.started.get_or_try_init(|| async {
            if self.tracks.load(Ordering::Relaxed)
                && let Err(TransportError::Refused { reason, .. } | TransportError::Unavailable { reason, .. }) =
                    self.link.cmd::<()>(&redis::cmd("PING")).await
            {
                // A server that is not there at all says nothing about tracking: it is asked again.
                self.plain.cmd::<()>(&redis::cmd("PING")).await?;
                tracing::info!(reason, "the Redis server does not tell of changes; waiting by blocking commands");
                self.tracks.store(false, Ordering::Relaxed);
            }
            let (listeners, plain) = (Arc::downgrade(&self.listeners), self.plain.clone());
            if self.tracks.load(Ordering::Relaxed) {
                let pushes = self.pushes.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(pushes) = pushes {
                    tokio::spawn(hear(pushes, listeners, Arc::downgrade(&self.link)));
                }
            } else {
                tokio::spawn(peek_all(plain, listeners, self.drained.clone()));
            }
            Ok::<_, TransportError>(())
        });
        started.await?;
        Ok(())
    }
}

/// Passes on what the server says. After a broken connection something may have come meanwhile.
async fn hear(mut pushes: mpsc::UnboundedReceiver<PushInfo>, listeners: Weak<Listeners>, link: Weak<Link>) {
    while let Some(push) = pushes.recv().await {
        let Some(listeners) = listeners.upgrade() else { return };
        match push.kind {
            PushKind::Invalidate => listeners.notify(),
            PushKind::Disconnection => {
                if let Some(link) = link.upgrade() {
                    link.forget().await;
                }
                // Whoever waits claims again, which connects and arms the bell.
                listeners.notify();
            }
            _ => {}
        }
    }
}

/// One blocking peek for each list of the queues that somebody listens to, for as long as anybody does.
async fn peek_all(link: Arc<Link>, listeners: Weak<Listeners>, drained: Arc<Notify>) {
    let look_every = link.options().look_every.max(AGAIN);
    let mut peeks: std::collections::HashMap<String, tokio::task::AbortHandle> = std::collections::HashMap::new();
    loop {
        let lists: Vec<String> = if let Some(listeners) = listeners.upgrade() {
            let queues = listeners.queues();
            queues.iter().flat_map(|queue| Priority::STEPS.map(|step| list_name(queue, step))).collect()
        } else {
            peeks.values().for_each(tokio::task::AbortHandle::abort);
            return;
        };
        peeks.retain(|list, peek| {
            let keep = lists.contains(list);
            if !keep {
                peek.abort();
            }
            keep
        });
        for list in lists {
            peeks.entry(list).or_insert_with_key(|list| {
                let task = peek(link.clone(), list.clone(), listeners.clone(), drained.clone());
                tokio::spawn(task).abort_handle()
            });
        }
        tokio::select! {
            () = drained.notified() => {}
            () = tokio::time::sleep(look_every) => look(&link, &listeners).await,
        }
    }
}

/// Has workers claim if anything is on lease or not due. The claim says when to claim again.
async fn look(link: &Link, listeners: &Weak<Listeners>) {
    let mut exist = redis::cmd("EXISTS");
    exist.arg(["bondhu.leases", "bondhu.due", "unacked"].map(|name| link.key(name)).as_slice());
    let is_empty = matches!(link.cmd::<u64>(&exist).await, Ok(0));
    if let Some(listeners) = listeners.upgrade().filter(|_| !is_empty) {
        listeners.notify();
    }
}

async fn peek(link: Arc<Link>, list: String, listeners: Weak<Listeners>, drained: Arc<Notify>) {
    let key = link.key(&list);
    let mut again = AGAIN;
    loop {
        let Ok(mut connection) = link.waiting().await else {
            tokio::time::sleep(again).await;
            again = (again * 2).min(AGAIN_MOST);
            continue;
        };
        again = AGAIN;
        loop {
            let mut wait = redis::cmd("BLMOVE");
            wait.arg(&key).arg(&key).arg("RIGHT").arg("RIGHT").arg(0);
            let found = wait.query_async::<Option<redis::Value>>(&mut connection).await;
            let Some(listeners) = listeners.upgrade() else { return };
            let was_drained = drained.notified();
            listeners.notify();
            drop(listeners);
            match found {
                Ok(None) => {}
                Ok(Some(_)) => was_drained.await,
                Err(_) => break,
            }
        }
    }
}
