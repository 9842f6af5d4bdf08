"""Fixtures: one Redis for all tests, and the workers of both languages on it."""

import json
import os
import subprocess
import sys
import uuid

import processes
import pytest

# `app.py` reads the address when it is imported, which the first test module does.
_SERVER = processes.Redis()
os.environ["INTEROP_REDIS"] = _SERVER.url


@pytest.fixture(scope="session")
def url():
    yield _SERVER.url
    _SERVER.stop()


@pytest.fixture(scope="session")
def app(url):
    from app import app

    return app


@pytest.fixture(scope="session")
def store(url):
    from app import store

    return store()


def answers(app, worker, within=20.0):
    """Waits until a worker answers by remote control."""

    def ping():
        assert worker.alive(), f"{worker.name} ended by itself:\n{worker.output()}"
        return app.control.inspect(destination=[worker.hostname], timeout=0.5, limit=1).ping()

    processes.wait_until(f"{worker.hostname} answers a ping", ping, within)
    return worker


@pytest.fixture(scope="session")
def rust(app, url):
    with processes.RustWorker(url) as worker:
        yield answers(app, worker)


@pytest.fixture(scope="session")
def python(app, url):
    with processes.PythonWorker(url) as worker:
        yield answers(app, worker)


@pytest.fixture(scope="session")
def python_5_6(app, url):
    old = processes.needed("INTEROP_PYTHON_5_6")
    with processes.PythonWorker(url, "python56@interop", ("python56",), python=old) as worker:
        yield answers(app, worker)


@pytest.fixture
def own_rust(app, url):
    """Starts Rust workers for one test, on queues of its own."""
    started = []

    def start(*queues, concurrency=1, ready=True):
        worker = processes.RustWorker(url, f"own-{uuid.uuid4().hex[:8]}@interop", queues, concurrency)
        started.append(worker)
        return answers(app, worker) if ready else worker

    yield start
    for worker in started:
        worker.stop()


@pytest.fixture
def key():
    """A name that no other test uses, for a queue or a Redis key."""
    return f"test-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def noted(store):
    """Waits until so many values were left under a key, and returns them."""

    def wait(key, count=1, within=15.0):
        def values():
            found = store.lrange(key, 0, -1)
            return found if len(found) >= count else None

        return processes.wait_until(f"{count} values under {key}", values, within)

    return wait


@pytest.fixture(scope="session")
def client(url):
    """Runs `interop_client` with a request and returns its JSON answer."""

    def ask(**request):
        command = [processes.needed("INTEROP_RUST_CLIENT"), json.dumps({"redis": url, **request})]
        done = subprocess.run(command, capture_output=True, text=True, timeout=40)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return ask


@pytest.fixture(scope="session")
def celery_command(url):
    """Runs the real `celery` command on `app.py` and returns what it printed."""

    def run(*arguments, check=True):
        command = [sys.executable, "-m", "celery", "-A", "app", *arguments]
        done = subprocess.run(
            command,
            cwd=processes.HERE,
            env={**os.environ, "INTEROP_REDIS": url},
            capture_output=True,
            text=True,
            timeout=40,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


@pytest.fixture
def process_of():
    """Starts any other command and stops it with the test."""
    started = []

    def start(name, command, **environment):
        process = processes.Process(name, command, **environment)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
