//! `bondhu openapi`: prints the API's description.

use crate::http::router::openapi_json;

/// Prints the document that `/api/openapi.json` serves.
#[expect(clippy::print_stdout, reason = "printing is what the command is for")]
pub fn run() {
    print!("{}", openapi_json());
}
