"""Figures of operations from spans, and of services from those, for slots not longer than a minute. Pure.

In longer ones the busiest minute of a service is not known from those of its operations. Columns are those of
`storage.services.ServiceStore.summed`, one row per slot, operation and kind.
"""

from __future__ import annotations

import polars as pl

from query.links.sketch import BUCKETS_PER_OCTAVE

# SERVER and CONSUMER spans are a service's calls; of an operation all spans are.
CALL_KINDS = (2, 5)
_SERVICE = ["Start", "Service"]
_OPERATION = [*_SERVICE, "Operation", "Kind"]
_BUCKET = [*_OPERATION, "Buckets"]


def operations_of(spans: pl.DataFrame, slot_seconds: int) -> pl.DataFrame:
    """One row per slot, operation and kind.

    Args:
        spans: Columns of `storage.hops.HopSpans.of_slices`, each span once.
        slot_seconds: Length of a slot, a multiple of the spans' slices.
    """
    duration_ns = pl.col("DurationNs").cast(pl.Float64)
    bucket = ((duration_ns + 1.0).log(2.0) * BUCKETS_PER_OCTAVE).floor().cast(pl.UInt16)
    weight = pl.col("Weight")
    # Numbers for names, and one number for all that is the same: groups are found by that.
    coded = spans.select(
        pl.col("Service", "Operation").cast(pl.Categorical),
        "Kind",
        MaxNs="DurationNs",
        Start=_start("Slice", slot_seconds),
        Buckets=bucket,
        Calls=weight,
        Errors=weight * pl.col("Error"),
        SumNs=duration_ns * weight,
    )
    buckets = coded.group_by(_BUCKET).agg(
        pl.len().cast(pl.UInt64).alias("Spans"),
        pl.col("Calls", "Errors", "SumNs").sum(),
        pl.col("MaxNs").max(),
    )
    return _by_operation(buckets.with_columns(Counts="Calls"))


def summed(operations: pl.DataFrame, slot_seconds: int) -> pl.DataFrame:
    """The same rows per longer slot."""
    if operations.is_empty():
        return operations
    longer = operations.with_columns(_start("Start", slot_seconds))
    totals = longer.group_by(_OPERATION).agg(
        pl.col("Spans", "Calls", "Errors", "SumNs").sum(), pl.col("MaxNs").max()
    )
    histograms = (
        longer.select(*_BUCKET, "Counts")
        .explode("Buckets", "Counts")
        .group_by(_BUCKET)
        .agg(pl.col("Counts").sum())
        .sort("Buckets")
        .group_by(_OPERATION, maintain_order=True)
        .agg("Buckets", "Counts")
    )
    return _complete(totals.join(histograms, on=_OPERATION, how="left"))


def of_services(operations: pl.DataFrame) -> pl.DataFrame:
    """One row per slot and service, the same columns.

    Args:
        operations: Rows of `storage.services.ServiceStore.summed` by operation and kind.
    """
    called = pl.col("Kind").is_in(CALL_KINDS)
    counted = [
        pl.when(called).then(pl.col(name)).otherwise(0).sum().cast(operations.schema[name]).alias(name)
        for name in ("Calls", "Errors", "SumNs")
    ]
    totals = operations.group_by(_SERVICE).agg(
        pl.col("Spans").sum(),
        *counted,
        pl.when(called).then(pl.col("MaxNs")).otherwise(0).max().cast(pl.UInt64).alias("MaxNs"),
    )
    histograms = (
        operations.filter(called)
        .select(*_SERVICE, "Buckets", "Counts")
        .explode("Buckets", "Counts")
        .group_by([*_SERVICE, "Buckets"])
        .agg(pl.col("Counts").sum())
        .sort("Buckets")
        .group_by(_SERVICE, maintain_order=True)
        .agg("Buckets", "Counts")
    )
    return (
        totals.join(histograms, on=_SERVICE, how="left")
        .with_columns(
            pl.lit("").alias("Operation"),
            pl.lit(0, operations.schema["Kind"]).alias("Kind"),
            PeakCalls="Calls",
        )
        .select(operations.columns)
        .cast(operations.schema)
    )


def _by_operation(buckets: pl.DataFrame) -> pl.DataFrame:
    return _complete(
        buckets.with_columns(pl.col("Service", "Operation").cast(pl.String))
        .sort("Buckets")
        .group_by(_OPERATION, maintain_order=True)
        .agg(pl.col("Spans", "Calls", "Errors", "SumNs").sum(), pl.col("MaxNs").max(), "Buckets", "Counts")
    )


def _complete(operations: pl.DataFrame) -> pl.DataFrame:
    numbers = ("Spans", "Calls", "Errors", "SumNs", "MaxNs")
    return operations.select(*_OPERATION, *numbers, pl.col("Calls").alias("PeakCalls"), "Buckets", "Counts")


def _start(column: str, slot_seconds: int) -> pl.Expr:
    return (pl.col(column) // slot_seconds * slot_seconds).cast(pl.UInt32).alias("Start")
