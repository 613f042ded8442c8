"""Everything about one span, ordered for the panel beside the waterfall.

Pure. Facts first (what the row says, in words), then attributes grouped by where they come from, events,
span links and the span as JSON.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from query.model.service import OperationFigures
from query.model.trace import Attributes, Span, SpanEvent, SpanLink
from ui.formats import count, duration, percent
from ui.trace.attribute_text import AttributeRow, attribute_rows
from ui.trace.hop_list import hop_times
from ui.trace.marks import Mark
from ui.trace.timeline import NS_PER_MS
from ui.trace.view import TraceView


@dataclass(frozen=True, slots=True)
class AttributeGroup:
    """Attributes of one origin."""

    title: str
    rows: list[AttributeRow]


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event, with its time after the span's start."""

    event: SpanEvent
    offset: str
    rows: list[AttributeRow]


@dataclass(frozen=True, slots=True)
class SpanLinkRow:
    """A span link and its own attributes."""

    link: SpanLink
    rows: list[AttributeRow]


@dataclass(frozen=True, slots=True)
class Drawer:
    """The panel's contents."""

    span: Span
    position: int
    facts: list[tuple[str, str]]
    marks: list[Mark]
    groups: list[AttributeGroup]
    events: list[EventRow]
    links: list[SpanLinkRow]
    json: str
    start_ns: int


def build_drawer(view: TraceView, position: int, standing: str = "") -> Drawer:
    """Collects the panel of the span at `position`.

    Args:
        view: The trace.
        position: Which span.
        standing: How this span compares with others of its operation, in words; empty when unknown.
    """
    span = view.trace.spans[position]
    groups = [
        AttributeGroup("Span attributes", attribute_rows(span.attributes)),
        AttributeGroup("Resource", attribute_rows(span.resource)),
        AttributeGroup("Scope", attribute_rows(_scope_attributes(span))),
    ]
    return Drawer(
        span=span,
        position=position,
        facts=_facts(view, position, standing),
        marks=view.marks.get(position, []),
        groups=[group for group in groups if group.rows],
        events=[_event_row(span, event) for event in span.events],
        links=[SpanLinkRow(link, attribute_rows(link.attributes)) for link in span.links],
        json=orjson.dumps(span, option=orjson.OPT_INDENT_2).decode(),
        start_ns=int(span.start_time_unix_nano),
    )


def _facts(view: TraceView, position: int, standing: str) -> list[tuple[str, str]]:
    span = view.trace.spans[position]
    facts = [("Duration", duration(span.duration_ms)), ("Own work", duration(span.self_ms))]
    if standing:
        facts.append(("Compared", standing))
    if span.critical_ms > 0 and view.trace.duration_ms > 0:
        share = percent(span.critical_ms / view.trace.duration_ms)
        facts.append(("Critical path", f"{duration(span.critical_ms)}, {share} of the trace"))
    if (hop := view.hop_of_client.get(position)) is not None:
        facts.append(("Call", f"{hop.caller} → {hop.callee}: {hop_times(hop)}"))
        if hop.request_gap_ms is not None and hop.response_gap_ms is not None:
            halves = f"{duration(hop.request_gap_ms)} on the way there, {duration(hop.response_gap_ms)} back"
            facts.append(("Gap", halves))
    facts.append(("Starts", f"{duration(view.timeline.start_ns[position] / NS_PER_MS)} into the trace"))
    facts.append(("Kind", span.kind))
    if span.status_message:
        facts.append(("Status message", span.status_message))
    return facts


def _scope_attributes(span: Span) -> Attributes:
    named: Attributes = {"name": span.scope.name, "version": span.scope.version}
    return {**{key: value for key, value in named.items() if value}, **span.scope.attributes}


def _event_row(span: Span, event: SpanEvent) -> EventRow:
    after_ms = (int(event.time_unix_nano) - int(span.start_time_unix_nano)) / NS_PER_MS
    return EventRow(event, f"+{duration(after_ms)}" if after_ms >= 0 else duration(after_ms),
                    attribute_rows(event.attributes))  # fmt: skip


def span_standing(span: Span, operations: list[OperationFigures]) -> str:
    """How a span's duration compares with its operation's percentiles, in words; empty when not listed."""
    figures = next((one for one in operations if (one.operation, one.kind) == (span.name, span.kind)), None)
    if figures is None or figures.calls < 2:
        return ""
    calls = f"{count(figures.calls)} calls in the hour around it"
    percentiles = figures.duration_ms
    for share, bound_ms in (("99", percentiles.p99), ("95", percentiles.p95), ("50", percentiles.p50)):
        if span.duration_ms > bound_ms:
            return f"slower than {share} % of {calls} (p{share} {duration(bound_ms)})"
    return f"among the faster half of {calls} (p50 {duration(percentiles.p50)})"
