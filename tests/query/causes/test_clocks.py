from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from query.causes.clocks import clock_shifts_of_traces
from query.causes.levels import MOST_LEVELS
from query.traces.skew import clock_shifts
from tests.query.causes.test_critical_paths import frame_of
from tests.query.traces.shapes import Shape, shapes

KINDS = {1: "internal", 2: "server", 3: "client"}


@given(st.lists(shapes(), min_size=1, max_size=4), st.data())
def test_many_traces_are_moved_as_each_is_alone(traces: list[Shape], data: st.DataObject) -> None:
    spans = frame_of(traces)
    services = data.draw(st.lists(st.sampled_from("abc"), min_size=spans.height, max_size=spans.height))
    kinds = data.draw(
        st.lists(st.sampled_from([1, 2, 3, 2, 3]), min_size=spans.height, max_size=spans.height)
    )
    described = spans.with_columns(service=pl.Series(services), kind=pl.Series(kinds, dtype=pl.UInt8))
    expected: list[int] = []
    first = 0
    for shape in traces:
        end = first + len(shape.ids)
        clocks = [(service, "") for service in services[first:end]]
        words = [KINDS[kind] for kind in kinds[first:end]]
        expected += clock_shifts(shape.forest, words, clocks, shape.start_ns, shape.end_ns)
        first = end
    assert clock_shifts_of_traces(described).to_list() == expected


def test_deep_traces_are_moved_too() -> None:
    levels = MOST_LEVELS + 10
    ids = [f"{level + 1:016x}" for level in range(levels)]
    shape = Shape(ids, ["", *ids[:-1]], [5] * levels, [1_000 - 10 * level for level in range(levels)])
    spans = frame_of([shape]).with_columns(
        service=pl.Series(["ab"[level // 2 % 2] for level in range(levels)]),
        kind=pl.Series([3 if level % 2 else 2 for level in range(levels)], dtype=pl.UInt8),
        start_ns=pl.Series([0 if level % 4 == 2 else 5 for level in range(levels)]),
    )
    found = clock_shifts_of_traces(spans)
    assert len(found) == levels and found[2] > 0
