//! The layers of settings, lowest first: defaults, `bondhu.toml`, `.env`, the environment, the command line.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::config::error::ConfigError;
use crate::config::settings::{SETTINGS, by_env, by_key};
use crate::config::values::{Source, Values};

/// What the settings are read from. Tests fill it in; `main` takes it from the process.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// `--config`.
    pub config_file: Option<PathBuf>,
    /// `--set` and the flags that stand for a setting: key and value.
    pub flags: Vec<(String, String)>,
    /// The variables of the process.
    pub environment: BTreeMap<String, String>,
    /// Where `bondhu.toml` and `.env` are looked for; `None` reads no file at all.
    pub working_dir: Option<PathBuf>,
}

impl Inputs {
    /// From this process. A variable that is not Unicode cannot be one of ours and is left out.
    pub fn of_process(config_file: Option<PathBuf>, flags: Vec<(String, String)>) -> Self {
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self { config_file, flags, environment: environment.collect(), working_dir: Some(PathBuf::from(".")) }
    }
}

/// Variables that start like a setting's and are none: the file of settings, and the binary that the browser
/// tests run.
const NOT_SETTINGS: [&str; 2] = ["BONDHU_CONFIG", "BONDHU_BIN"];

/// Reads every layer.
pub fn load(inputs: &Inputs) -> Result<Values, ConfigError> {
    let mut values = Values::default();
    for setting in SETTINGS {
        values.set(setting, "", Source::Default);
    }
    values.set_default("store.data_dir", default_data_dir(&inputs.environment));
    if let Some(working_dir) = &inputs.working_dir {
        if let Some((path, text)) = find_file(inputs, working_dir)? {
            read_toml(&mut values, &path, &text)?;
        }
        read_variables(&mut values, dot_env(working_dir)?, &Source::DotEnv)?;
    }
    read_variables(&mut values, inputs.environment.clone(), &Source::Environment)?;
    for (key, value) in &inputs.flags {
        let setting = by_key(key).ok_or_else(|| unknown(key, "--set", SETTINGS.iter().map(|setting| setting.key)))?;
        values.set(setting, value, Source::Flag);
    }
    Ok(values)
}

/// Splits `key=value` as given to `--set`.
pub fn pair(text: &str) -> Result<(String, String), ConfigError> {
    let (key, value) = text.split_once('=').ok_or(ConfigError::NotAPair { example: "http.listen=0.0.0.0:8383" })?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

/// <https://specifications.freedesktop.org/basedir-spec/latest/>: `$XDG_DATA_HOME`, else `~/.local/share`.
fn default_data_dir(environment: &BTreeMap<String, String>) -> String {
    let named = |name: &str| environment.get(name).filter(|value| !value.is_empty());
    match (named("XDG_DATA_HOME"), named("HOME")) {
        (Some(data), _) => format!("{data}/bondhu"),
        (None, Some(home)) => format!("{home}/.local/share/bondhu"),
        (None, None) => "bondhu-data".to_owned(),
    }
}

fn find_file(inputs: &Inputs, working_dir: &Path) -> Result<Option<(PathBuf, String)>, ConfigError> {
    let by_variable = inputs.environment.get("BONDHU_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from);
    let (path, named_by) = match (&inputs.config_file, by_variable) {
        (Some(path), _) => (path.clone(), Some("--config")),
        (None, Some(path)) => (path, Some("BONDHU_CONFIG")),
        (None, None) => (PathBuf::from("bondhu.toml"), None),
    };
    match (std::fs::read_to_string(working_dir.join(&path)), named_by) {
        (Ok(text), _) => Ok(Some((path, text))),
        (Err(error), None) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        (Err(error), Some(named_by)) if error.kind() == ErrorKind::NotFound => {
            Err(ConfigError::NotThere { path, named_by })
        }
        (Err(source), _) => Err(ConfigError::Unreadable { path, source }),
    }
}

fn read_toml(values: &mut Values, path: &Path, text: &str) -> Result<(), ConfigError> {
    let tables: toml::Table = text.parse().map_err(|error| syntax(path, text, &error))?;
    let mut entries = Vec::new();
    for (table, value) in tables {
        match value {
            toml::Value::Table(inner) => {
                entries.extend(inner.into_iter().map(|(name, value)| (format!("{table}.{name}"), value)));
            }
            other => entries.push((table, other)),
        }
    }
    for (key, value) in entries {
        let place = path.display().to_string();
        let setting = by_key(&key).ok_or_else(|| unknown(&key, &place, SETTINGS.iter().map(|setting| setting.key)))?;
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            toml::Value::Boolean(flag) => flag.to_string(),
            other => {
                return Err(ConfigError::Malformed {
                    env: setting.env,
                    key: setting.key,
                    given: format!("of the type {}", other.type_str()),
                    place,
                    shape: setting.shape,
                    example: setting.example,
                });
            }
        };
        values.set(setting, &text, Source::File(path.to_owned()));
    }
    Ok(())
}

fn syntax(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    ConfigError::Syntax {
        path: path.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        detail: error.message().to_owned(),
    }
}

fn dot_env(working_dir: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let path = PathBuf::from(".env");
    let text = match std::fs::read_to_string(working_dir.join(&path)) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(source) => return Err(ConfigError::Unreadable { path, source }),
    };
    dotenvy::from_read_iter(text.as_bytes()).collect::<Result<_, _>>().map_err(|error| {
        let (line, column) = match &error {
            dotenvy::Error::LineParse(bad, at) => {
                (text.lines().position(|line| line == bad).map_or(1, |line| line + 1), at + 1)
            }
            _ => (1, 1),
        };
        ConfigError::Syntax { path, line, column, detail: "expected NAME=value".to_owned() }
    })
}

fn read_variables(
    values: &mut Values,
    variables: BTreeMap<String, String>,
    source: &Source,
) -> Result<(), ConfigError> {
    for (name, value) in variables {
        if let Some(setting) = by_env(&name) {
            // An empty variable in a layer above does not undo a value below it.
            if !value.trim().is_empty() {
                values.set(setting, &value, source.clone());
            }
        } else if name.starts_with("BONDHU_") && !NOT_SETTINGS.contains(&name.as_str()) && !is_service_link(&name) {
            return Err(unknown(&name, &source.to_string(), SETTINGS.iter().map(|setting| setting.env)));
        }
    }
    Ok(())
}

/// Kubernetes sets these in every pod next to a service called `bondhu`:
/// <https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables>.
fn is_service_link(name: &str) -> bool {
    name == "BONDHU_PORT" || name.starts_with("BONDHU_PORT_") || name.starts_with("BONDHU_SERVICE_")
}

fn unknown(name: &str, place: &str, names: impl Iterator<Item = &'static str>) -> ConfigError {
    let nearest = names.map(|known| (distance(name, known), known)).min();
    let hint = match nearest {
        Some((distance, known)) if distance <= 2.max(known.len() / 4) => format!("Did you mean `{known}`?"),
        _ => "`bondhu config` lists them all.".to_owned(),
    };
    ConfigError::Unknown { place: place.to_owned(), name: name.to_owned(), hint }
}

/// How many letters must be put in, taken out or changed to get from one name to the other (Levenshtein 1966).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, &b) in to.iter().enumerate() {
            let change = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
