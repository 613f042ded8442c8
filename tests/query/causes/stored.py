"""Stores calls straight into `otel_traces`, which feeds everything else by its views."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from query.causes.reader import CauseReader
from query.links.settings import LinkSettings
from query.links.source import LinkSource
from query.links.span import LinkSpan
from storage.calls import CallStore
from storage.client import Database
from storage.hops import HopSpans
from storage.links import LinkFigureStore

MS = 1_000_000
SECOND = 1_000 * MS
START_NS = 1_790_000_000 * SECOND
COLUMNS = [
    "Timestamp",
    "TraceId",
    "SpanId",
    "ParentSpanId",
    "SpanName",
    "SpanKind",
    "ServiceName",
    "StatusCode",
    "Duration",
    "SpanAttributes",
    "ResourceAttributes",
    "ScopeName",
    "Links.TraceId",
    "Links.SpanId",
    "Links.TraceState",
    "Links.Attributes",
]


def reader(database: Database, now_ns: int = START_NS + 600 * SECOND) -> CauseReader:
    source = LinkSource(HopSpans(database), LinkFigureStore(database), LinkSettings())
    return CauseReader(source, CallStore(database), clock=lambda: now_ns)


def store(database: Database, spans: Sequence[LinkSpan]) -> None:
    database.insert_rows("otel_traces", [_row(span) for span in spans], COLUMNS)


def call(
    number: int,
    *,
    at_ms: int | None = None,
    caller: str = "cart",
    callee: str = "payment",
    server_ms: float = 10,
    gap_ms: float = 2,
    error: bool = False,
    attributes: Mapping[str, object] | None = None,
    resource: Mapping[str, object] | None = None,
    caller_attributes: Mapping[str, object] | None = None,
    operation: str = "POST /pay",
) -> list[LinkSpan]:
    """One trace with one call: SERVER span of the caller, its CLIENT span, SERVER span of the callee."""
    trace_id = f"{number + 1:032x}"
    start_ns = START_NS + (number * 100 if at_ms is None else at_ms) * MS
    server_ns, gap_ns = int(server_ms * MS), int(gap_ms * MS)
    client_ns = server_ns + gap_ns
    return [
        LinkSpan(trace_id, "a" * 16, "", caller, "GET /", "server", start_ns, client_ns + 4 * MS),
        LinkSpan(
            trace_id,
            "b" * 16,
            "a" * 16,
            caller,
            "POST",
            "client",
            start_ns + 2 * MS,
            client_ns,
            attributes=caller_attributes or {},
        ),
        LinkSpan(
            trace_id,
            "c" * 16,
            "b" * 16,
            callee,
            operation,
            "server",
            start_ns + 2 * MS + gap_ns // 2,
            server_ns,
            error,
            attributes=attributes or {},
            resource=resource or {},
        ),
    ]


def _row(span: LinkSpan) -> list[object]:
    links = span.span_links
    return [
        datetime.fromtimestamp(span.start_ns // SECOND, UTC).replace(
            microsecond=span.start_ns % SECOND // 1000
        ),
        span.trace_id,
        span.span_id,
        span.parent_span_id,
        span.name,
        span.kind.capitalize(),
        span.service,
        "Error" if span.error else "Unset",
        span.duration_ns,
        {key: str(value) for key, value in span.attributes.items()},
        {"service.name": span.service, **{key: str(value) for key, value in span.resource.items()}},
        span.scope_name,
        [trace_id for trace_id, _ in links],
        [span_id for _, span_id in links],
        ["" for _ in links],
        [{} for _ in links],
    ]
