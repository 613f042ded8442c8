"""The store at one moment: what is rolled up, what has changed since, and what was joined for that."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeVar, cast

import polars as pl

from query.links.aggregate import figures_of
from query.links.coverage import Plan, plan
from query.links.joined import batches, join, join_nothing
from query.links.slice_hops import SliceHops, settled_before
from query.model.window import NS_PER_S, Window
from storage.errors import QueryTooHeavy
from storage.hops import SLICE_SECONDS, HopSpans
from storage.links import LinkFigureStore, Look
from storage.slots import HOUR, MINUTE, Slots

T = TypeVar("T")

# Results kept of one look.
_MOST_WORKED_OUT = 24
# So few may be joined at once without asking how many spans they hold.
_FEW_SLICES = 6
# Slices of so much time around those asked for are looked up with them.
_NEAR_SECONDS = 1_000
# Beyond it a question is refused: joining that many spans takes minutes and gigabytes.
MOST_SPANS_JOINED = 8_000_000
# What nobody has asked for yet is joined in advance only when it holds so few spans.
_MOST_WARMED_SPANS = 300_000


class Seen:
    """What one look at the store has shown; several questions share it, in several threads.

    Args:
        hop_spans: Where slices are joined from.
        store: Where slots are listed.
        look: What was seen.
        since: From when on arrivals count: all before was rolled up when the store was last looked at.
        before: What the look before has shown; what nothing arrived for is taken over.

    Attributes:
        rolled_up_to: The second up to whose arrivals all was rolled up; 0: never.
        changed: Slices that something arrived for since then, or a little longer ago.
        behind_seconds: For how long nothing was rolled up.
        joining_seconds: How long it has taken so far to join what was asked for.
    """

    def __init__(
        self,
        hop_spans: HopSpans,
        store: LinkFigureStore,
        look: Look,
        since: int,
        before: Seen | None = None,
    ) -> None:
        self._hop_spans = hop_spans
        self._store = store
        self._lock = threading.Lock()
        self._worked_out: OrderedDict[tuple[object, ...], object] = OrderedDict()
        self._slots: dict[int, list[tuple[int, int, dict[int, bool]]]] = {MINUTE: [], HOUR: []}
        self._slices: list[tuple[int, int, list[int]]] = []
        self._look = look
        self._since = since
        self.rolled_up_to = look.rolled_up_to
        self.behind_seconds = look.now_ns // NS_PER_S - look.rolled_up_to
        self.changed = {start for start, second in look.arrived if second >= since}
        self.joining_seconds = 0.0
        self._joined = SliceHops()
        if before is not None and before.rolled_up_to:
            self._take_over(before)

    def plan(self, window: Window, *, longest: int) -> Plan:
        """Which slots a window is read from, none longer than `longest` seconds."""
        if not self.rolled_up_to:
            first = window.start_ns // NS_PER_S // SLICE_SECONDS * SLICE_SECONDS
            return Plan(Slots(), list(self._hop_spans.occupied(first, -(-window.end_ns // NS_PER_S))))
        with self._lock:
            return plan(window, self.changed, self._slots_in, self._slices_in, longest=longest)

    def stirred(self, since: int, look: Look) -> set[int]:
        """Slices for which something arrived between this look and a later one.

        Args:
            since: The second from which on both have seen all arrivals.
            look: The later one.
        """
        differing = self._look.arrived.items() ^ look.arrived.items()
        return {start for (start, second), _ in differing if second >= since}

    def joined(self, slices: Sequence[int]) -> dict[int, pl.DataFrame]:
        """The hops that start in each of these slices, with `pending_since` (see `query.links.frames`)."""
        with self._lock:
            return self._join(slices)

    def figures(self, slices: Sequence[int], late_after_seconds: int) -> pl.DataFrame:
        """Figures of these slices, one row per slice and link."""
        with self._lock:
            self._join(slices)
            return self._joined.figures(slices, late_after_seconds)

    def warm(self, late_after_seconds: int) -> None:
        """Joins what any question about the latest time will ask for, where that is little."""
        with self._lock:
            if not self.rolled_up_to or not self.changed:
                return
            occupied = self._hop_spans.occupied(min(self.changed), max(self.changed) + SLICE_SECONDS)
            if sum(occupied.get(start, 0) for start in self.changed) <= _MOST_WARMED_SPANS:
                changed = sorted(self.changed)
                self._join(changed)
                self._joined.figures(changed, late_after_seconds)

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

    def _take_over(self, before: Seen) -> None:
        with before._lock:
            self._joined = before._joined.without(before.stirred(self._since, self._look), self.changed)
            if before.rolled_up_to == self.rolled_up_to:
                # What a round of the roll-up has not done yet is in slices that changed; they are joined.
                self._slots = {resolution: list(known) for resolution, known in before._slots.items()}
                self._slices = list(before._slices)

    def _join(self, slices: Sequence[int]) -> dict[int, pl.DataFrame]:
        missing = [start for start in slices if start not in self._joined]
        began = time.monotonic()
        for batch in self._batches(missing):
            hops = join(self._hop_spans, batch, None)
            for start in batch:
                self._joined.put(start, hops.filter(slice=start))
        self.joining_seconds += time.monotonic() - began
        return self._joined.of(slices)

    def _batches(self, slices: list[int]) -> list[list[int]]:
        if len(slices) <= _FEW_SLICES:
            return [slices] if slices else []
        occupied = self._hop_spans.occupied(min(slices), max(slices) + SLICE_SECONDS)
        spans = sum(occupied.get(start, 0) for start in slices)
        if spans > MOST_SPANS_JOINED:
            raise QueryTooHeavy(
                f"{spans:,} spans of this window are not summed yet, more than are joined for one question: "
                "ask for a shorter window, or later"
            )
        return batches(slices, occupied)

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
        key: Tells them from any others of the same look at the store.
    """

    def __init__(
        self, seen: Seen, whole: tuple[int, ...], cut: Sequence[pl.DataFrame], late_after_seconds: int
    ) -> None:
        self._seen = seen
        self._whole = whole
        self._late_after = late_after_seconds
        self._settled = settled_before(late_after_seconds)
        self._cut = self._together(cut)
        start_ns = self._cut["start_ns"]
        # The hops of a slice that lie between two of them are always the same.
        cut_key = (len(start_ns), start_ns.sum(), start_ns.min(), start_ns.max())
        self.key = (whole, late_after_seconds, cut_key)

    @cached_property
    def hops(self) -> pl.DataFrame:
        """All of them (columns of `query.links.frames.find_hops`)."""
        return pl.concat([self._together(self._seen.joined(self._whole).values()), self._cut])

    def figures(self, seconds: int) -> pl.DataFrame:
        """Figures per slot of this many seconds; a slot may come in two rows."""
        if seconds != SLICE_SECONDS:
            return figures_of(self.hops, seconds, by_operation=False)
        whole = self._seen.figures(self._whole, self._late_after)
        return pl.concat([whole, figures_of(self._cut, seconds, by_operation=False)])

    def _together(self, frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
        return pl.concat([join_nothing(), *frames]).filter(self._settled)
