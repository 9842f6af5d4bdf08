"""Runs Celery's integration tests in several lanes, each with its own Redis and Rust worker, and judges the outcome."""

import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import processes

HERE = pathlib.Path(__file__).resolve().parent
FILES = ["test_tasks", "test_inspect", "test_loader", "test_redis_backend", "test_group_chains", "test_canvas"]
# Waiting makes up nearly all of the time, so there are more lanes than processors.
LANES = 8
# Left out of the part for `make test`: these wait 20 s and more each.
SLOW = (
    "test_revoked_by_headers_complex_canvas or stamping or test_large_group_pipeline"
    " or allow_error_cb_on_chord_header or header_link_error"
)
WORKER = "ext@host"
PLUGINS = ["-p", "celery.contrib.pytest", "-p", "celery_suite_report", "-p", "no:cacheprovider"]
# Where it is installed, it tries a real failure five times.
PLUGINS += ["-p", "no:rerunfailures"]


def replace(file, old, new):
    """An edit that fails unless the text is there exactly once: a new version of the suite must be looked at."""
    text = file.read_text()
    if text.count(old) != 1:
        raise SystemExit(f"{file.name} has changed: {old!r} is there {text.count(old)} times instead of once")
    file.write_text(text.replace(old, new))


def make_worker_external(suite):
    """The three edits without which the suite starts a Python worker inside the test process."""
    conftest = suite / "t/integration/conftest.py"
    replace(
        conftest,
        "from celery.contrib.pytest import celery_app, celery_session_app, celery_session_worker\n",
        "from celery.contrib.pytest import celery_app, celery_session_app\n",
    )
    replace(conftest, "    'celery_session_worker',\n", "")
    conftest.write_text(
        conftest.read_text()
        + """

@pytest.fixture(scope='session')
def celery_session_worker(celery_session_app):
    assert celery_session_app.control.ping(timeout=5), 'the external worker does not answer'
    yield object()
"""
    )
    replace(
        suite / "t/integration/test_inspect.py",
        "NODENAME = anon_nodename()",
        "NODENAME = os.environ.get('EXT_WORKER_HOSTNAME') or anon_nodename()",
    )


class Lane:
    """One Redis, one worker, one pytest."""

    def __init__(self, suite, tests, scratch, timeout):
        self.redis = processes.Redis()
        self.worker = processes.RustWorker(self.redis.url, WORKER, ("celery",), 1, routes={})
        self.report = scratch / f"{self.redis.port}.json"
        command = [sys.executable, "-m", "pytest", "-q", *PLUGINS]
        command += [f"--timeout={timeout}", "--tb=short", *tests]
        self.tests = processes.Process(
            "celery-suite",
            command,
            cwd=suite,
            PYTHONPATH=f"{suite}:{HERE}",
            TEST_BROKER=self.redis.url,
            TEST_BACKEND=self.redis.url,
            REDIS_HOST="127.0.0.1",
            REDIS_PORT=str(self.redis.port),
            EXT_WORKER_HOSTNAME=WORKER,
            EXT_WORKER_PID=str(self.worker.pid),
            EXT_REPORT=str(self.report),
        )

    def finish(self):
        self.tests.wait(3600)
        outcomes = json.loads(self.report.read_text()) if self.report.exists() else {}
        log = self.tests.output()
        if not self.worker.alive():
            log += f"\nThe worker has ended by itself:\n{self.worker.output()}"
        for process in (self.tests, self.worker, self.redis):
            process.stop()
        return outcomes, log


def collect(suite, expression):
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *PLUGINS]
    command += [f"t/integration/{name}.py" for name in FILES]
    if expression:
        command += ["-k", expression]
    environment = {**os.environ, "PYTHONPATH": f"{suite}:{HERE}", "TEST_BROKER": "redis://", "TEST_BACKEND": "redis://"}
    listed = subprocess.run(command, cwd=suite, env=environment, capture_output=True, text=True)
    tests = [line for line in listed.stdout.splitlines() if line.startswith("t/integration/")]
    if listed.returncode or not tests:
        raise SystemExit(f"the suite cannot be collected:\n{listed.stdout}{listed.stderr}")
    return tests


def expected():
    """`test id  # why`, one a line; a test without its parameters stands for all of them."""
    reasons = {}
    for line in (HERE / "celery_suite_expected.txt").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            test, reason = re.split(r"\s+# ", line, maxsplit=1)
            reasons[test] = reason
    return reasons


def reason_for(test, reasons):
    return reasons.get(test) or reasons.get(test.split("[")[0])


def judge(outcomes, tests):
    """Prints a table by file, and returns the tests whose outcome is not the expected one."""
    reasons = expected()
    table = collections.defaultdict(collections.Counter)
    surprises = []
    for test in tests:
        outcome = outcomes.get(test, "not run")
        listed = reason_for(test, reasons)
        if outcome in ("failed", "not run") and listed:
            outcome = "not expected to pass"
        elif outcome in ("failed", "not run"):
            surprises.append(f"{outcome}: {test}")
        elif outcome == "passed" and listed and test in reasons:
            surprises.append(f"passed, but is listed as one that cannot ({listed}): {test}")
        table[test.split("::")[0].rpartition("/")[2]][outcome] += 1
    print(f"{'file':<24}" + "".join(f"{column:>22}" for column in COLUMNS))
    for file, counts in table.items():
        print(f"{file:<24}" + "".join(f"{counts[column]:>22}" for column in COLUMNS))
    return surprises


# Some of the tests race their own client: it looks at a task's parents, then at the task, and a worker that is quick
# fails both in between, so that another error is raised than the test waits for. So few failures are looked at again.
RACES = 2
COLUMNS = ["passed", "skipped", "xfailed", "not expected to pass", "failed", "not run"]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("source", type=pathlib.Path)
    arguments.add_argument("--all", action="store_true")
    arguments.add_argument("-k", dest="expression")
    arguments.add_argument("--logs", type=pathlib.Path, help="where to keep what the lanes printed")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="celery-suite-") as scratch:
        scratch = pathlib.Path(scratch)
        suite = scratch / "suite"
        shutil.copytree(given.source / "t", suite / "t")
        shutil.copy(given.source / "pyproject.toml", suite)
        make_worker_external(suite)
        tests = collect(suite, given.expression or (None if given.all else f"not ({SLOW})"))
        # What cannot pass mostly waits for its time to run out, so it runs only when everything does.
        runs = tests if given.all else [test for test in tests if not reason_for(test, expected())]
        print(f"{len(runs)} of {len(tests)} tests in {LANES} lanes", flush=True)
        lanes = [Lane(suite, runs[n::LANES], scratch, 300 if given.all else 60) for n in range(min(LANES, len(runs)))]
        outcomes, logs = {}, []
        for lane in lanes:
            found, log = lane.finish()
            print(f"a lane has ended: {log.strip().splitlines()[-1]}", flush=True)
            outcomes.update(found)
            logs.append(log)
        failed = [test for test in runs if outcomes.get(test) == "failed" and not reason_for(test, expected())]
        if 0 < len(failed) <= RACES:
            print(f"again, alone: {' '.join(failed)}", flush=True)
            found, log = Lane(suite, failed, scratch, 60).finish()
            outcomes.update(found)
            logs.append(log)
    surprises = judge(outcomes, tests)
    if given.logs:
        given.logs.mkdir(parents=True, exist_ok=True)
        for number, log in enumerate(logs):
            (given.logs / f"lane-{number}.log").write_text(log)
    if surprises:
        print("\n".join(logs if not given.logs else []))
        print("\n".join(surprises))
        raise SystemExit(1)


main()
