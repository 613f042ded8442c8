"""Makes of a rebuilt trace what pages and scripts read; its spans become objects on demand. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import polars as pl

from query.model.span_list import EventMoment, SpanList, TreeColumns
from query.model.trace import Span, Trace
from query.model.window import rfc3339
from query.traces.attribute_columns import attributes_of, decoded_shapes
from query.traces.attribute_shapes import flat
from query.traces.nested import events_of
from query.traces.rebuilt import RebuiltTrace

T = TypeVar("T")

NS_PER_MS = 1_000_000
# What a span shows that columns do not say.
_MADE_FROM = (
    *("SpanAttributes", "SpanAttributeTypes", "TraceState", "Flags"),
    *("Events.Timestamp", "Events.Name", "Events.Attributes", "EventAttributeTypes"),
)


def trace_of(rebuilt: RebuiltTrace) -> Trace:
    """The trace with its spans in tree order, as a `SpanList`."""
    columns = _tree_columns(rebuilt)
    return Trace(
        trace_id=rebuilt.trace_id,
        start=rfc3339(max(rebuilt.first_ns, 0)),
        duration_ms=(rebuilt.last_ns - rebuilt.first_ns) / NS_PER_MS,
        span_count=len(rebuilt.spans.span_ids),
        error_count=rebuilt.spans.error_count,
        spans=SpanList(columns, lambda positions: _spans(rebuilt, columns, positions)),
        hops=rebuilt.hops.hops(),
        warnings=rebuilt.warnings,
    )


def _tree_columns(rebuilt: RebuiltTrace) -> TreeColumns:
    spans, frame, order = rebuilt.spans, rebuilt.frame, rebuilt.forest.order
    return TreeColumns(
        span_ids=_gathered(spans.span_ids, order),
        parent_span_ids=_gathered(spans.parent_ids, order),
        services=_gathered(spans.services, order),
        names=_gathered(spans.names, order),
        kinds=_gathered(spans.kinds, order),
        start_ns=_gathered(spans.start_ns, order),
        duration_ms=_in_ms(frame["Duration"].to_list(), order),
        self_ms=_in_ms(rebuilt.self_ns, order),
        depths=_gathered(rebuilt.forest.depth, order),
        statuses=_gathered(spans.statuses, order),
        status_messages=_gathered(frame["StatusMessage"].to_list(), order),
        critical_ms=_in_ms(rebuilt.critical_ns, order),
        skew_ms=_in_ms(rebuilt.shifts_ns, order),
        events=_by_position(_moments(frame), order),
        warnings=_by_position(rebuilt.span_warnings, order),
    )


def _moments(frame: pl.DataFrame) -> dict[int, list[EventMoment]]:
    """Time and name of the events of each span that has any, by place."""
    counts = frame["Events.Name"].list.len()
    occupied = (counts > 0).arg_true()
    moments = list(
        map(
            EventMoment,
            flat(frame["Events.Timestamp"]).cast(pl.Int64).to_list(),
            flat(frame["Events.Name"]).to_list(),
        )
    )
    found, start = {}, 0
    for place, count in zip(occupied.to_list(), counts.gather(occupied).to_list(), strict=True):
        found[place] = moments[start : start + count]
        start += count
    return found


def _spans(rebuilt: RebuiltTrace, columns: TreeColumns, positions: Sequence[int] | None) -> list[Span]:
    """The spans at some positions of the tree order; None means all."""
    order, spans = rebuilt.forest.order, rebuilt.spans
    places = order if positions is None else [order[position] for position in positions]
    frame = rebuilt.frame.select(_MADE_FROM)[places]
    if positions is None:
        positions = range(len(order))
        attributes = _gathered(decoded_shapes(rebuilt.shapes), places)
    else:
        attributes = attributes_of(frame["SpanAttributes"], frame["SpanAttributeTypes"])
    nothing: list[str] = []
    known: tuple[Sequence[Any], ...] = (
        *(columns.span_ids, columns.parent_span_ids, columns.services, columns.names, columns.kinds),
        *(list(map(str, columns.start_ns)), columns.duration_ms, columns.self_ms, columns.depths),
        *(columns.statuses, columns.status_messages, columns.critical_ms, columns.skew_ms),
    )
    # In the order of Span's fields: keywords and look-ups span by span take four times as long.
    return list(
        map(
            Span,
            *(_gathered(column, positions) for column in known),
            attributes,
            [spans.resources[spans.resource_of[place]] for place in places],
            [spans.scopes[spans.scope_of[place]] for place in places],
            events_of(frame),
            _gathered(spans.links, places),
            [rebuilt.span_warnings.get(place, nothing) for place in places],
            frame["TraceState"].to_list(),
            frame["Flags"].to_list(),
        )
    )


def _gathered(column: Sequence[T], places: Sequence[int]) -> list[T]:
    return list(map(column.__getitem__, places))


def _in_ms(times_ns: Sequence[int], order: Sequence[int]) -> list[float]:
    return [times_ns[place] / NS_PER_MS for place in order]


def _by_position(by_place: Mapping[int, T], order: Sequence[int]) -> dict[int, T]:
    """Sparse facts, which are known by place, by position; in the order of the tree."""
    if not by_place:
        return {}
    return {position: by_place[place] for position, place in enumerate(order) if place in by_place}
