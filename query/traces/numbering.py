"""Gives equal rows of columns the same number. Pure."""

from __future__ import annotations

import polars as pl

from query.traces.attribute_shapes import FEW


def numbered(keys: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """For each row the number of its key, counted as they appear, and for each key its first row.

    Args:
        keys: Equal rows are one key; no column is called `row`.
    """
    if keys.height < FEW:
        return _numbered_by_loops(keys)
    groups = (
        keys.lazy()
        .with_row_index("row")
        .group_by(keys.columns, maintain_order=True)
        .agg("row", first=pl.col("row").first())
        .select("row", "first")
        .with_row_index("number")
        .collect()
    )
    rows = groups.lazy().select("number", "row").explode("row").sort("row").select("number").collect()
    return rows["number"], groups["first"]


def _numbered_by_loops(keys: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    firsts: dict[tuple[object, ...], int] = {}
    for row, key in enumerate(keys.rows()):
        firsts.setdefault(key, row)
    numbers = {key: number for number, key in enumerate(firsts)}
    return (
        pl.Series([numbers[key] for key in keys.rows()], dtype=pl.UInt32),
        pl.Series(list(firsts.values()), dtype=pl.UInt32),
    )
