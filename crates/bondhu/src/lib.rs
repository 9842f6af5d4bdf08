//! Bondhu: a self-hosted companion. The binary in `main.rs` is a thin shell over this library.
pub mod accounts;
pub mod admin;
pub mod app;
pub mod cache_keys;
pub mod chat;
pub mod clock;
pub mod commands;
pub mod config;
pub mod gateway;
pub mod http;
pub mod maintenance;
pub mod mood;
pub mod outbox;
pub mod personality;
pub mod safety;
pub mod schedule;
pub mod telemetry;
