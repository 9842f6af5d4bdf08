"""The Python half of the tests: a Celery app, its tasks, and where each task runs.

Runs under Celery 5.6 and 5.7 alike, as a client and as a worker (`celery -A app worker`).
"""

import os
import time

import redis
from celery import Celery, chain, group
from celery.exceptions import Ignore, Reject
from processes import ROUTES

URL = os.environ["INTEROP_REDIS"]

app = Celery("interop", broker=URL, backend=URL)
app.conf.update(
    broker_connection_retry_on_startup=True,
    result_extended=True,
    task_default_queue="python",
    task_send_sent_event=True,
    worker_send_task_events=True,
    task_routes={pattern: {"queue": queue} for pattern, queue in ROUTES.items()},
)


def store():
    return redis.Redis.from_url(URL, decode_responses=True)


@app.task(name="python.add")
def add(x, y):
    return x + y


@app.task(name="shared.add")
def shared_add(x, y):
    """The Rust worker has a task of this name as well. It takes a moment, so that no worker can take them all."""
    time.sleep(0.02)
    return x + y


@app.task(name="python.total")
def total(numbers):
    return sum(numbers)


@app.task(name="python.collect")
def collect(*values):
    return list(values)


@app.task(name="python.whoami", bind=True)
def whoami(self, *_):
    return self.request.hostname


@app.task(name="python.fail")
def fail(message="broken"):
    raise ValueError(message, 7)


@app.task(name="python.note")
def note(value, key):
    """Leaves a trace that a test can wait for: callbacks and errbacks have no result that the caller knows."""
    store().rpush(key, str(value))
    return value


@app.task(name="python.describe", bind=True)
def describe(self, *args, **kwargs):
    request = self.request
    return {
        "args": args,
        "kwargs": kwargs,
        "types": [type(value).__name__ for value in args],
        "id": request.id,
        "eta": request.eta,
        "expires": request.expires,
        "retries": request.retries,
        "root_id": request.root_id,
        "parent_id": request.parent_id,
        "group": request.group,
        "group_index": request.group_index,
        "timelimit": request.timelimit,
        "shadow": request.shadow,
        "stamps": request.stamps,
        "headers": request.headers,
        "priority": request.delivery_info.get("priority"),
        "routing_key": request.delivery_info.get("routing_key"),
    }


@app.task(name="python.retry_until", bind=True, max_retries=5)
def retry_until(self, attempt):
    if self.request.retries + 1 < attempt:
        raise self.retry(exc=ValueError("not yet"), countdown=0)
    return self.request.retries


@app.task(name="python.replace_by", bind=True)
def replace_by(self, *args, task, queue):
    raise self.replace(self.app.signature(task, args=args, queue=queue))


@app.task(name="python.ignore")
def ignore():
    raise Ignore()


@app.task(name="python.reject")
def reject():
    raise Reject("no", requeue=False)


@app.task(name="python.spread")
def spread(x):
    """Sends a workflow of its own into the other language."""
    remote = app.signature("t.integration.tasks.add", queue="rust")
    result = chain(group(remote.clone((x, 1)), remote.clone((x, 2))), total.s())()
    return result.id
