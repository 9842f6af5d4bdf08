//! The text of every setting after all layers, and where it came from.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::config::error::ConfigError;
use crate::config::settings::{Setting, by_key};

/// Where a value was set. Later ones win.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nowhere: the built-in default.
    Default,
    /// `bondhu.toml`, or the file named instead.
    File(PathBuf),
    /// `.env` in the working folder.
    DotEnv,
    /// The environment of the process.
    Environment,
    /// The command line.
    Flag,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::File(path) => path.display().fmt(f),
            Self::DotEnv => f.write_str(".env"),
            Self::Environment => f.write_str("the environment"),
            Self::Flag => f.write_str("the command line"),
        }
    }
}

/// One value.
#[derive(Debug, Clone)]
pub struct Value {
    /// As written.
    pub text: String,
    /// Where.
    pub source: Source,
}

/// The value of every setting that has one.
#[derive(Debug, Clone, Default)]
pub struct Values(BTreeMap<&'static str, Value>);

impl Values {
    /// Sets a value over whatever was there. An empty one takes away what the layers below said, which is how
    /// Compose files and shells write "not set".
    pub(super) fn set(&mut self, setting: &'static Setting, text: &str, source: Source) {
        let text = text.trim();
        if !text.is_empty() {
            self.0.insert(setting.key, Value { text: text.to_owned(), source });
        } else if let Some(default) = setting.default {
            self.0.insert(setting.key, Value { text: default.to_owned(), source: Source::Default });
        } else {
            self.0.remove(setting.key);
        }
    }

    /// Replaces a default that depends on the machine.
    pub(super) fn set_default(&mut self, key: &'static str, text: String) {
        self.0.insert(key, Value { text, source: Source::Default });
    }

    /// The value of a setting, if it has one.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// A setting that may be absent, read by `parse`, which answers `None` for text that does not fit.
    pub fn read<T>(&self, key: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        parse(&value.text).map(Some).ok_or_else(|| malformed(key, value))
    }

    /// A setting that has a default.
    pub fn require<T>(&self, key: &'static str, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, ConfigError> {
        Ok(self.read(key, parse)?.expect("a setting that is required has a default"))
    }

    /// A whole number in a range.
    pub fn number<T: FromStr + PartialOrd>(
        &self,
        key: &'static str,
        range: std::ops::RangeInclusive<T>,
    ) -> Result<T, ConfigError> {
        self.require(key, |text| text.replace('_', "").parse().ok().filter(|number| range.contains(number)))
    }
}

fn malformed(key: &'static str, value: &Value) -> ConfigError {
    let setting = by_key(key).expect("values are kept by the keys of the table");
    ConfigError::Malformed {
        env: setting.env,
        key: setting.key,
        given: if setting.secret { "set to something else".to_owned() } else { format!("`{}`", value.text) },
        place: value.source.to_string(),
        shape: setting.shape,
        example: setting.example,
    }
}

/// `true`, `yes`, `on`, `1` and their opposites.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// An address that a browser or a client can open.
pub(super) fn web_url(text: &str) -> Option<url::Url> {
    let url = url::Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}
