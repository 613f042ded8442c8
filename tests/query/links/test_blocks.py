"""Stretches of all links at once say what a walk through one link after the other says."""

from __future__ import annotations

import math

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from query.links.blocks import blocks_of, latest_of
from query.links.figures import LinkKey
from query.links.settings import LinkSettings
from query.links.sketch import BUCKETS_PER_OCTAVE

RULES = LinkSettings(block_calls=5, stretch_calls=8)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["cart", "mail"]),
        st.integers(0, 6).map(lambda place: place * 10),
        st.dictionaries(st.integers(0, 900), st.integers(1, 4), max_size=4),
    ),
    unique_by=lambda row: (row[0], row[1]),
    max_size=12,
)
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "Start": pl.UInt32,
    "Caller": pl.String,
    "Callee": pl.String,
    "Kind": pl.String,
    "Samples": pl.UInt64,
    "Calls": pl.Float64,
    "Errors": pl.Float64,
    "Buckets": pl.List(pl.UInt16),
    "Counts": pl.List(pl.Float64),
    "Seconds": pl.UInt32,
}
Row = tuple[str, int, dict[int, int]]


def frame(rows: list[Row]) -> pl.DataFrame:
    made = []
    for callee, start, histogram in rows:
        calls = sum(histogram.values())
        buckets = sorted(histogram)
        counts = [float(histogram[bucket]) for bucket in buckets]
        made.append((start, "web", callee, "http", calls, float(calls), 1.0, buckets, counts, 10))
    return pl.DataFrame(made, schema=SCHEMA, orient="row")


def reference(rows: list[Row], callee: str, calls: int) -> list[tuple[int, float, float]]:
    """Samples, p95 and its low end of the stretches of one link, oldest first."""
    found: dict[int, dict[int, int]] = {}
    later = 0
    for _, _, histogram in sorted((row for row in rows if row[0] == callee), key=lambda row: -row[1]):
        stretch = found.setdefault(later // calls, {})
        for bucket, count in histogram.items():
            stretch[bucket] = stretch.get(bucket, 0) + count
        later += sum(histogram.values())
    answer = []
    for stretch in reversed(list(found.values())):
        values = sorted(bucket for bucket, count in stretch.items() for _ in range(count))
        if not values:
            answer.append((0, math.nan, math.nan))
            continue
        low = max(0.0, 0.95 - RULES.confidence_z * math.sqrt(0.95 * 0.05) / math.sqrt(len(values)))
        p95, p95_low = (
            (2 ** ((values[math.floor(share * (len(values) - 1))] + 0.5) / BUCKETS_PER_OCTAVE) - 1) / 1e6
            for share in (0.95, low)
        )
        answer.append((len(values), p95, p95_low))
    return answer


@settings(deadline=None)
@given(ROWS)
def test_blocks_are_those_of_a_walk(rows: list[Row]) -> None:
    rows = [row for row in rows if row[2]]
    found = blocks_of(frame(rows), RULES)
    for callee in {row[0] for row in rows}:
        stretches = found[LinkKey("web", callee, "http")]
        expected = reference(rows, callee, RULES.block_calls)
        assert [one.samples for one in stretches] == [samples for samples, _, _ in expected]
        for one, (_, p95, p95_low) in zip(stretches, expected, strict=True):
            assert math.isclose(one.p95_ms, p95, rel_tol=1e-9)
            assert math.isclose(one.p95_low_ms, p95_low, rel_tol=1e-9)


@settings(deadline=None)
@given(ROWS)
def test_the_latest_stretch_is_the_last_of_all_where_it_is_long_enough(rows: list[Row]) -> None:
    rows = [row for row in rows if row[2]]
    found = latest_of(frame(rows), RULES)
    for callee in {row[0] for row in rows}:
        (samples, p95, _) = reference(rows, callee, RULES.stretch_calls)[-1]
        stretches = found.get(LinkKey("web", callee, "http"), [])
        assert [one.samples for one in stretches] == ([samples] if samples >= RULES.stretch_calls else [])
        assert all(math.isclose(one.p95_ms, p95, rel_tol=1e-9) for one in stretches)
