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

/// What no token has been set up for; the gateway is off.
pub const OFF: &str = "ERR the REST gateway is off: set UPSTASH_REDIS_REST_TOKEN to a long random text (`openssl rand \
                       -hex 32`), restart, and give the same token to your clients";
/// A method that this path does not take.
pub const WRONG_METHOD: &str = "ERR method not allowed: send POST";
/// `Upstash-Response-Format` is something else than `json` or `resp2`.
pub const UNKNOWN_FORMAT: &str = "ERR invalid Upstash-Response-Format, json or resp2 is expected";
/// `Upstash-Encoding` is something else than `base64`.
pub const UNKNOWN_ENCODING: &str = "ERR invalid Upstash-Encoding, base64 is expected";
/// Both of them.
pub const TWO_FORMATS: &str = "ERR Upstash-Encoding cannot be used together with the resp2 response format";
/// The client has gone away, or was too slow, before its request was whole.
pub const CUT_OFF: &str = "ERR the request ended before it was complete";
/// A subscription to nothing.
pub const NO_CHANNEL: &str = "ERR wrong number of arguments for 'subscribe' command";
/// `ACL RESTTOKEN` where the engine has no users.
pub const NO_USERS: &str =
    "ERR ACL RESTTOKEN needs a Redis or Valkey server with users; set REDIS_URL to the address of one";
/// A script that the server does not know, in the words that clients look for.
pub const NO_SCRIPT: &str = "NOSCRIPT No matching script. Please use EVAL.";

/// The server behind the gateway gives no answer.
pub fn unavailable(reason: &str) -> String {
    format!("ERR backend unavailable: {reason}")
}

/// `ACL RESTTOKEN` with a login that the server refuses.
pub fn wrong_login(user: &str) -> String {
    format!("ERR Wrong password or user \"{user}\" does not exist")
}
