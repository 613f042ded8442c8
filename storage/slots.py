"""Slots of time that figures are kept for, and how one is written: whole, in one block, under one version.

A slot that is written again replaces what was there, since readers take the largest version of each; see
`link_figures` in the migrations for why a crash cannot leave half of one. Knows nothing of what figures mean.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from storage.client import Database

HOUR, MINUTE = 3_600, 60
# One step that is longer than any window: sums over all slots.
NO_STEPS = 4_000_000_000
_WHOLE_BLOCKS = {
    "max_insert_threads": "1",
    "min_insert_block_size_rows": "10000000",
    "min_insert_block_size_bytes": "2000000000",
    "max_insert_block_size": "10000000",
    "input_format_arrow_allow_missing_columns": "1",
    "input_format_parallel_parsing": "0",
}


@dataclass(frozen=True, slots=True)
class Slots:
    """Starts of slots to read, in Unix seconds, by their length; they do not overlap."""

    slices: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    hours: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.slices or self.minutes or self.hours)


def replace(
    database: Database,
    table: str,
    resolution: int,
    starts: Iterable[int],
    version: int,
    rows: Sequence[pl.DataFrame],
    *,
    mark: pl.DataFrame | None = None,
) -> None:
    """Writes slots whole: all rows of `starts`, in one block.

    Args:
        database: The store.
        table: `link_figures` or `service_figures`.
        resolution: Length of the slots in seconds.
        starts: Every slot that is replaced, also those without rows.
        version: Larger than that of anything read to compute them.
        rows: Rows in whole, then rows by operation; columns of the table.
        mark: One row with what tells the row that stands for a slot from all others, if empty values do not.
    """
    marks = pl.DataFrame({"Start": pl.Series(list(starts), dtype=pl.UInt32)})
    if mark is not None:
        marks = marks.join(mark, how="cross")
    parts = [
        pl.concat([frame, marks], how="diagonal").with_columns(ByOperation=pl.lit(value=bool(number)))
        for number, frame in enumerate(rows)
    ]
    block = pl.concat(parts).with_columns(
        Resolution=pl.lit(resolution, pl.UInt16), Version=pl.lit(version, pl.UInt64)
    )
    buffer = io.BytesIO()
    _without_nulls(block).write_ipc_stream(buffer, compat_level=pl.CompatLevel.oldest())
    database.insert_bytes(table, buffer.getvalue(), format_name="ArrowStream", settings=_WHOLE_BLOCKS)


def _without_nulls(block: pl.DataFrame) -> pl.DataFrame:
    lists = [name for name, kind in block.schema.items() if isinstance(kind, pl.List)]
    return block.with_columns(
        *(pl.col(name).fill_null(pl.lit([], dtype=block.schema[name])) for name in lists),
    ).with_columns(
        pl.col(pl.String).fill_null(""),
        pl.col(pl.Float64, pl.UInt64).fill_null(0),
    )
