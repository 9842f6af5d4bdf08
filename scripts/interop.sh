#!/usr/bin/env bash
# Has Python Celery read what the task library writes.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --quiet -p bondhu-tasks --test to_python
.venv/bin/python crates/bondhu-tasks/tests/golden/check.py "$(scripts/target-dir.sh)/tmp/to-python"
