//! `bondhu doctor`: what is wrong, and what to do about it.

mod cache;
mod machine;
mod parts;

use std::fmt::Write as _;
use std::process::ExitCode;

use serde::Serialize;

use crate::clock::Clock;
use crate::config::{Config, Inputs, load};

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Check {
    name: &'static str,
    status: Status,
    /// What was found.
    detail: String,
    /// What to do; nothing where all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    advice: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    /// Works, and could be better.
    Warn,
    /// Does not work.
    Fail,
}

impl Check {
    fn ok(name: &'static str, detail: impl Into<String>) -> Self {
        Self { name, status: Status::Ok, detail: detail.into(), advice: None }
    }

    fn warn(name: &'static str, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, status: Status::Warn, detail: detail.into(), advice: Some(advice.into()) }
    }

    fn fail(name: &'static str, detail: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { name, status: Status::Fail, detail: detail.into(), advice: Some(advice.into()) }
    }
}

#[derive(Serialize)]
struct Report {
    ok: bool,
    version: &'static str,
    checks: Vec<Check>,
}

/// Runs every check, changes nothing, and answers 1 when one of them failed.
#[expect(clippy::print_stdout, reason = "printing is what the command is for")]
pub(super) async fn run(inputs: &Inputs, json: bool) -> anyhow::Result<ExitCode> {
    let checks = checks(inputs).await;
    let ok = checks.iter().all(|check| check.status != Status::Fail);
    let report = Report { ok, version: env!("CARGO_PKG_VERSION"), checks };
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{}", table(&report));
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn checks(inputs: &Inputs) -> Vec<Check> {
    let config = match load(inputs).and_then(|values| Config::from_values(&values)) {
        Ok(config) => config,
        Err(error) => {
            let advice = "Put this right first: the other checks need the settings.";
            return vec![Check::fail("settings", error.to_string(), advice)];
        }
    };
    let mut checks = vec![Check::ok("settings", "every setting reads as it should")];
    if !config.store.is_postgres() {
        checks.extend(machine::data_folder(&config.store));
    }
    checks.push(parts::database(&config.store).await);
    checks.push(cache::cache(&config.store).await);
    checks.push(parts::gateway(&config).await);
    checks.push(parts::tasks(&config).await);
    checks.push(parts::model(&config.model).await);
    checks.extend(parts::embeddings(&config.model).await);
    checks.push(machine::clock(Clock::system().now()));
    checks.push(machine::port(&config.http).await);
    checks
}

fn table(report: &Report) -> String {
    let width = report.checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for check in &report.checks {
        let status = match check.status {
            Status::Ok => "ok  ",
            Status::Warn => "warn",
            Status::Fail => "FAIL",
        };
        let _ = writeln!(out, "{status}  {:width$}  {}", check.name, check.detail);
        if let Some(advice) = &check.advice {
            let _ = writeln!(out, "      {:width$}  -> {advice}", "");
        }
    }
    let count = |status| report.checks.iter().filter(|check| check.status == status).count();
    let summary = match (count(Status::Fail), count(Status::Warn)) {
        (0, 0) => "All is well.".to_owned(),
        (0, warnings) => format!("It works, with {warnings} to think about."),
        (failures, _) => format!("{failures} to put right."),
    };
    let _ = writeln!(out, "\n{summary}");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_to_do_below_what_is_wrong() {
        let checks = vec![
            Check::ok("settings", "fine"),
            Check::warn("model", "none", "Start Ollama."),
            Check::fail("port", "taken", "Choose another."),
        ];
        let report = Report { ok: false, version: "0", checks };
        insta::assert_snapshot!(table(&report), @r"
        ok    settings  fine
        warn  model     none
                        -> Start Ollama.
        FAIL  port      taken
                        -> Choose another.

        1 to put right.
        ");
    }
}
