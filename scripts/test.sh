#!/usr/bin/env bash
# Every check and test, from a fresh clone: sets up, then runs one stage after another.
# It stops at the first stage that fails and closes with what was run.
set -euo pipefail
cd "$(dirname "$0")/.."

# Tests that are skipped elsewhere where a program is missing fail here: the set-up has brought it.
export TEST_EVERYTHING=1

passed=0
begun=$SECONDS

stage() {
  local name=$1 from=$SECONDS status=0
  shift
  printf '\n==> %s\n' "$name"
  "$@" || status=$?
  if [ "$status" != 0 ]; then
    printf '\n==> %s FAILED after %s s\n' "$name" "$((SECONDS - from))"
    printf 'stages: %s passed, 1 failed\n' "$passed"
    exit "$status"
  fi
  passed=$((passed + 1))
  printf '==> %s: ok in %s s\n' "$name" "$((SECONDS - from))"
}

stage 'set-up' scripts/setup.sh rust node system python
stage 'web build' scripts/web-build.sh
stage 'lints' scripts/lint.sh
stage 'Rust tests' scripts/cargo-test.sh --workspace --all-targets
for feature in redis sqlite; do
  stage "the task library with $feature alone" scripts/cargo-test.sh -p bondhu-tasks --no-default-features \
    --features "$feature"
done
stage 'Rust documentation tests' cargo test --doc --workspace
stage 'Python peers' scripts/interop.sh
stage 'Upstash clients' scripts/interop-upstash.sh
stage 'generated files' scripts/gen.sh --check
stage 'web checks' npm run check
stage 'web tests' npm test
stage 'release build' cargo build --release -p bondhu
stage 'browser tests' scripts/e2e.sh
stage 'benchmark, a quick run' scripts/bench.sh --quick

printf '\nEverything passed in %s min %s s.\n' "$(((SECONDS - begun) / 60))" "$(((SECONDS - begun) % 60))"
printf 'stages: %s passed, 0 failed\n' "$passed"
