"""One link in one window, as all questions about its causes begin: its figures over time, summed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from query.causes.calls import VIRTUAL_KINDS, LinkCalls
from query.causes.selection import Bounds
from query.links.figures import Figures, LinkKey
from query.links.frames import NO_SPANS, find_hops
from query.links.sketch import merged, quantiles_ns
from query.model.link import Exemplar
from query.model.window import NS_PER_S

NS_PER_MS = 1_000_000
P95 = 0.95


@dataclass(frozen=True, slots=True)
class ExaminedLink:
    """The link and its figures by slot start (Unix seconds); slots are `step` seconds long."""

    key: LinkKey
    columns: Mapping[int, Figures]
    step: int

    @property
    def calls(self) -> float:
        """Calls in the window, weighted by sampling."""
        return sum(figures.calls for figures in self.columns.values())

    @property
    def p95_ns(self) -> float:
        """p95 of the window as the caller felt it."""
        histogram = merged(figures.observed.histogram for figures in self.columns.values())
        longest = max(figures.observed.max_ns for figures in self.columns.values())
        return quantiles_ns(histogram, (P95,), longest)[0]

    def exemplars(self, bounds: Bounds) -> LinkCalls:
        """The calls that were kept with the figures, for windows whose spans are no longer joined.

        Args:
            bounds: Which of them are selected; their start is known to the slot only.
        """
        rows = [
            _row(self.key, start, exemplar)
            for start, figures in self.columns.items()
            for exemplar in {one.span_id: one for one in (*figures.slow, *figures.failed)}.values()
        ]
        latest_ns = pl.col("start_ns") + self.step * NS_PER_S
        chosen = (
            (latest_ns > bounds.start_ns)
            & (pl.col("start_ns") < bounds.end_ns)
            & (pl.col("observed_ns") >= bounds.min_duration_ns)
            & (pl.col("observed_ns") < bounds.max_duration_ns)
        )
        if bounds.failing:
            chosen &= pl.col("error")
        frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row").with_columns(
            selected=chosen, sampled=pl.lit(value=True)
        )
        selected = int(frame["selected"].sum())
        return LinkCalls(frame, selected, frame.height - selected, 0.0, NO_SPANS, find_hops(NO_SPANS))


_SCHEMA = {
    "start_ns": pl.Int64,
    "observed_ns": pl.UInt64,
    "server_ns": pl.UInt64,
    "error": pl.Boolean,
    "operation": pl.String,
    "trace_id": pl.String,
    "span_id": pl.String,
    "callee_span_id": pl.String,
}


def _row(key: LinkKey, start: int, exemplar: Exemplar) -> tuple[object, ...]:
    duration_ns = round(exemplar.duration_ms * NS_PER_MS)
    answered = exemplar.span_id if key.caller == "user" and key.kind not in VIRTUAL_KINDS else None
    return (
        start * NS_PER_S,
        duration_ns,
        None,
        exemplar.error,
        "",
        exemplar.trace_id,
        exemplar.span_id,
        answered,
    )
