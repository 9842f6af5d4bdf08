#!/usr/bin/env bash
# Runs the browser tests against the release binary. They start it themselves, and a model that they control.
# The arguments go to Playwright.
set -euo pipefail
cd "$(dirname "$0")/.."

target=$(scripts/target-dir.sh)
export BONDHU_BIN="$target/release/bondhu"
export CHROMIUM_PATH="${CHROMIUM_PATH:-$(command -v chromium)}"
npm run e2e -- "$@"
