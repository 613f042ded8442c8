"""When calls of one link were how slow: counts per slot of time and range of durations. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from query.links.figures import Figures, LinkKey
from query.links.sketch import NS_PER_MS, lower_bound_ns
from query.model.cause import LinkHeatmap
from query.model.window import NS_PER_S, Window, rfc3339

# Sketch buckets per row: a row reaches 1.19, 1.41, 2 or 4 times as far as it begins.
BUCKETS_PER_ROW = (8, 16, 32, 64)
MOST_ROWS = 48


def heatmap_of(key: LinkKey, columns: Mapping[int, Figures], window: Window, step: int) -> LinkHeatmap:
    """The heatmap of one link.

    Args:
        key: The link.
        columns: Figures by the start of their slot, in Unix seconds, a multiple of `step`.
        window: The window; slots without calls are columns too.
        step: Seconds per slot.
    """
    buckets = {bucket for figures in columns.values() for bucket in figures.observed.histogram}
    per_row = _buckets_per_row(buckets)
    rows = range(min(buckets) // per_row, max(buckets) // per_row + 1) if buckets else range(0)
    first = window.start_ns // NS_PER_S // step * step
    starts = range(first, -(-window.end_ns // NS_PER_S), step)
    nothing = Figures()
    found = [columns.get(start, nothing) for start in starts]
    edges = [lower_bound_ns(row * per_row) / NS_PER_MS for row in (*rows, rows.stop)] if buckets else []
    return LinkHeatmap(
        caller=key.caller,
        callee=key.callee,
        kind=key.kind,
        start=window.start,
        end=window.end,
        step_seconds=float(step),
        starts=[rfc3339(start * NS_PER_S) for start in starts],
        edges_ms=edges,
        calls=[_column(figures, rows, per_row) for figures in found],
        errors=[round(figures.errors) for figures in found],
    )


def _buckets_per_row(buckets: set[int]) -> int:
    if not buckets:
        return BUCKETS_PER_ROW[0]
    fitting = (size for size in BUCKETS_PER_ROW if max(buckets) // size - min(buckets) // size < MOST_ROWS)
    return next(fitting, BUCKETS_PER_ROW[-1])


def _column(figures: Figures, rows: range, per_row: int) -> list[int]:
    counts = dict.fromkeys(rows, 0.0)
    for bucket, calls in figures.observed.histogram.items():
        counts[bucket // per_row] += calls
    return [round(calls) for calls in counts.values()]
