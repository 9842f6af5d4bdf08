"""Python calls the Rust worker with each option of `apply_async` and gets the result back."""

import datetime
import decimal
import os
import time
import uuid

import billiard.exceptions
import pytest
from celery.canvas import StampingVisitor
from celery.exceptions import TaskRevokedError
from processes import wait_until

pytestmark = pytest.mark.usefixtures("rust")

UTC = datetime.timezone.utc


@pytest.fixture
def add(app):
    return app.signature("t.integration.tasks.add")


@pytest.fixture
def describe(app):
    """`rust.describe` returns the request as the Rust worker sees it."""
    return app.signature("rust.describe")


def test_delay_by_position_by_name_and_mixed(add):
    assert add.delay(2, 3).get(timeout=10) == 5
    assert add.delay(x=2, y=3).get(timeout=10) == 5
    assert add.delay(2, y=3, z=4).get(timeout=10) == 9


def test_many_results_at_once(add):
    results = [add.delay(n, n) for n in range(300)]
    assert [result.get(timeout=30) for result in results] == [2 * n for n in range(300)]


def test_the_state_and_the_extended_result(app, add):
    result = add.apply_async((2, 3))
    assert result.get(timeout=10) == 5
    assert (result.status, result.successful(), result.traceback) == ("SUCCESS", True, None)
    assert (result.name, result.args, result.kwargs) == ("t.integration.tasks.add", [2, 3], {})
    assert (result.worker, result.queue, result.retries) == ("rust@interop", "rust", 0)
    assert result.date_done.tzinfo is not None


def test_countdown(describe):
    before = time.time()
    result = describe.apply_async(countdown=1.5)
    seen = result.get(timeout=15)
    assert seen["started_at"] >= before + 1.5
    assert datetime.datetime.fromisoformat(seen["eta"]).timestamp() >= before + 1.5


def test_eta(describe):
    due = datetime.datetime.now(UTC) + datetime.timedelta(seconds=1.5)
    seen = describe.apply_async(eta=due).get(timeout=15)
    assert datetime.datetime.fromisoformat(seen["eta"]) == due
    assert seen["started_at"] >= due.timestamp()


def test_eta_in_another_time_zone_and_in_the_past(describe):
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    due = datetime.datetime.now(zone) - datetime.timedelta(hours=1)
    seen = describe.apply_async(eta=due).get(timeout=10)
    assert datetime.datetime.fromisoformat(seen["eta"]) == due


def test_expired_before_it_ran(add):
    result = add.apply_async((1, 1), expires=datetime.datetime.now(UTC) - datetime.timedelta(seconds=1))
    with pytest.raises(TaskRevokedError, match="expired"):
        result.get(timeout=10)
    assert result.status == "REVOKED"


def test_not_yet_expired(describe):
    seen = describe.apply_async(expires=60).get(timeout=10)
    assert datetime.datetime.fromisoformat(seen["expires"]) > datetime.datetime.now(UTC)
    assert seen["properties"]["expiration"] == "60000"


def test_expires_while_it_waits_for_its_time(add):
    result = add.apply_async((1, 1), countdown=2, expires=1)
    with pytest.raises(TaskRevokedError):
        result.get(timeout=15)


def test_queue(own_rust, describe, key):
    own_rust(key)
    seen = describe.apply_async(queue=key).get(timeout=10)
    assert seen["routing_key"] == key


def test_an_exchange_that_is_bound_to_the_queue(app, own_rust, add, key):
    """With an exchange named, the producer asks the bindings where to put the message: the worker must have bound."""
    own_rust(key)
    result = add.apply_async((1, 2), exchange=key, routing_key=key)
    assert result.get(timeout=10) == 3


def test_priority_zero_goes_first(own_rust, app, key, noted):
    note = app.signature("t.integration.tasks.redis_echo", queue=key)
    for priority in (9, 5, 3, 0):
        note.apply_async((str(priority), f"{key}-seen"), priority=priority)
    own_rust(key)
    # 3 and 5 share a step, and within a step the first to come is the first to go.
    assert noted(f"{key}-seen", 4) == ["0", "5", "3", "9"]


@pytest.mark.parametrize("priority", [0, 3, 5, 9])
def test_priority_is_seen(describe, priority):
    assert describe.apply_async(priority=priority).get(timeout=10)["priority"] == priority


def test_link_within_rust_and_into_python(app, python, add, key, noted):
    to_python = app.signature("python.note", kwargs={"key": key})
    to_rust = app.signature("t.integration.tasks.redis_echo", kwargs={"redis_key": key})
    result = add.apply_async((2, 3), link=[to_python, to_rust])
    assert result.get(timeout=10) == 5
    assert noted(key, 2) == ["5", "5"]
    assert len(result.children) == 2


def test_an_immutable_link_keeps_its_arguments(app, add, key, noted):
    link = app.signature("t.integration.tasks.redis_echo", args=("mine", key), immutable=True)
    add.apply_async((2, 3), link=link)
    assert noted(key) == ["mine"]


@pytest.mark.parametrize("errback", ["t.integration.tasks.redis_echo", "python.note"])
def test_link_error_gets_the_id_of_the_failed_task(app, python, key, noted, errback):
    name = "redis_key" if errback.startswith("t.") else "key"
    failing = app.signature("t.integration.tasks.fail")
    result = failing.apply_async(link_error=app.signature(errback, kwargs={name: key}))
    with pytest.raises(Exception, match="Task expected to fail"):
        result.get(timeout=10)
    assert noted(key) == [result.id]


def test_hard_time_limit(app):
    result = app.signature("t.integration.tasks.sleeping").apply_async((30,), time_limit=1)
    with pytest.raises(billiard.exceptions.TimeLimitExceeded):
        result.get(timeout=15)
    assert result.status == "FAILURE"


def test_soft_time_limit(app):
    guarded = app.signature("t.integration.tasks.delayed_sum_with_soft_guard")
    assert guarded.apply_async(([1, 2], 30), soft_time_limit=1).get(timeout=15) == 0
    result = app.signature("t.integration.tasks.delayed_sum").apply_async(([1, 2], 30), soft_time_limit=1)
    with pytest.raises(billiard.exceptions.SoftTimeLimitExceeded):
        result.get(timeout=15)


def test_time_limits_are_seen(describe):
    assert describe.apply_async(time_limit=10, soft_time_limit=5).get(timeout=10)["timelimit"] == [10, 5]


def test_ignore_result(app, store, key, noted):
    echo = app.signature("t.integration.tasks.redis_echo")
    result = echo.apply_async(("x", key), ignore_result=True)
    after = echo.apply_async(("y", key))
    assert sorted(noted(key, 2)) == ["x", "y"]
    after.get(timeout=10)
    assert result.get(timeout=1) is None
    # The worker that ran it is idle again: whatever it wanted to store is stored.
    wait_until("the worker is idle", lambda: not app.control.inspect(["rust@interop"]).active()["rust@interop"])
    assert not store.exists(f"celery-task-meta-{result.id}")


def test_shadow_and_task_id(describe):
    chosen = f"chosen-{uuid.uuid4()}"
    result = describe.apply_async(task_id=chosen, shadow="another name")
    seen = result.get(timeout=10)
    assert result.id == chosen == seen["id"] == seen["root_id"]
    assert seen["shadow"] == "another name"


def test_stamps(app, describe):
    class Visitor(StampingVisitor):
        def on_signature(self, sig, **headers):
            return {"customer": "c-7"}

    describe = describe.clone()
    describe.stamp(visitor=Visitor())
    result = describe.apply_async()
    assert result.get(timeout=10)["stamps"] == {"customer": ["c-7"]} or result.get()["stamps"] == {"customer": "c-7"}
    meta = app.backend.get_task_meta(result.id)
    assert meta["stamped_headers"] == ["customer"] and "customer" in meta


def test_headers(describe):
    seen = describe.apply_async(headers={"x-tenant": "t1", "x-list": [1, None]}).get(timeout=10)
    assert seen["headers"]["x-tenant"] == "t1"
    assert seen["headers"]["x-list"] == [1, None]


def test_compression(describe):
    text = "ü" * 20_000
    assert describe.apply_async((text,), compression="zlib").get(timeout=10)["args"] == [text]


def test_a_compression_it_cannot_read_goes_to_the_dead_letters(app, add, rust):
    result = add.apply_async((1, 2), compression="bzip2")
    with pytest.raises(Exception):
        result.get(timeout=10)
    assert add.delay(1, 2).get(timeout=10) == 3, "the worker lives on"


@pytest.mark.parametrize("serializer", ["pickle", "yaml"])
def test_a_serializer_it_cannot_read_does_not_hurt(app, add, rust, store, serializer):
    pytest.importorskip("yaml") if serializer == "yaml" else None
    message = app.amqp.create_task_message(str(uuid.uuid4()), "t.integration.tasks.add", (1, 2), {})
    with app.producer_or_acquire() as producer:
        app.amqp.send_task_message(
            producer, "t.integration.tasks.add", message, queue="rust", serializer=serializer
        )
    assert add.delay(1, 2).get(timeout=10) == 3
    assert rust.alive()


def test_what_is_no_message_at_all_does_not_hurt(add, rust, store):
    for poison in ("not json", "{}", "[]", "null", '{"body": 5}', os.urandom(50)):
        store.lpush("rust", poison)
    assert add.delay(1, 2).get(timeout=10) == 3
    assert rust.alive()


def test_python_types_arrive_and_come_back(app):
    """Kombu's extras: `rust.types` reads typed fields and answers with the same types, each changed a little."""
    at = datetime.datetime(2026, 11, 22, 19, 58, 0, 103378, tzinfo=UTC)
    result = app.signature("rust.types").apply_async(
        kwargs={
            "at": at,
            "day": datetime.date(2026, 2, 28),
            "time": datetime.time(23, 59, 1),
            "price": decimal.Decimal("12.340"),
            "id": uuid.UUID("3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
            "text": b"abc",
            "binary": b"\xff\x00\x01",
        }
    )
    assert result.get(timeout=10) == {
        "at": at + datetime.timedelta(hours=1),
        "day": datetime.date(2026, 3, 1),
        "time": datetime.time(23, 59, 1),
        "price": decimal.Decimal("12.340"),
        "id": uuid.UUID("3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
        "text": b"cba",
        "binary": b"\x01\x00\xff",
    }


@pytest.mark.parametrize(
    "value",
    [None, True, 0, -1, 2**53, 1.5, 1e300, "", "ünï", "\u0000\U0001f600", [], {}, {"a": [1, {"b": None}]}],
    ids=repr,
)
def test_json_values_come_back_unchanged(app, value):
    back = app.signature("t.integration.tasks.identity").delay(value).get(timeout=10)
    assert back == value and type(back) is type(value)


def test_an_unknown_task_is_not_registered(app):
    result = app.send_task("rust.nobody_knows_this", queue="rust")
    with pytest.raises(Exception, match="nobody_knows_this") as raised:
        result.get(timeout=10)
    assert type(raised.value).__name__ == "NotRegistered"


def test_wrong_arguments_are_a_type_error(app):
    result = app.signature("t.integration.tasks.add_not_typed").delay(5)
    with pytest.raises(TypeError, match="missing required argument 'y'"):
        result.get(timeout=10)


def test_retried_tasks_keep_what_they_were_sent_with(app):
    result = app.signature("rust.retry_until").apply_async((3,), priority=6, headers={"x-tenant": "t1"})
    seen = result.get(timeout=15)
    assert (seen["retries"], seen["priority"], seen["headers"]["x-tenant"]) == (2, 6, "t1")
    assert seen["parent_id"] == result.id


def test_progress_is_seen_while_it_runs(app):
    result = app.signature("rust.progress").delay()
    wait_until("the progress", lambda: result.state == "PROGRESS")
    assert result.info == {"done": 1, "of": 2}
    app.backend.client.rpush(f"go-{result.id}", "1")
    assert result.get(timeout=10) == "finished"
