"""Clients and workers of Celery 5.6 and 5.7 share one Redis with the Rust worker."""

import json
import os
import subprocess
import sys

import pytest
from celery import chord, group
from conftest import answers
from processes import HERE, PythonWorker, needed

pytestmark = pytest.mark.usefixtures("rust", "python")

EXPECTED = {
    "result": 3,
    "many": [2 * n for n in range(50)],
    "countdown": 3,
    "expired": ["TaskRevokedError", "expired"],
    "chain": 4,
    "group": [0, 2, 4, 6, 8],
    "chord": 6,
    "nested": 6,
    "error": ["ValueError", "bad"],
    "chord error": ["ChordError"],
    "retry": 1,
    "ping": {"rust@interop": {"ok": "pong"}},
    "registered": True,
}


@pytest.mark.parametrize("version", ["5.6", "5.7"])
def test_a_client_of_each_version(url, version):
    python = sys.executable if version == "5.7" else needed("INTEROP_PYTHON_5_6")
    asked = subprocess.run([python, "-c", "import celery; print(celery.__version__)"], capture_output=True, text=True)
    assert asked.stdout.startswith(version)
    done = subprocess.run(
        [python, "client.py"],
        cwd=HERE,
        env={**os.environ, "INTEROP_REDIS": url},
        capture_output=True,
        text=True,
        timeout=50,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == EXPECTED


@pytest.mark.parametrize("body", ["rust", "python", "python56"])
@pytest.mark.parametrize("members", [3, 30])
def test_a_header_that_three_kinds_of_workers_run(app, python_5_6, body, members):
    """5.6 counts a chord by other keys than 5.7; whoever ends last has to see the same count."""
    add = {
        "rust": app.signature("t.integration.tasks.add", queue="rust"),
        "python": app.signature("python.add", queue="python"),
        "python56": app.signature("python.add", queue="python56"),
    }
    total = app.signature("t.integration.tasks.tsum" if body == "rust" else "python.total", queue=body)
    kinds = list(add.values())
    for _ in range(5):
        header = group(kinds[n % 3].clone((n, 1)) for n in range(members))
        assert chord(header, total.clone())().get(timeout=20) == sum(range(members)) + members


def test_an_error_in_a_header_that_three_kinds_of_workers_run(app, python_5_6):
    add = app.signature("python.add", args=(1, 1))
    for failing in (
        app.signature("t.integration.tasks.fail", queue="rust"),
        app.signature("python.fail", queue="python56"),
        app.signature("python.fail", queue="python"),
    ):
        header = [add.clone(queue="python56"), failing, add.clone(), app.signature("t.integration.tasks.add", args=(1, 1))]
        result = chord(header, app.signature("t.integration.tasks.tsum"))()
        with pytest.raises(Exception, match="raised") as raised:
            app.AsyncResult(result.id).get(timeout=20)
        assert type(raised.value).__name__ == "ChordError"


def test_one_queue_that_workers_of_all_versions_share(app, url, own_rust, key):
    """The bookkeeping of deliveries (`unacked`) is one for all; everything is run once."""
    own_rust(key, concurrency=2)
    with PythonWorker(url, "shared57@interop", (key,)) as new, PythonWorker(
        url, "shared56@interop", (key,), python=needed("INTEROP_PYTHON_5_6")
    ) as old:
        answers(app, new), answers(app, old)
        results = [app.signature("shared.add", args=(n, 1), queue=key).delay() for n in range(200)]
        assert [result.get(timeout=30) for result in results] == [n + 1 for n in range(200)]
        workers = {result.worker for result in results}
    assert len(workers) == 3, workers
