//! The protocol over real HTTP, with the engine in memory and with a real Redis. What the published clients send is
//! tested with them in `interop/`; here is what they never send, and what goes wrong.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "gateway/connections.rs"]
mod connections;
#[path = "gateway/faults.rs"]
mod faults;
#[path = "gateway/protocol.rs"]
mod protocol;
#[path = "gateway/start.rs"]
mod start;
#[path = "gateway/streams.rs"]
mod streams;
#[path = "gateway/tls.rs"]
mod tls;
#[path = "gateway/tokens.rs"]
mod tokens;
