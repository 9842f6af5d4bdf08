//! The settings as documents: an annotated `bondhu.toml` and `docs/CONFIG.md`.

use std::fmt::Write as _;

use crate::config::settings::{SETTINGS, Setting, TABLES};
use crate::config::{Source, Values};

const WIDTH: usize = 100;

/// A complete `bondhu.toml`: what differs from the default is set and says where it came from, everything else
/// stands there commented out. Secrets are masked.
pub fn annotated(values: &Values) -> String {
    let mut out = String::from("# Every setting of Bondhu. Lines that start with `# name =` show the default.\n");
    for (table, doc) in TABLES {
        out.push_str(&format!("\n# {doc}\n[{table}]\n"));
        for (n, setting) in settings_of(table).enumerate() {
            out.push_str(if n == 0 { "" } else { "\n" });
            out.push_str(&wrap(setting.doc, "# "));
            out.push_str(&format!("# {}: {}\n", setting.env, setting.shape));
            out.push_str(&entry(setting, values));
        }
    }
    out
}

fn entry(setting: &'static Setting, values: &Values) -> String {
    let (_, name) = setting.table_and_name();
    match values.get(setting.key) {
        // Commented out, or the mask would become the key of whoever uses this as a file.
        Some(value) if setting.secret => format!("# {name} = \"********\"  # from {}\n", value.source),
        Some(value) if value.source != Source::Default => {
            format!("{name} = {}  # from {}\n", literal(&value.text), value.source)
        }
        Some(value) => format!("# {name} = {}\n", literal(&value.text)),
        None => format!("# {name} = \"\"\n"),
    }
}

/// Numbers and booleans stand bare, everything else in quotes.
fn literal(text: &str) -> String {
    let bare = text.parse::<i64>().is_ok() || matches!(text, "true" | "false");
    if bare { text.to_owned() } else { toml::Value::String(text.to_owned()).to_string() }
}

/// `docs/CONFIG.md`.
pub fn markdown() -> String {
    let mut out = String::from(INTRODUCTION);
    for (table, doc) in TABLES {
        out.push_str(&format!("\n## `[{table}]`\n\n{doc}\n"));
        for setting in settings_of(table) {
            let (_, name) = setting.table_and_name();
            out.push_str(&format!("\n### `{}`\n\n", setting.env));
            out.push_str(&wrap(setting.doc, ""));
            out.push_str(&format!("\n- In `bondhu.toml`: `{name}` in `[{table}]`\n- Value: {}\n", setting.shape));
            match setting.default {
                Some(default) => out.push_str(&format!("- Default: `{default}`\n")),
                None => out.push_str("- Default: not set\n"),
            }
            if !setting.secret || setting.example != "..." {
                out.push_str(&format!("- Example: `{}={}`\n", setting.env, setting.example));
            }
            if setting.secret {
                out.push_str("- Secret: never shown, never logged\n");
            }
        }
    }
    out
}

const INTRODUCTION: &str = "\
# Settings

<!-- Written by `bondhu config --markdown`; `make gen` writes it again. -->

Bondhu runs without any setting. What you do set can stand in four places; a later one wins:

1. `bondhu.toml` in the working folder, or the file named by `--config` or `BONDHU_CONFIG`
2. `.env` in the working folder, as `NAME=value`
3. the environment
4. the command line: `--set http.listen=0.0.0.0:8383`, and `--listen`, `--data-dir`

An empty value is the same as none. A name that is not a setting is refused, with the nearest one that is.
`bondhu config` prints a complete `bondhu.toml` with the values in use and where each came from.
";

fn settings_of(table: &'static str) -> impl Iterator<Item = &'static Setting> {
    SETTINGS.iter().filter(move |setting| setting.table_and_name().0 == table)
}

fn wrap(text: &str, prefix: &str) -> String {
    let mut out = String::new();
    let mut line = prefix.to_owned();
    for word in text.split_whitespace() {
        if line.len() > prefix.len() && line.len() + 1 + word.len() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            prefix.clone_into(&mut line);
        }
        if line.len() > prefix.len() {
            line.push(' ');
        }
        line.push_str(word);
    }
    let _ = writeln!(out, "{}", line.trim_end());
    out
}
