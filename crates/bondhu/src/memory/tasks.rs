//! Background work on memories.

pub mod extract_memories;
