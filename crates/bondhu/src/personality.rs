//! Who a person is, from what they answer and what they do. Everything can be looked at, struck out and reset.

pub mod changes;
pub mod chat;
pub mod context;
pub mod history;
pub mod music;
pub mod profile;
pub mod questionnaire;
pub mod routes;
pub mod scale;
pub mod tasks;
pub mod words;
