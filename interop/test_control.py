"""The `celery` command asks and steers the Rust worker; Rust asks a Python worker."""

import json
import re
import time
import uuid

import pytest
from celery import Celery
from celery.exceptions import TaskRevokedError
from conftest import answers
from processes import Redis, RustWorker, wait_until

INSPECT = [
    "active",
    "active_queues",
    "clock",
    "conf",
    "memsample",
    "ping",
    "registered",
    "report",
    "reserved",
    "revoked",
    "scheduled",
    "stats",
]


@pytest.fixture
def inspected(celery_command, rust):
    """The answer of the Rust worker to `celery inspect`."""

    def ask(method, *arguments, worker="rust@interop"):
        out = celery_command("inspect", "--json", "-t", "5", "-d", worker, method, *arguments)
        return json.loads(out)[worker]

    return ask


@pytest.fixture
def told(celery_command):
    """The answer of a worker to `celery control`."""

    def tell(worker, method, *arguments):
        out = celery_command("control", "--json", "-t", "5", "-d", worker.hostname, method, *arguments)
        replies = json.loads(out)
        return {name: reply for one in (replies if isinstance(replies, list) else [replies]) for name, reply in one.items()}[
            worker.hostname
        ]

    return tell


@pytest.mark.parametrize("method", INSPECT)
def test_every_question_is_answered(inspected, method):
    answer = inspected(method)
    assert not (isinstance(answer, dict) and "error" in answer), answer


@pytest.mark.parametrize("method", ["ping", "stats", "active", "registered"])
def test_the_plain_output_of_the_command(celery_command, rust, method):
    out = celery_command("inspect", "-t", "5", method)
    assert "rust@interop" in out


def test_ping(inspected):
    assert inspected("ping") == {"ok": "pong"}


def test_registered(inspected):
    names = inspected("registered")
    assert "t.integration.tasks.add" in names and "rust.describe" in names
    assert names == sorted(names) and not [name for name in names if name.startswith("celery.")]


def test_registered_with_details(app, rust):
    reply = app.control.inspect(["rust@interop"]).registered("rate_limit", "max_retries")["rust@interop"]
    assert any(re.fullmatch(r"rust\.rate_limited \[.*rate_limit=.*\]", line) for line in reply), reply


def test_stats(inspected, app):
    assert app.signature("t.integration.tasks.add").delay(1, 2).get(timeout=10) == 3
    stats = inspected("stats")
    assert stats["total"]["t.integration.tasks.add"] >= 1
    assert stats["pool"]["max-concurrency"] == 4
    assert stats["broker"]["transport"] == "redis"
    assert stats["uptime"] >= 0 and stats["pid"] > 0 and stats["rusage"]["maxrss"] > 0


def test_report_and_conf(inspected):
    assert "software ->" in inspected("report")["ok"]
    conf = inspected("conf")
    assert {"broker_url", "timezone", "accept_content"} <= conf.keys()


def test_active_then_query_task(app, inspected):
    result = app.signature("rust.hold").delay()
    info = wait_until("the task is active", lambda: [t for t in inspected("active") if t["id"] == result.id])[0]
    # It is acknowledged once it is done, as with `acks_late` in Python.
    assert (info["name"], info["hostname"], info["acknowledged"]) == ("rust.hold", "rust@interop", False)
    assert abs(info["time_start"] - time.time()) < 60
    state, _ = inspected("query_task", result.id)[result.id]
    assert state == "active"
    app.backend.client.rpush(f"go-{result.id}", 1)
    assert result.get(timeout=10) == "held"


def test_scheduled(app, inspected):
    result = app.signature("t.integration.tasks.add").apply_async((1, 2), countdown=3600)
    found = wait_until(
        "the task is scheduled", lambda: [t for t in inspected("scheduled") if t["request"]["id"] == result.id]
    )[0]
    assert found["eta"].endswith("+00:00")
    assert not result.ready()


def test_active_queues(inspected):
    assert [queue["name"] for queue in inspected("active_queues")] == ["rust"]


def test_revoke_before_it_starts(app, celery_command, inspected):
    """Who waits for it learns of it at once; and what was revoked does not run when it comes."""
    add = app.signature("t.integration.tasks.add", args=(1, 2))
    waiting = add.apply_async(countdown=3600)
    later = uuid.uuid4().hex
    celery_command("control", "-d", "rust@interop", "revoke", waiting.id, later)
    with pytest.raises(TaskRevokedError):
        waiting.get(timeout=15)
    assert {waiting.id, later} <= set(inspected("revoked"))
    app.backend.forget(later)
    with pytest.raises(TaskRevokedError):
        add.apply_async(task_id=later).get(timeout=15)


def test_terminate_a_task_that_runs(app, rust):
    result = app.signature("rust.hold").delay()
    running = lambda: any(t["id"] == result.id for t in app.control.inspect(["rust@interop"]).active()["rust@interop"])
    wait_until("the task runs", running)
    app.control.revoke(result.id, terminate=True)
    with pytest.raises(TaskRevokedError, match="terminated"):
        result.get(timeout=15)


def test_revoke_by_stamp(app, rust):
    stamped = app.signature("t.integration.tasks.add", args=(1, 2))
    mark = uuid.uuid4().hex
    stamped.stamp(batch=mark)
    app.control.revoke_by_stamped_headers({"batch": [mark]}, reply=True, timeout=3, destination=["rust@interop"])
    with pytest.raises(TaskRevokedError):
        stamped.apply_async().get(timeout=15)


def test_rate_limit_and_time_limit(own_rust, app, told, key, noted):
    worker = own_rust(key)
    echo = app.signature("t.integration.tasks.redis_echo", queue=key)
    answer = told(worker, "rate_limit", "t.integration.tasks.redis_echo", "2/s")
    assert answer == {"ok": "new rate limit set successfully"}
    begun = time.monotonic()
    for n in range(5):
        echo.delay(str(n), f"{key}-seen")
    noted(f"{key}-seen", 5)
    assert time.monotonic() - begun > 1.0, "five starts at two a second take more than a second"
    assert "error" in told(worker, "rate_limit", "nobody.knows", "2/s")

    answer = told(worker, "time_limit", "t.integration.tasks.sleeping", "1", "1")
    assert answer == {"ok": "time limits set successfully"}
    result = app.signature("t.integration.tasks.sleeping", queue=key).delay(30)
    with pytest.raises(Exception, match="LimitExceeded|TimeLimit|^$"):
        result.get(timeout=15)


def test_add_and_cancel_consumer(own_rust, app, told, key):
    worker = own_rust(key)
    more = f"{key}-more"
    assert "ok" in told(worker, "add_consumer", more)
    add = app.signature("t.integration.tasks.add", queue=more)
    assert add.delay(1, 2).get(timeout=10) == 3
    queues = lambda: {q["name"] for q in app.control.inspect([worker.hostname]).active_queues()[worker.hostname]}
    assert queues() == {key, more}
    assert "ok" in told(worker, "cancel_consumer", more)
    wait_until("the queue is given up", lambda: queues() == {key})


def test_events_on_and_off(own_rust, told, key):
    worker = own_rust(key)
    for method in ("disable_events", "enable_events", "enable_events"):
        assert "ok" in told(worker, method)


def test_the_pool_grows_and_shrinks(own_rust, app, told, key):
    worker = own_rust(key)
    size = lambda: app.control.inspect([worker.hostname]).stats()[worker.hostname]["pool"]["max-concurrency"]
    assert "ok" in told(worker, "pool_grow", "2")
    wait_until("the pool has grown", lambda: size() == 3)
    assert "ok" in told(worker, "pool_shrink", "1")
    wait_until("the pool has shrunk", lambda: size() == 2)
    assert "ok" in told(worker, "autoscale", "5", "1")
    wait_until("the pool has the larger size", lambda: size() == 5)


def test_shutdown_finishes_what_runs(own_rust, app, celery_command, key):
    worker = own_rust(key)
    hold = app.signature("rust.hold", queue=key)
    result = hold.delay()
    active = lambda: app.control.inspect([worker.hostname]).active()[worker.hostname]
    wait_until("the task runs", active)
    celery_command("control", "-d", worker.hostname, "shutdown", check=False)
    app.backend.client.rpush(f"go-{result.id}", 1)
    assert result.get(timeout=10) == "held"
    assert worker.wait(15) == 0


def test_what_kills_a_python_worker_does_not_hurt():
    """On a Redis of its own, because everybody hears it."""
    with Redis() as redis, RustWorker(redis.url, "alone@interop") as worker:
        alone = Celery("alone", broker=redis.url, backend=redis.url)
        answers(alone, worker)
        alone.control.broadcast("election", arguments={"id": "1", "topic": "t", "action": "shutdown"})
        reply = alone.control.broadcast("no_such_method", reply=True, timeout=5, limit=1)
        assert "error" in reply[0]["alone@interop"]
        for nonsense in (b"not json", b"{}", b'{"body": "!", "headers": []}'):
            alone.connection().default_channel.client.publish("/0.celery.pidbox", nonsense)
        assert alone.control.inspect(timeout=5, limit=1).ping()


def test_destinations_and_patterns(app, rust, python):
    both = lambda **how: {name for reply in app.control.ping(timeout=1.5, **how) for name in reply}
    assert {"rust@interop", "python@interop"} <= both()
    assert both(destination=["rust@interop"]) == {"rust@interop"}
    assert both(pattern="rust@*", matcher="glob") == {"rust@interop"}
    assert both(pattern="^py.*", matcher="pcre") == {"python@interop"}


@pytest.mark.parametrize(
    "method, check",
    [
        ("ping", lambda answer: answer == {"ok": "pong"}),
        ("registered", lambda answer: "python.add" in answer),
        ("stats", lambda answer: answer["pool"]["max-concurrency"] == 4),
        ("active", lambda answer: answer == []),
        ("active_queues", lambda answer: [queue["name"] for queue in answer] == ["python"]),
    ],
)
def test_rust_asks_a_python_worker(client, python, method, check):
    answers = client(do="inspect", method=method, destination=["python@interop"])
    assert check(answers["python@interop"]), answers


def test_rust_revokes_a_task_of_a_python_worker(client, app, python):
    waiting = app.signature("python.add").apply_async((1, 2), countdown=3600)
    client(do="revoke", id=waiting.id)
    with pytest.raises(TaskRevokedError):
        waiting.get(timeout=15)
