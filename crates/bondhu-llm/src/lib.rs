//! Language models as one stream of normalised events.
//!
//! [`connect`] turns [`ModelSettings`] into a [`ChatModel`]: a remote or local model behind time limits,
//! retries and a circuit breaker ([`Resilient`]). [`Embedder`] turns texts into vectors. [`Scripted`] plays a model in tests, [`Fixed`] in benchmarks.
//!
//! Metrics, each labelled with the provider:
//!
//! | name | kind | further labels |
//! |---|---|---|
//! | `bondhu_llm_replies_total` | counter | `outcome`: `ok`, `blocked`, `cancelled`, `breaker_open` or [`LlmError::code`] |
//! | `bondhu_llm_retries_total` | counter | |
//! | `bondhu_llm_tokens_total` | counter | `kind`: `input`, `output` |
//! | `bondhu_llm_first_token_seconds` | histogram | from the request to the first piece, retries included |
//! | `bondhu_llm_reply_seconds` | histogram | from the first piece to the end |
//!
//! No prompt, reply or key is ever logged, put into an error, or used as a metric label.

mod chat;
mod embedder;
mod error;
mod fixed;
pub mod listener;
mod ollama;
mod remote;
mod resilient;
mod scripted;
mod settings;

pub use chat::{ChatEvent, ChatMessage, ChatModel, ChatRequest, ChatStream, Finish, ModelInfo, Role, Usage};
pub use embedder::Embedder;
pub use error::{LlmError, Phase};
pub use fixed::Fixed;
pub use ollama::find_ollama;
pub use resilient::Resilient;
pub use scripted::{Scripted, Turn};
pub use settings::{Limits, ModelSettings, Provider, connect};
