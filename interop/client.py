"""A Python client as a program, so that it can run under another Celery: prints one JSON object of answers.

Named scenarios are at the end. Every answer was computed by workers of the queues `rust` and `python`.
"""

import json

from app import app
from celery import chain, chord, group

add = app.signature("t.integration.tasks.add")
tsum = app.signature("t.integration.tasks.tsum")
local = app.signature("python.add")
WAIT = {"timeout": 20}


def error_of(result):
    try:
        result.get(**WAIT)
    except Exception as error:
        return [type(error).__name__, *map(str, error.args)]
    return None


answers = {
    "result": add.delay(1, 2).get(**WAIT),
    "many": [result.get(**WAIT) for result in [add.delay(n, n) for n in range(50)]],
    "countdown": add.clone().apply_async((1, 2), countdown=0.5).get(**WAIT),
    "expired": error_of(add.apply_async((1, 2), expires=-1)),
    "chain": chain(add.clone((1, 1)), local.clone((1,)), add.clone((1,)))().get(**WAIT),
    "group": group(add.clone((n, n)) for n in range(5))().get(**WAIT),
    "chord": chord([add.clone((1, 1)), local.clone((2, 2))], tsum.clone())().get(**WAIT),
    "nested": (group(add.clone((1, 1)), chain(local.clone((1, 1)), add.clone((1,)))) | tsum | local.clone((1,)))().get(
        **WAIT
    ),
    "error": error_of(app.signature("rust.fail").delay("ValueError", ["bad"])),
    # Without its parent, whose own exception `get` would raise if it came first.
    "chord error": error_of(
        app.AsyncResult(chord([add.clone((1, 1)), app.signature("t.integration.tasks.fail")], tsum.clone())().id)
    )[:1],
    "retry": app.signature("rust.retry_until").delay(2).get(**WAIT)["retries"],
    "ping": app.control.inspect(["rust@interop"], timeout=5, limit=1).ping(),
    "registered": "rust.describe" in app.control.inspect(["rust@interop"], timeout=5, limit=1).registered()["rust@interop"],
}
print(json.dumps(answers))
