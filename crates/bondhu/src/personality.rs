//! Who a person is, from what they do.

pub mod tasks;
