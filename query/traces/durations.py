"""Times of a trace in columns: what fits into them, and nanoseconds as milliseconds. Pure."""

from __future__ import annotations

import polars as pl

from query.traces.columns import SpanColumns

NS_PER_MS = 1_000_000
# Whole numbers up to here are doubles too, so that dividing the double divides the number.
EXACT = 1 << 53


def has_short_times(spans: SpanColumns) -> bool:
    """Whether the trace spans less than `EXACT` ns (104 days), so that no sum of its times is inexact."""
    starts_ns, durations_ns = spans.table["start_ns"], spans.table["duration_ns"]
    first, last, longest = starts_ns.min(), starts_ns.max(), durations_ns.max()
    assert isinstance(first, int) and isinstance(last, int) and isinstance(longest, int)
    return last - first + longest < EXACT // 2


def in_ms(times_ns: pl.Series) -> pl.Series:
    """Each time, of less than `EXACT`, as the nearest double."""
    # Column by column: dividing by a scalar, Polars multiplies by its inverse, which rounds twice.
    divisors = pl.repeat(NS_PER_MS, len(times_ns), dtype=pl.Float64, eager=True)
    return times_ns.cast(pl.Float64) / divisors
