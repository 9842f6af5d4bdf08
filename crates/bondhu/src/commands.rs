//! The command line: what can be asked of the binary, and how an answer or an error is shown.

mod analyze;
mod config;
mod doctor;
mod inspect;
mod memory;
mod migrate;
pub mod openapi;
pub mod ping;
mod prompt;
pub mod serve;
mod task;
mod upstash;
mod user;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use bondhu_store::Store;
use clap::{Args, Parser, Subcommand};

use crate::config::{Config, ConfigError, Inputs, LogsConfig, Source, Values, load, pair};
use crate::telemetry::start_logs;

/// A self-hosted companion that remembers, listens and adapts.
#[derive(Debug, Parser)]
#[command(name = "bondhu", version, arg_required_else_help = true, subcommand_required = true)]
pub struct Cli {
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
struct SettingsArgs {
    /// The file of settings; otherwise `BONDHU_CONFIG`, or bondhu.toml in this folder.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the embedded database (`BONDHU_DATA_DIR`).
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// Any setting by its key, such as http.listen=0.0.0.0:8383; can be repeated.
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the server: the web app, the API and everything behind them.
    Serve {
        /// Where to listen (`BONDHU_LISTEN`).
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<String>,
    },
    /// Do background work in a process of its own.
    Worker(worker::WorkerArgs),
    /// Follow the schedule in a process of its own.
    Beat,
    /// Ask the workers how they are.
    Inspect {
        /// What to ask.
        question: inspect::Question,
        /// How many seconds to wait for answers.
        #[arg(short, long, default_value = "1", value_name = "SECONDS")]
        timeout: f64,
    },
    /// Send background tasks, and look at what became of them.
    #[command(subcommand, arg_required_else_help = true)]
    Task(task::TaskCommand),
    /// Serve Upstash's REST protocol alone, in front of Redis or Valkey.
    Upstash(upstash::UpstashArgs),
    /// Measure memory, and see what it would learn from a message.
    #[command(subcommand, arg_required_else_help = true)]
    Memory(memory::MemoryCommand),
    /// Bring the database to the version this binary needs.
    Migrate,
    /// Look for what is wrong, and say what to do about it.
    Doctor {
        /// Print JSON for programs.
        #[arg(long)]
        json: bool,
    },
    /// Print every setting, with the values in use and where they come from.
    Config {
        /// Print docs/CONFIG.md instead.
        #[arg(long)]
        markdown: bool,
    },
    /// Make accounts and reset passwords.
    #[command(subcommand, arg_required_else_help = true)]
    User(user::UserCommand),
    /// Say what each line of standard input sounds like: sentiment, mood, signs of a crisis.
    Analyze {
        /// Print one JSON object a line at a terminal too, where a few words are the default.
        #[arg(long)]
        jsonl: bool,
    },
    /// Succeed if the server at the configured address is ready.
    Ping,
    /// Print the description of the HTTP API for programs.
    Openapi {
        /// Print the keys of the cache and the schema of their values instead.
        #[arg(long)]
        cache: bool,
    },
}

/// Carries out one command. Answers 0, or 1 after an error, which is printed; clap answers 2 for a wrong usage.
pub fn run(cli: Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(code) => code,
        Err(error) => {
            print_error(&error);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    let inputs = inputs(cli.settings, &cli.command);
    match cli.command {
        Command::Openapi { cache } => openapi::run(cache),
        Command::Analyze { jsonl } => analyze::run(jsonl)?,
        Command::Memory(command) => memory::run(command)?,
        Command::Config { markdown: true } => config::print_markdown(),
        Command::Config { markdown: false } => config::print_annotated(&inputs)?,
        Command::Doctor { json } => return block_on(doctor::run(&inputs, json)),
        Command::Serve { .. } => {
            let config = Config::from_values(&load(&inputs)?)?;
            start_logs(&config.logs);
            block_on(serve::run(config))?;
        }
        Command::Worker(args) => {
            let config = Config::from_values(&load(&inputs)?)?;
            start_logs(&config.logs);
            block_on(worker::work(config, args))?;
        }
        Command::Upstash(args) => {
            upstash::begin_small();
            let config = Config::from_values(&load(&inputs)?)?;
            start_logs(&config.logs);
            upstash::runtime(&args)?.block_on(upstash::run(config, args))?;
        }
        Command::Beat => {
            let config = Config::from_values(&load(&inputs)?)?;
            start_logs(&config.logs);
            block_on(worker::beat(config))?;
        }
        Command::Inspect { question, timeout } => {
            let timeout = Duration::try_from_secs_f64(timeout).context("the timeout is no number of seconds")?;
            return block_on(inspect::run(&quiet(&inputs)?, question, timeout));
        }
        Command::Task(command) => return block_on(task::run(&quiet(&inputs)?, command)),
        Command::Migrate => block_on(migrate::run(&quiet(&inputs)?))?,
        Command::User(command) => block_on(user::run(command, &quiet(&inputs)?))?,
        Command::Ping => block_on(ping::run(&quiet(&inputs)?))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn inputs(args: SettingsArgs, command: &Command) -> Inputs {
    let mut flags = args.set;
    if let Some(folder) = args.data_dir {
        flags.push(("store.data_dir".to_owned(), folder));
    }
    if let Command::Serve { listen: Some(listen) } = command {
        flags.push(("http.listen".to_owned(), listen.clone()));
    }
    if let Command::Upstash(args) = command {
        // What is said here by name, or by a flag, goes before it.
        let mut first = upstash::srh_settings(|name| std::env::var(name).ok());
        first.append(&mut flags);
        flags = first;
        flags.extend(args.redis.clone().map(|url| ("store.redis_url".to_owned(), url)));
    }
    Inputs::of_process(args.config, flags)
}

/// The settings of a command that prints its own answer: its logs hold warnings alone, unless more is asked for.
fn quiet(inputs: &Inputs) -> Result<Config, ConfigError> {
    let values = load(inputs)?;
    let config = Config::from_values(&values)?;
    start_logs(&warnings_only(&values, &config.logs));
    Ok(config)
}

fn warnings_only(values: &Values, logs: &LogsConfig) -> LogsConfig {
    let asked_for_more = values.get("logs.filter").is_some_and(|value| value.source != Source::Default);
    let filter = if asked_for_more { logs.filter.clone() } else { "warn".to_owned() };
    LogsConfig { filter, ..logs.clone() }
}

fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Runtime::new().context("the threads of the program could not be started")?.block_on(work)
}

/// Opens the database for a command that needs its rows. An embedded one is brought up to date on the way.
async fn open_store(config: &Config) -> anyhow::Result<Store> {
    let store = Store::open(&config.store.open_with()).await?;
    if !config.store.is_postgres() {
        store.migrate().await?;
    } else if !store.schema_status().await?.pending.is_empty() {
        anyhow::bail!("the database is not up to date; run `bondhu migrate` with the same settings first");
    }
    Ok(store)
}

/// One line: what happened, then each cause that the words before it do not tell already.
#[expect(clippy::print_stderr, reason = "this is how a command line program reports an error")]
fn print_error(error: &anyhow::Error) {
    eprintln!("error: {}", sentence(error));
}

fn sentence(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&cause);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_cause_is_told_once() {
        let error = anyhow::anyhow!("no such file").context("it failed: no such file; look again").context("no start");
        assert_eq!(sentence(&error), "no start: it failed: no such file; look again");
    }
}
