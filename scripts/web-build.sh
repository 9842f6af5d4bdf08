#!/usr/bin/env bash
# Builds the web app into web/build, unless nothing that it is made from has changed since.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=node_modules/.web-built
sources=$(find web packages/client package-lock.json \
  \( -name node_modules -o -name .svelte-kit -o -path web/build -o -path packages/client/dist \) -prune \
  -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
if [ -f web/build/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sources" ]; then
  exit 0
fi
echo 'Building the web app.'
said=$(npm run build 2>&1) || {
  printf '%s\n' "$said" >&2
  exit 1
}
printf '%s\n' "$sources" >"$stamp"
