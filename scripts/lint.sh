#!/usr/bin/env bash
# Checks formats, lints, shell scripts, deployment files and dependencies. Changes nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

# Cargo.lock says what Cargo.toml asks for.
cargo metadata --locked --format-version 1 >/dev/null
cargo fmt --all --check
cargo clippy --workspace --all-targets -- -D warnings
# Whoever uses the task library alone may want one kind of broker without the other.
for feature in redis sqlite; do
  cargo clippy -p bondhu-tasks --no-default-features --features "$feature" --all-targets -- -D warnings
done
python3 scripts/examples-shown.py
.venv/bin/shellcheck scripts/*.sh interop/*.sh .ci/run
.venv/bin/hadolint deploy/Dockerfile
.venv/bin/check-jsonschema --builtin-schema vendor.compose-spec deploy/compose.yaml

# Neither comes with Rust, so a machine without them skips what they check and says so.
if cargo machete --version >/dev/null 2>&1; then
  cargo machete
else
  echo 'lint: unused dependencies were not looked for (cargo install cargo-machete)'
fi
if cargo deny --version >/dev/null 2>&1; then
  cargo deny --workspace check bans licenses sources
else
  echo 'lint: licences of dependencies were not checked (cargo install cargo-deny)'
fi
