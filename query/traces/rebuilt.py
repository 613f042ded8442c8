"""Rebuilds a trace from the store's columns, and leaves it in columns: the order of the steps.

Pure; reads no clock. Steps: drop copies, decode, tree, clock skew, self time, critical path, hops. The API
prints the outcome as it is (`query.api.trace_json`); pages get objects (`query.traces.assembly`).
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from query.traces.attribute_shapes import AttributeShapes, shapes_of
from query.traces.columns import SpanColumns, span_columns
from query.traces.duplicates import without_duplicates
from query.traces.hops import HopColumns, hops_of_trace
from query.traces.timing import timing
from query.traces.tree import Forest
from query.traces.warnings import span_warnings, trace_warnings


@dataclass(frozen=True, slots=True)
class RebuiltTrace:
    """A trace of at least one span, in columns.

    Lists have one entry per span, in the order of the frame, not of the tree. `frame` holds the store's
    columns, each span once, and `shapes` its spans' attributes; `span_warnings` are by place.
    """

    trace_id: str
    frame: pl.DataFrame
    shapes: AttributeShapes
    spans: SpanColumns
    forest: Forest
    shifts_ns: list[int]
    self_ns: list[int]
    critical_ns: list[int]
    first_ns: int
    last_ns: int
    hops: HopColumns
    span_warnings: dict[int, list[str]]
    warnings: list[str]


def rebuild(trace_id: str, frame: pl.DataFrame, now_ns: int) -> RebuiltTrace | None:
    """The trace of these rows, or None without rows.

    Args:
        trace_id: The trace's id.
        frame: Answer of `storage.traces.TraceStore.spans`.
        now_ns: The current time, see `query.traces.hops`.
    """
    if frame.is_empty():
        return None
    frame, left_out = without_duplicates(frame)
    shapes = shapes_of(frame["SpanAttributes"], frame["SpanAttributeTypes"])
    spans = span_columns(frame, shapes)
    timed = timing(spans)
    forest, shifts_ns = timed.forest, timed.shifts_ns
    return RebuiltTrace(
        trace_id=trace_id,
        frame=frame,
        shapes=shapes,
        spans=spans,
        forest=forest,
        shifts_ns=shifts_ns,
        self_ns=timed.self_ns,
        critical_ns=timed.critical_ns,
        first_ns=timed.first_ns,
        last_ns=timed.last_ns,
        hops=hops_of_trace(trace_id, spans, forest, shifts_ns, timed.critical_ns, now_ns),
        span_warnings=span_warnings(spans, forest, shifts_ns, left_out),
        warnings=trace_warnings(spans, forest, shifts_ns, left_out),
    )
