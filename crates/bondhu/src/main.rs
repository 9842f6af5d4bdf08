//! The `bondhu` binary.

use std::process::ExitCode;

use bondhu::commands::{Cli, run};
use clap::Parser;

// Hashing a password takes a block of 19 MiB. The system's allocator keeps such blocks for good; this one gives
// them back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run(Cli::parse())
}
