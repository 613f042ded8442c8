"""Figures of services from figures of their operations, for slots that are not longer than a minute. Pure.

In longer ones the busiest minute of a service is not known from those of its operations.
"""

from __future__ import annotations

import polars as pl

# SERVER and CONSUMER spans are a service's calls; of an operation all spans are.
CALL_KINDS = (2, 5)
_SERVICE = ["Start", "Service"]


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
