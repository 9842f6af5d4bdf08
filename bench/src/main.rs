//! Measures Bondhu and a Python peer under the same load in the same run and prints one table.
//!
//! Both answer a scripted reply without delay, so what is measured is everything but the model.
//! Servers listen on free ports of 127.0.0.1, write to a temporary folder and end with this program.
//! The load generator keeps to one thread, which leaves the other cores to the server under test.

mod client;
mod contender;
mod load;
mod measure;
mod report;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Parser;

use contender::{Contender, Peer};
use measure::{Effort, measure};

/// The command line.
#[derive(Debug, Parser)]
struct Arguments {
    /// The release binary of Bondhu.
    #[arg(long)]
    bondhu: PathBuf,
    /// A Python interpreter that has the packages in `requirements.txt` of the peer's folder.
    #[arg(long)]
    python: PathBuf,
    /// The folder of the Python peer.
    #[arg(long, default_value = "bench/peer-python")]
    peer: PathBuf,
    /// Puts the table between the `bench` markers of this file as well.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// A run of seconds that shows that everything works; its figures mean little.
    #[arg(long)]
    quick: bool,
}

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the load generator")?;
    runtime.block_on(run(&Arguments::parse()))
}

async fn run(arguments: &Arguments) -> Result<()> {
    let effort = if arguments.quick { Effort::QUICK } else { Effort::FULL };
    let binary = arguments.bondhu.canonicalize();
    let binary = binary.with_context(|| format!("no binary at {}", arguments.bondhu.display()))?;
    let bondhu = Contender::Bondhu { binary };
    let peer = Contender::Python(Peer { interpreter: arguments.python.clone(), folder: arguments.peer.clone() });
    let of_bondhu = measure(&bondhu, effort).await.context("measuring Bondhu")?;
    let of_peer = measure(&peer, effort).await.context("measuring the Python peer")?;
    let table = report::table(&of_bondhu, &of_peer);
    say(&table);
    if let Some(file) = &arguments.write {
        bondhu_bench::write_between(file, "bench", &table)?;
        say(&format!("Written to {}.", file.display()));
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the table is this program's output")]
fn say(text: &str) {
    println!("{text}");
}
