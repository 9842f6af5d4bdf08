#!/usr/bin/env bash
# Runs Rust tests with cargo-nextest where it is installed and with cargo's own runner where it is not.
# The arguments choose the tests, as they do for `cargo test`.
set -euo pipefail
cd "$(dirname "$0")/.."

if cargo nextest --version >/dev/null 2>&1; then
  profile=default
  if [ -n "${CI:-}" ]; then profile=ci; fi
  exec cargo nextest run --profile "$profile" "$@"
fi
exec cargo test "$@"
