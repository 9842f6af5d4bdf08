//! Servers that the tests run against, started on free ports of this machine and stopped when dropped.

pub mod certificates;
pub mod postgres;
pub mod redis;
pub mod stand_in;
