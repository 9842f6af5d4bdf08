//! The Upstash REST protocol, without its network: requests become commands, replies become JSON.
//!
//! What a request asks for is in [`request`], what may not be asked in [`guard`], how a reply is written in [`reply`],
//! and every text that goes over the wire in [`texts`], so that one place can be corrected. [`script`] makes Lua
//! scripts that were written for Upstash run on Redis and Valkey.
//!
//! ```
//! use bondhu_upstash::{reply::{Encoding, Reply}, request};
//!
//! let command = request::command(br#"["set", "user:1", {"EX": 60}]"#);
//! assert!(command.is_err(), "arguments are text, numbers and booleans");
//! let command = request::command(br#"["set", "user:1", "Asha", "ex", 60]"#).unwrap();
//! assert_eq!(command[4], b"60");
//! assert_eq!(Reply::Status("OK".into()).to_json(Encoding::Base64), r#"{"result":"OK"}"#);
//! assert_eq!(Reply::Bulk(b"Asha".to_vec()).to_json(Encoding::Base64), r#"{"result":"QXNoYQ=="}"#);
//! ```

pub mod guard;
pub mod reply;
pub mod request;
pub mod script;
pub mod texts;

/// A command: its name and its arguments, as the bytes that the server gets.
pub type Command = Vec<Vec<u8>>;
