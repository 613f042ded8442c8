from __future__ import annotations

from random import Random

import hypothesis.strategies as st
from hypothesis import given, settings

from query.links import frames, linker
from tests.query.links.forests import Forest
from tests.query.links.rows import frame_of, rows_of_frame, rows_of_hops


@given(st.randoms(use_true_random=False), st.integers(1, 6), st.integers(1, 14))
@settings(max_examples=40, deadline=None)
def test_the_frame_linker_says_what_the_oracle_says(random: Random, traces: int, most_spans: int) -> None:
    spans = Forest(random).grow(traces, most_spans)

    found = rows_of_frame(frames.find_hops(frame_of(spans)))

    assert found == rows_of_hops(linker.find_hops(spans))


def test_a_large_forest_agrees_too() -> None:
    spans = Forest(Random(7)).grow(traces=300, most_spans=40)

    found = rows_of_frame(frames.find_hops(frame_of(spans)))

    assert found == rows_of_hops(linker.find_hops(spans))
    assert {row[3] for row in found} == {"http", "rpc", "messaging", "database", "external", "internal"}
    assert any(row[4] == "user" for row in found)


def test_no_spans_give_no_hops() -> None:
    assert frames.find_hops(frame_of([])).is_empty()
