//! How a person has been: what they say themselves, and what their messages sound like.

pub mod insight;
pub mod reading;
pub mod routes;
pub mod scores;
pub mod tasks;
pub mod timeline;
