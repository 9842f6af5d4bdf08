//! Hands tasks that were written beside the rows they are about to the broker.
//!
//! A row leaves once the broker has accepted its task, so one may be sent twice when the process dies in between. Its id
//! is the id and the delivery tag of the task, and every task here bears to run twice.

use std::{sync::Arc, time::Duration};

use bondhu_store::{OutboxRow, Timestamp};
use bondhu_tasks::Call;

use crate::app::App;

/// How many rows go at once.
const BATCH: u32 = 200;
/// How often rows are looked for that nobody has told of: those of another process that has died.
const LOOK: Duration = Duration::from_secs(30);
/// The waits after the broker could not be reached.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Sends what is due, then whatever becomes due, until the process closes.
pub async fn relay(app: Arc<App>) {
    let mut wait = FIRST_WAIT;
    loop {
        let next = match send_due(&app).await {
            Ok(next) => {
                wait = FIRST_WAIT;
                next.unwrap_or(LOOK).min(LOOK)
            }
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), "background tasks wait: they cannot be handed over yet");
                wait = (wait * 2).min(LONGEST_WAIT);
                wait
            }
        };
        tokio::select! {
            () = tokio::time::sleep(next) => {}
            () = app.outbox_filled.notified() => {}
            () = app.closing.cancelled() => break,
        }
    }
    if let Err(error) = send_due(&app).await {
        tracing::warn!(error = format!("{error:#}"), "some background tasks are handed over at the next start");
    }
}

/// Sends every row that is due, and says how long it is until the next one is.
pub async fn send_due(app: &App) -> anyhow::Result<Option<Duration>> {
    loop {
        let now = app.clock.now();
        let rows = app.store.outbox_due(now, BATCH).await?;
        if rows.is_empty() {
            let next = app.store.next_outbox().await?;
            return Ok(next.map(|next| until(now, next)));
        }
        app.queue.send_all(rows.iter().map(call)).await?;
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        app.store.delete_outbox(&ids).await?;
    }
}

fn call(row: &OutboxRow) -> Call {
    let mut call = Call::named(&row.name).queue(&row.queue).id(row.id.to_string()).private();
    for (name, value) in row.args.as_object().into_iter().flatten() {
        call = call.kwarg(name, value.clone());
    }
    call
}

fn until(now: Timestamp, then: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(then.as_millis() - now.as_millis()).unwrap_or_default())
}
