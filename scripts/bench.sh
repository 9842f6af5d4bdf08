#!/usr/bin/env bash
# Runs the benchmark on the release binary. The arguments go to it; `--help` lists them.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release -p bondhu-bench
target=$(scripts/target-dir.sh)
exec "$target/release/bondhu-bench" --bondhu "$target/release/bondhu" --python .venv/bin/python "$@"
