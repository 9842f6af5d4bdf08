//! Several databases behind one gateway: a file that says which token leads where.

use std::{collections::BTreeMap, path::Path};

use bondhu_cache::{
    engine::Engine,
    redis::{RedisError, RedisOptions},
};
use serde::Deserialize;

use crate::Token;

/// Why a file of tokens cannot be used. No text holds a token or a password.
#[derive(Debug, thiserror::Error)]
pub enum TokensFileError {
    /// It cannot be read.
    #[error("{file} cannot be read: {source}")]
    Read {
        /// Its path.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is not the JSON it should be.
    #[error(
        "{file} is not as it should be ({reason}); write {{\"TOKEN\": {{\"connection_string\": \"redis://host:6379\"}}}}"
    )]
    Shape {
        /// Its path.
        file: String,
        /// Where and what.
        reason: String,
    },
    /// It names no database.
    #[error("{0} has no token in it")]
    Empty(String),
    /// An address in it makes no sense.
    #[error("token number {number} of {file}: {source}")]
    Address {
        /// Its path.
        file: String,
        /// Which token, counted from one in the order of their texts.
        number: usize,
        /// What is wrong.
        source: RedisError,
    },
}

/// What stands behind a token. The names are those of serverless-redis-http; its pool sizes are not needed here.
#[derive(Deserialize)]
struct Entry {
    connection_string: String,
    #[serde(default)]
    read_only: bool,
}

/// Reads `{"TOKEN": {"connection_string": "redis://...", "read_only": false}}`. Tokens with the same address share one
/// connection.
pub fn read_tokens(path: &Path, options: &RedisOptions) -> Result<Vec<Token>, TokensFileError> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|source| TokensFileError::Read { file: file.clone(), source })?;
    let entries: BTreeMap<String, Entry> = serde_json::from_str(&text).map_err(|error| {
        // The library's message may repeat a value.
        let reason = format!("line {}, column {}", error.line(), error.column());
        TokensFileError::Shape { file: file.clone(), reason }
    })?;
    if entries.keys().all(String::is_empty) {
        return Err(TokensFileError::Empty(file));
    }
    let mut engines: BTreeMap<String, Engine> = BTreeMap::new();
    let mut tokens = Vec::new();
    for (index, (token, entry)) in entries.into_iter().enumerate() {
        let engine = if let Some(engine) = engines.get(&entry.connection_string) {
            engine.clone()
        } else {
            let engine = Engine::redis(&entry.connection_string, options.clone())
                .map_err(|source| TokensFileError::Address { file: file.clone(), number: index + 1, source })?;
            engines.insert(entry.connection_string, engine.clone());
            engine
        };
        tokens.push(if entry.read_only { Token::read_only(token, engine) } else { Token::standard(token, engine) });
    }
    Ok(tokens)
}
