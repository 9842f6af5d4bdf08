//! `bondhu serve`: the web app, the API and everything behind them in one process.

use std::{
    fs::{File, TryLockError},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail};
use axum::serve::ListenerExt;
use tokio::{net::TcpListener, signal::unix::SignalKind};

use crate::{
    app::App, chat::generate, clock::Clock, config::Config, http::router::router, outbox, schedule, telemetry,
};

/// How often cut-off replies are looked for.
const TIDY_EVERY: Duration = Duration::from_secs(30);
/// How often recent writes are moved from the embedded database's log into its file.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(2);
/// After the grace period, how long parked replies get to be stored and sent.
const PARKING_TIME: Duration = Duration::from_secs(5);

/// Serves until the process is told to end.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let _only_one = lock(&config)?;
    let listener = bind(config.http.listen).await?;
    if let Some(listen) = config.metrics.listen {
        telemetry::serve_metrics(listen)?;
    }
    let app = App::build(config, Clock::system()).await?;
    generate::mark_interrupted(&app, true).await;
    let background = tokio::spawn(housekeeping(app.clone()));
    let tasks = tokio::spawn(tasks(app.clone()));
    announce(&app, listener.local_addr()?);
    serve(app.clone(), listener, told_to_end()).await?;
    tasks.await?;
    background.abort();
    app.store.close().await;
    tracing::info!("goodbye");
    Ok(())
}

/// Serves on a listener until `shutdown` completes, then finishes or parks the replies being written.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let service = router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    // A word should not wait for the next one to fill a packet.
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let closing = app.closing.clone();
    tokio::spawn({
        let app = app.clone();
        async move {
            shutdown.await;
            tracing::info!("closing: replies being written are finished first");
            app.closing.cancel();
            tokio::time::sleep(app.config.http.shutdown_grace).await;
            app.parking.cancel();
        }
    });
    let serving = axum::serve(listener, service).with_graceful_shutdown(closing.clone().cancelled_owned());
    let patience = async {
        closing.cancelled().await;
        tokio::time::sleep(app.config.http.shutdown_grace + PARKING_TIME).await;
    };
    tokio::select! {
        result = async { serving.await } => result?,
        // A client that never reads its stream must not keep the process alive.
        () = patience => tracing::warn!("some connections did not end in time and are dropped"),
    }
    app.parking.cancel();
    app.tasks.close();
    if tokio::time::timeout(PARKING_TIME, app.tasks.wait()).await.is_err() {
        tracing::warn!("some replies could not be stored in time; they will be marked as interrupted");
    }
    Ok(())
}

/// One server per embedded database: two would mark each other's replies as interrupted.
fn lock(config: &Config) -> anyhow::Result<Option<File>> {
    if config.store.is_postgres() {
        return Ok(None);
    }
    let database = config.store.sqlite_file();
    let folder = database.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(|| cannot_write(folder))?;
    let file = File::create(database.with_extension("lock")).with_context(|| cannot_write(folder))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => bail!(
            "another bondhu is serving from {} already; stop it first, or give this one its own BONDHU_DATA_DIR",
            folder.display()
        ),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| cannot_write(folder)),
    }
}

fn cannot_write(folder: &Path) -> String {
    format!(
        "the data folder {} cannot be written; make it writable for this user, or set BONDHU_DATA_DIR to one that is",
        folder.display()
    )
}

async fn bind(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(listen).await.with_context(|| {
        format!(
            "cannot listen on {listen}; if another program has that port (`bondhu doctor` tells), stop it, \
             or choose another with --listen 127.0.0.1:PORT"
        )
    })
}

/// The one line that a person looks for.
#[expect(clippy::print_stdout, reason = "the address is what the person who started this wants to see")]
fn announce(app: &App, address: SocketAddr) {
    let url = app.config.http.public_url.as_ref().map_or_else(|| format!("http://{address}"), ToString::to_string);
    let model = match app.models.current() {
        Some(model) => format!("{} ({})", model.info().model, model.info().provider),
        None => "none yet, so the built-in listener answers".to_owned(),
    };
    println!("Bondhu is ready at {}\n  model: {model}\n  stop with Ctrl-C", url.trim_end_matches('/'));
}

/// Hands background work over, and does it unless other processes are there for that. Ends when what runs has ended,
/// after the server has closed.
async fn tasks(app: Arc<App>) {
    let relay = outbox::relay(app.clone());
    if !app.config.tasks.worker {
        return relay.await;
    }
    let owner = app.queue.clock().new_id().to_string();
    let worker = schedule::worker(&app).run_until(app.closing.cancelled());
    let beat = schedule::beat(&app, &owner).run_until(app.closing.cancelled());
    let ((), worker, beat) = tokio::join!(relay, worker, beat);
    if let Err(error) = worker.map(drop).and(beat) {
        tracing::error!(%error, "background work has stopped");
    }
}

async fn housekeeping(app: Arc<App>) {
    let look_for_model = app.models.keep_looking();
    let tidy = async {
        let mut ticks = tokio::time::interval(TIDY_EVERY);
        loop {
            ticks.tick().await;
            generate::mark_interrupted(&app, false).await;
        }
    };
    let checkpoints = async {
        let mut ticks = tokio::time::interval(CHECKPOINT_EVERY);
        loop {
            ticks.tick().await;
            if let Err(error) = app.store.checkpoint().await {
                tracing::warn!(%error, "the database's log could not be moved into its file");
            }
        }
    };
    tokio::join!(look_for_model, tidy, checkpoints);
}

/// Completes at the first SIGTERM or Ctrl-C. The next one ends the process at once, as people expect.
pub(super) async fn told_to_end() {
    let mut terminate = tokio::signal::unix::signal(SignalKind::terminate()).expect("signals can be listened to");
    let mut interrupt = tokio::signal::unix::signal(SignalKind::interrupt()).expect("signals can be listened to");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        std::process::exit(130);
    });
}
