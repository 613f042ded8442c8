from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from storage.calls import CallSearch, CallStore, Sample
from storage.client import Database
from tests.query.causes.stored import MS, SECOND, START_NS, call, store

CALLS, SLOW = 600, 60
BUNCH = 10
SEARCH = CallSearch(
    caller="cart",
    callee="payment",
    virtual=False,
    callee_kinds=(2, 5),
    start_ns=START_NS,
    end_ns=START_NS + 120 * SECOND,
    selected_start_ns=START_NS,
    selected_end_ns=START_NS + 120 * SECOND,
    min_duration_ns=300 * MS,
    max_duration_ns=2**63,
    failing=False,
)


@pytest.fixture
def calls(embedded_database: Database) -> CallStore:
    spans = []
    for number in range(CALLS):
        spans += call(number, server_ms=400 if number % (CALLS // SLOW) == 3 else 10)
    store(embedded_database, spans)
    return CallStore(embedded_database)


def sampled(
    calls: CallStore, sample: Sample, search: CallSearch = SEARCH, bunch: int = BUNCH
) -> pl.DataFrame:
    slices = [START_NS // SECOND + second for second in range(0, 120, 10)]
    # As many spans as make granules with so many calls each.
    spans = 8192 * CALLS // bunch
    return calls.of_link(search, slices, spans, sample)


def numbers(found: pl.DataFrame) -> list[int]:
    return sorted(int.from_bytes(trace_id, "big") for trace_id in found["TraceId"])


def test_what_is_sampled_lies_together_in_bunches_that_are_spread_over_all(calls: CallStore) -> None:
    found = sampled(calls, Sample(sampled=100, enough=5, listed=0, newest=False))
    rest = numbers(found.filter(pl.col("Selected") == 0))
    assert len(rest) == 100
    bunches = {number // BUNCH for number in rest}
    assert len(bunches) <= 100 / (BUNCH - 1) + 3
    assert max(bunches) - min(bunches) > CALLS / BUNCH / 2
    # The selected calls of the same bunches, and no others.
    slow = numbers(found.filter(pl.col("Selected") == 1))
    assert len(slow) >= 5
    assert {number // BUNCH for number in slow} <= bunches
    assert found.filter(pl.col("Selected") == 1)["Found"].unique().to_list() == [SLOW]
    assert found.filter(pl.col("Selected") == 0)["Found"].unique().to_list() == [CALLS - SLOW]


def test_enough_selected_calls_are_looked_for_beyond_the_bunches_of_others(calls: CallStore) -> None:
    found = sampled(calls, Sample(sampled=50, enough=40, listed=0, newest=False))
    assert found.filter(pl.col("Selected") == 1).height == 40
    assert found.filter(pl.col("Selected") == 0).height == 50
    everything = sampled(calls, Sample(sampled=1000, enough=1000, listed=0, newest=False))
    assert everything.height == CALLS
    assert everything["Sampled"].min() == 1


def test_with_nothing_selected_against_the_rest_all_that_is_wanted_comes(calls: CallStore) -> None:
    every = replace(SEARCH, min_duration_ns=0)
    found = sampled(calls, Sample(sampled=100, enough=100, listed=0, newest=False), every)
    assert (found.height, found["Selected"].min()) == (100, 1)


@pytest.mark.parametrize("newest", [True, False])
def test_the_calls_of_a_list_are_the_first_of_all_selected_ones(calls: CallStore, newest: bool) -> None:
    found = sampled(calls, Sample(sampled=10, enough=1, listed=7, newest=newest))
    slow = [number + 1 for number in range(CALLS) if number % (CALLS // SLOW) == 3]
    listed = numbers(found.filter(pl.col("Selected") == 1))
    if newest:
        assert set(slow[-7:]) <= set(listed)
    assert 7 <= len(listed) <= 10


def test_attributes_come_for_the_spans_that_are_asked_for(calls: CallStore) -> None:
    found = calls.attributes([f"{number:032x}" for number in (1, 2, 9_999)], ["c" * 16])
    assert sorted(zip(found["TraceId"], found["SpanId"], strict=True)) == [
        (f"{1:032x}", "c" * 16),
        (f"{2:032x}", "c" * 16),
    ]
    assert calls.attributes([], ["c" * 16]).is_empty()
    assert calls.attributes(["f" * 32], ["c" * 16]).columns == found.columns
