"""Writes golden/<celery version>/*.json with what a real Celery puts on Redis.

    python -m venv venv && venv/bin/pip install 'celery[redis]==5.7.0'
    venv/bin/python tests/golden/make.py            # needs redis-server on the PATH

The committed fixtures come from one release of every line that the library supports: celery 5.3.6, 5.4.0, 5.5.3,
5.6.3 and 5.7.0, each with the kombu of its line. `cargo test` reads the fixtures and needs no Python.
"""
import datetime as dt
import decimal
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import time
import uuid

import celery
import redis
from celery import Celery, chain, chord, group
from celery.app.routes import MapRoute
from celery.contrib.testing.worker import start_worker
from celery.exceptions import Ignore, Reject
from celery.utils.saferepr import saferepr

HERE = pathlib.Path(__file__).parent


def start_redis(folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
        stdout=subprocess.DEVNULL,
    )
    client = redis.Redis(port=port)
    deadline = time.monotonic() + 10
    while True:
        try:
            client.ping()
            return server, client, port
        except redis.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def make_app(port):
    url = f"redis://127.0.0.1:{port}/0"
    app = Celery("golden", broker=url, backend=url)
    app.conf.update(
        task_default_queue="celery",
        result_extended=False,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        task_store_errors_even_if_ignored=True,
    )

    @app.task(name="t.add")
    def add(x, y=0, z=None):
        return x + y

    @app.task(name="t.fail", bind=True)
    def fail(self, text):
        raise ValueError(text, 7)

    class Nested:
        class Odd(Exception):
            pass

    @app.task(name="t.fail_odd")
    def fail_odd():
        raise Nested.Odd({"code": 5})

    @app.task(name="t.retry", bind=True, max_retries=3)
    def retry(self):
        raise self.retry(exc=KeyError("later"), countdown=3600)

    @app.task(name="t.progress", bind=True)
    def progress(self):
        self.update_state(state="PROGRESS", meta={"cur": 1, "total": 2})
        app.backend.client.set("copy", app.backend.client.get(f"celery-task-meta-{self.request.id}"))
        return "done"

    @app.task(name="t.parent", bind=True)
    def parent(self):
        return add.delay(1, 2).id

    @app.task(name="t.typed")
    def typed():
        return {
            "when": dt.datetime(2026, 11, 22, 19, 58, 0, 5, tzinfo=dt.timezone.utc),
            "cost": decimal.Decimal("1.50"),
        }

    @app.task(name="t.reject", bind=True, acks_late=True)
    def reject(self):
        raise Reject("no", requeue=False)

    @app.task(name="t.ignore", bind=True)
    def ignore(self):
        raise Ignore()

    return app


TYPED = {
    "datetime": dt.datetime(2026, 11, 22, 19, 58, 0, 103378, tzinfo=dt.timezone.utc),
    "naive": dt.datetime(2026, 11, 22, 19, 58),
    "offset": dt.datetime(2026, 11, 22, 19, 58, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))),
    "date": dt.date(2026, 11, 22),
    "time": dt.time(19, 58, 1),
    "decimal": decimal.Decimal("12.340"),
    "uuid": uuid.UUID("3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
    "bytes": b"abc",
    "base64": b"\xff\x00\x01",
}


def messages(app, client):
    """Every producer option, as found on the list in Redis."""
    add = app.tasks["t.add"]
    when = dt.datetime(2031, 2, 3, 4, 5, 6, 789000, tzinfo=dt.timezone.utc)
    cb, eb = add.s(10), app.tasks["t.fail"].s("errback")
    calls = {
        "positional": lambda: add.delay(2, 3),
        "keyword": lambda: add.delay(x=2, y=3),
        "mixed": lambda: add.delay(2, y=3),
        "defaulted": lambda: add.delay(2),
        "typed": lambda: app.send_task("t.any", kwargs=TYPED),
        "countdown": lambda: add.apply_async((2, 3), countdown=10),
        "eta": lambda: add.apply_async((2, 3), eta=when),
        "eta_offset": lambda: add.apply_async((2, 3), eta=TYPED["offset"].replace(year=2031)),
        "eta_naive": lambda: app.send_task("t.add", (2, 3), eta="2031-02-03T04:05:06"),
        "expires_seconds": lambda: add.apply_async((2, 3), expires=60),
        "expires_time": lambda: add.apply_async((2, 3), expires=when),
        "queue": lambda: add.apply_async((2, 3), queue="other"),
        "priority_0": lambda: add.apply_async((2, 3), priority=0),
        "priority_5": lambda: add.apply_async((2, 3), priority=5),
        "priority_9": lambda: add.apply_async((2, 3), priority=9),
        "link": lambda: add.apply_async((2, 3), link=cb),
        "links": lambda: add.apply_async((2, 3), link=[cb, add.si(1, 1)]),
        "link_error": lambda: add.apply_async((2, 3), link_error=eb),
        "time_limits": lambda: add.apply_async((2, 3), time_limit=10, soft_time_limit=5),
        "ignore_result": lambda: add.apply_async((2, 3), ignore_result=True),
        "shadow": lambda: add.apply_async((2, 3), shadow="other-name"),
        "task_id": lambda: add.apply_async((2, 3), task_id="my-own-id"),
        "headers": lambda: add.apply_async((2, 3), headers={"x-my": "1", "n": 5}),
        "stamps": lambda: add.apply_async((2, 3), stamped_headers=["mystamp"], mystamp="v"),
        "zlib": lambda: add.apply_async((2, 3), compression="gzip"),
        "bz2": lambda: add.apply_async((2, 3), compression="bzip2"),
        "pickle": lambda: add.apply_async((2, 3), serializer="pickle"),
        "unicode": lambda: app.send_task("t.any", ("মন ভালো", "it's \"q\"\n", 1.5, 1e100, None, True)),
        "chain": lambda: chain(add.s(1, 1), add.s(2), add.s(3))(),
        "chain_options": lambda: chain(add.s(1, 1).set(queue="q1"), add.s(2).set(queue="q2", priority=3), eb)(),
        "group": lambda: group(add.s(1, 1), add.s(2, 2))(),
        "chord": lambda: chord([add.s(1, 1), add.s(2, 2)], app.tasks["t.fail"].s())(),
        "chord_on_error": lambda: chord([add.s(1, 1), add.s(2, 2)], add.s(1).on_error(eb))(),
        "group_in_chain": lambda: (group(add.s(1, 1), add.s(2, 2)) | add.s(3) | add.s(4))(),
        "chain_in_chord": lambda: chord([chain(add.s(1, 1), add.s(1)), add.s(2, 2)], add.s(1))(),
    }
    found = {}
    queues = [q + s for q in ("celery", "other", "q1", "q2") for s in ("", "\x06\x163", "\x06\x166", "\x06\x169")]
    for name, call in calls.items():
        call()
        got = []
        for queue in queues:
            items = client.lrange(queue, 0, -1)
            got += [{"list": queue, "payload": i.decode()} for i in reversed(items)]
            client.delete(queue)
        assert got, name
        found[name] = got
    return found


def signatures(app):
    add, fail = app.tasks["t.add"], app.tasks["t.fail"]
    made = {
        "plain": add.s(1, y=2),
        "immutable": add.si(1, 2),
        "options": add.s(1).set(queue="q", priority=3, countdown=5, expires=60, task_id="a"),
        "link": add.s(1, link=1).set(link=[add.s(2)], link_error=[fail.s("e")]),
        "link_method": (lambda s: (s.link(add.s(2)), s.link_error(fail.s("e")), s)[-1])(add.s(1)),
        "chain": chain(add.s(1, 1), add.s(2), add.s(3)),
        "group": group(add.s(1, 1), add.s(2, 2)),
        "chord": chord([add.s(1, 1), add.s(2, 2)], add.s(1)),
        "chain_of_group": add.s(1, 1) | group(add.s(1), add.s(2)),
        "map": add.map([1, 2]),
        "starmap": add.starmap([(1, 2), (3, 4)]),
        "chunks": add.chunks([(1, 2), (3, 4)], 1),
        "typed": app.signature("t.any", args=(TYPED["datetime"], TYPED["uuid"])),
    }
    from kombu.utils.json import dumps

    return {name: json.loads(dumps(sig)) for name, sig in made.items()}


def results(app, client):
    """Result values as the Redis backend stores them, written by a real worker."""
    stored = {}

    def read(name, task_id):
        deadline = time.monotonic() + 10
        while (raw := client.get(f"celery-task-meta-{task_id}")) is None:
            assert time.monotonic() < deadline, name
            time.sleep(0.02)
        stored[name] = json.loads(raw)

    with start_worker(app, pool="solo", perform_ping_check=False, shutdown_timeout=30):
        done = app.tasks["t.add"].delay(2, 3)
        done.get(timeout=10)
        read("success", done.id)
        typed = app.tasks["t.typed"].delay()
        typed.get(timeout=10)
        read("typed", typed.id)
        for name, task, args in (("failure", "t.fail", ("bad",)), ("failure_odd", "t.fail_odd", ())):
            failed = app.tasks[task].delay(*args)
            failed.get(timeout=10, propagate=False)
            read(name, failed.id)
        retried = app.tasks["t.retry"].delay()
        read("retry", retried.id)
        progress = app.tasks["t.progress"].delay()
        progress.get(timeout=10)
        stored["progress"] = json.loads(client.get("copy"))
        parent = app.tasks["t.parent"].delay()
        parent.get(timeout=10)
        read("children", parent.id)
        grouped = group(app.tasks["t.add"].s(1, 1), app.tasks["t.add"].s(2, 2))()
        grouped.get(timeout=10)
        read("group_member", grouped.children[0].id)
        linked = chain(app.tasks["t.add"].s(1, 1), app.tasks["t.add"].s(2))()
        linked.get(timeout=10)
        read("chain_last", linked.id)
        read("chain_first", linked.parent.id)
        grouped.save()
        stored["taskset"] = json.loads(client.get(f"celery-taskset-meta-{grouped.id}"))
        expired = app.tasks["t.add"].apply_async((1, 1), expires=dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc))
        expired.get(timeout=10, propagate=False)
        read("revoked_expired", expired.id)
        unknown = app.send_task("t.missing")
        unknown.get(timeout=10, propagate=False)
        read("not_registered", unknown.id)
        bad = chord([app.tasks["t.fail"].s("q"), app.tasks["t.add"].s(2, 2)], app.tasks["t.add"].si(1, 1))()
        bad.get(timeout=10, propagate=False)
        read("chord_error", bad.id)
        app.conf.result_extended = True
        extended = app.tasks["t.add"].apply_async((2, 3), stamped_headers=["mystamp"], mystamp="v")
        extended.get(timeout=10)
        read("extended", extended.id)
        app.conf.result_extended = False
        app.conf.task_track_started = True
        app.backend.store_result("started-id", {"pid": 12, "hostname": "w@h"}, "STARTED")
        read("started", "started-id")
    return stored


def reprs():
    values = [
        [], [1], [2, 3], ["a"], ["it's"], ['say "x"'], ["it's \"x\""], ["line\nbreak"], ["মন"], [1.0], [1.5], [1e16],
        [123456789012345680.0], [1e15], [0.0001], [0.00001], [-0.0], [1e100], [None, True, False], [[1, [2, [3, [4]]]]],
        [{"a": {"b": {"c": {"d": 1}}}}], [{}], [[]], [-5], [18446744073709551615],
    ]
    return [{"args": v, "argsrepr": saferepr(tuple(v), 1024)} for v in values] + [
        {"kwargs": {"a": v}, "kwargsrepr": saferepr({"a": v}, 1024)} for v in ([1], "x", {"b": 1}, None)
    ]


def routes():
    table = [("feed.*", "glob"), ("feed.one", "exact"), ("*.slow", "tail"), ("a.*.z", "middle"), ("x?y*", "any"),
             ("[ab]c*", "set"), ("[!ab]d*", "notset"), ("q?", "literal")]
    names = ["feed.one", "feed.two", "feed.", "feed", "x.slow", "x.slow.not", "a.b.z", "a..z", "xzyk", "bcd", "zcd",
             "cdd", "add", "qq", "q?", "none", "a\nslow"]
    route = MapRoute([(k, {"queue": v}) for k, v in table])
    return {"table": table, "names": {n: (route(n) or {}).get("queue") for n in names}}


def main():
    with tempfile.TemporaryDirectory() as folder:
        server, client, port = start_redis(folder)
        try:
            app = make_app(port)
            app.finalize()
            out = HERE / celery.__version__
            out.mkdir(exist_ok=True)
            parts = {
                "messages": messages(app, client), "signatures": signatures(app), "reprs": reprs(),
                "routes": routes(), "results": results(app, client),
            }
            for name, value in parts.items():
                text = json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True)
                # A traceback and an origin name the machine they were made on.
                text = text.replace(str(pathlib.Path(celery.__file__).parent), "/celery")
                text = text.replace(str(HERE), "/golden").replace(socket.gethostname(), "golden")
                (out / f"{name}.json").write_text(text + "\n")
                print(out.name, name, len(value))
        finally:
            server.terminate()
            server.wait()


main()
# Old clients keep reconnecting in their finalizers after the server is gone.
os._exit(0)
