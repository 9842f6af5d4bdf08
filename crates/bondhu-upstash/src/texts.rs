//! Every text that the protocol prescribes.
//!
//! Upstash documents some of them; others are known from what its clients show and from what other gateways send. They
//! stand in one place so that one that turns out different is changed once.

/// No token, or one that nobody has.
pub const UNAUTHORIZED: &str = "WRONGPASS invalid or missing auth token";
/// A command without words.
pub const EMPTY_COMMAND: &str = "ERR empty command";
/// A pipeline without commands.
pub const EMPTY_PIPELINE: &str = "ERR empty pipeline request";
/// A command without words, inside a pipeline.
pub const EMPTY_PIPELINE_COMMAND: &str = "ERR empty pipeline command";
/// The body is not JSON.
pub const NOT_PARSED: &str = "ERR failed to parse command";
/// The body is JSON, and no list.
pub const NOT_A_LIST: &str = "expected JSON array";
/// There is no body.
pub const NO_BODY: &str = "EOF";
/// `null` as an argument, which JavaScript also makes of `undefined`.
pub const NULL_ARGUMENT: &str = "ERR null args are not supported";
/// A list as an argument.
pub const LIST_ARGUMENT: &str = "ERR unsupported arg type: \"[\": json.Delim";
/// An object as an argument.
pub const OBJECT_ARGUMENT: &str = "ERR unsupported arg type: \"{\": json.Delim";
/// The path is not text after its escapes are undone.
pub const BAD_PATH: &str = "ERR the path holds an escape that cannot be undone";

/// A command that needs a connection of its own, or that has a path of its own here.
pub fn not_allowed(command: &str) -> String {
    format!("ERR Command \"{command}\" is not allowed in REST or it has a special context path")
}

/// A command that the token has no right to.
pub fn no_permission(command: &str) -> String {
    format!("NOPERM this user has no permissions to run the '{command}' command or its subcommand")
}

/// A body beyond the limit.
pub fn too_large(limit: u64, actual: u64) -> String {
    format!(
        "ERR max request size exceeded. Limit: {limit} bytes, Actual: {actual} bytes. \
         See https://upstash.com/docs/redis/troubleshooting/max_request_size_exceeded for details"
    )
}
