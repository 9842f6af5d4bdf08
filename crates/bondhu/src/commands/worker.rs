//! `bondhu worker` and `bondhu beat`: background work in processes of their own.

use std::sync::Arc;

use tokio::signal::unix::SignalKind;
use tokio_util::sync::CancellationToken;

use crate::{app::App, clock::Clock, config::Config, outbox, schedule};

/// What `bondhu worker` is told.
#[derive(Debug, clap::Args)]
pub(super) struct WorkerArgs {
    /// The queues to work on, parted by commas; all of Bondhu's otherwise.
    #[arg(short = 'Q', long, value_delimiter = ',')]
    queues: Vec<String>,
    /// How many tasks run side by side (`BONDHU_WORKER_CONCURRENCY`).
    #[arg(short, long)]
    concurrency: Option<usize>,
    /// Its name among all workers, `name@host`.
    #[arg(short = 'n', long)]
    hostname: Option<String>,
}

/// Works until the process is told to end. The second signal gives back what still runs.
pub(super) async fn work(config: Config, args: WorkerArgs) -> anyhow::Result<()> {
    let app = App::build(config, Clock::system()).await?;
    let now = CancellationToken::new();
    let mut worker = schedule::worker(&app).stop_now(now.clone());
    if !args.queues.is_empty() {
        worker = worker.queues(args.queues);
    }
    if let Some(slots) = args.concurrency {
        worker = worker.concurrency(slots);
    }
    if let Some(hostname) = args.hostname {
        worker = worker.hostname(hostname);
    }
    let relay = tokio::spawn(outbox::relay(app.clone()));
    worker.run_until(told_to_end(app.clone(), now)).await?;
    app.closing.cancel();
    relay.await?;
    app.store.close().await;
    Ok(())
}

/// Follows the schedule until the process is told to end.
pub(super) async fn beat(config: Config) -> anyhow::Result<()> {
    let app = App::build(config, Clock::system()).await?;
    let owner = app.queue.clock().new_id().to_string();
    schedule::beat(&app, &owner).run_until(told_to_end(app.clone(), CancellationToken::new())).await?;
    app.store.close().await;
    Ok(())
}

/// Ends at the first signal; the second one asks for haste.
async fn told_to_end(app: Arc<App>, now: CancellationToken) {
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate()).expect("signals can be listened to");
    let mut interrupt = tokio::signal::unix::signal(SignalKind::interrupt()).expect("signals can be listened to");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = app.closing.cancelled() => return,
    }
    tracing::info!("closing: tasks that run are finished first; once more to give them back");
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        now.cancel();
    });
}
