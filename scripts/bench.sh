#!/usr/bin/env bash
# Runs the benchmarks on release binaries. The arguments go to each; `--help` lists them.
#   BENCH=chat|tasks|cache|upstash|understanding|recall   only one of them
#   UNDERSTANDING_DATA="FILE..."                           rated texts for understanding: id, valence, text
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --release -p bondhu -p bondhu-bench
target=$(scripts/target-dir.sh)
if [ "${BENCH:-chat}" = chat ]; then
  "$target/release/bondhu-bench" --bondhu "$target/release/bondhu" --python .venv/bin/python "$@"
fi
if [ "${BENCH:-tasks}" = tasks ]; then
  peers=()
  # Their dependencies are compiled for a table, not for a quick run.
  if [[ " $* " != *' --quick '* ]]; then
    cargo build --release --manifest-path bench/peer-rust/Cargo.toml --target-dir "$target/peers"
    peers=(--peers "$target/peers/release/bondhu-bench-peers")
  fi
  "$target/release/bondhu-bench-tasks" --python .venv/bin/python "${peers[@]}" "$@"
fi
if [ "${BENCH:-cache}" = cache ]; then
  "$target/release/bondhu-bench-cache" --python .venv/bin/python "$@"
fi
if [ "${BENCH:-upstash}" = upstash ]; then
  "$target/release/bondhu-bench-upstash" --bondhu "$target/release/bondhu" "$@"
fi
if [ "${BENCH:-understanding}" = understanding ]; then
  data=()
  for file in ${UNDERSTANDING_DATA:-}; do
    data+=(--data "$file")
  done
  "$target/release/bondhu-bench-understanding" --python .venv/bin/python "${data[@]}" "$@"
fi
if [ "${BENCH:-recall}" = recall ]; then
  "$target/release/bondhu-bench-recall" "$@"
fi
