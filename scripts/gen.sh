#!/usr/bin/env bash
# Writes the files that are made from the code. With --check it fails when one of them was out of date.
set -euo pipefail
cd "$(dirname "$0")/.."

files=(crates/bondhu/openapi.json packages/client/src/schema.ts packages/redis/src/schema.ts docs/CONFIG.md)
before=$(sha256sum "${files[@]}" 2>/dev/null || true)

# Into a file beside it first: a command that fails must not leave an empty document.
write() {
  local file=$1
  shift
  cargo run --quiet -p bondhu -- "$@" >"$file.new" || { rm -f "$file.new"; return 1; }
  mv "$file.new" "$file"
}
write crates/bondhu/openapi.json openapi
npm run gen
cargo run --quiet -p bondhu -- openapi --cache | node scripts/cache-schema.js
write docs/CONFIG.md config --markdown

if [ "${1:-}" = --check ] && [ "$(sha256sum "${files[@]}")" != "$before" ]; then
  printf 'gen: these files were out of date and are written anew; look at them and commit them:\n' >&2
  diff <(printf '%s\n' "$before") <(sha256sum "${files[@]}") | sed -n 's/^> [0-9a-f]* */  /p' >&2
  exit 1
fi
