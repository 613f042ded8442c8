"""Sums of figures say what figures of all hops at once say."""

from __future__ import annotations

from random import Random
from typing import Any

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from query.links import frames
from query.links.aggregate import EXEMPLARS_KEPT, figures_of, summed
from query.links.joined import join_nothing
from tests.query.links.forests import Forest
from tests.query.links.rows import frame_of

KEY = ["Start", "Caller", "Callee", "Kind", "Operation"]


def rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """In one order; which of equally slow requests are kept is left open."""
    named = frame.sort(KEY).drop("SlowTraces", "SlowSpans", "SlowErrors", "FailedTraces", "FailedSpans")
    return [
        {name: pytest.approx(value) if name.endswith("SumNs") else value for name, value in row.items()}
        for row in named.to_dicts()
    ]


@given(st.randoms(use_true_random=False), st.booleans(), st.sampled_from([10, 60, 3_600]))
@settings(max_examples=20, deadline=None)
def test_sums_of_slices_are_the_figures_of_the_slot(random: Random, by_operation: bool, seconds: int) -> None:
    hops = frames.find_hops(frame_of(Forest(random).grow(traces=12, most_spans=15)))
    # A slice may come in parts.
    parts = [hops.filter(pl.col("span_id") % 2 == part) for part in range(2)]
    figures = pl.concat([figures_of(part, 10, by_operation=True) for part in parts])

    found = summed(figures, seconds, by_operation=by_operation, exemplars=EXEMPLARS_KEPT)

    expected = figures_of(hops, seconds, by_operation=by_operation)
    assert rows(found) == rows(expected)
    assert found.schema == expected.schema
    for names in ("SlowTraces", "SlowSpans", "SlowErrors"):
        assert found[names].list.len().to_list() == found["SlowNs"].list.len().to_list()


def test_nothing_has_figures_of_the_same_columns() -> None:
    nothing = figures_of(join_nothing(), 10, by_operation=True)
    assert nothing.is_empty()
    assert summed(nothing, 60, by_operation=False).schema == nothing.schema
