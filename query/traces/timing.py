"""Where each span of a trace stands in tree and time: tree, clock skew, self time and critical path, in turn.

Loops for small traces and those with times beyond any measure, columns for all others; the outcome is the
same, which a property test says. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from query.traces.columns import SpanColumns
from query.traces.critical_path import critical_times, critical_times_of_columns
from query.traces.durations import has_short_times
from query.traces.self_time import self_times, self_times_of_columns
from query.traces.skew import clock_shifts, clocks_agree
from query.traces.tree import ROOT, Forest, build_forest, build_forest_of_columns

# Below this, loops cost less than columns.
FEW = 300


@dataclass(frozen=True, slots=True)
class Timing:
    """The trees, and for each span, by its place in the frame, times in ns.

    `shifts_ns` are what was added to start and end; `first_ns` and `last_ns` bound the trace after that.
    """

    forest: Forest
    shifts_ns: list[int]
    self_ns: list[int]
    critical_ns: list[int]
    first_ns: int
    last_ns: int


def timing(spans: SpanColumns) -> Timing:
    """The timing of a trace of at least one span."""
    if spans.table.height < FEW or not has_short_times(spans):
        return timing_by_loops(spans)
    return timing_by_columns(spans)


def timing_by_loops(spans: SpanColumns) -> Timing:
    """Span by span."""
    forest = build_forest(spans.span_ids, spans.parent_ids, spans.start_ns)
    shifts_ns = clock_shifts(forest, spans.kinds, spans.clocks, spans.start_ns, spans.end_ns)
    start_ns = [start + shift for start, shift in zip(spans.start_ns, shifts_ns, strict=True)]
    end_ns = [end + shift for end, shift in zip(spans.end_ns, shifts_ns, strict=True)]
    return Timing(
        forest,
        shifts_ns,
        self_times(forest, start_ns, end_ns),
        critical_times(forest, start_ns, end_ns),
        min(start_ns),
        max(end_ns),
    )


def timing_by_columns(spans: SpanColumns) -> Timing:
    """Step by step, all spans at once where that is possible; see `has_short_times`."""
    table = spans.table
    start_ns = table["start_ns"]
    end_ns = start_ns + table["duration_ns"].cast(pl.Int64)
    forest = build_forest_of_columns(table["span_id"], table["parent_id"], start_ns)
    places = pl.Series(forest.parent, dtype=pl.Int64)
    parent = pl.select(pl.when(places != ROOT).then(places)).to_series()
    shifts_ns = [0] * table.height
    if not clocks_agree(parent, table["kind"], start_ns, end_ns):
        shifts_ns = clock_shifts(forest, spans.kinds, spans.clocks, spans.start_ns, spans.end_ns)
        shifts = pl.Series(shifts_ns, dtype=pl.Int64)
        start_ns, end_ns = start_ns + shifts, end_ns + shifts
    own_ns = self_times_of_columns(parent, start_ns, end_ns)
    if own_ns is None:
        own_ns = pl.Series(self_times(forest, start_ns.to_list(), end_ns.to_list()), dtype=pl.Int64)
    return Timing(
        forest,
        shifts_ns,
        own_ns.to_list(),
        critical_times_of_columns(forest, parent, start_ns, end_ns),
        start_ns.min(),  # type: ignore[arg-type]  # of a column of whole numbers that is not empty
        end_ns.max(),  # type: ignore[arg-type]  # the same
    )
