"""The product itself: `bondhu` as a worker for Python producers, and its commands beside a Python worker."""

import json
import subprocess
import uuid

import pytest
from celery import Celery
from conftest import answers
from processes import PythonWorker, Process, Redis, needed


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A Redis of its own, a Celery app on it, and how to run `bondhu` there."""
    with Redis() as redis:
        app = Celery("producer", broker=redis.url, backend=redis.url)
        environment = {
            "CELERY_BROKER_URL": redis.url,
            "BONDHU_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        }
        yield redis, app, environment


@pytest.fixture(scope="module")
def bondhu(world):
    _, _, environment = world

    def run(*arguments):
        done = subprocess.run(
            [needed("INTEROP_BONDHU"), *arguments], env=environment, capture_output=True, text=True, timeout=40
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    return run


class Worker(Process):
    hostname = "bondhu@interop"

    def __init__(self, environment):
        super().__init__("bondhu", [needed("INTEROP_BONDHU"), "worker", "-n", self.hostname, "-c", "2"], **environment)


@pytest.fixture(scope="module")
def worker(world):
    _, app, environment = world
    with Worker(environment) as worker:
        yield answers(app, worker, 30)


def test_a_python_producer_needs_no_change(world, worker):
    _, app, _ = world
    cleaned = app.send_task("core.tasks.maintenance.cleanup_expired").get(timeout=20)
    assert set(cleaned) == {"sessions", "results", "insights"}
    asked = app.send_task("core.tasks.personality.analyze_all_users_sentiment", queue="personality").get(timeout=20)
    assert asked == {"people": 0}


@pytest.mark.parametrize("how", ["by position", "by name"])
@pytest.mark.parametrize(
    "task, more",
    [
        ("core.tasks.personality.analyze_chat_sentiment_batch", {}),
        (
            "core.tasks.personality.update_personality_from_activity",
            {"activity_type": "music", "activity_data": {"energy": 0.5}},
        ),
    ],
)
def test_the_arguments_are_those_of_the_prototype(world, worker, how, task, more):
    """There is no such account, which is the task's own answer: the arguments were understood."""
    _, app, _ = world
    arguments = {"user_id": str(uuid.uuid4()), **more}
    if how == "by position":
        result = app.send_task(task, args=list(arguments.values()), queue="personality")
    else:
        result = app.send_task(task, kwargs=arguments, queue="personality")
    with pytest.raises(Exception, match="no such account"):
        result.get(timeout=20)


def test_bondhu_inspects_a_python_worker_and_sends_to_it(world, bondhu, worker):
    redis, app, _ = world
    with PythonWorker(redis.url) as python:
        answers(app, python)
        pong = bondhu("inspect", "ping")
        assert {"python@interop", "bondhu@interop"} <= pong.keys()
        assert "python.add" in bondhu("inspect", "registered")["python@interop"]
        sent = bondhu("task", "send", "python.add", "--args", "[2, 3]", "--queue", "python", "--wait", "20")
        assert sent["result"] == 5
        assert bondhu("task", "result", sent["id"])["status"] == "SUCCESS"


def test_what_has_failed_can_be_looked_at_and_sent_again(world, bondhu, worker):
    _, app, _ = world
    with pytest.raises(Exception, match="no such account"):
        app.send_task(
            "core.tasks.personality.analyze_chat_sentiment_batch", args=[str(uuid.uuid4())], queue="personality"
        ).get(timeout=20)
    dead = bondhu("task", "dead")
    assert dead["total"] >= 1 and "no such account" in dead["dead"][0]["reason"]
    assert bondhu("task", "dead", dead["dead"][0]["id"])["task"] == dead["dead"][0]["task"]
    assert bondhu("task", "replay", dead["dead"][0]["id"]) == {"replayed": 1}
