"""Exceptions cross the language border with their class, arguments and text."""

import pytest
from celery.exceptions import MaxRetriesExceededError, Reject

pytestmark = pytest.mark.usefixtures("rust", "python")


def failed(result, kind, **match):
    with pytest.raises(kind, **match) as raised:
        result.get(timeout=15)
    assert result.status == "FAILURE"
    return raised.value


@pytest.mark.parametrize("kind", [ValueError, KeyError, RuntimeError, ZeroDivisionError, PermissionError])
def test_rust_raises_a_python_exception(app, kind):
    error = failed(app.signature("rust.fail").delay(kind.__name__, ["bad", 7]), kind)
    assert type(error) is kind and error.args == ("bad", 7)


def test_an_exception_of_rust_has_its_own_class(app):
    result = app.signature("rust.fail_as_rust").delay()
    error = failed(result, Exception, match="invalid digit found in string")
    assert type(error).__name__ == "ParseIntError"
    assert result.traceback


def test_a_panic_is_a_failure(app, rust):
    error = failed(app.signature("rust.panic").delay(), Exception)
    assert rust.alive(), error
    assert app.signature("t.integration.tasks.add").delay(1, 2).get(timeout=10) == 3


def test_retries_run_out_with_the_last_cause(app):
    error = failed(app.signature("rust.retry_forever").delay(2), ValueError, match="never")
    assert error.args == ("never",)


def test_a_task_that_refuses(app):
    failed(app.signature("t.integration.tasks.reject_without_requeue").delay(), Reject)


def test_a_task_that_is_taken_back_once(app):
    assert app.signature("t.integration.tasks.reject_then_succeed").delay().get(timeout=15) == "second-pass"


@pytest.mark.parametrize(
    "task, expected",
    [
        ("python.fail", {"exc_type": "ValueError", "exc_module": "builtins", "exc_message": ["broken", 7]}),
        ("python.unknown", {"exc_type": "NotRegistered", "exc_module": "celery.exceptions"}),
    ],
)
def test_rust_sees_what_python_raised(client, task, expected):
    answer = client(do="send", canvas={"task": task, "options": {"queue": "python"}})
    assert answer["state"] == "FAILURE"
    assert expected.items() <= answer["exception"].items(), answer


def test_rust_sees_the_text_of_a_rejection(client):
    answer = client(do="send", canvas={"task": "python.reject", "options": {"queue": "python"}})
    assert (answer["state"], answer["exception"]["exc_type"]) == ("FAILURE", Reject.__name__)


def test_rust_sees_used_up_retries(client):
    answer = client(do="send", canvas={"task": "python.retry_until", "args": [99], "options": {"queue": "python"}})
    assert answer["exception"]["exc_type"] in ("ValueError", MaxRetriesExceededError.__name__)
