#!/usr/bin/env bash
# Builds examples/nextjs, unless nothing that it is made from has changed since.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=node_modules/.next-built
sources=$(find examples/nextjs packages package-lock.json \
  \( -name node_modules -o -name .next -o -name dist \) -prune \
  -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
if [ -f examples/nextjs/.next/BUILD_ID ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sources" ]; then
  exit 0
fi
echo 'Building the Next.js example.'
# The client of Upstash warns when its address is missing, and the build asks it nothing.
said=$(npm run build:packages 2>&1 && NEXT_TELEMETRY_DISABLED=1 UPSTASH_REDIS_REST_URL=http://127.0.0.1:1 \
  UPSTASH_REDIS_REST_TOKEN=none npm run build -w @bondhu/example-nextjs 2>&1) || {
  printf '%s\n' "$said" >&2
  exit 1
}
printf '%s\n' "$sources" >"$stamp"
