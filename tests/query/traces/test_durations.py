from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from query.traces.durations import EXACT, has_short_times, in_ms
from query.traces.said import Said
from tests.query.traces.sketched import span_columns


@given(st.lists(st.integers(1 - EXACT, EXACT - 1) | st.none(), max_size=20))
def test_milliseconds_are_the_nearest_doubles(times_ns: list[int | None]) -> None:
    expected = [None if one is None else one / 1_000_000 for one in times_ns]
    assert in_ms(pl.Series(times_ns, dtype=pl.Int64)).to_list() == expected


@pytest.mark.parametrize(
    ("start_ns", "end_ns", "short"),
    [
        ([0, 5], [10, 7], True),
        ([0, EXACT], [10, EXACT], False),
        ([0], [(1 << 64) - 1], False),
        ([1 << 62], [(1 << 62) + 1], True),
    ],
)
def test_a_trace_is_short_when_its_whole_extent_is(
    start_ns: list[int], end_ns: list[int], short: bool
) -> None:
    ids = [str(number) for number in range(len(start_ns))]
    said = [Said("", None, proxied=False)] * len(ids)
    spans = span_columns(
        span_ids=ids,
        parent_ids=ids,
        services=ids,
        names=ids,
        kinds=ids,
        start_ns=start_ns,
        end_ns=end_ns,
        said=said,
    )
    assert has_short_times(spans) is short
