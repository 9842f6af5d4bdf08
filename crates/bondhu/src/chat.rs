//! The conversation: from a person's words to a streamed, stored reply.
//!
//! A turn begins in [`turn`] with one transaction, goes on in [`generate`] detached from the socket, is
//! watched through [`live`], and leaves the house as events in [`stream`].

pub mod generate;
pub mod history;
pub mod live;
pub mod model;
pub mod prompt;
pub mod recalling;
pub mod routes;
pub mod stream;
pub mod text;
pub mod turn;
