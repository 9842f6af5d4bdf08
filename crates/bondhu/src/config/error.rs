//! Everything that can be wrong with the settings, said so that it can be put right.

use std::path::PathBuf;

/// Why the settings cannot be used. No message holds a secret's value.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A name that is no setting, most likely misspelt.
    #[error("{place} names `{name}`, which is not a setting. {hint}")]
    Unknown {
        /// Where it stands.
        place: String,
        /// As written.
        name: String,
        /// The nearest name, or where to find them all.
        hint: String,
    },
    /// A value that does not read as the setting wants.
    #[error("{env} ({key}) is {given}, from {place}; it must be {shape}. For example: {env}={example}")]
    Malformed {
        /// The variable's name.
        env: &'static str,
        /// The key in `bondhu.toml`.
        key: &'static str,
        /// The value in quotes, or words in its place when it is a secret.
        given: String,
        /// Where the value comes from.
        place: String,
        /// What a value looks like.
        shape: &'static str,
        /// A value that works.
        example: &'static str,
    },
    /// Two settings that only work together.
    #[error("{env} is needed because {reason}. Set it, or change {other}.")]
    Incomplete {
        /// The variable that is missing.
        env: &'static str,
        /// What calls for it.
        reason: String,
        /// The variable that calls for it.
        other: &'static str,
    },
    /// A setting that does nothing beside another.
    #[error("{env} cannot be used: {reason}. Leave it out, or change {other}.")]
    Useless {
        /// The variable that is set.
        env: &'static str,
        /// What stands against it.
        reason: &'static str,
        /// The variable that it depends on.
        other: &'static str,
    },
    /// A file that was named and is not there.
    #[error("there is no file {}, which {named_by} names. Make it (`bondhu config > {}`) or name another.", path.display(), path.display())]
    NotThere {
        /// The file.
        path: PathBuf,
        /// `--config` or `BONDHU_CONFIG`.
        named_by: &'static str,
    },
    /// A file that is there and cannot be read.
    #[error("{} cannot be read: {source}. Check its permissions.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that does not read as TOML, or as lines of `NAME=value`.
    #[error("{} does not read at line {line}, column {column}: {detail}.", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What the parser met; never the line itself, which may hold a key.
        detail: String,
    },
    /// A `--set` without a value.
    #[error("`--set` wants a key and a value, such as `--set {example}`.")]
    NotAPair {
        /// One that works.
        example: &'static str,
    },
}
