"""The store at one moment: what is rolled up, what has changed since, and what was joined for that."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar, cast

import polars as pl

from query.links.aggregate import figures_of
from query.links.coverage import Plan, plan
from query.links.joined import batches, join, join_nothing
from query.links.remembered import RememberedFrames
from query.model.window import NS_PER_S, Window
from storage.hops import SLICE_SECONDS, HopSpans
from storage.links import Arrivals, LinkFigureStore
from storage.slots import HOUR, MINUTE, Slots

T = TypeVar("T")

# Results kept of one look.
_MOST_WORKED_OUT = 24
# So few may be joined at once without asking how many spans they hold.
_FEW_SLICES = 6
# Slices of so much time around those asked for are looked up with them.
_NEAR_SECONDS = 1_000
# Arrival times are the store's, in whole seconds; nothing arrives later than this after "now".
_SOON_SECONDS = 60


class Seen:
    """What one look at the store has shown; several questions share it, in several threads.

    Attributes:
        rolled_up_to: The second up to whose arrivals all was rolled up; 0: never.
        arrived_since: A second up to which all was rolled up before; 0: not known.
        arrived: What had arrived since then when the look began.
        changed: Slices that something arrived for since, or a little longer ago.
    """

    def __init__(
        self,
        hop_spans: HopSpans,
        store: LinkFigureStore,
        remembered: RememberedFrames,
        store_ns: int,
        since: int,
        rolled_up_to: int,
    ) -> None:
        self._hop_spans = hop_spans
        self._store = store
        self._remembered = remembered
        self._lock = threading.Lock()
        self._hops: dict[int, pl.DataFrame] = {}
        self._slots: dict[int, list[tuple[int, int, dict[int, bool]]]] = {MINUTE: [], HOUR: []}
        self._worked_out: OrderedDict[tuple[object, ...], object] = OrderedDict()
        self._slices: list[tuple[int, int, list[int]]] = []
        self.rolled_up_to = rolled_up_to
        self.arrived_since = 0
        self.arrived: Arrivals | None = None
        self.changed: set[int] = set()
        if rolled_up_to:
            until = store_ns // NS_PER_S + _SOON_SECONDS
            self.changed = set(store.changed_slices(since, until))

    def plan(self, window: Window, *, longest: int) -> Plan:
        """Which slots a window is read from, none longer than `longest` seconds."""
        if not self.rolled_up_to:
            first = window.start_ns // NS_PER_S // SLICE_SECONDS * SLICE_SECONDS
            return Plan(Slots(), list(self._hop_spans.occupied(first, -(-window.end_ns // NS_PER_S))))
        with self._lock:
            return plan(window, self.changed, self._slots_in, self._slices_in, longest=longest)

    def joined(self, slices: Sequence[int]) -> dict[int, pl.DataFrame]:
        """The hops that start in each of these slices, with `pending_since` (see `query.links.frames`)."""
        with self._lock:
            missing = [start for start in slices if start not in self._hops]
            for start in missing if self.rolled_up_to else ():
                # A slice that nothing arrived for is what it was.
                found = self._remembered.peek("hops", Slots(slices=(start,)))
                if found is not None and start not in self.changed:
                    self._hops[start] = found
            missing = [start for start in missing if start not in self._hops]
            for batch in self._batches(missing):
                hops = join(self._hop_spans, batch, None)
                for start in batch:
                    self._hops[start] = hops.filter(slice=start)
                    if start not in self.changed and self.rolled_up_to:
                        self._remembered.put("hops", Slots(slices=(start,)), self._hops[start])
            return {start: self._hops[start] for start in slices}

    def worked_out(self, key: tuple[object, ...], work_out: Callable[[], T]) -> T:
        """What belongs to the key; `work_out` is asked once, or again after many others."""
        with self._lock:
            if key in self._worked_out:
                return cast(T, self._worked_out[key])
        found = work_out()
        with self._lock:
            while len(self._worked_out) >= _MOST_WORKED_OUT:
                self._worked_out.popitem(last=False)
            self._worked_out[key] = found
        return found

    def _batches(self, slices: list[int]) -> list[list[int]]:
        if len(slices) <= _FEW_SLICES:
            return [slices] if slices else []
        return batches(slices, self._hop_spans.occupied(min(slices), max(slices) + SLICE_SECONDS))

    def _slots_in(self, resolution: int, first: int, end: int) -> dict[int, bool]:
        """As `storage.links.LinkFigureStore.slots`; what was read for one window serves a shorter one."""
        covering = [known for known in self._slots[resolution] if known[0] <= first and end <= known[1]]
        if not covering:
            covering = [(first, end, self._store.slots(resolution, first, end))]
            self._slots[resolution] += covering
        _, _, found = covering[0]
        return {start: valid for start, valid in found.items() if first <= start < end}

    def _slices_in(self, first: int, end: int) -> list[int]:
        covering = [known for known in self._slices if known[0] <= first and end <= known[1]]
        if not covering:
            # What is before and after them is asked for next: the other end of a window, a baseline.
            first_read, end_read = first - _NEAR_SECONDS, end + _NEAR_SECONDS
            covering = [(first_read, end_read, self._store.slices(first_read, end_read))]
            self._slices += covering
        return [start for start in covering[0][2] if first <= start < end]


class JoinedHops:
    """The hops of some slices: most slices whole, those at the edges of a window in part.

    Attributes:
        hops: All of them (columns of `query.links.frames.find_hops`).
        key: Tells them from any others of the same look at the store.
    """

    def __init__(
        self, seen: Seen, whole: tuple[int, ...], cut: Sequence[pl.DataFrame], late_after_seconds: int
    ) -> None:
        self._seen = seen
        self._whole = whole
        self._late_after = late_after_seconds
        pending_since = pl.col("pending_since")
        self._settled = pending_since.is_null() | (pending_since <= late_after_seconds)
        self._cut = self._together(cut)
        self.hops = pl.concat([self._together(seen.joined(whole).values()), self._cut])
        start_ns = self._cut["start_ns"]
        # The hops of a slice that lie between two of them are always the same.
        cut_key = (len(start_ns), start_ns.sum(), start_ns.min(), start_ns.max())
        self.key = (whole, late_after_seconds, cut_key)

    def figures(self, seconds: int) -> pl.DataFrame:
        """Figures per slot of this many seconds; a slot may come in two rows."""
        if seconds != SLICE_SECONDS:
            return figures_of(self.hops, seconds, by_operation=False)
        whole = self._seen.worked_out(("slices", self._whole, self._late_after), self._whole_figures)
        return pl.concat([whole, figures_of(self._cut, seconds, by_operation=False)])

    def _whole_figures(self) -> pl.DataFrame:
        hops = self._together(self._seen.joined(self._whole).values())
        return figures_of(hops, SLICE_SECONDS, by_operation=False)

    def _together(self, frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
        return pl.concat([join_nothing(), *frames]).filter(self._settled)
