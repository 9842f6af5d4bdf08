//! Taking messages for one pool.

use std::sync::Arc;

use tokio_util::task::TaskTracker;

use super::{desk::Desk, handle::handle, status::Pool};
use crate::broker::{End, Want};

/// Takes messages while there are free slots, until the worker closes. Between that it waits: for a new message, for
/// the time at which one falls due, for a free slot.
pub(super) async fn serve<S: Clone + Send + Sync + 'static>(desk: Arc<Desk<S>>, pool: Arc<Pool>, runs: TaskTracker) {
    let broker = desk.queue.broker();
    let mut failures = 0;
    let mut queues = pool.queues();
    let mut news = broker.listen(&queues);
    loop {
        if desk.status.closing.is_cancelled() {
            return;
        }
        let wanted = pool.queues();
        if wanted != queues {
            queues = wanted;
            news = broker.listen(&queues);
        }
        let free = pool.free();
        if free == 0 || queues.is_empty() {
            tokio::select! {
                () = pool.changed.notified() => {}
                () = desk.status.closing.cancelled() => {}
            }
            continue;
        }
        let wish = Want { queues: &queues, max: free, owner: &desk.status.hostname, lease: desk.settings.lease };
        let claimed = match broker.claim(wish).await {
            Ok(claimed) => claimed,
            Err(error) => {
                failures += 1;
                tracing::warn!(%error, failures, "no messages can be taken; trying again");
                tokio::select! {
                    () = tokio::time::sleep(desk.pause(failures)) => {}
                    () = desk.status.closing.cancelled() => {}
                }
                continue;
            }
        };
        failures = 0;
        let taken = claimed.deliveries.len();
        for delivery in claimed.deliveries {
            if desk.status.closing.is_cancelled() {
                if let Err(error) = broker.give_back(&delivery, End::Front).await {
                    tracing::warn!(%error, "a message could not be given back; it comes back when its lease ends");
                }
                continue;
            }
            desk.status.hold(&delivery.tag);
            runs.spawn(handle(desk.clone(), pool.occupy(), delivery));
        }
        if taken == free {
            continue;
        }
        let until = async {
            match claimed.again_in {
                Some(wait) => tokio::time::sleep(wait).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = news.notified() => {}
            () = until => {}
            () = pool.requeued.notified() => {}
            () = desk.status.closing.cancelled() => {}
        }
    }
}
