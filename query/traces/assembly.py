"""Builds the answer for one trace from the store's columns: the order of the steps, and the warnings.

Pure; reads no clock. Steps: drop copies, decode, tree, clock skew, self time, critical path, hops.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from query.model.trace import Span, Trace
from query.model.window import rfc3339
from query.traces.columns import SpanColumns, span_columns
from query.traces.critical_path import critical_times
from query.traces.duplicates import without_duplicates
from query.traces.hops import hops_of_trace
from query.traces.self_time import self_times
from query.traces.skew import clock_shifts
from query.traces.tree import Forest, build_forest

NS_PER_MS = 1_000_000


def assemble(trace_id: str, frame: pl.DataFrame, now_ns: int) -> Trace | None:
    """The trace of these rows, or None without rows.

    Args:
        trace_id: The trace's id.
        frame: Answer of `storage.traces.TraceStore.spans`.
        now_ns: The current time, see `query.traces.hops`.
    """
    if frame.is_empty():
        return None
    frame, left_out = without_duplicates(frame)
    spans = span_columns(frame)
    forest = build_forest(spans.span_ids, spans.parent_ids, spans.start_ns)
    shifts_ns = clock_shifts(forest, spans.kinds, spans.clocks, spans.start_ns, spans.end_ns)
    start_ns = [start + shift for start, shift in zip(spans.start_ns, shifts_ns, strict=True)]
    end_ns = [end + shift for end, shift in zip(spans.end_ns, shifts_ns, strict=True)]
    self_ns = self_times(forest, start_ns, end_ns)
    critical_ns = critical_times(forest, start_ns, end_ns)
    span_warnings = _span_warnings(spans, forest, shifts_ns, left_out)
    return Trace(
        trace_id=trace_id,
        start=rfc3339(max(min(start_ns), 0)),
        duration_ms=(max(end_ns) - min(start_ns)) / NS_PER_MS,
        span_count=len(start_ns),
        error_count=spans.statuses.count("error"),
        spans=_spans(spans, forest, shifts_ns, self_ns, critical_ns, span_warnings),
        hops=hops_of_trace(trace_id, spans, forest, shifts_ns, critical_ns, now_ns),
        warnings=_trace_warnings(forest, shifts_ns, left_out),
    )


def _spans(
    spans: SpanColumns,
    forest: Forest,
    shifts_ns: Sequence[int],
    self_ns: Sequence[int],
    critical_ns: Sequence[int],
    warnings: Mapping[int, list[str]],
) -> list[Span]:
    nothing: list[str] = []
    warned = [warnings.get(index, nothing) for index in range(len(self_ns))]
    durations_ns = [end - start for start, end in zip(spans.start_ns, spans.end_ns, strict=True)]
    # In the order of Span's fields: keywords and look-ups span by span take four times as long.
    columns: tuple[Sequence[Any], ...] = (
        *(spans.span_ids, spans.parent_ids, spans.services, spans.names, spans.kinds),
        list(map(str, spans.start_ns)),
        *(_in_ms(durations_ns), _in_ms(self_ns), forest.depth, spans.statuses, spans.status_messages),
        *(_in_ms(critical_ns), _in_ms(shifts_ns), spans.attributes, spans.resources, spans.scopes),
        *(spans.events, spans.links, warned, spans.trace_states, spans.flags),
    )
    return list(map(Span, *(map(column.__getitem__, forest.order) for column in columns)))


def _in_ms(times_ns: Sequence[int]) -> list[float]:
    return [time_ns / NS_PER_MS for time_ns in times_ns]


def _span_warnings(
    spans: SpanColumns, forest: Forest, shifts_ns: Sequence[int], left_out: Mapping[str, int]
) -> dict[int, list[str]]:
    warnings: dict[int, list[str]] = {}
    for index in forest.missing:
        warnings.setdefault(index, []).append(
            f"its parent {spans.parent_ids[index][:32]} has not arrived; shown as a root"
        )
    for index in forest.cut:
        itself = spans.parent_ids[index] == spans.span_ids[index]
        reason = "it names itself as its parent" if itself else "its parents form a circle"
        warnings.setdefault(index, []).append(f"{reason}; shown as a root")
    for index, shift_ns in enumerate(shifts_ns):
        if shift_ns:
            warnings.setdefault(index, []).append(
                f"clock skew: moved by {shift_ns / NS_PER_MS:+.3f} ms to fit into its caller"
            )
    if left_out:
        for index, span_id in enumerate(spans.span_ids):
            if count := left_out.get(span_id):
                warnings.setdefault(index, []).append(
                    f"{_counted(count, 'other span')} came with the same id and different content; "
                    "the longest is shown"
                )
    return warnings


def _trace_warnings(forest: Forest, shifts_ns: Sequence[int], left_out: Mapping[str, int]) -> list[str]:
    missing, cut, moved = len(forest.missing), len(forest.cut), _count_true(shifts_ns)
    found = []
    if missing:
        names = "names a parent that has" if missing == 1 else "name a parent that has"
        found.append(f"{_counted(missing, 'span')} {names} not arrived")
    if cut:
        found.append(f"{_counted(cut, 'circle')} of parents cut")
    if moved:
        found.append(f"clock skew: {_counted(moved, 'span')} moved for display; start times are as sent")
    if left_out:
        found.append(f"{_counted(len(left_out), 'span id')} came with different contents")
    return found


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _count_true(values: Iterable[int]) -> int:
    return sum(1 for value in values if value)
