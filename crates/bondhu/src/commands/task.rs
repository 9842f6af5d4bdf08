//! `bondhu task`: sends tasks, and looks at those that wait, have ended, or have failed for good.

use std::{process::ExitCode, time::Duration};

use anyhow::{Context, bail};
use bondhu_tasks::{Call, Message, Queue};
use clap::Subcommand;
use serde_json::{Value, json};

use crate::{admin::dead_letters, app::queue, config::Config, schedule};

/// How many rows a list shows.
const ROWS: u64 = 100;

/// What to do.
#[derive(Debug, Subcommand)]
pub(super) enum TaskCommand {
    /// Send a task by its name and print its id.
    Send {
        /// Its name, such as `core.tasks.maintenance.cleanup_expired`.
        name: String,
        /// Arguments by position: a JSON list.
        #[arg(long, value_name = "JSON", default_value = "[]")]
        args: String,
        /// Arguments by name: a JSON object.
        #[arg(long, value_name = "JSON", default_value = "{}")]
        kwargs: String,
        /// The queue; otherwise `celery`.
        #[arg(long)]
        queue: Option<String>,
        /// Not before this many seconds from now.
        #[arg(long, value_name = "SECONDS")]
        countdown: Option<u64>,
        /// Wait for the result, at most this many seconds.
        #[arg(long, value_name = "SECONDS")]
        wait: Option<u64>,
    },
    /// Print what is known of a task: its state, its result.
    Result {
        /// Its id.
        id: String,
    },
    /// List what waits and what is not due yet.
    List,
    /// List what has failed for good, or show one of it.
    Dead {
        /// One of them, with its arguments.
        id: Option<String>,
    },
    /// Send again what has failed for good.
    Replay {
        /// Which; `all` for all of it.
        id: String,
    },
    /// Drop what has failed for good.
    Drop {
        /// Which.
        id: String,
    },
}

/// Does it.
pub(super) async fn run(config: &Config, command: TaskCommand) -> anyhow::Result<ExitCode> {
    let queue = queue(config).await?;
    match command {
        TaskCommand::Send { name, args, kwargs, queue: to, countdown, wait } => {
            let call = call(&name, &args, &kwargs, to, countdown)?;
            let sent = queue.send(call).await?;
            match wait {
                None => print(&json!({"id": sent.id()})),
                Some(secs) => print(&json!({"id": sent.id(), "result": sent.get(Duration::from_secs(secs)).await?})),
            }
        }
        TaskCommand::Result { id } => match queue.result(id.as_str()).stored().await? {
            Some(stored) => print(&serde_json::to_value(stored)?),
            None => {
                bail!("nothing is known of the task {id}: it waits, its result has expired, or there is no such task")
            }
        },
        TaskCommand::List => print(&waiting(&queue).await?),
        TaskCommand::Dead { id: None } => {
            let page = queue.broker().dead(0, ROWS).await?;
            let rows = page.items.iter().map(|letter| {
                json!({
                    "id": letter.id, "task": letter.task, "queue": letter.queue, "reason": letter.reason,
                    "died_at": letter.died_at.to_string(),
                })
            });
            print(&json!({"total": page.total, "dead": rows.collect::<Vec<_>>()}));
        }
        TaskCommand::Dead { id: Some(id) } => {
            let letter = queue.broker().dead_letter(&id).await?.with_context(|| gone(&id))?;
            print(&serde_json::to_value(letter)?);
        }
        TaskCommand::Replay { id } if id == "all" => {
            print(&json!({"replayed": dead_letters::replay_all(&queue).await?}));
        }
        TaskCommand::Replay { id } => {
            if !queue.replay_dead(&id).await? {
                bail!(gone(&id));
            }
            print(&json!({"replayed": 1}));
        }
        TaskCommand::Drop { id } => {
            if !queue.broker().drop_dead(&id).await? {
                bail!(gone(&id));
            }
            print(&json!({"dropped": 1}));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn call(name: &str, args: &str, kwargs: &str, to: Option<String>, countdown: Option<u64>) -> anyhow::Result<Call> {
    let args: Vec<Value> = serde_json::from_str(args).context("--args is not a JSON list, such as '[1, \"two\"]'")?;
    let kwargs: serde_json::Map<String, Value> =
        serde_json::from_str(kwargs).context("--kwargs is not a JSON object, such as '{\"user_id\": 1}'")?;
    let mut call = args.into_iter().fold(Call::named(name), Call::arg);
    for (name, value) in kwargs {
        call = call.kwarg(name, value);
    }
    if let Some(to) = to {
        call = call.queue(to);
    }
    if let Some(secs) = countdown {
        call = call.after(Duration::from_secs(secs));
    }
    Ok(call)
}

async fn waiting(queue: &Queue) -> anyhow::Result<Value> {
    let mut waiting = Vec::new();
    for name in schedule::QUEUES {
        let page = queue.broker().waiting(name, 0, ROWS).await?;
        waiting.extend(page.items.iter().filter_map(|raw| row(raw)));
    }
    let scheduled = queue.broker().scheduled(0, ROWS).await?;
    Ok(json!({"waiting": waiting, "scheduled": scheduled.items.iter().filter_map(|raw| row(raw)).collect::<Vec<_>>()}))
}

fn row(raw: &[u8]) -> Option<Value> {
    let message = Message::decode(raw).ok()?;
    let headers = &message.headers;
    Some(json!({
        "id": headers.id, "task": headers.task, "queue": message.properties.delivery_info.routing_key,
        "retries": headers.retries, "eta": headers.eta.map(|eta| eta.to_string()),
    }))
}

fn gone(id: &str) -> String {
    format!("there is no dead letter {id}; `bondhu task dead` lists them")
}

#[expect(clippy::print_stdout, reason = "this is the command's answer")]
fn print(value: &Value) {
    println!("{}", serde_json::to_string_pretty(value).expect("JSON can be written"));
}
