//! The API on the real router, over real sockets, with a scripted model and a clock that the test sets.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(unreachable_pub, reason = "nothing is reachable from outside a test binary")]

mod accounts;
mod architecture;
mod background;
mod bad_input;
mod cache;
mod conversations;
mod crisis;
mod embeddings;
mod faults;
mod gateway;
mod memories;
mod mood;
mod openapi;
mod personality;
mod postgres;
mod replies;
mod search;
mod test_app;
