//! Background work on memories.

pub mod embed_memories;
pub mod extract_memories;
