//! The edge: routes, middleware, errors and the web app's files. No behaviour of a feature lives here.

pub mod assets;
pub mod client_address;
pub mod content_policy;
pub mod extract;
pub mod health;
pub mod middleware;
pub mod openapi;
pub mod problem;
pub mod router;
