#!/usr/bin/env bash
# Runs the browser tests against the release binary, with the model stand-in that they start.
# The arguments go to Playwright.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build -p bondhu-testkit --example stand_in
target=$(scripts/target-dir.sh)
export BONDHU_BIN="$target/release/bondhu"
export STAND_IN_BIN="$target/debug/examples/stand_in"
export CHROMIUM_PATH="${CHROMIUM_PATH:-$(command -v chromium)}"
npm run e2e -- "$@"
