"""Has Celery's own code read what the Rust library wrote (the test `to_python` writes the folder).

    cargo test -p bondhu-tasks --test to_python
    venv/bin/python tests/golden/check.py target/tmp/to-python

Needs no Redis: kombu's virtual message, the worker's Request, the tracer and the result backend's decoder are what a
Python worker and a Python client use.
"""
import datetime as dt
import decimal
import json
import pathlib
import sys
import uuid

import billiard.exceptions
import celery
import celery.exceptions
from celery import Celery
from celery.app.trace import build_tracer
from celery.backends.redis import RedisBackend
from celery.canvas import _chord, chain, group
from celery.result import result_from_tuple
from celery.worker.request import Request
from kombu.transport.virtual import Message
from kombu.transport.virtual.base import Base64
from kombu.utils.json import loads

FOLDER = pathlib.Path(sys.argv[1])
ID = "6fd68c47-f6bc-4c0d-9254-a59ae5212355"
TYPED = {
    "datetime": dt.datetime(2026, 11, 22, 19, 58, 0, 103378, tzinfo=dt.timezone.utc),
    "naive": dt.datetime(2026, 11, 22, 19, 58),
    "date": dt.date(2026, 11, 22),
    "time": dt.time(19, 58, 1),
    "decimal": decimal.Decimal("12.340"),
    "uuid": uuid.UUID("3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
    "bytes": b"abc",
    "base64": b"\xff\x00\x01",
}

app = Celery("check", broker="memory://", backend="cache+memory://")


@app.task(name="t.add")
def add(x, y=0):
    return x + y


@app.task(name="t.any")
def anything(*args, **kwargs):
    return [args, kwargs]


class Channel:
    """As much of kombu's Redis channel as decoding needs."""

    def decode_body(self, body, encoding):
        return {"base64": Base64()}[encoding].decode(body)

    def basic_ack(self, *_, **__):
        pass


def equal(name, got, expected):
    assert got == expected, f"{name}: {got!r} is not {expected!r}"


def load(part):
    return json.loads((FOLDER / f"{part}.json").read_text())


def as_json(value):
    return json.loads(json.dumps(value))


def check_messages():
    requests, values = {}, {}
    for name, payload in load("messages").items():
        message = Message(json.loads(payload), channel=Channel(), accept={"application/json"})
        requests[name] = request = Request(message, app=app, hostname="w@h", task=app.tasks[message.headers["task"]])
        equal(name, request.id, ID)
        args, kwargs, embed = message.payload
        task = app.tasks[request.name]
        tracer = build_tracer(task.name, task, app=app, eager=True, propagate=True)
        if name not in ("links", "chain", "chord"):  # these would go on to publish
            values[name] = tracer(request.id, args, kwargs, dict(request.request_dict, called_directly=False)).retval
        equal(f"{name} embed", sorted(embed), ["callbacks", "chain", "chord", "errbacks"])
    for name in ("positional", "keyword", "mixed", "countdown", "expires", "options", "retried", "limits", "stamps"):
        equal(name, values[name], 5)
    equal("typed", values["typed"], [(), TYPED])
    equal("unicode", values["unicode"], [("মন ভালো 'q' \"r\"\n", 1e100, None), {}])
    when = dt.datetime(2031, 2, 3, 4, 5, 6, 789000, tzinfo=dt.timezone.utc)
    equal("eta", requests["countdown"].eta, when + dt.timedelta(seconds=10))
    equal("expires", requests["expires"].expires, when + dt.timedelta(seconds=60))
    equal("expiration", requests["expires"].message.properties["expiration"], "60000")
    equal("routing", requests["options"].delivery_info["routing_key"], "other")
    equal("priority", requests["options"].message.properties["priority"], 9)
    equal("header", requests["options"].request_dict["x-my"], "1")
    equal("retries", requests["retried"].request_dict["retries"], 1)
    equal("parent", requests["retried"].parent_id, ID)
    equal("limits", requests["limits"].time_limits, [10, 2.5])
    equal("group", (requests["chord"].group, requests["chord"].group_index), ("g", 1))
    equal("argsrepr", requests["unicode"].argsrepr, celery.utils.saferepr.saferepr(values["unicode"][0], 1024))
    equal("stamps", requests["stamps"].request_dict["stamps"], {"st": "v"})
    embeds = {name: requests[name].message.payload[2] for name in ("links", "chain", "chord")}
    equal("link", embeds["links"]["callbacks"], as_json([add.s(1)]))
    equal("chain", embeds["chain"]["chain"], as_json([add.s(4), add.s(3)]))
    equal("chord", app.signature(embeds["chord"]["chord"]).id, "body")
    return len(requests)


def check_results():
    backend = RedisBackend(app=app, url="redis://127.0.0.1:1/0")
    metas = {name: backend.decode_result(payload) for name, payload in load("results").items()}
    for name, meta in metas.items():
        equal(name, meta["task_id"], ID)
        equal(name, meta["date_done"] is None, meta["status"] in ("RETRY", "STARTED", "PROGRESS"))
    equal("success", metas["success"]["result"], 5)
    equal("typed", metas["typed"]["result"], TYPED)
    raised = {
        "value_error": (ValueError, ("bad",)), "not_registered": (celery.exceptions.NotRegistered, ("t.x",)),
        "chord_error": (celery.exceptions.ChordError, ("Dependency m raised KeyError('k')",)),
        "max_retries": (celery.exceptions.MaxRetriesExceededError, ("too often",)),
        "soft_limit": (billiard.exceptions.SoftTimeLimitExceeded, ()),
        "hard_limit": (billiard.exceptions.TimeLimitExceeded, (10.0,)),
        "worker_lost": (billiard.exceptions.WorkerLostError, ("gone",)),
        "revoked": (celery.exceptions.TaskRevokedError, ("expired",)), "retry": (KeyError, ("later",)),
        "rejected": (celery.exceptions.Reject, ("no", False)),
    }
    for name, (kind, args) in raised.items():
        equal(name, (type(metas[name]["result"]), metas[name]["result"].args), (kind, args))
    equal("rust_error", type(metas["rust_error"]["result"]).__name__, "ParseIntError")
    child, members = (result_from_tuple(t, app) for t in metas["children"]["children"])
    equal("child", child.id, "child")
    equal("group", [r.id for r in members.results], ["a", "b"])
    equal("extended", (metas["extended"]["name"], metas["extended"]["args"]), ("t.add", [2, 3]))
    return len(metas)


def check_signatures():
    read = {name: app.signature(loads(json.dumps(value))) for name, value in load("signatures").items()}
    s = app.signature
    built = {
        "chain": chain(add.s(1, 1), add.s(2), add.s(3)), "group": group(add.s(1), add.s(2)),
        "chord": _chord([add.s(1), add.s(2)], add.s(3), app=app), "map": add.map([1, 2]),
        "starmap": add.starmap([[1, 2]]), "chunks": add.chunks([[1, 2], [3, 4]], 1),
    }
    # Celery itself turns a serialised map, starmap or chunks into a plain signature.
    kinds = {"group": group, "chord": _chord}
    for name, expected in built.items():
        equal(name, as_json(read[name]), as_json(expected))
        if name in kinds:
            assert isinstance(read[name], kinds[name]), name
    nested = read["nested"]
    equal("nested", [type(s(t)).__name__ for t in nested.tasks], ["Signature", "_chord"])
    link = read["link"]
    equal("link", (link.immutable, link.options["queue"], len(link.options["link"])), (True, "q", 1))
    return len(read)


counts = check_messages(), check_results(), check_signatures()
print("celery %s read %d messages, %d results and %d signatures" % (celery.__version__, *counts))
