"""Gives equal rows of columns the same number. Pure."""

from __future__ import annotations

import polars as pl


def numbered(keys: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """For each row the number of its key, counted as they appear, and for each key its first row.

    Args:
        keys: Equal rows are one key; no column is called `row`.
    """
    groups = keys.with_row_index("row").group_by(keys.columns, maintain_order=True).agg("row")["row"]
    counts = groups.list.len()
    rows = groups.explode(empty_as_null=False)
    numbers = (
        pl.int_range(len(groups), dtype=pl.UInt32, eager=True).repeat_by(counts).explode(empty_as_null=False)
    )
    return pl.repeat(0, keys.height, dtype=pl.UInt32, eager=True).scatter(rows, numbers), groups.list.first()
