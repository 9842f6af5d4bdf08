#!/usr/bin/env bash
# Prints the folder that cargo builds into, wherever the environment or cargo's configuration puts it.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo metadata --format-version 1 --no-deps --offline 2>/dev/null |
  sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
