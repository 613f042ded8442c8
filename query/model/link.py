"""Dependency links (calls from one service to another) as the API prints them.

Pure data; `query.links` fills it, `query.api` and `ui` read it. Times are milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

LinkKind = Literal["http", "rpc", "messaging", "database", "external", "internal"]
NodeKind = Literal["service", "database", "messaging", "external", "user"]
Status = Literal["ok", "slow", "failing", "quiet"]


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Percentiles of one kind of time, in ms; `max` is exact, the rest within the sketch's error."""

    p50: float
    p95: float
    p99: float
    max: float


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One real request that shows what a link's figures say; `span_id` is the side that was observed."""

    trace_id: str
    span_id: str
    duration_ms: float
    error: bool


@dataclass(frozen=True, slots=True)
class DependencyLink:
    """All hops of one kind from `caller` to `callee` in a window.

    `client_ms`, `server_ms` and `gap_ms` are None for a side that was never observed.
    """

    caller: str
    callee: str
    kind: LinkKind
    calls: int
    calls_per_second: float
    errors: int
    error_rate: float
    client_ms: Percentiles | None
    server_ms: Percentiles | None
    gap_ms: Percentiles | None
    baseline_p95_ms: float | None
    status: Status
    reasons: list[str]
    impact_ms: float
    caller_kind: NodeKind = "service"
    callee_kind: NodeKind = "service"
    exemplars: list[Exemplar] = field(default_factory=list)

    @property
    def observed_ms(self) -> Percentiles | None:
        """What the caller feels when it was observed, else the callee's own view."""
        return self.client_ms or self.server_ms


@dataclass(frozen=True, slots=True)
class LinkList:
    """Answer of `GET /api/v1/links`."""

    start: str
    end: str
    links: list[DependencyLink]


@dataclass(frozen=True, slots=True)
class LinkStep:
    """One step of a link's time series; percentiles are of the observed side and None without calls."""

    start: str
    calls: int
    errors: int
    p50: float | None
    p95: float | None
    p99: float | None
    server_p95: float | None
    gap_p95: float | None


@dataclass(frozen=True, slots=True)
class HistogramBucket:
    """Calls whose observed duration lies in `[from_ms, to_ms)`."""

    from_ms: float
    to_ms: float
    calls: int


@dataclass(frozen=True, slots=True)
class LinkOperation:
    """One operation of the callee over one link."""

    operation: str
    calls: int
    errors: int
    error_rate: float
    server_ms: Percentiles | None
    client_ms: Percentiles | None


@dataclass(frozen=True, slots=True)
class LinkDetail:
    """Answer of `GET /api/v1/links/{caller}/{callee}`; printed flat: the link's own fields beside these."""

    link: DependencyLink
    start: str
    end: str
    step_seconds: float
    timeseries: list[LinkStep]
    histogram: list[HistogramBucket]
    operations: list[LinkOperation]
    failing_exemplars: list[Exemplar]


@dataclass(frozen=True, slots=True)
class MapNode:
    """A service, or something seen only from its callers, on the map.

    `namespace` is the service's `service.namespace`; empty for one that names none and for all other kinds.
    """

    service: str
    kind: NodeKind
    calls: int
    calls_per_second: float
    errors: int
    error_rate: float
    server_ms: Percentiles | None
    status: Status
    namespace: str = ""


@dataclass(frozen=True, slots=True)
class ServiceMap:
    """Answer of `GET /api/v1/map`."""

    start: str
    end: str
    nodes: list[MapNode]
    links: list[DependencyLink]
