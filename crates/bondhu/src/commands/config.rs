//! `bondhu config`: the settings in use, and the document about them.

use crate::config::{Config, ConfigError, Inputs, annotated, load, markdown};

/// Prints a complete bondhu.toml. A value that does not fit is shown first and refused after.
#[expect(clippy::print_stdout, reason = "printing is what the command is for")]
pub(super) fn print_annotated(inputs: &Inputs) -> Result<(), ConfigError> {
    let values = load(inputs)?;
    print!("{}", annotated(&values));
    Config::from_values(&values).map(drop)
}

/// Prints docs/CONFIG.md.
#[expect(clippy::print_stdout, reason = "printing is what the command is for")]
pub(super) fn print_markdown() {
    print!("{}", markdown());
}
