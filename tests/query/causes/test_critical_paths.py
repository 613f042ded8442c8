from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.causes.critical_paths import critical_times_of_traces
from query.causes.levels import MOST_LEVELS
from query.traces.critical_path import critical_times
from tests.query.traces.shapes import Shape, shapes

SCHEMA = {
    "trace": pl.UInt64,
    "span": pl.UInt64,
    "parent_span": pl.UInt64,
    "start_ns": pl.Int64,
    "end_ns": pl.Int64,
}


def frame_of(traces: list[Shape]) -> pl.DataFrame:
    """The traces as columns; span ids repeat between traces."""
    rows = [
        (
            number,
            int(shape.ids[place], 16),
            int(shape.parents[place], 16) if shape.parents[place] else None,
            shape.start_ns[place],
            shape.end_ns[place],
        )
        for number, shape in enumerate(traces)
        for place in range(len(shape.ids))
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def one_by_one(traces: list[Shape]) -> list[int]:
    return [time for shape in traces for time in critical_times(shape.forest, shape.start_ns, shape.end_ns)]


@given(st.lists(shapes(), min_size=1, max_size=6))
def test_many_traces_say_what_each_says_alone(traces: list[Shape]) -> None:
    assert critical_times_of_traces(frame_of(traces)).to_list() == one_by_one(traces)


@given(st.lists(shapes(max_size=30), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(traces: list[Shape], random: object) -> None:
    spans = frame_of(traces)
    order = list(range(spans.height))
    random.shuffle(order)  # type: ignore[attr-defined]  # hypothesis' Random
    found = critical_times_of_traces(spans[order]).to_list()
    assert found == [one_by_one(traces)[place] for place in order]


def test_no_trace_has_no_times() -> None:
    assert critical_times_of_traces(frame_of([])).to_list() == []


@pytest.mark.parametrize("levels", [MOST_LEVELS - 1, MOST_LEVELS, MOST_LEVELS + 1, 400])
def test_traces_of_any_depth_are_walked(levels: int) -> None:
    ids = [f"{level + 1:016x}" for level in range(levels)]
    chain = Shape(ids, ["", *ids[:-1]], list(range(levels)), [5 * levels - level for level in range(levels)])
    assert critical_times_of_traces(frame_of([chain, chain])).to_list() == one_by_one([chain, chain])


def test_long_chains_of_siblings_are_followed() -> None:
    calls = 3_000
    ids = [f"{number + 1:016x}" for number in range(calls + 1)]
    start_ns = [0, *(10 * number for number in range(calls))]
    row = Shape(ids, ["", *[ids[0]] * calls], start_ns, [10 * calls, *(start + 8 for start in start_ns[1:])])
    times = critical_times_of_traces(frame_of([row]))
    assert times[0] == 2 * calls
    assert times[1:].to_list() == [8] * calls
