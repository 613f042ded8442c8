"""Sums hops into figures of links: counts, histograms of three times, a few slow and failing requests.

The frame made here, the rows of `link_figures` and the answer of its queries have the same columns, so what
is joined at this moment and what was rolled up earlier add up. Pure.

Columns: `Start` (Unix seconds of the slot), `Caller`, `Callee`, `Kind`, `CallerKind`, `CalleeKind`,
`Operation` ('' for the whole link), `Calls`, `Errors`, `CalleeErrors` (as the callee saw it; these weighted
by sampling), `Samples`, `FailedSamples` (as observed), for each of client, server and gap `…Buckets`,
`…Counts` (weighted), `…MaxNs`, `…SumNs`, and exemplars, slowest first, lists `SlowNs`, `SlowTraces`,
`SlowSpans`, `SlowErrors` and, of those that failed, `FailedNs`, `FailedTraces`, `FailedSpans`.
"""

from __future__ import annotations

from functools import cache

import polars as pl

from query.links.frames import NO_SPANS, find_hops
from query.links.sketch import BUCKETS_PER_OCTAVE

LINK = ["Caller", "Callee", "Kind"]
SIDES = ("Client", "Server", "Gap")
# Slow requests, and slow ones that failed, kept per slot and link.
EXEMPLARS_KEPT = 3


def figures_of(hops: pl.DataFrame, slot_seconds: int, *, by_operation: bool) -> pl.DataFrame:
    """Figures per slot and link, and per operation of the callee when asked.

    Args:
        hops: What `query.links.frames.find_hops` returns.
        slot_seconds: Length of a slot; hops are put into the slot they start in.
        by_operation: False leaves `Operation` empty and sums over it.
    """
    if hops.is_empty():
        return _no_figures()
    return _figures(hops, slot_seconds, by_operation=by_operation)


@cache
def _no_figures() -> pl.DataFrame:
    return _figures(find_hops(NO_SPANS), 1, by_operation=False)


def _figures(hops: pl.DataFrame, slot_seconds: int, *, by_operation: bool) -> pl.DataFrame:
    named = hops.select(
        Start=(pl.col("slice") // slot_seconds * slot_seconds).cast(pl.UInt32),
        Caller="caller",
        Callee="callee",
        Kind="kind",
        CallerKind="caller_kind",
        CalleeKind="callee_kind",
        Operation=pl.col("operation") if by_operation else pl.lit(""),
        weight="weight",
        error="error",
        callee_error="callee_error",
        trace_id="trace_id",
        span_id="span_id",
        observed_ns=pl.coalesce("client_ns", "server_ns"),
        Client=pl.col("client_ns").cast(pl.UInt64),
        Server=pl.col("server_ns").cast(pl.UInt64),
        Gap=pl.col("gap_ns").cast(pl.UInt64),
    )
    key = ["Start", *LINK, "Operation"]
    totals = named.sort("observed_ns", descending=True).group_by(key, maintain_order=True).agg(*_totals())
    for side in SIDES:
        totals = totals.join(_histogram(named, key, side), on=key, how="left", nulls_equal=True)
    empty = pl.lit([], dtype=pl.List(pl.UInt16)), pl.lit([], dtype=pl.List(pl.Float64))
    return totals.with_columns(
        *(pl.col(f"{side}Buckets").fill_null(empty[0]) for side in SIDES),
        *(pl.col(f"{side}Counts").fill_null(empty[1]) for side in SIDES),
    )


def _totals() -> list[pl.Expr]:
    failed = pl.col("error")
    # Rows come slowest first.
    return [
        pl.col("CallerKind").max(),
        pl.col("CalleeKind").max(),
        pl.col("weight").sum().alias("Calls"),
        pl.len().cast(pl.UInt64).alias("Samples"),
        pl.col("weight").filter(failed).sum().alias("Errors"),
        pl.col("weight").filter(pl.col("callee_error")).sum().alias("CalleeErrors"),
        failed.sum().cast(pl.UInt64).alias("FailedSamples"),
        *(pl.col(side).max().fill_null(0).alias(f"{side}MaxNs") for side in SIDES),
        *((pl.col(side).cast(pl.Float64) * pl.col("weight")).sum().alias(f"{side}SumNs") for side in SIDES),
        pl.col("observed_ns").cast(pl.UInt64).head(EXEMPLARS_KEPT).alias("SlowNs"),
        pl.col("trace_id").head(EXEMPLARS_KEPT).alias("SlowTraces"),
        pl.col("span_id").head(EXEMPLARS_KEPT).alias("SlowSpans"),
        pl.col("error").head(EXEMPLARS_KEPT).alias("SlowErrors"),
        pl.col("observed_ns").cast(pl.UInt64).filter(failed).head(EXEMPLARS_KEPT).alias("FailedNs"),
        pl.col("trace_id").filter(failed).head(EXEMPLARS_KEPT).alias("FailedTraces"),
        pl.col("span_id").filter(failed).head(EXEMPLARS_KEPT).alias("FailedSpans"),
    ]


def _histogram(named: pl.DataFrame, key: list[str], side: str) -> pl.DataFrame:
    bucket = ((pl.col(side).cast(pl.Float64) + 1.0).log(2.0) * BUCKETS_PER_OCTAVE).floor().cast(pl.UInt16)
    return (
        named.filter(pl.col(side).is_not_null())
        .group_by([*key, bucket.alias("bucket")])
        .agg(calls=pl.col("weight").sum())
        .sort("bucket")
        .group_by(key, maintain_order=True)
        .agg(pl.col("bucket").alias(f"{side}Buckets"), pl.col("calls").alias(f"{side}Counts"))
    )
