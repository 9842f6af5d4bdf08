//! The Upstash REST protocol over a key-value engine: a [`Gateway`], and a server for it.
//!
//! What a request asks for is in [`request`], what may not be asked in [`guard`], how a reply is written in [`json`],
//! and every text that goes over the wire in [`texts`], so that one place can be corrected. [`script`] makes Lua
//! scripts that were written for Upstash run on Redis and Valkey.
//!
//! ```
//! use bondhu_cache::engine::Engine;
//! use bondhu_upstash::{Gateway, Options, Token};
//!
//! let engine = Engine::memory(64 << 20);
//! let gateway = Gateway::new(vec![Token::standard("a long random text", engine)], Options::default());
//! // Anywhere in an application:
//! let app: axum::Router = axum::Router::new().nest_service("/redis", gateway.router());
//! # drop(app);
//! ```

mod access;
mod answer;
mod carry_out;
mod gateway;
pub mod guard;
pub mod json;
mod read_only;
pub mod request;
pub mod script;
mod seal;
pub mod server;
mod stream;
pub mod texts;
mod tokens_file;

pub use access::Token;
pub use gateway::{Gateway, Options};
pub use tokens_file::{TokensFileError, read_tokens};
