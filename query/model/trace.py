"""A rebuilt trace as the API prints it: spans in tree order, hops, warnings.

Pure data; `query.traces` fills it, `query.api` and `ui` read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from query.model.link import LinkKind

SpanKind = Literal["unspecified", "internal", "server", "client", "producer", "consumer"]
SpanStatus = Literal["unset", "ok", "error"]
# What an OTLP AnyValue becomes in JSON: bytes are base64 text, an empty value is null.
AttributeValue = str | bool | int | float | list["AttributeValue"] | dict[str, "AttributeValue"] | None
Attributes = dict[str, AttributeValue]


@dataclass(frozen=True, slots=True)
class SpanEvent:
    """Something that happened at one moment of a span."""

    time_unix_nano: str
    name: str
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class SpanLink:
    """OTel's link from a span to another span, often in another trace."""

    trace_id: str
    span_id: str
    attributes: Attributes
    trace_state: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """The instrumentation that made a span."""

    name: str
    version: str
    attributes: Attributes = field(default_factory=dict)


# Not frozen: a trace may have 100,000 of these, and freezing triples the time it takes to make one.
@dataclass(slots=True)
class Span:
    """One span in its place in the tree; nobody changes it once made.

    `start_time_unix_nano` is raw; `skew_ms` is what was added to place it for display (0 when clocks agree).
    `self_ms` is the time no child covers; `critical_ms` its share of the trace's critical path.
    """

    span_id: str
    parent_span_id: str
    service: str
    name: str
    kind: SpanKind
    start_time_unix_nano: str
    duration_ms: float
    self_ms: float
    depth: int
    status: SpanStatus
    status_message: str
    critical_ms: float
    skew_ms: float
    attributes: Attributes
    resource: Attributes
    scope: Scope
    events: list[SpanEvent]
    links: list[SpanLink]
    warnings: list[str]
    trace_state: str = ""
    flags: int = 0


# Not frozen, for the same reason.
@dataclass(slots=True)
class Hop:
    """One call between services inside one trace; nobody changes it once made.

    A side without a span has no id and no time. `gap_ms` is client − server (for messaging: the time in
    the queue), split into its request and response halves after skew correction. A hop without a callee
    span goes to a virtual node named by the rules of docs/links.md.
    """

    caller: str
    callee: str
    kind: LinkKind
    client_span_id: str | None
    server_span_id: str | None
    client_ms: float | None
    server_ms: float | None
    gap_ms: float | None
    request_gap_ms: float | None
    response_gap_ms: float | None
    critical_ms: float
    error: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Answer of `GET /api/v1/traces/{trace_id}`. Parents come before children, siblings by start."""

    trace_id: str
    start: str
    duration_ms: float
    span_count: int
    error_count: int
    spans: Sequence[Span]
    hops: list[Hop]
    warnings: list[str]


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """How many spans (and failed ones) of a trace belong to one service."""

    service: str
    spans: int
    errors: int


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """One row of a search."""

    trace_id: str
    root_service: str
    root_operation: str
    start: str
    duration_ms: float
    span_count: int
    error_count: int
    services: list[ServiceCount]


@dataclass(frozen=True, slots=True)
class TracePage:
    """Answer of `GET /api/v1/traces`."""

    traces: list[TraceSummary]
    next_cursor: str | None
