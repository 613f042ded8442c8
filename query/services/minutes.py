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
_SUMS = (pl.col("Spans", "Calls", "Errors", "SumNs").sum(), pl.col("MaxNs").max())


def counted(spans: pl.DataFrame) -> pl.DataFrame:
    """Spans by slice, operation, kind and latency bucket (`Buckets`), names as numbers: for `operations_of`.

    Args:
        spans: Columns of `storage.hops.HopSpans.of_slices`, each span once.
    """
    duration_ns = pl.col("DurationNs").cast(pl.Float64)
    weight = pl.col("Weight")
    return (
        spans.select(
            pl.col("Service", "Operation").cast(pl.Categorical),
            "Kind",
            Start="Slice",
            Buckets=((duration_ns + 1.0).log(2.0) * BUCKETS_PER_OCTAVE).floor().cast(pl.UInt16),
            Spans=pl.lit(1, pl.UInt64),
            Calls=weight,
            Errors=weight * pl.col("Error"),
            SumNs=duration_ns * weight,
            MaxNs="DurationNs",
        )
        .group_by(_BUCKET)
        .agg(*_SUMS)
    )


def operations_of(buckets: pl.DataFrame, slot_seconds: int) -> pl.DataFrame:
    """One row per slot, operation and kind.

    Args:
        buckets: What `counted` returns, of any slices.
        slot_seconds: Length of a slot, a multiple of the slices.
    """
    start = (pl.col("Start") // slot_seconds * slot_seconds).cast(pl.UInt32)
    numbers = ("Spans", "Calls", "Errors", "SumNs", "MaxNs")
    return (
        buckets.with_columns(start)
        .group_by(_BUCKET)
        .agg(*_SUMS)
        .with_columns(Counts="Calls")
        .sort("Buckets")
        .group_by(_OPERATION, maintain_order=True)
        .agg(*_SUMS, "Buckets", "Counts")
        .with_columns(pl.col("Service", "Operation").cast(pl.String), PeakCalls="Calls")
        .select(*_OPERATION, *numbers, "PeakCalls", "Buckets", "Counts")
    )


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
