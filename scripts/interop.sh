#!/usr/bin/env bash
# Has real Python Celery and Flower work beside the task library on a real Redis: interop.sh [pytest's arguments]
#   without arguments  the tests of interop/ and the part of Celery's own integration suite that fits in here
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --quiet -p bondhu-tasks --test to_python
target=$(scripts/target-dir.sh)
.venv/bin/python crates/bondhu-tasks/tests/golden/check.py "$target/tmp/to-python"

cargo build --quiet -p bondhu-tasks --examples
cargo build --quiet -p bondhu
export INTEROP_BONDHU=$target/debug/bondhu
export INTEROP_RUST_WORKER=$target/debug/examples/integration_worker
export INTEROP_RUST_CLIENT=$target/debug/examples/interop_client
export INTEROP_PYTHON_5_6=$PWD/interop/.venv-celery-5.6/bin/python
(cd interop && ../.venv/bin/python -m pytest -q "$@")
if [ "$#" = 0 ]; then
  interop/celery_suite.sh
fi
