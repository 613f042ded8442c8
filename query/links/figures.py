"""Figures of one link over some time, read out of aggregated frames. Pure data and sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import polars as pl

from query.links.sketch import percentiles
from query.model.link import Exemplar, LinkKind, NodeKind, Percentiles

NS_PER_MS = 1_000_000
EXEMPLARS_KEPT = 5
EXEMPLARS = ("SlowNs", "SlowTraces", "SlowSpans", "SlowErrors")


class LinkKey(NamedTuple):
    """What makes a link one link."""

    caller: str
    callee: str
    kind: LinkKind


@dataclass(slots=True)
class SideFigures:
    """One of the three times of a link."""

    histogram: dict[int, float] = field(default_factory=dict)
    max_ns: int = 0
    sum_ns: float = 0.0

    def add(self, buckets: Iterable[int], counts: Iterable[float], max_ns: int, sum_ns: float) -> None:
        """Adds a histogram given as two lists."""
        histogram = self.histogram
        if not histogram:
            histogram.update(zip(buckets, counts, strict=True))
        else:
            for bucket, count in zip(buckets, counts, strict=True):
                histogram[bucket] = histogram.get(bucket, 0.0) + count
        self.max_ns = max(self.max_ns, max_ns)
        self.sum_ns += sum_ns

    def percentiles(self) -> Percentiles | None:
        """None when this side was never observed."""
        return percentiles(self.histogram, self.max_ns)


@dataclass(slots=True)
class Figures:
    """Counts, times and exemplars of a link, or of one operation or one step of it.

    `calls`, `errors` and `callee_errors` (those the callee's own span shows; of a virtual node all) are
    weighted by sampling, `samples` and `failed_samples` as observed.
    """

    caller_kind: NodeKind = "service"
    callee_kind: NodeKind = "service"
    calls: float = 0.0
    errors: float = 0.0
    callee_errors: float = 0.0
    samples: int = 0
    failed_samples: int = 0
    client: SideFigures = field(default_factory=SideFigures)
    server: SideFigures = field(default_factory=SideFigures)
    gap: SideFigures = field(default_factory=SideFigures)
    slow: list[Exemplar] = field(default_factory=list)
    failed: list[Exemplar] = field(default_factory=list)

    @property
    def observed(self) -> SideFigures:
        """What the caller feels when it was observed, else the callee's own view."""
        return self.client if self.client.histogram else self.server

    @property
    def error_rate(self) -> float:
        """Share of calls that failed, 0 without calls."""
        return self.errors / self.calls if self.calls else 0.0

    def add_row(self, row: Mapping[str, Any]) -> None:
        """Adds one row of an aggregated frame (columns of `query.links.aggregate`)."""
        self.caller_kind = cast(NodeKind, row["CallerKind"])
        self.callee_kind = cast(NodeKind, row["CalleeKind"])
        self.calls += row["Calls"]
        self.errors += row["Errors"]
        self.callee_errors += row["CalleeErrors"]
        self.samples += row["Samples"]
        self.failed_samples += row["FailedSamples"]
        for side, name in ((self.client, "Client"), (self.server, "Server"), (self.gap, "Gap")):
            side.add(row[f"{name}Buckets"], row[f"{name}Counts"], row[f"{name}MaxNs"], row[f"{name}SumNs"])
        self.slow = slowest_of(self.slow, row)
        failed = zip(row["FailedNs"], row["FailedTraces"], row["FailedSpans"], strict=True)
        self.failed = _slowest(self.failed, [_exemplar(*one, error=True) for one in failed])


def by_link(*frames: pl.DataFrame) -> dict[LinkKey, Figures]:
    """Sums the rows of aggregated frames per link."""
    found: dict[LinkKey, Figures] = {}
    for frame in frames:
        for row in frame.iter_rows(named=True):
            key = LinkKey(row["Caller"], row["Callee"], row["Kind"])
            found.setdefault(key, Figures()).add_row(row)
    return found


def by_column(column: str, *frames: pl.DataFrame) -> dict[Any, Figures]:
    """Sums the rows of aggregated frames per value of one column (an operation, a step's start)."""
    found: dict[Any, Figures] = {}
    for frame in frames:
        for row in frame.iter_rows(named=True):
            found.setdefault(row[column], Figures()).add_row(row)
    return found


def slowest_of(kept: list[Exemplar], row: Mapping[str, Any]) -> list[Exemplar]:
    """The slowest requests of those and a row with the columns `EXEMPLARS`."""
    more = zip(*(row[name] for name in EXEMPLARS), strict=True)
    return _slowest(kept, [_exemplar(*one) for one in more])


def _exemplar(duration_ns: int, trace_id: bytes, span_id: int, error: bool) -> Exemplar:
    return Exemplar(
        trace_id=trace_id.hex(),
        span_id=span_id.to_bytes(8, "little").hex(),
        duration_ms=duration_ns / NS_PER_MS,
        error=error,
    )


def _slowest(kept: list[Exemplar], more: list[Exemplar]) -> list[Exemplar]:
    found = sorted([*kept, *more], key=lambda one: (-one.duration_ms, one.trace_id, one.span_id))
    return found[:EXEMPLARS_KEPT]
