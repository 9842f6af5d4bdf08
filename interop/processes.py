"""Servers and workers that a test starts, on free ports and in folders of their own, and stops again."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent

# Where tasks go that a call sends nowhere in particular. Workers send callbacks too, so all of them know the table.
ROUTES = {"t.integration.tasks.*": "rust", "rust.*": "rust", "python.*": "python"}


def wait_until(what, check, within=15.0):
    """The first true answer of `check`; fails with `what` when there is none in time."""
    deadline = time.monotonic() + within
    while True:
        answer = check()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {within} s; the last answer was {answer!r}")
        time.sleep(0.02)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def needed(variable):
    """A program that `scripts/interop.sh` builds or installs and names by this variable."""
    path = os.environ.get(variable)
    if not path:
        raise RuntimeError(f"{variable} is not set: run these tests by scripts/interop.sh")
    return path


class Process:
    """A child process with its output in a file, killed with what it started."""

    def __init__(self, name, command, cwd=HERE, **environment):
        self.log = tempfile.NamedTemporaryFile("w+", prefix=f"{name}-", suffix=".log")
        self.name = name
        self.child = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self):
        return self.child.pid

    def alive(self):
        return self.child.poll() is None

    def output(self):
        return pathlib.Path(self.log.name).read_text()

    def stop(self, within=10.0):
        """Asks it to end, and kills it if it does not."""
        if self.alive():
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(within)
            except subprocess.TimeoutExpired:
                os.killpg(self.child.pid, signal.SIGKILL)
                self.child.wait()

    def kill(self):
        if self.alive():
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def wait(self, within=10.0):
        return self.child.wait(within)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Redis(Process):
    """A Redis server without persistence."""

    def __init__(self):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.folder = tempfile.TemporaryDirectory(prefix="interop-redis-")
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", self.folder.name]
        super().__init__("redis", ["redis-server", *options, "--save", "", "--appendonly", "no"])
        wait_until("Redis accepts connections", self._answers)

    def _answers(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 0.2).close()
        except OSError:
            return False
        return True


class RustWorker(Process):
    """The worker of `crates/bondhu-tasks/examples/integration_worker.rs`."""

    def __init__(self, url, name="rust@interop", queues=("rust",), concurrency=4, routes=ROUTES):
        self.hostname = name
        command = [needed("INTEROP_RUST_WORKER"), "-n", name, "-Q", ",".join(queues), "-c", str(concurrency)]
        for pattern, queue in routes.items():
            command += ["--route", f"{pattern}={queue}"]
        host, port = url.removeprefix("redis://").split("/")[0].split(":")
        super().__init__(
            "rust-worker", command, TEST_BROKER=url, TEST_BACKEND=url, REDIS_HOST=host, REDIS_PORT=port
        )


class PythonWorker(Process):
    """A Celery worker on `app.py`, by the interpreter given."""

    def __init__(self, url, name="python@interop", queues=("python",), concurrency=4, python=sys.executable):
        self.hostname = name
        command = [python, "-m", "celery", "-A", "app", "worker", "-n", name, "-Q", ",".join(queues)]
        command += ["--pool", "threads", "-c", str(concurrency), "-E", "--loglevel", "INFO"]
        super().__init__("python-worker", command, INTEROP_REDIS=url)
