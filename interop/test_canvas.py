"""Chains, groups and chords whose parts run in both languages, sent by Python.

Each shape is tried with every part in Rust, every part in Python, and the two ways of taking turns: which worker
publishes the next step, and which counts the members of a chord, differs between them.
"""

import itertools

import pytest
from celery import chain, chord, group
from celery.exceptions import ChordError
from processes import wait_until

pytestmark = pytest.mark.usefixtures("rust", "python")

TURNS = {"rust": "r", "python": "p", "rust first": "rp", "python first": "pr"}


@pytest.fixture(params=TURNS.values(), ids=TURNS.keys())
def add(app, request):
    """`add(...)` makes a signature in the language whose turn it is."""
    turns = itertools.cycle(request.param)
    names = {"r": "t.integration.tasks.add", "p": "python.add"}
    return lambda *args: app.signature(names[next(turns)], args=args)


@pytest.fixture(params=["t.integration.tasks.tsum", "python.total"], ids=["rust body", "python body"])
def total(app, request):
    return app.signature(request.param)


@pytest.fixture(params=["t.integration.tasks.fail", "python.fail"], ids=["rust fails", "python fails"])
def fail(app, request):
    return app.signature(request.param, immutable=True)


def test_chain(add):
    result = chain(add(1, 1), add(10), add(100), add(1000))()
    assert result.get(timeout=15) == 1112
    assert result.parent.parent.parent.get(timeout=5) == 2


def test_group(add):
    assert group(add(n, n) for n in range(8))().get(timeout=15) == [2 * n for n in range(8)]


def test_chord(add, total):
    assert chord([add(n, n) for n in range(8)], total)().get(timeout=15) == 56


def test_group_then_task_then_task(add, total):
    result = (group(add(1, 1), add(2, 2), add(3, 3)) | total | add(100) | add(1000))()
    assert result.get(timeout=15) == 1112


def test_chain_group_chain(add, total):
    result = chain(add(1, 1), group(chain(add(1), add(1)), add(2)), total, add(5))()
    assert result.get(timeout=15) == 13


def test_groups_in_groups(add, total):
    result = chord([group(add(1, 1), add(2, 2)), group(add(3, 3), group(add(4, 4), add(5, 5)))], total)()
    assert result.get(timeout=15) == 30


def test_chord_in_a_chord(app, add, total):
    inner = chord([add(1, 1), add(2, 2)], total.clone())
    assert chord([inner, add(3, 3)], total.clone())().get(timeout=15) == 12


def test_chord_body_is_a_chain_with_a_group(add, total):
    result = (group(add(1, 1), add(2, 2)) | total.clone() | group(add(1), add(2)) | total.clone())()
    assert result.get(timeout=15) == 15


def test_group_after_group(add, total):
    """The second group gets the whole list of the first."""
    result = (group(add(1, 1), add(2, 2)) | group(total.clone(), total.clone()))()
    assert result.get(timeout=15) == [6, 6]


def test_parents_and_children_lead_through_the_graph(app, add):
    result = chain(add(1, 1), add(1), add(1))()
    assert result.get(timeout=15) == 4
    first = result.parent.parent
    assert [child.id for child in first.children] == [result.parent.id]
    seen = dict(first.collect())
    assert {r.id: value for r, value in seen.items()} == {first.id: 2, result.parent.id: 3, result.id: 4}


def test_root_and_parent_ids(app):
    describe = lambda name: app.signature(name, immutable=True)
    result = chain(describe("rust.describe"), describe("python.describe"), describe("rust.describe"))()
    last = result.get(timeout=15)
    middle, first = result.parent.get(timeout=5), result.parent.parent
    assert first.get(timeout=5)["parent_id"] is None
    assert middle["parent_id"] == first.id
    assert last["parent_id"] == result.parent.id
    assert last["root_id"] == middle["root_id"] == first.id


def test_chain_stops_at_an_error(app, add, fail, store, key):
    after = app.signature("t.integration.tasks.redis_echo", args=("ran", key), immutable=True)
    result = chain(add(1, 1), fail, after)()
    with pytest.raises(Exception, match="broken|Task expected to fail"):
        result.get(timeout=15)
    assert store.llen(key) == 0


def test_chain_errback_is_called_once_by_the_failed_part(app, add, fail, noted, store, key):
    result = chain(add(1, 1), fail, add(3)).apply_async(
        link_error=app.signature("t.integration.tasks.redis_echo", kwargs={"redis_key": key})
    )
    with pytest.raises(Exception, match="broken|Task expected to fail"):
        result.get(timeout=15)
    assert noted(key) == [result.parent.id]


def body_of(result):
    """The result of a chord without its parent, whose own exception `get` would raise if it came first."""
    return result.app.AsyncResult(result.id)


def test_error_in_the_header_fails_the_body(add, fail, total):
    body = body_of(chord([add(1, 1), fail, add(2, 2)], total)())
    with pytest.raises(ChordError, match="raised (ValueError|ExpectedException)"):
        body.get(timeout=15)
    assert body.status == "FAILURE"


def test_error_in_the_header_calls_the_errback_of_the_body(app, add, fail, total, noted, key):
    errback = app.signature("t.integration.tasks.redis_echo", kwargs={"redis_key": key})
    body = body_of(chord([add(1, 1), fail], total.on_error(errback))())
    with pytest.raises(ChordError):
        body.get(timeout=15)
    assert noted(key) == [body.id]


def test_error_in_the_body(app, add, fail):
    result = chord([add(1, 1), add(2, 2)], fail)()
    with pytest.raises(Exception, match="broken|Task expected to fail"):
        result.get(timeout=15)


def test_a_task_in_the_header_is_retried(app, add, total):
    retried = app.signature("rust.retry_until", kwargs={"attempt": 3, "value": 10})
    python = app.signature("python.retry_until", args=(2,))
    assert chord([add(1, 1), retried, python], total)().get(timeout=20) == 13


@pytest.mark.parametrize("outer", ["python.replace_by", "rust.replace_by"])
@pytest.mark.parametrize("inner, queue", [("python.add", "python"), ("t.integration.tasks.add", "rust")])
def test_replaced_by_a_task_of_the_other_language(app, total, outer, inner, queue):
    replaced = app.signature(outer, args=(1, 2), kwargs={"task": inner, "queue": queue})
    assert replaced.delay().get(timeout=15) == 3
    plain = app.signature("python.add", args=(4, 4))
    assert chord([replaced.clone(), plain], total)().get(timeout=15) == 11


def test_a_workflow_that_a_task_sends(app, noted):
    inner = app.signature("python.spread", args=(10,)).delay().get(timeout=15)
    assert app.AsyncResult(inner).get(timeout=15) == 23


def test_map_starmap_and_chunks_of_a_rust_task(app):
    tsum = app.signature("t.integration.tasks.tsum")
    add = app.signature("t.integration.tasks.add")
    wrapped = {"queue": "rust"}
    as_map = app.signature("celery.map", kwargs={"task": tsum, "it": [[1, 2], [3, 4]]}, options=wrapped)
    assert as_map.delay().get(timeout=15) == [3, 7]
    starmap = app.signature("celery.starmap", kwargs={"task": add, "it": [[1, 2], [3, 4]]}, options=wrapped)
    assert starmap.delay().get(timeout=15) == [3, 7]


def test_a_large_chord(add, total, store):
    result = chord([add(n, 0) for n in range(200)], total)()
    assert result.get(timeout=40) == 19900


def test_nothing_of_a_chord_stays_behind(add, total, store):
    result = chord([add(n, n) for n in range(4)], total)()
    assert result.get(timeout=15) == 12
    keys = [f"celery-taskset-meta-{result.parent.id}.{part}" for part in "jtsd"]
    left = lambda: [key for key in keys if store.exists(key)]
    wait_until("the keys of the chord are gone", lambda: not left())
