"""A pytest plugin: writes the outcome of each test as JSON, and stops when the worker under test is gone."""

import json
import os

import pytest

ORDER = ["passed", "xfailed", "skipped", "failed"]
outcomes = {}


def pytest_runtest_setup(item):
    try:
        os.kill(int(os.environ["EXT_WORKER_PID"]), 0)
    except ProcessLookupError:
        pytest.exit("the worker is gone")


def pytest_runtest_logreport(report):
    outcome = report.outcome
    if outcome == "passed" and report.when != "call":
        return
    if outcome == "skipped" and hasattr(report, "wasxfail"):
        outcome = "xfailed"
    known = outcomes.get(report.nodeid, "passed")
    # A test that fails in a subtest or while it is taken down has failed.
    outcomes[report.nodeid] = max(known, outcome, key=ORDER.index)
    with open(os.environ["EXT_REPORT"], "w") as file:
        json.dump(outcomes, file)
