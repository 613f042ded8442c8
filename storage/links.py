"""Reads and writes the figures of links that were rolled up.

Knows slots, versions and which slots may be read; nothing of what the figures mean. A slot is written whole
and replaces what was there; see `link_figures` in the migrations for why a crash cannot leave half of one.
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

    slices: Sequence[int] = ()
    minutes: Sequence[int] = ()
    hours: Sequence[int] = ()

    def __bool__(self) -> bool:
        return bool(self.slices or self.minutes or self.hours)


class LinkFigureStore:
    """The tables `link_figures` and `link_slots`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def clock(self) -> tuple[int, int]:
        """The store's time in Unix nanoseconds, and the second up to whose arrivals all is rolled up."""
        ((now_ns, rolled_up_to),) = self._database.rows("link_clock")
        return int(now_ns), int(rolled_up_to)

    def changed_slices(self, from_second: int, to_second: int) -> list[int]:
        """Slices whose links can be changed by what arrived in `[from_second, to_second)`."""
        parameters = {"from_second": from_second, "to_second": to_second}
        return [int(start) for (start,) in self._database.rows("link_changed_slices", parameters)]

    def slots(self, resolution: int, first_start: int, end_start: int) -> dict[int, bool]:
        """Slots of 60 or 3600 seconds that were summed; False: changed since, not to be read."""
        parameters = {"resolution": resolution, "first_start": max(first_start, 0), "end_start": end_start}
        return {int(start): bool(valid) for start, valid in self._database.rows("link_slots", parameters)}

    def slices(self, first_start: int, end_start: int) -> list[int]:
        """Slices in `[first_start, end_start)` that were rolled up, with or without links in them."""
        parameters = {"first_start": max(first_start, 0), "end_start": end_start}
        return [int(start) for (start,) in self._database.rows("link_slices", parameters)]

    def figures(
        self,
        slots: Slots,
        *,
        slot_seconds: int = NO_STEPS,
        by_operation: bool = False,
        caller: str = "",
        callee: str = "",
    ) -> pl.DataFrame:
        """Sums of the slots per link and step (and operation): columns of `query.links.aggregate`."""
        return self._database.frame(
            "link_figures",
            {
                "slices": list(slots.slices),
                "minutes": list(slots.minutes),
                "hours": list(slots.hours),
                "slot_seconds": slot_seconds,
                "by_operation": int(by_operation),
                "caller": caller,
                "callee": callee,
            },
        )

    def replace(
        self, resolution: int, starts: Iterable[int], version: int, rows: Sequence[pl.DataFrame]
    ) -> None:
        """Writes slots whole: all rows of `starts`, in one block.

        Args:
            resolution: Length of the slots in seconds.
            starts: Every slot that is replaced, also those without rows.
            version: Larger than that of anything read to compute them.
            rows: Rows per link, then rows per link and operation.
        """
        marks = pl.DataFrame({"Start": pl.Series(list(starts), dtype=pl.UInt32)})
        parts = [
            pl.concat([frame, marks], how="diagonal").with_columns(ByOperation=pl.lit(value=bool(number)))
            for number, frame in enumerate(rows)
        ]
        block = pl.concat(parts).with_columns(
            Resolution=pl.lit(resolution, pl.UInt16), Version=pl.lit(version, pl.UInt64)
        )
        buffer = io.BytesIO()
        _without_nulls(block).write_ipc_stream(buffer, compat_level=pl.CompatLevel.oldest())
        self._database.insert_bytes(
            "link_figures", buffer.getvalue(), format_name="ArrowStream", settings=_WHOLE_BLOCKS
        )

    def mark(self, resolution: int, starts: Iterable[int], version: int, *, valid: bool) -> None:
        """Says whether slots may be read; the largest version wins."""
        rows = [[resolution, start, version, valid] for start in starts]
        if rows:
            self._database.insert_rows("link_slots", rows, ["Resolution", "Start", "Version", "Valid"])

    def advance(self, rolled_up_to: int) -> None:
        """Remembers the second up to whose arrivals everything is rolled up."""
        self.mark(0, [rolled_up_to], rolled_up_to, valid=True)


def _without_nulls(block: pl.DataFrame) -> pl.DataFrame:
    lists = [name for name, kind in block.schema.items() if isinstance(kind, pl.List)]
    return block.with_columns(
        *(pl.col(name).fill_null(pl.lit([], dtype=block.schema[name])) for name in lists),
    ).with_columns(
        pl.col(pl.String).fill_null(""),
        pl.col(pl.Float64, pl.UInt64).fill_null(0),
    )
