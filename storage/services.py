"""Reads and writes calls, errors and latency histograms of services; percentiles are read out by `query`.

Minutes and hours that were rolled up come from `service_figures`, slices of ten seconds span by span from
`link_spans`: the roll-up makes minutes of slices and hours of minutes by the same query.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from storage import slots as whole_slots
from storage.client import Database
from storage.slots import Slots

# Rows of one answer: beyond it the rest is left out.
MOST_ROWS = 20_000
ALL_ROWS = 4_000_000_000
NEVER_NS = 2**63 - 1
_MARK = pl.DataFrame({"Kind": pl.Series([255], dtype=pl.UInt8)})
_WRITTEN = (
    *("Start", "Service", "Operation", "Kind", "Spans", "Calls", "Errors", "SumNs", "MaxNs", "PeakCalls"),
    *("Buckets", "Counts"),
)


class ServiceStore:
    """Figures of services and their operations: the table `service_figures`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def figures(
        self,
        slots: Slots,
        start_ns: int,
        end_ns: int,
        *,
        service: str = "",
        by_operation: bool = False,
        step_seconds: int = 0,
        origin_seconds: int = 0,
    ) -> pl.DataFrame:
        """One row per service (or per operation and kind of one), and per step.

        Args:
            slots: What to read; of its slices only spans in `[start_ns, end_ns)` count.
            start_ns: Unix nanoseconds.
            end_ns: Unix nanoseconds.
            service: One service's rows only; "" for all.
            by_operation: False: calls are SERVER and CONSUMER spans. True: one row per operation and span
                kind (as OTLP numbers kinds), calls are all its spans.
            step_seconds: Cut into steps of this length, which minutes and hours in `slots` must fit in; 0 for
                no steps.
            origin_seconds: Where the first step begins, Unix seconds.

        Returns:
            Columns Step, Service, Operation, Kind, Spans, Calls, Errors, SumNs, MaxNs, PeakCalls (of the
            busiest minute), Buckets and Counts (see `query.links.sketch`).

        Raises:
            StorageError: See `storage.failure.translated`.
        """
        return self._figures(
            slots,
            {
                "start_ns": start_ns,
                "end_ns": end_ns,
                "service": service,
                "by_operation": int(by_operation),
                "step_seconds": step_seconds,
                "origin_seconds": origin_seconds,
                "limit": MOST_ROWS,
            },
        )

    def minutes(self, slices: Sequence[int]) -> pl.DataFrame:
        """Rows of `replace` by operation: the spans of these slices summed to minutes."""
        found = self._database.frame("service_minutes", {"slices": list(slices)})
        return found.select(_WRITTEN)

    def summed(self, slots: Slots, slot_seconds: int, *, by_operation: bool) -> pl.DataFrame:
        """Rows of `replace`: `slots` summed to slots of this length."""
        found = self._figures(
            slots,
            {
                "start_ns": 0,
                "end_ns": NEVER_NS,
                "service": "",
                "by_operation": int(by_operation),
                "step_seconds": slot_seconds,
                "origin_seconds": 0,
                "limit": ALL_ROWS,
            },
        )
        start = (pl.col("Step") * slot_seconds).cast(pl.UInt32)
        return found.with_columns(start.alias("Start")).select(_WRITTEN)

    def replace(
        self, resolution: int, starts: Iterable[int], version: int, rows: Sequence[pl.DataFrame]
    ) -> None:
        """Writes slots whole: see `storage.slots.replace`."""
        whole_slots.replace(self._database, "service_figures", resolution, starts, version, rows, mark=_MARK)

    def _figures(self, slots: Slots, parameters: dict[str, str | int]) -> pl.DataFrame:
        chosen = {
            "slices": list(slots.slices),
            "minutes": list(slots.minutes),
            "hours": list(slots.hours),
        }
        return self._database.frame("service_figures", {**chosen, **parameters})
