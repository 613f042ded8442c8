"""Reads and writes the figures of links that were rolled up.

Knows slots, versions and which slots may be read; nothing of what the figures mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from storage import slots as whole_slots
from storage.client import Database
from storage.slots import NO_STEPS, Slots

# How many spans, and their keys mixed.
Arrivals = tuple[int, int]


class LinkFigureStore:
    """The tables `link_figures` and `link_slots`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def clock(self) -> tuple[int, int]:
        """The store's time in Unix nanoseconds, and the second up to whose arrivals all is rolled up."""
        ((now_ns, rolled_up_to),) = self._database.rows("link_clock")
        return int(now_ns), int(rolled_up_to)

    def unpacking_since(self) -> int:
        """The second before which everything that was acknowledged can be read."""
        ((second,),) = self._database.rows("link_unpacking_since")
        return int(second)

    def look(self, from_second: int, next_second: int) -> tuple[int, int, Arrivals, Arrivals]:
        """As `clock`, and what arrived since two seconds, the first not after the second.

        Equal answers for one second mean that nothing arrived in between.
        """
        parameters = {"from_second": from_second, "next_second": next_second}
        ((now_ns, rolled_up_to, *found),) = self._database.rows("link_look", parameters)
        spans, keys, next_spans, next_keys = map(int, found)
        return int(now_ns), int(rolled_up_to), (spans, keys), (next_spans, next_keys)

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
        """Writes slots whole: see `storage.slots.replace`."""
        whole_slots.replace(self._database, "link_figures", resolution, starts, version, rows)

    def mark(self, resolution: int, starts: Iterable[int], version: int, *, valid: bool) -> None:
        """Says whether slots may be read; the largest version wins."""
        rows = [[resolution, start, version, valid] for start in starts]
        if rows:
            self._database.insert_rows("link_slots", rows, ["Resolution", "Start", "Version", "Valid"])

    def advance(self, rolled_up_to: int) -> None:
        """Remembers the second up to whose arrivals everything is rolled up."""
        self.mark(0, [rolled_up_to], rolled_up_to, valid=True)
