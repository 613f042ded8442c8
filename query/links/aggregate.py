"""Sums hops into figures of links: counts, histograms of three times, a few slow and failing requests.

The frames made here, the rows of `link_figures` and the answer of its queries have the same columns, so what
is joined at this moment and what was rolled up earlier add up. Pure.

Columns: `Start` (Unix seconds of the slot), `Caller`, `Callee`, `Kind`, `CallerKind`, `CalleeKind`,
`Operation` ('' for the whole link), `Calls`, `Errors`, `CalleeErrors` (as the callee saw it; these weighted
by sampling), `Samples`, `FailedSamples` (as observed), for each of client, server and gap `…Buckets`,
`…Counts` (weighted), `…MaxNs`, `…SumNs`, and exemplars, slowest first, lists `SlowNs`, `SlowTraces`,
`SlowSpans`, `SlowErrors` and, of those that failed, `FailedNs`, `FailedTraces`, `FailedSpans`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import polars as pl

from query.links.frames import NO_SPANS, find_hops
from query.links.histograms import Histograms, buckets_of

LINK = ["Caller", "Callee", "Kind"]
SIDES = ("Client", "Server", "Gap")
# Slow requests, and slow ones that failed, kept per slot and link; of sums of slots more.
EXEMPLARS_KEPT = 3
EXEMPLARS_OF_SUMS = 5
_SLOW = ["SlowNs", "SlowTraces", "SlowSpans", "SlowErrors"]
_FAILED = ["FailedNs", "FailedTraces", "FailedSpans"]
_KEY = ["Start", *LINK, "Operation"]


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


def summed(
    figures: pl.DataFrame, slot_seconds: int, *, by_operation: bool, exemplars: int = EXEMPLARS_OF_SUMS
) -> pl.DataFrame:
    """The same figures per longer slot, or over all operations.

    Args:
        figures: Rows by operation; several may be of one slot, link and operation.
        slot_seconds: Length of the slots, a multiple of what they are made of.
        by_operation: False leaves `Operation` empty and sums over it.
        exemplars: Kept of each kind.
    """
    if figures.is_empty():
        return _no_figures()
    named = figures.with_columns(
        Start=_start("Start", slot_seconds), Operation="Operation" if by_operation else pl.lit("")
    ).with_row_index("row")
    totals = (
        named.group_by(_KEY)
        .agg(
            pl.col("CallerKind", "CalleeKind").max(),
            pl.col("Calls", "Samples", "Errors", "CalleeErrors", "FailedSamples").sum(),
            *(pl.col(f"{side}MaxNs").max() for side in SIDES),
            *(pl.col(f"{side}SumNs").sum() for side in SIDES),
            pl.col("row"),
        )
        .with_row_index("owner")
    )
    owners = _owners(totals)
    owner = owners.to_numpy().astype(np.int64)
    histograms = [
        Histograms.summed([(owner, named[f"{side}Buckets"], named[f"{side}Counts"])]) for side in SIDES
    ]
    found = _with_histograms(totals.drop("row"), histograms)
    for names in (_SLOW, _FAILED):
        longest = (
            _exploded(named, owners, *names)
            .sort(names[0], descending=True)
            .group_by("owner", maintain_order=True)
            .agg(pl.col(names).head(exemplars))
        )
        found = found.join(longest, on="owner", how="left", maintain_order="left")
    return _in_order(_without_nulls(found))


@cache
def _no_figures() -> pl.DataFrame:
    return _figures(find_hops(NO_SPANS), 1, by_operation=False)


def _figures(hops: pl.DataFrame, slot_seconds: int, *, by_operation: bool) -> pl.DataFrame:
    named = (
        hops.select(
            Start=_start("slice", slot_seconds),
            Caller="caller",
            Callee="callee",
            Kind="kind",
            CallerKind="caller_kind",
            CalleeKind="callee_kind",
            Operation=pl.col("operation") if by_operation else pl.lit(""),
            weight="weight",
            error="error",
            trace_id="trace_id",
            span_id="span_id",
            observed_ns=pl.coalesce("client_ns", "server_ns").cast(pl.UInt64),
            Client=pl.col("client_ns").cast(pl.UInt64),
            Server=pl.col("server_ns").cast(pl.UInt64),
            Gap=pl.col("gap_ns").cast(pl.UInt64),
            Errors=pl.col("weight") * pl.col("error"),
            CalleeErrors=pl.col("weight") * pl.col("callee_error"),
        )
        .with_columns(
            (pl.col(side).cast(pl.Float64) * pl.col("weight")).alias(f"{side}SumNs") for side in SIDES
        )
        .sort("observed_ns", descending=True)
        .with_row_index("row")
    )
    totals = named.group_by(_KEY, maintain_order=True).agg(*_totals(), "row").with_row_index("owner")
    owner = _owners(totals).to_numpy().astype(np.int64)
    weight = named["weight"].to_numpy()
    histograms = []
    for side in SIDES:
        observed = named[side].is_not_null().to_numpy()
        bucket = buckets_of(named[side].drop_nulls().to_numpy())
        histograms.append(Histograms.counted(owner[observed], bucket, weight[observed]))
    return _in_order(_with_histograms(totals.drop("row"), histograms))


def _totals() -> list[pl.Expr]:
    failed = pl.col("error")
    # Rows come slowest first.
    return [
        pl.col("CallerKind").max(),
        pl.col("CalleeKind").max(),
        pl.col("weight").sum().alias("Calls"),
        pl.len().cast(pl.UInt64).alias("Samples"),
        pl.col("Errors", "CalleeErrors").sum(),
        failed.sum().cast(pl.UInt64).alias("FailedSamples"),
        *(pl.col(side).max().fill_null(0).alias(f"{side}MaxNs") for side in SIDES),
        *(pl.col(f"{side}SumNs").sum() for side in SIDES),
        pl.col("observed_ns").head(EXEMPLARS_KEPT).alias("SlowNs"),
        pl.col("trace_id").head(EXEMPLARS_KEPT).alias("SlowTraces"),
        pl.col("span_id").head(EXEMPLARS_KEPT).alias("SlowSpans"),
        pl.col("error").head(EXEMPLARS_KEPT).alias("SlowErrors"),
        pl.col("observed_ns").filter(failed).head(EXEMPLARS_KEPT).alias("FailedNs"),
        pl.col("trace_id").filter(failed).head(EXEMPLARS_KEPT).alias("FailedTraces"),
        pl.col("span_id").filter(failed).head(EXEMPLARS_KEPT).alias("FailedSpans"),
    ]


def _owners(totals: pl.DataFrame) -> pl.Series:
    """To whom each row belongs, by number, so that names are compared once."""
    return totals.select("owner", "row").explode("row").sort("row")["owner"]


def _exploded(named: pl.DataFrame, owners: pl.Series, *lists: str) -> pl.DataFrame:
    """What is in these lists, with whose it is."""
    filled = named.select(owners, *lists).filter(pl.col(lists[0]).list.len() > 0)
    return filled.explode(lists)


def _with_histograms(totals: pl.DataFrame, histograms: Sequence[Histograms]) -> pl.DataFrame:
    """Adds the histogram of each side; `owner` counts the rows."""
    columns = []
    for side, histogram in zip(SIDES, histograms, strict=True):
        buckets, counts = histogram.lists(len(totals))
        columns += [buckets.alias(f"{side}Buckets"), counts.alias(f"{side}Counts")]
    return totals.with_columns(columns)


def _without_nulls(found: pl.DataFrame) -> pl.DataFrame:
    """Empty lists where there are no exemplars."""
    exemplars = (pl.col(name).fill_null(pl.lit([], dtype=found.schema[name])) for name in (*_SLOW, *_FAILED))
    return found.with_columns(*exemplars)


def _in_order(found: pl.DataFrame) -> pl.DataFrame:
    histograms = [f"{side}{what}" for side in SIDES for what in ("Buckets", "Counts")]
    numbers = [name for name in found.columns if name not in {*_SLOW, *_FAILED, *histograms, "owner"}]
    return found.select(*numbers, *_SLOW, *_FAILED, *histograms)


def _start(column: str, slot_seconds: int) -> pl.Expr:
    return (pl.col(column) // slot_seconds * slot_seconds).cast(pl.UInt32)
