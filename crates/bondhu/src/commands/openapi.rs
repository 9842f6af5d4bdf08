//! `bondhu openapi`: prints the API's description, or that of what is cached.

use crate::cache_keys;
use crate::http::router::openapi_json;

/// Prints the document that `/api/openapi.json` serves, or the table of cache keys with the schema of their values.
#[expect(clippy::print_stdout, reason = "printing is what the command is for")]
pub fn run(cache: bool) {
    print!("{}", if cache { cache_keys::schema_json() } else { openapi_json() });
}
