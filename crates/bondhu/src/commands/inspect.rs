//! `bondhu inspect`: asks the workers, Rust's and Python's, how they are.

use std::{process::ExitCode, time::Duration};

use bondhu_tasks::control::Control;
use clap::ValueEnum;
use serde_json::json;

use crate::{app::queue, config::Config};

/// What to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Question {
    /// Whether they are there.
    Ping,
    /// Which tasks they know.
    Registered,
    /// What they run now.
    Active,
    /// What they have taken and not started.
    Reserved,
    /// What waits for its time.
    Scheduled,
    /// What shall not run.
    Revoked,
    /// How much they have done.
    Stats,
    /// The queues they take from.
    ActiveQueues,
    /// Their settings.
    Conf,
    /// Their versions.
    Report,
}

impl Question {
    fn method(self) -> String {
        self.to_possible_value().map(|value| value.get_name().replace('-', "_")).unwrap_or_default()
    }
}

/// Asks, and prints the answers as JSON by worker. Fails if nobody answers.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "this is the command's answer")]
pub(super) async fn run(config: &Config, question: Question, timeout: Duration) -> anyhow::Result<ExitCode> {
    let queue = queue(config).await?;
    let control = Control::new(queue.broker().clone(), queue.clock().clone());
    let answers = control.ask(&question.method(), json!({}), None, timeout).await?;
    if answers.is_empty() {
        eprintln!(
            "no worker has answered within {timeout:?}: start `bondhu serve` or `bondhu worker` with the same settings"
        );
        return Ok(ExitCode::FAILURE);
    }
    println!("{}", serde_json::to_string_pretty(&answers)?);
    Ok(ExitCode::SUCCESS)
}
