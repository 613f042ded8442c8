"""The SLA table: what each service delivered in a window. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from query.model.service import SlaRow, SlaTable
from query.services.figures import NS_PER_MS, Counted

MINUTE_SECONDS = 60
_COLUMNS = (
    *("service", "calls", "errors", "availability", "calls_per_second", "peak_calls_per_second", "mean_ms"),
    *("p50_ms", "p95_ms", "p99_ms", "max_ms"),
)
# A spreadsheet runs cells that begin like this as formulas.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def sla_row(counted: Counted, seconds: float) -> SlaRow:
    """One service's row; `seconds` is the window's length."""
    per_second = counted.calls / seconds
    return SlaRow(
        service=counted.service,
        calls=round(counted.calls),
        errors=round(counted.errors),
        availability=1.0 - counted.error_rate if counted.calls else None,
        calls_per_second=per_second,
        peak_calls_per_second=max(counted.peak_calls / MINUTE_SECONDS, per_second),
        mean_ms=counted.total_ns / counted.calls / NS_PER_MS if counted.calls else None,
        duration_ms=counted.percentiles,
    )


def sla_csv(table: SlaTable) -> str:
    """The table as CSV (RFC 4180) with a header line; empty cells where there were no calls."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    writer.writerows(_cells(row) for row in table.services)
    return text.getvalue()


def _cells(row: SlaRow) -> Iterable[object]:
    name = f"'{row.service}" if row.service.startswith(_FORMULA_STARTS) else row.service
    yield from (name, row.calls, row.errors, row.availability, row.calls_per_second)
    yield from (row.peak_calls_per_second, row.mean_ms)
    found = row.duration_ms
    yield from (found.p50, found.p95, found.p99, found.max) if found else ("", "", "", "")
