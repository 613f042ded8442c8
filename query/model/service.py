"""Services and their operations as the API prints them. Pure data. Times are milliseconds."""

from __future__ import annotations

from dataclasses import dataclass

from query.model.link import Percentiles, Status


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """What one service did in a window, seen from its own entry (SERVER and CONSUMER) spans."""

    service: str
    calls: int
    calls_per_second: float
    errors: int
    error_rate: float
    server_ms: Percentiles | None
    status: Status
    span_count: int


@dataclass(frozen=True, slots=True)
class ServiceList:
    """Answer of `GET /api/v1/services`."""

    start: str
    end: str
    services: list[ServiceFigures]


@dataclass(frozen=True, slots=True)
class OperationFigures:
    """One operation (span name and kind) of a service; `duration_ms` is of its own spans."""

    operation: str
    kind: str
    calls: int
    calls_per_second: float
    errors: int
    error_rate: float
    duration_ms: Percentiles


@dataclass(frozen=True, slots=True)
class OperationList:
    """Answer of `GET /api/v1/services/{service}/operations`."""

    service: str
    start: str
    end: str
    operations: list[OperationFigures]


@dataclass(frozen=True, slots=True)
class ServiceStep:
    """One step of a service's time series; percentiles are None without calls."""

    start: str
    calls: int
    errors: int
    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class SlaRow:
    """What one service delivered; None where it had no calls.

    `availability` is the share of calls that did not fail, `peak_calls_per_second` the rate of its busiest
    minute, `duration_ms` of its own entry spans.
    """

    service: str
    calls: int
    errors: int
    availability: float | None
    calls_per_second: float
    peak_calls_per_second: float
    mean_ms: float | None
    duration_ms: Percentiles | None


@dataclass(frozen=True, slots=True)
class SlaTable:
    """Answer of `GET /api/v1/services/sla`."""

    start: str
    end: str
    services: list[SlaRow]
