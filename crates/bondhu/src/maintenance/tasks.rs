//! Background work on the house itself.

pub mod cleanup_expired;
