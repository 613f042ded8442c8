"""Calls per instance, version, pod and host of the callee: does one of them answer worse? Pure."""

from __future__ import annotations

import polars as pl

from query.causes.attributes import PROCESS_KEYS
from query.model.cause import ProcessAttribute, ProcessFigures

NS_PER_MS = 1_000_000
VALUES_SHOWN = 20


def processes_of(entries: pl.DataFrame, calls: pl.DataFrame) -> list[ProcessAttribute]:
    """Figures per value of each resource attribute of the callee that names its process.

    Args:
        entries: Attributes of the calls, as `query.causes.attributes` returns them.
        calls: `observed_ns`, `server_ns`, `error` of each call, in the same order.
    """
    times = calls.with_row_index("call").select(
        "call", "error", took_ns=pl.coalesce("server_ns", "observed_ns").cast(pl.Float64)
    )
    told = entries.filter(
        (pl.col("side") == "callee") & (pl.col("source") == "resource") & pl.col("key").is_in(PROCESS_KEYS)
    )
    figures = (
        told.join(times, on="call")
        .group_by("key", "value")
        .agg(calls=pl.len(), errors=pl.col("error").sum(), p95_ns=pl.col("took_ns").quantile(0.95, "linear"))
        .sort(["key", "calls", "value"], descending=[False, True, False])
    )
    found = []
    for key in PROCESS_KEYS:
        rows = figures.filter(pl.col("key") == key)
        if rows.is_empty():
            continue
        total = int(rows["calls"].sum())
        values = [_figures(row, total) for row in rows.head(VALUES_SHOWN).iter_rows(named=True)]
        found.append(ProcessAttribute(key, values, max(0, rows.height - VALUES_SHOWN)))
    return found


def _figures(row: dict[str, object], total: int) -> ProcessFigures:
    calls, errors = int(str(row["calls"])), int(str(row["errors"]))
    return ProcessFigures(
        value=str(row["value"]),
        calls=calls,
        share=calls / total,
        errors=errors,
        error_rate=errors / calls,
        p95_ms=float(str(row["p95_ns"])) / NS_PER_MS,
    )
