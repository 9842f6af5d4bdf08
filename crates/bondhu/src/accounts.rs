//! People: who they are, how they sign up and in, and what else may act for them.

pub mod attempts;
pub mod identity;
pub mod password;
pub mod routes;
pub mod session;
pub mod sign_in;
pub mod sign_up;
pub mod token;
