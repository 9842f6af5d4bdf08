//! What every request passes through, in the order of [`crate::http::router`].

pub mod origin;
pub mod problems;
pub mod request_id;
pub mod security_headers;
pub mod trace;
