"""Celery's event receiver, `celery events --dump` and Flower watch the Rust worker."""

import json
import re
import sys
import threading
import urllib.error
import urllib.request

import pytest
from processes import free_port, wait_until

pytestmark = pytest.mark.usefixtures("rust")


class Watch(threading.Thread):
    """What `celery.events.state` makes of the events, gathered while the `with` block runs."""

    def __init__(self, app):
        super().__init__(daemon=True)
        self.app = app
        self.state = app.events.State()
        self.ready = threading.Event()

    def run(self):
        with self.app.connection_for_read() as connection:
            self.receiver = self.app.events.Receiver(connection, handlers={"*": self.state.event})
            wake = self.receiver.on_consume_ready  # asks all workers for a heartbeat

            def ready(*args, **kwargs):
                wake(*args, **kwargs)
                self.ready.set()

            self.receiver.on_consume_ready = ready
            self.receiver.capture(limit=None, timeout=None, wakeup=True)

    def __enter__(self):
        self.start()
        assert self.ready.wait(10)
        # The worker begins to send when its heartbeat was heard; the ping comes after that.
        wait_until("the worker is heard", lambda: "rust@interop" in self.state.workers)
        assert self.app.control.ping(["rust@interop"], timeout=10)
        return self.state

    def __exit__(self, *_):
        self.receiver.should_stop = True
        self.join(10)


def test_the_events_of_tasks(app):
    """Of a success, a failure, and a task that is tried again."""
    with Watch(app) as state:
        good = app.signature("t.integration.tasks.add").delay(1, 2)
        bad = app.signature("t.integration.tasks.fail").delay()
        again = app.signature("rust.retry_until").delay(2)
        expected = {good.id: "SUCCESS", bad.id: "FAILURE", again.id: "SUCCESS"}
        states = lambda: {id: state.tasks[id].state for id in expected if id in state.tasks}
        wait_until("the three tasks end", lambda: states() == expected)
    task = state.tasks[good.id]
    assert (task.name, task.args, task.result) == ("t.integration.tasks.add", "(1, 2)", "3")
    assert task.worker.hostname == "rust@interop"
    assert task.runtime >= 0 and task.received <= task.started <= task.succeeded
    assert "ExpectedException" in state.tasks[bad.id].exception
    assert state.tasks[again.id].retried


def test_events_dump(app, process_of, url):
    dump = process_of("events", [sys.executable, "-m", "celery", "-A", "app", "events", "--dump"], INTEROP_REDIS=url)

    def seen():
        app.signature("t.integration.tasks.add").delay(1, 2).get(timeout=10)
        return "task succeeded" in dump.output() or "task-succeeded" in dump.output()

    wait_until("the dump shows a success", seen)
    assert re.search(r"t\.integration\.tasks\.add\(", dump.output())


@pytest.fixture
def flower(process_of, url):
    port = free_port()
    command = [sys.executable, "-m", "celery", "-A", "app", "flower", f"--port={port}", "--address=127.0.0.1"]
    process = process_of("flower", command, INTEROP_REDIS=url, FLOWER_UNAUTHENTICATED_API="true")

    def get(path):
        assert process.alive(), process.output()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                body = answer.read().decode()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None
        return json.loads(body) if path.startswith("/api") else body

    wait_until("Flower answers", lambda: get("/healthcheck"), 30)
    return get


def test_flower(app, flower):
    wait_until("Flower sees the worker", lambda: "rust@interop" in (flower("/api/workers?refresh=1") or {}), 30)
    result = app.signature("t.integration.tasks.add").delay(2, 3)
    assert result.get(timeout=10) == 5
    failed = app.signature("t.integration.tasks.fail").delay()
    info = wait_until("the task is there", lambda: ended(flower(f"/api/task/info/{result.id}")))
    assert (info["state"], info["name"], info["result"]) == ("SUCCESS", "t.integration.tasks.add", "5")
    assert info["worker"] == "rust@interop" and info["args"] == "(2, 3)" and info["runtime"] >= 0
    info = wait_until("the failure is there", lambda: ended(flower(f"/api/task/info/{failed.id}")))
    assert info["state"] == "FAILURE" and "ExpectedException" in info["exception"]

    worker = flower("/api/workers?refresh=1&workername=rust@interop")["rust@interop"]
    assert "t.integration.tasks.add" in worker["registered"]
    assert worker["stats"]["pool"]["max-concurrency"] == 4
    assert [queue["name"] for queue in worker["active_queues"]] == ["rust"]
    assert "rust@interop" in flower("/workers") and "t.integration.tasks.add" in flower("/metrics")
    assert flower("/worker/rust@interop"), "the page of the worker"


def ended(info):
    return info if info and info["state"] in ("SUCCESS", "FAILURE") else None
