from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from collector.batcher import Batcher
from collector.budget import ByteBudget
from collector.limits import Limits
from collector.metrics import IngestMetrics
from collector.poison import PoisonFilter
from collector.quarantine import Quarantine
from collector.refusal import Internal, Invalid, Reason, Unavailable
from storage.errors import QueryTooHeavy, StorageOverloaded, StorageRefused, StorageUnavailable
from tests.collector.builders import trace_request
from tests.collector.recording_store import RecordingStore
from tests.collector.wiring import now

Start = Callable[..., Batcher]


@pytest.fixture
def start(store: RecordingStore, tmp_path: Path) -> Iterator[Start]:
    started: list[Batcher] = []

    def start_one(**limits: Any) -> Batcher:
        chosen = Limits(**({"inserts_in_flight": 1} | limits))
        metrics = IngestMetrics(CollectorRegistry())
        poison = PoisonFilter(store, Quarantine(tmp_path / "q", 1 << 20, now), metrics)
        batcher = Batcher(store, poison, chosen, ByteBudget(chosen.max_in_flight_bytes), metrics)
        batcher.start()
        started.append(batcher)
        return batcher

    yield start_one
    store.gate.set()
    for batcher in started:
        batcher.stop(5)


def hold_one(batcher: Batcher, store: RecordingStore) -> Future[None]:
    """Make the only writer busy."""
    store.gate.clear()
    held = batcher.submit(trace_request(name="held"))
    assert store.entered.acquire(timeout=10)
    return held


def test_what_arrives_during_a_write_goes_into_the_next_one(start: Start, store: RecordingStore) -> None:
    batcher = start()
    held = hold_one(batcher, store)
    requests = [trace_request() for _ in range(20)]
    results = [batcher.submit(request) for request in requests]
    assert not any(result.done() for result in (held, *results))
    store.gate.set()
    for result in (held, *results):
        result.result(10)
    assert store.calls[1:] == [requests]


def test_nothing_is_answered_before_its_write_returned(start: Start, store: RecordingStore) -> None:
    batcher = start()
    held = hold_one(batcher, store)
    with pytest.raises(TimeoutError):
        held.result(0.05)
    store.gate.set()
    held.result(10)
    assert store.span_names == ["held"]


def test_several_writes_run_at_once_when_allowed(start: Start, store: RecordingStore) -> None:
    batcher = start(inserts_in_flight=2)
    hold_one(batcher, store)
    batcher.submit(trace_request())
    assert store.entered.acquire(timeout=10)
    assert [len(call) for call in store.calls] == [1, 1]


def test_groups_stay_within_their_bounds(start: Start, store: RecordingStore) -> None:
    requests = [trace_request() for _ in range(10)]
    batcher = start(max_batch_bytes=3 * len(requests[0]) + 10)
    hold_one(batcher, store)
    results = [batcher.submit(request) for request in requests]
    large = batcher.submit(trace_request(100))
    store.gate.set()
    for result in (*results, large):
        result.result(10)
    assert [len(call) for call in store.calls[1:]] == [3, 3, 3, 1, 1]


def test_identical_requests_on_their_way_share_one_write(start: Start, store: RecordingStore) -> None:
    batcher = start()
    hold_one(batcher, store)
    request = trace_request()
    first, second = batcher.submit(request), batcher.submit(bytes(bytearray(request)))
    assert first is second
    store.gate.set()
    second.result(10)
    batcher.submit(request).result(10)
    assert store.stored.count(request) == 2, "once answered, the store itself must tell repeats"


def test_past_the_bound_requests_are_refused_and_later_accepted_again(
    start: Start, store: RecordingStore
) -> None:
    held_request = trace_request(name="held")
    batcher = start(max_in_flight_bytes=len(held_request) + 10)
    held = hold_one(batcher, store)
    with pytest.raises(Unavailable) as caught:
        batcher.submit(trace_request())
    assert caught.value.reason is Reason.OVERLOADED
    store.gate.set()
    held.result(10)
    batcher.submit(trace_request()).result(10)


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (StorageUnavailable("x"), Reason.STORE_UNAVAILABLE),
        (StorageOverloaded("x"), Reason.OVERLOADED),
        (QueryTooHeavy("x"), Reason.OVERLOADED),
    ],
)
def test_failed_writes_are_retryable_and_do_not_stop_later_ones(
    start: Start, store: RecordingStore, failure: StorageUnavailable, reason: Reason
) -> None:
    batcher = start()
    store.failure = failure
    with pytest.raises(Unavailable) as caught:
        batcher.submit(trace_request()).result(10)
    assert caught.value.reason is reason
    store.failure = None
    batcher.submit(trace_request()).result(10)


def test_a_defect_fails_its_requests_only(start: Start, store: RecordingStore) -> None:
    batcher = start()
    store.is_poison = lambda request: 1 / 0 > 0
    with pytest.raises(Internal):
        batcher.submit(trace_request()).result(10)
    store.is_poison = lambda request: False
    batcher.submit(trace_request()).result(10)


def test_poison_is_answered_alone_and_its_neighbours_are_stored(
    start: Start, store: RecordingStore, tmp_path: Path
) -> None:
    batcher = start()
    store.is_poison = lambda request: b"poison" in request
    hold_one(batcher, store)
    good = [batcher.submit(trace_request()) for _ in range(9)]
    bad = [batcher.submit(trace_request(name="poison")) for _ in range(2)]
    more = [batcher.submit(trace_request()) for _ in range(6)]
    store.gate.set()
    for result in (*good, *more):
        result.result(10)
    for result in bad:
        with pytest.raises(Invalid) as caught:
            result.result(10)
        assert caught.value.reason is Reason.POISON
    assert len(store.stored) == 16
    assert len(list((tmp_path / "q").glob("*.otlp"))) == 2


def test_a_request_refused_for_no_known_reason_does_not_take_its_neighbours_along(
    start: Start, store: RecordingStore, tmp_path: Path
) -> None:
    batcher = start()
    store.is_poison = lambda request: b"strange" in request
    store.poison_error = StorageRefused("Code: 47. DB::Exception: something new")
    hold_one(batcher, store)
    good = [batcher.submit(trace_request()) for _ in range(7)]
    bad = batcher.submit(trace_request(name="strange"))
    store.gate.set()
    for result in good:
        result.result(10)
    with pytest.raises(Unavailable, match="something new"):
        bad.result(10)
    assert list((tmp_path / "q").glob("*.otlp")) == []


def test_a_store_that_refuses_everything_is_not_asked_again_and_again(
    start: Start, store: RecordingStore
) -> None:
    batcher = start()
    held = hold_one(batcher, store)
    store.failure = StorageRefused("Code: 164. DB::Exception: read only")
    waiting = [batcher.submit(trace_request()) for _ in range(32)]
    store.gate.set()
    for result in (held, *waiting):
        with pytest.raises(Unavailable):
            result.result(10)
    assert len(store.calls) == 4


def test_stop_writes_what_is_queued_and_refuses_what_comes(start: Start, store: RecordingStore) -> None:
    batcher = start()
    held = hold_one(batcher, store)
    queued = batcher.submit(trace_request(name="queued"))
    store.gate.set()
    assert batcher.stop(10)
    assert (held.done(), queued.done()) == (True, True)
    assert store.span_names == ["held", "queued"]
    with pytest.raises(Unavailable) as caught:
        batcher.submit(trace_request())
    assert caught.value.reason is Reason.STOPPING


def test_stop_fails_what_the_store_keeps_waiting_too_long(start: Start, store: RecordingStore) -> None:
    batcher = start()
    hold_one(batcher, store)
    queued = batcher.submit(trace_request())
    assert not batcher.stop(0.05)
    with pytest.raises(Unavailable):
        queued.result(1)


def test_much_that_waits_does_not_wait_for_the_write_under_way(start: Start, store: RecordingStore) -> None:
    batcher = start(inserts_in_flight=2)
    hold_one(batcher, store)
    large = trace_request(1, name="n" * 600_000)
    batcher.submit(large)
    assert store.entered.acquire(timeout=10)
    assert store.calls[1] == [large]
