//! The `bondhu` binary.

use std::process::ExitCode;

use bondhu::commands::{Cli, run};
use clap::Parser;

fn main() -> ExitCode {
    run(Cli::parse())
}
