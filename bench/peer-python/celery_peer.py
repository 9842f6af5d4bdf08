"""The Celery side of the task benchmark: a worker with two tasks, and a producer.

    python celery_peer.py send N     enqueues N tasks one after another and prints how many a second that were
    celery -A celery_peer worker ... works
    celery -A celery_peer beat ...   sends a task every BENCH_BEAT_SECS seconds
The address comes from BENCH_REDIS; BENCH_RESULTS=0 keeps no results.
"""

import os
import sys
import time

from celery import Celery

url = os.environ["BENCH_REDIS"]
keeps = os.environ.get("BENCH_RESULTS") == "1"
app = Celery("bench", broker=url, backend=url if keeps else None)
every = os.environ.get("BENCH_BEAT_SECS")
if every:
    app.conf.beat_schedule = {"noop": {"task": "bench.noop", "schedule": float(every), "args": (0,)}}
app.conf.update(task_ignore_result=not keeps, worker_hijack_root_logger=False)


@app.task(name="bench.noop")
def noop(number):
    return None


@app.task(name="bench.late")
def late(sent):
    return time.time() - sent


if __name__ == "__main__":
    count = int(sys.argv[2])
    begun = time.perf_counter()
    for number in range(count):
        noop.delay(number)
    print(count / (time.perf_counter() - begun))
