//! Asking for a password without showing it.

use std::io::{BufRead, IsTerminal, Write, stderr, stdin};

use anyhow::{Context, bail};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// A new password: asked for twice at a terminal, else the first line of standard input.
pub(super) fn new_password() -> anyhow::Result<String> {
    if !stdin().is_terminal() {
        return read_line();
    }
    let password = hidden("Password (10 characters or more): ")?;
    if hidden("Once more: ")? != password {
        bail!("the two passwords differ; nothing was changed, try again");
    }
    Ok(password)
}

fn hidden(question: &str) -> anyhow::Result<String> {
    write!(stderr(), "{question}")?;
    stderr().flush()?;
    let line = {
        let _silent = Silent::new()?;
        read_line()
    };
    writeln!(stderr())?;
    line
}

fn read_line() -> anyhow::Result<String> {
    let mut line = String::new();
    stdin().lock().read_line(&mut line).context("the password could not be read")?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        bail!("no password came; type one, or pipe it in on one line");
    }
    Ok(password.to_owned())
}

/// The terminal shows nothing of what is typed for as long as this lives.
struct Silent(Termios);

impl Silent {
    fn new() -> anyhow::Result<Self> {
        let before = tcgetattr(stdin()).context("the terminal cannot be asked about its mode")?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin(), OptionalActions::Flush, &silent).context("the terminal cannot hide what is typed")?;
        Ok(Self(before))
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        // Nothing more can be done for a terminal that has gone away.
        let _ = tcsetattr(stdin(), OptionalActions::Now, &self.0);
    }
}
