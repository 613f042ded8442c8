"""Decodes columns of attribute maps: maps of one shape (same names, same types) together, name by name.

Spans of one operation have the same attribute names in the same order, so a trace of 100,000 spans has a few
dozen shapes. Nested columns are flattened first: Polars turns one long column into Python values many times
faster than many short lists. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from query.model.trace import Attributes
from query.traces.attributes import decoded, decoded_columns

# Fewer maps than this are decoded one by one: taking a shape apart costs about as much as so many maps.
_FEW = 200


def flat(lists: pl.Series) -> pl.Series:
    """The items of all lists, in order."""
    return lists.explode(empty_as_null=False)


def attributes_of(maps: pl.Series, types: pl.Series) -> list[Attributes]:
    """The decoded attributes of each map.

    Args:
        maps: A column of maps from name to text.
        types: Their letters, one string per map (see `query.traces.attributes`).
    """
    if maps.is_empty():
        return []
    if len(maps) < _FEW:
        return list(_one_by_one(maps, types))
    keys = maps.map.keys()
    counts = keys.list.len().cast(pl.Int64)
    table = pl.DataFrame({"keys": keys, "types": types.cast(pl.String), "start": counts.cum_sum() - counts})
    shapes = table.with_row_index("row").group_by("keys", "types").agg("row", "start", count=pl.len())
    values = flat(maps.map.values())
    rare = shapes.filter(pl.col("count") < _FEW)["row"].explode(empty_as_null=False)
    nothing: Attributes = {}
    found = [nothing] * len(maps)
    for row, attributes in zip(
        rare.to_list(), _one_by_one(maps.gather(rare), types.gather(rare)), strict=True
    ):
        found[row] = attributes
    for names, letters, rows, starts, _ in shapes.filter(pl.col("count") >= _FEW).rows():
        first = pl.Series(starts, dtype=pl.Int64)
        columns = [values.gather(first + place).to_list() for place in range(len(names))]
        decoded_maps = decoded_columns(names, columns, letters or "") if names else [{} for _ in rows]
        for row, attributes in zip(rows, decoded_maps, strict=True):
            found[row] = attributes
    return found


def _one_by_one(maps: pl.Series, types: pl.Series) -> Iterator[Attributes]:
    keys = maps.map.keys()
    flat_keys: list[str] = flat(keys).to_list()
    flat_values: list[Any] = flat(maps.map.values()).to_list()
    counts: Iterable[int] = keys.list.len().to_list()
    start = 0
    for count, letters in zip(counts, types.to_list(), strict=True):
        end = start + count
        yield decoded(flat_keys[start:end], flat_values[start:end], letters or "")
        start = end
