"""Rust sends to a Python worker, and gets the result back, with each option and each shape of workflow."""

import datetime
import json

import pytest
from celery import chain, chord

pytestmark = pytest.mark.usefixtures("python", "rust")


def py(task, *args, **options):
    kwargs = options.pop("kwargs", {})
    return {"task": f"python.{task}", "args": list(args), "kwargs": kwargs, "options": {"queue": "python", **options}}


def rs(task, *args, **options):
    return {"task": f"t.integration.tasks.{task}", "args": list(args), "options": {"queue": "rust", **options}}


@pytest.fixture
def result_of(client):
    def run(canvas):
        answer = client(do="send", canvas=canvas)
        assert answer["state"] == "SUCCESS", answer
        return answer["result"]

    return run


def test_arguments_by_position_and_by_name(result_of):
    assert result_of(py("add", 2, 3)) == 5
    assert result_of(py("add", kwargs={"x": 2, "y": 3})) == 5


def test_what_python_sees_of_the_request(result_of):
    headers = {"x-tenant": "t1"}
    seen = result_of(
        py("describe", 1, task_id="from-rust-1", shadow="s", priority=6, headers=headers, time_limit=9, soft_time_limit=4)
    )
    assert (seen["id"], seen["root_id"], seen["parent_id"]) == ("from-rust-1", "from-rust-1", None)
    assert (seen["shadow"], seen["priority"], seen["retries"]) == ("s", 6, 0)
    assert seen["timelimit"] == [9, 4]
    assert headers.items() <= (seen["headers"] or headers).items()
    assert seen["routing_key"] == "python"


def test_countdown_and_eta(result_of):
    before = datetime.datetime.now(datetime.timezone.utc)
    seen = result_of(py("describe", countdown=1))
    assert datetime.datetime.fromisoformat(seen["eta"]) >= before + datetime.timedelta(seconds=1)


def test_expired(client):
    answer = client(do="send", canvas=py("add", 1, 2, expires="2020-01-01T00:00:00+00:00"))
    assert (answer["state"], answer["exception"]["exc_type"]) == ("REVOKED", "TaskRevokedError")


def test_python_types(client):
    """Fields of the type `Python<T>` reach Python as `datetime`, `Decimal`, `UUID` and `bytes`."""
    answer = client(do="types", queue="python")
    assert answer["result"]["types"] == ["datetime", "date", "time", "Decimal", "UUID", "bytes", "bytes"], answer


def test_retries_in_python(result_of):
    assert result_of(py("retry_until", 3)) == 2


def test_link_and_link_error(client, result_of, key, noted):
    assert result_of(py("add", 2, 3, link=[py("note", kwargs={"key": key})])) == 5
    assert noted(key) == ["5"]
    answer = client(do="send", canvas=py("fail", link_error=[py("note", kwargs={"key": key + "-error"})]))
    assert noted(key + "-error") == [answer["id"]]


def test_ignore_result(client, store, key, noted):
    answer = client(do="send", wait=False, canvas=py("note", 1, key, ignore_result=True))
    assert noted(key) == ["1"]
    assert not store.exists(f"celery-task-meta-{answer['id']}")


@pytest.mark.parametrize("a, b", [(py, py), (py, rs), (rs, py), (rs, rs)], ids=["pp", "pr", "rp", "rr"])
class TestWorkflowsBuiltInRust:
    def test_chain(self, result_of, a, b):
        assert result_of({"chain": [a("add", 1, 1), b("add", 10), a("add", 100)]}) == 112

    def test_chord(self, result_of, a, b):
        header = [a("add", n, n) if n % 2 else b("add", n, n) for n in range(6)]
        total = py("total") if b is py else rs("tsum")
        assert result_of({"chord": header, "body": total}) == 30

    def test_group_in_a_chain(self, result_of, a, b):
        group = {"group": [a("add", 1), {"chain": [b("add", 2), a("add", 3)]}]}
        assert result_of({"chain": [a("add", 1, 1), group, rs("tsum"), b("add", 100)]}) == 110

    def test_nested_chords(self, result_of, a, b):
        inner = {"chord": [a("add", 1, 1), b("add", 2, 2)], "body": py("total")}
        body = {"chain": [rs("tsum"), b("add", 1)]}
        assert result_of({"chord": [inner, a("add", 3, 3), {"group": [b("add", 4, 4)]}], "body": body}) == 21

    def test_error_in_the_header(self, client, a, b):
        fail = py("fail") if a is py else rs("fail")
        answer = client(do="send", canvas={"chord": [b("add", 1, 1), fail], "body": py("total")})
        assert (answer["state"], answer["exception"]["exc_type"]) == ("FAILURE", "ChordError"), answer


@pytest.mark.parametrize("shape", ["chain", "chord"])
def test_signatures_made_by_python_are_sent_by_rust(app, client, shape):
    """The JSON of a canvas that Celery's own classes built is a signature to Rust."""
    add = lambda *args: app.signature("python.add", args=args, queue="python")
    remote = app.signature("t.integration.tasks.add", args=(5,), queue="rust")
    if shape == "chain":
        canvas = chain(add(1, 1), remote)
    else:
        canvas = chord([add(1, 1), add(2, 3)], app.signature("t.integration.tasks.tsum", queue="rust"))
    plain = json.loads(json.dumps(canvas))
    assert client(do="send", canvas=plain)["result"] == 7
