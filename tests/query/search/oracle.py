"""Trace search written to be read: the reference that the store's answers are held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from query.model.search import TraceFilter
from query.model.window import Window

NS_PER_MS = 1_000_000


@dataclass(frozen=True)
class Sent:
    """A span as it was sent; ids are hex."""

    trace_id: str
    span_id: str
    parent_id: str
    service: str
    name: str
    start_ns: int
    duration_ns: int
    error: bool
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """What a search must say of a trace."""

    trace_id: str
    start_ns: int
    duration_ns: int
    span_count: int
    error_count: int
    root: tuple[str, str]
    services: dict[str, tuple[int, int]]


def search(spans: Iterable[Sent], window: Window, wanted: TraceFilter, sort: str) -> list[Row]:
    """All traces that fulfil the search, in order."""
    traces: dict[str, dict[str, Sent]] = {}
    for span in spans:
        traces.setdefault(span.trace_id, {})[span.span_id] = span
    rows = [_row(list(of_trace.values())) for of_trace in traces.values() if _fits(of_trace.values(), wanted)]
    shortest = (wanted.min_duration_ms or 0) * NS_PER_MS
    longest = float("inf") if wanted.max_duration_ms is None else wanted.max_duration_ms * NS_PER_MS
    rows = [
        row
        for row in rows
        if window.start_ns <= row.start_ns < window.end_ns and shortest <= row.duration_ns <= longest
    ]
    return sorted(
        rows,
        key=lambda row: (row.duration_ns if sort == "slowest" else 0, row.start_ns, row.trace_id),
        reverse=True,
    )


def _fits(spans: Iterable[Sent], wanted: TraceFilter) -> bool:
    return any(
        wanted.service in (None, span.service)
        and wanted.operation in (None, span.name)
        and (wanted.status is None or span.error == (wanted.status == "error"))
        and all(span.attributes.get(name) == value for name, value in wanted.attributes)
        and all(
            part.lower() in span.attributes.get(name, "").lower() for name, part in wanted.attributes_contain
        )
        and all(name in span.attributes for name in wanted.attributes_exist)
        for span in spans
    )


def _row(spans: list[Sent]) -> Row:
    start_ns = min(span.start_ns for span in spans)
    services: dict[str, tuple[int, int]] = {}
    for span in spans:
        count, errors = services.get(span.service, (0, 0))
        services[span.service] = (count + 1, errors + span.error)
    root = min(spans, key=lambda span: (span.parent_id != "", span.start_ns, span.span_id))
    return Row(
        trace_id=spans[0].trace_id,
        start_ns=start_ns,
        duration_ns=max(span.start_ns + span.duration_ns for span in spans) - start_ns,
        span_count=len(spans),
        error_count=sum(span.error for span in spans),
        root=(root.service, root.name),
        services=services,
    )
