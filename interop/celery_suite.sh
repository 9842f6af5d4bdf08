#!/usr/bin/env bash
# Runs Celery's own integration tests against the Rust worker: celery_suite.sh [--all] [pytest's -k expression]
#   without --all   the part that fits into `make test`
#   --all           every test of the files that concern a worker on Redis
# What is not expected to pass, and why, is in celery_suite_expected.txt. Exits with 1 on any other failure, and when
# a listed test passes.
set -euo pipefail
cd "$(dirname "$0")"

: "${INTEROP_RUST_WORKER:?run scripts/interop.sh, or set this to the built example integration_worker}"

version=5.7.0
cache=.cache/celery-$version
if [ ! -d "$cache" ]; then
  # Only the source distribution carries the tests.
  mkdir -p .cache/download
  ../.venv/bin/pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
    --dest .cache/download "celery==$version"
  mkdir -p "$cache.part"
  tar -xzf ".cache/download/celery-$version.tar.gz" -C "$cache.part" --strip-components 1
  mv "$cache.part" "$cache"
fi
exec ../.venv/bin/python celery_suite.py "$cache" "$@"
