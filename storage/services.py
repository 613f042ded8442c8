"""Reads calls, errors and latency histograms of services. Knows the tables; percentiles are `query`'s.

Windows are cut into whole hours, whole minutes and what is left at both ends, so that any window costs a few
thousand rows and is exact to the nanosecond. Spans are kept one by one for a day: older windows are widened
to whole minutes.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from storage.client import Database

NS_PER_S = 1_000_000_000
MINUTE = 60
HOUR = 3600
# link_spans keeps spans for 25 hours after their arrival.
SINGLE_SPANS_SECONDS = 24 * HOUR
# Shorter windows have too few whole hours to be worth a second table.
HOURS_FROM_SECONDS = 3 * HOUR


@dataclass(frozen=True, slots=True)
class WindowParts:
    """How a window is put together; Unix seconds, `from` included, `to` not."""

    start_ns: int
    end_ns: int
    minutes_from: int
    minutes_to: int
    hours_from: int
    hours_to: int


def cut_window(start_ns: int, end_ns: int, now_ns: int, *, step_seconds: int = 0) -> WindowParts:
    """Cuts `[start_ns, end_ns)` into parts that tables have ready.

    Args:
        start_ns: Unix nanoseconds.
        end_ns: Unix nanoseconds, after `start_ns`.
        now_ns: The current time: decides whether spans at the ends are still kept one by one.
        step_seconds: The length of the steps the answer is cut into, 0 for none: parts must fit in them.
            Steps that are not whole minutes need spans one by one, see `keeps_single_spans`.
    """
    if step_seconds % MINUTE:
        last = -(-end_ns // (MINUTE * NS_PER_S)) * MINUTE
        return WindowParts(start_ns, end_ns, last, last, last, last)
    oldest_ns = _oldest_single_span(now_ns)
    if start_ns < oldest_ns:
        start_ns = start_ns // (MINUTE * NS_PER_S) * MINUTE * NS_PER_S
    if end_ns < oldest_ns:
        end_ns = -(-end_ns // (MINUTE * NS_PER_S)) * MINUTE * NS_PER_S
    minutes_from = -(-start_ns // (MINUTE * NS_PER_S)) * MINUTE
    minutes_to = max(end_ns // (MINUTE * NS_PER_S) * MINUTE, minutes_from)
    hours_from = hours_to = minutes_from
    if step_seconds % HOUR == 0 and end_ns - start_ns >= HOURS_FROM_SECONDS * NS_PER_S:
        hours_from = -(-minutes_from // HOUR) * HOUR
        hours_to = max(minutes_to // HOUR * HOUR, hours_from)
    return WindowParts(start_ns, end_ns, minutes_from, minutes_to, hours_from, hours_to)


def keeps_single_spans(start_ns: int, now_ns: int) -> bool:
    """Whether spans since `start_ns` are still kept one by one."""
    return start_ns >= _oldest_single_span(now_ns)


def _oldest_single_span(now_ns: int) -> int:
    return now_ns - SINGLE_SPANS_SECONDS * NS_PER_S


class ServiceStore:
    """Figures of services and their operations."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def figures(
        self,
        parts: WindowParts,
        *,
        service: str = "",
        by_operation: bool = False,
        step_seconds: int = 0,
        origin_seconds: int = 0,
    ) -> pl.DataFrame:
        """One row per service (or per operation and kind of one), and per step.

        Args:
            parts: The window, cut by `cut_window`.
            service: One service's rows only; "" for all.
            by_operation: False: calls are SERVER and CONSUMER spans. True: one row per operation and span
                kind (as OTLP numbers kinds), calls are all its spans.
            step_seconds: Cut into steps of this length; 0 for no steps.
            origin_seconds: Where the first step begins, Unix seconds.

        Returns:
            Columns Step, Service, OperationName, OperationKind, SpanCount, CallCount, ErrorCount, TotalNs,
            LongestNs, Latencies (map from bucket to calls, see `query.links.sketch`).

        Raises:
            StorageError: See `storage.failure.translated`.
        """
        return self._database.frame(
            "service_figures",
            {
                "service": service,
                "by_operation": int(by_operation),
                "step_seconds": step_seconds,
                "origin_seconds": origin_seconds,
                "start_ns": parts.start_ns,
                "end_ns": parts.end_ns,
                "first_from_slice": parts.start_ns // NS_PER_S // 10 * 10,
                "last_to_slice": parts.end_ns // NS_PER_S,
                "minutes_from": parts.minutes_from,
                "minutes_to": parts.minutes_to,
                "hours_from": parts.hours_from,
                "hours_to": parts.hours_to,
            },
        )

    def peaks(self, start_ns: int, end_ns: int) -> dict[str, float]:
        """Calls of each service in its busiest minute of the window.

        Raises:
            StorageError: See `storage.failure.translated`.
        """
        rows = self._database.rows(
            "service_peaks",
            {
                "from_seconds": start_ns // (MINUTE * NS_PER_S) * MINUTE,
                "to_seconds": -(-end_ns // NS_PER_S),
            },
        )
        return {str(service): float(calls) for service, calls in rows}
