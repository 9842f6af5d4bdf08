//! The Upstash REST gateway: which engine is behind it, and which tokens open it.

use std::time::Duration;

use anyhow::Context;
use bondhu_cache::{engine::Engine, redis::RedisOptions};
use bondhu_upstash::{Gateway, Options, Token, read_tokens};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{StoreConfig, UpstashConfig};

/// The server behind the gateway has more time than the cache gives it: scripts may take long.
fn redis_options() -> RedisOptions {
    RedisOptions { response_timeout: Duration::from_secs(15), ..RedisOptions::default() }
}

/// The engine behind the gateway: Redis where the settings name one, else the memory of this process.
pub fn engine(store: &StoreConfig, config: &UpstashConfig) -> anyhow::Result<Engine> {
    match &store.redis_url {
        Some(url) => {
            let _ = rustls::crypto::ring::default_provider().install_default();
            Engine::redis(url.expose_secret(), redis_options()).context("REDIS_URL cannot be used")
        }
        None => Ok(Engine::memory(config.memory_bytes)),
    }
}

/// The gateway on an engine. Without a token it is there, refuses everything and says what to set.
pub fn gateway(config: &UpstashConfig, engine: &Engine) -> anyhow::Result<Gateway> {
    let text = |token: &SecretString| token.expose_secret().to_owned();
    let standard = config.token.iter().map(|token| Token::standard(text(token), engine.clone()));
    let reading = config.read_only_token.iter().map(|token| Token::read_only(text(token), engine.clone()));
    let mut tokens: Vec<Token> = standard.chain(reading).collect();
    if let Some(file) = &config.tokens_file {
        let _ = rustls::crypto::ring::default_provider().install_default();
        tokens.extend(read_tokens(file, &redis_options())?);
    }
    let options = Options { max_request_bytes: config.max_request_bytes, ..Options::default() };
    Ok(Gateway::new(tokens, options))
}
