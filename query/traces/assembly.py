"""Makes objects of a rebuilt trace: what pages and scripts in Python read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from query.model.trace import Span, Trace
from query.model.window import rfc3339
from query.traces.attribute_columns import decoded_shapes
from query.traces.nested import events_of
from query.traces.rebuilt import RebuiltTrace

NS_PER_MS = 1_000_000


def trace_of(rebuilt: RebuiltTrace) -> Trace:
    """The trace with its spans in tree order."""
    return Trace(
        trace_id=rebuilt.trace_id,
        start=rfc3339(max(rebuilt.first_ns, 0)),
        duration_ms=(rebuilt.last_ns - rebuilt.first_ns) / NS_PER_MS,
        span_count=len(rebuilt.spans.span_ids),
        error_count=rebuilt.spans.statuses.count("error"),
        spans=_spans(rebuilt),
        hops=rebuilt.hops.hops(),
        warnings=rebuilt.warnings,
    )


def _spans(rebuilt: RebuiltTrace) -> list[Span]:
    spans, frame = rebuilt.spans, rebuilt.frame
    nothing: list[str] = []
    # In the order of Span's fields: keywords and look-ups span by span take four times as long.
    columns: tuple[Sequence[Any], ...] = (
        *(spans.span_ids, spans.parent_ids, spans.services, spans.names, spans.kinds),
        list(map(str, spans.start_ns)),
        *(_in_ms(frame["Duration"].to_list()), _in_ms(rebuilt.self_ns), rebuilt.forest.depth),
        *(spans.statuses, frame["StatusMessage"].to_list()),
        *(_in_ms(rebuilt.critical_ns), _in_ms(rebuilt.shifts_ns), decoded_shapes(rebuilt.shapes)),
        [spans.resources[number] for number in spans.resource_of],
        [spans.scopes[number] for number in spans.scope_of],
        *(events_of(frame), spans.links),
        [rebuilt.span_warnings.get(place, nothing) for place in range(frame.height)],
        *(frame["TraceState"].to_list(), frame["Flags"].to_list()),
    )
    return list(map(Span, *(map(column.__getitem__, rebuilt.forest.order) for column in columns)))


def _in_ms(times_ns: Sequence[int]) -> list[float]:
    return [time_ns / NS_PER_MS for time_ns in times_ns]
