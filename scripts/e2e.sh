#!/usr/bin/env bash
# Runs the browser tests against the release binary. They start it themselves, with a model that they control, and the
# Next.js example beside it.
# The arguments go to Playwright.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/next-build.sh
target=$(scripts/target-dir.sh)
export BONDHU_BIN="$target/release/bondhu"
export CHROMIUM_PATH="${CHROMIUM_PATH:-$(command -v chromium)}"
npm run e2e -- "$@"
