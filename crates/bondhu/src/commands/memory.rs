//! Measuring memory, and trying out what it would learn.

use std::{
    io::{BufRead, BufWriter, Write, stdin, stdout},
    path::PathBuf,
};

use anyhow::Context;
use clap::Subcommand;
use serde::Serialize;

use crate::{
    clock::Clock,
    memory::{
        evaluate::{Figures, Report, Selection, evaluate},
        extract::extract,
        fact::Fact,
        wording,
    },
};

#[derive(Debug, Subcommand)]
pub(super) enum MemoryCommand {
    /// Measure recall on a `LoCoMo` file: the share of evidence turns among the first results.
    Eval {
        /// The file, such as locomo10.json.
        #[arg(long, value_name = "FILE")]
        locomo: PathBuf,
        /// Which conversations of it, counted from 0: 5, 0,2 or 3-9; all if left out.
        #[arg(long, value_name = "NUMBERS")]
        conversations: Option<Selection>,
        /// Print JSON for programs.
        #[arg(long)]
        json: bool,
    },
    /// Show the facts that each line of standard input states, one message a line.
    Extract {
        /// Print one JSON object a line.
        #[arg(long)]
        jsonl: bool,
    },
}

/// Carries out one of them.
pub(super) fn run(command: MemoryCommand) -> anyhow::Result<()> {
    match command {
        MemoryCommand::Eval { locomo, conversations, json } => {
            let text = std::fs::read_to_string(&locomo)
                .with_context(|| format!("the LoCoMo file {} cannot be read", locomo.display()))?;
            let report = evaluate(&text, conversations.as_ref())?;
            if json { print_json(&report) } else { print_table(&report) }
        }
        MemoryCommand::Extract { jsonl } => extract_lines(jsonl),
    }
}

fn print_json(report: &Report) -> anyhow::Result<()> {
    writeln!(stdout(), "{}", serde_json::to_string_pretty(report)?)?;
    Ok(())
}

fn print_table(report: &Report) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{} conversations, {} turns", report.conversations.len(), report.turns)?;
    writeln!(out, "category     questions  recall@1  recall@5  recall@10  recall@20  any@10    MRR")?;
    let mut line = |name: &str, f: &Figures| {
        writeln!(
            out,
            "{name:<12} {:>9} {:>9.3} {:>9.3} {:>10.3} {:>10.3} {:>7.3} {:>6.3}",
            f.questions, f.recall_at_1, f.recall_at_5, f.recall_at_10, f.recall_at_20, f.any_at_10, f.mrr
        )
    };
    for (name, figures) in &report.by_category {
        line(name, figures)?;
    }
    line("all", &report.overall)?;
    Ok(())
}

/// What one line states.
#[derive(Serialize)]
struct Stated {
    facts: Vec<Fact>,
}

fn extract_lines(jsonl: bool) -> anyhow::Result<()> {
    let now = Clock::system().now();
    let mut out = BufWriter::new(stdout().lock());
    for line in stdin().lock().split(b'\n') {
        let line = line.context("standard input could not be read")?;
        let facts = extract(String::from_utf8_lossy(&line).trim_end_matches('\r'), now);
        if jsonl { print_facts(&mut out, facts)? } else { print_lines(&mut out, &facts)? }
    }
    out.flush()?;
    Ok(())
}

fn print_facts(out: &mut impl Write, facts: Vec<Fact>) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, &Stated { facts })?;
    writeln!(out)?;
    Ok(())
}

fn print_lines(out: &mut impl Write, facts: &[Fact]) -> anyhow::Result<()> {
    let lines: Vec<String> =
        facts.iter().map(|fact| wording::line(&fact.predicate, &fact.object, fact.polarity)).collect();
    writeln!(out, "{}", if lines.is_empty() { "-".to_owned() } else { lines.join("; ") })?;
    Ok(())
}
