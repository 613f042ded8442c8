"""Reads and writes the figures of links that were rolled up.

Knows slots, versions and which slots may be read; nothing of what the figures mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from storage import slots as whole_slots
from storage.client import Database
from storage.slots import NO_STEPS, Slots

# After any time of arrival.
END_OF_TIME = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Clock:
    """How far the store is.

    Attributes:
        now_ns: Its time, Unix nanoseconds.
        rolled_up_to: The second up to whose arrivals all is rolled up; 0: never.
        unpacking_since: The second before which everything that was acknowledged can be read.
    """

    now_ns: int
    rolled_up_to: int
    unpacking_since: int


LoggedSince = Callable[[], int | None]
"""The Unix second in which the oldest request came that waits outside of the store; None: there is none."""


def nothing_logged() -> int | None:
    """No request waits outside of the store."""
    return None


class LinkFigureStore:
    """The tables `link_figures` and `link_slots`.

    Args:
        database: The store.
        logged_since: Tells of requests that were acknowledged and are neither spans nor in the store's log.
    """

    def __init__(self, database: Database, logged_since: LoggedSince = nothing_logged) -> None:
        self._database = database
        self._logged_since = logged_since

    def clock(self) -> Clock:
        """How far the store is; what is read after it shows at least that."""
        ((now_ns, rolled_up_to, unpacking_since),) = self._database.rows("link_clock")
        # Asked second: what was acknowledged before the store told its time is a span by now, or still waits.
        logged_since = self._logged_since()
        if logged_since is not None:
            unpacking_since = min(int(unpacking_since), logged_since)
        return Clock(int(now_ns), int(rolled_up_to), int(unpacking_since))

    def arrived_traces(self, from_second: int) -> pl.DataFrame:
        """Traces whose links can have changed since this second: `TraceKey`, `Second`, `Spans`.

        One row per trace and second of arrival, with how many spans arrived then that are in the trace or
        that name it by span link.
        """
        return self._database.frame("link_arrived_traces", {"from_second": from_second})

    def arrived(self, from_second: int) -> int:
        """How many spans arrived since this second."""
        ((spans,),) = self._database.rows("link_arrived", {"from_second": from_second})
        return int(spans)

    def piece(self, from_second: int, to_second: int, spans: int) -> int:
        """Up to which second at most so many spans arrived since `from_second`; at least the next one."""
        parameters = {"from_second": from_second, "to_second": to_second, "spans": spans}
        for second, _ in self._database.rows("link_piece", parameters):
            return max(int(second), from_second + 1)
        return to_second

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

    def slice_versions(self, slices: Sequence[int]) -> dict[int, int]:
        """Under which version each of these slices was rolled up last; without those that never were."""
        rows = self._database.rows("link_slice_versions", {"slices": list(slices)})
        return {int(start): int(version) for start, version in rows}

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

    def observed(self, slots: Slots) -> pl.DataFrame:
        """What links are judged by, per slot (no hours): columns as in `link_observed.sql`."""
        parameters = {"slices": list(slots.slices), "minutes": list(slots.minutes)}
        return self._database.frame("link_observed", parameters)

    def replace(
        self, resolution: int, starts: Iterable[int], version: int, rows: Sequence[pl.DataFrame]
    ) -> None:
        """Writes slots whole: see `storage.slots.replace`."""
        whole_slots.replace(self._database, "link_figures", resolution, starts, version, rows)

    def mark(self, slots: Mapping[int, Iterable[int]], version: int, *, valid: bool) -> None:
        """Says whether slots may be read, starts by their length in seconds; the largest version wins."""
        rows = [
            [resolution, start, version, valid] for resolution, starts in slots.items() for start in starts
        ]
        if rows:
            self._database.insert_rows("link_slots", rows, ["Resolution", "Start", "Version", "Valid"])

    def advance(self, rolled_up_to: int) -> None:
        """Remembers the second up to whose arrivals everything is rolled up."""
        self.mark({0: [rolled_up_to]}, rolled_up_to, valid=True)
