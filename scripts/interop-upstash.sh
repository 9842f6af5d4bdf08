#!/usr/bin/env bash
# Has the published @upstash/redis and @upstash/ratelimit work against the REST gateway on a real Redis, and on Valkey
# where it is installed: interop-upstash.sh [vitest's arguments]
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --quiet -p bondhu
INTEROP_BONDHU=$(scripts/target-dir.sh)/debug/bondhu
export INTEROP_BONDHU
npm run --silent interop -w @bondhu/interop-upstash -- "$@"
