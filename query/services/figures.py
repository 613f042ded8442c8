"""From counted latency buckets to the figures that are printed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from query.links.sketch import Histogram, percentiles
from query.model.link import Percentiles, Status
from query.model.service import OperationFigures, ServiceFigures
from query.model.trace import SpanKind

NS_PER_MS = 1_000_000
KINDS: tuple[SpanKind, ...] = ("unspecified", "internal", "server", "client", "producer", "consumer")
# A service fails when so many of its calls do and there are enough calls to say so; links have finer rules.
FAILING_ERROR_RATE = 0.05
QUIET_BELOW_CALLS = 10


@dataclass(frozen=True, slots=True)
class Counted:
    """One row of the store: calls with their latency histogram, weighted by head sampling.

    `peak_calls` are those of its busiest minute.
    """

    step: int
    service: str
    operation: str
    kind: int
    spans: int
    calls: float
    errors: float
    total_ns: float
    longest_ns: int
    peak_calls: float
    latencies: Histogram

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Counted:
        """From a row of `storage.services.ServiceStore.figures`."""
        return cls(
            step=int(row["Step"]),
            service=str(row["Service"]),
            operation=str(row["Operation"]),
            kind=int(row["Kind"]),
            spans=int(row["Spans"]),
            calls=float(row["Calls"]),
            errors=float(row["Errors"]),
            total_ns=float(row["SumNs"]),
            longest_ns=int(row["MaxNs"]),
            peak_calls=float(row["PeakCalls"]),
            latencies=dict(zip(row["Buckets"], row["Counts"], strict=True)),
        )

    @property
    def error_rate(self) -> float:
        """Failed calls of all calls, 0 without calls."""
        return self.errors / self.calls if self.calls else 0.0

    @property
    def percentiles(self) -> Percentiles | None:
        """Percentiles in ms; None without calls."""
        return percentiles(self.latencies, self.longest_ns) if self.calls else None


def service_status(counted: Counted) -> Status:
    """Whether a service fails, by its own calls; what is slow is said of links, which have baselines."""
    if counted.calls < QUIET_BELOW_CALLS:
        return "quiet"
    return "failing" if counted.error_rate >= FAILING_ERROR_RATE else "ok"


def service_figures(counted: Counted, seconds: float) -> ServiceFigures:
    """A service's line; `seconds` is the window's length."""
    return ServiceFigures(
        service=counted.service,
        calls=round(counted.calls),
        calls_per_second=counted.calls / seconds,
        errors=round(counted.errors),
        error_rate=counted.error_rate,
        server_ms=counted.percentiles,
        status=service_status(counted),
        span_count=counted.spans,
    )


def operation_figures(counted: Counted, seconds: float) -> OperationFigures:
    """An operation's line; `seconds` is the window's length."""
    found = counted.percentiles
    assert found is not None, "an operation's row counts all its spans"
    return OperationFigures(
        operation=counted.operation,
        kind=KINDS[counted.kind] if counted.kind < len(KINDS) else "unspecified",
        calls=round(counted.calls),
        calls_per_second=counted.calls / seconds,
        errors=round(counted.errors),
        error_rate=counted.error_rate,
        duration_ms=found,
    )
