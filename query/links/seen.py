"""The store at one moment: what is rolled up, what has changed since, and what was joined for that."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeVar, cast

import polars as pl

from query.links.aggregate import figures_of
from query.links.answered import AnsweredPeers
from query.links.coverage import Plan, plan
from query.links.joined import MOST_SPANS_AT_ONCE, batches, join, join_nothing
from query.links.look import Look
from query.links.slice_hops import SliceHops, settled_before
from query.links.trace_hops import join_traces
from query.model.window import NS_PER_S, Window
from storage.errors import QueryTooHeavy
from storage.hops import SLICE_SECONDS, HopSpans
from storage.links import END_OF_TIME, LinkFigureStore
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
# Who asks while something is being joined shares it, and the look it is for, unless that takes longer.
_LONGEST_WAITED_FOR_SECONDS = 15.0
# What nobody has asked for yet is joined in advance only when it holds so few spans.
_MOST_WARMED_SPANS = 300_000


class Seen:
    """What one look at the store has shown; several questions share it, in several threads.

    Args:
        hop_spans: Where slices are joined from.
        store: Where slots are listed.
        look: What was seen.
        changed: Slices that something arrived for since what is rolled up, or a little longer ago, with the
            latest second in which it did.
        answered: Peers that are known to be answered by services.
        before: The look before this one.
        joined: What that one knew of slices, and still holds.
        stirred: Slices of which it does not.

    Attributes:
        rolled_up_to: The second up to whose arrivals all was rolled up; 0: never.
    """

    def __init__(
        self,
        hop_spans: HopSpans,
        store: LinkFigureStore,
        look: Look,
        changed: Mapping[int, int],
        answered: AnsweredPeers,
        *,
        before: Seen | None = None,
        joined: SliceHops | None = None,
        stirred: Collection[int] = (),
    ) -> None:
        self._hop_spans = hop_spans
        self._store = store
        self._lock = threading.Lock()
        # One joins at a time, whichever look it is for: what it joins serves the others.
        self._joining: threading.Lock = before._joining if before else threading.Lock()
        self._stirred = frozenset(stirred)
        self._later: Seen | None = None
        self._worked_out: OrderedDict[tuple[object, ...], object] = OrderedDict()
        self._slots: dict[int, list[tuple[int, int, dict[int, bool]]]] = {MINUTE: [], HOUR: []}
        self._slices: list[tuple[int, int, list[int]]] = []
        self._joined = joined or SliceHops()
        self._answered = answered
        self.look = look
        self.rolled_up_to = look.clock.rolled_up_to
        self.changed = changed
        self._joined_seconds = 0.0
        self._joining_since: float | None = None

    @property
    def joining_seconds(self) -> float:
        """How long it has taken so far to join what was asked for, with what is being joined now."""
        since = self._joining_since
        now = 0.0 if since is None else min(time.monotonic() - since, _LONGEST_WAITED_FOR_SECONDS)
        return self._joined_seconds + now

    def after(self, look: Look) -> Seen:
        """What a later look shows: only traces that something arrived for are joined again."""
        began = time.monotonic()
        arrivals = self.look.until(look)
        # What was rolled up since this look may have been read before it was: it counts as changed once more.
        changed = {start: second for start, second in self.changed.items() if second >= self.rolled_up_to}
        if arrivals.spans > MOST_SPANS_AT_ONCE:
            stirred = self._store.changed_slices(arrivals.first_second, END_OF_TIME)
            found, dropped = [], stirred
        else:
            found, dropped = list(join_traces(self._hop_spans, arrivals.traces)), []
            stirred = [start for one in found for start in one.slices]
        changed |= dict.fromkeys(stirred, look.clock.now_ns // NS_PER_S)
        with self._lock:
            joined, answered = self._joined.copy(changed, without=dropped), self._answered
            for one in found:
                answered = answered.also(one.hops)
                joined.replace(replace(one, hops=answered.waited_for(one.hops)))
            seen = Seen(
                self._hop_spans,
                self._store,
                look,
                changed,
                answered,
                before=self,
                joined=joined,
                stirred=stirred,
            )
            if self.rolled_up_to == seen.rolled_up_to:
                # What a round of the roll-up has not done yet is in slices that changed; they are joined.
                seen._slots = {resolution: list(known) for resolution, known in self._slots.items()}
                seen._slices = list(self._slices)
            self._later = seen
        seen._joined_seconds = time.monotonic() - began
        return seen

    def plan(self, window: Window, *, longest: int) -> Plan:
        """Which slots a window is read from, none longer than `longest` seconds."""
        if not self.rolled_up_to:
            first = window.start_ns // NS_PER_S // SLICE_SECONDS * SLICE_SECONDS
            return Plan(Slots(), list(self._hop_spans.occupied(first, -(-window.end_ns // NS_PER_S))))
        with self._lock:
            return plan(window, set(self.changed), self._slots_in, self._slices_in, longest=longest)

    def joined(self, slices: Sequence[int]) -> dict[int, pl.DataFrame]:
        """The hops that start in each of these slices, with `pending_since` (see `query.links.frames`)."""
        self._join(slices)
        with self._lock:
            return self._joined.of(slices)

    def figures(self, slices: Sequence[int], late_after_seconds: int) -> pl.DataFrame:
        """Figures per slice and link of these slices; a link may come in several rows."""
        self._join(slices)
        with self._lock:
            return self._joined.figures(slices, late_after_seconds)

    def warm(self, late_after_seconds: int) -> None:
        """Joins what any question about the latest time will ask for, where that is little."""
        if not self.rolled_up_to or not self.changed:
            return
        occupied = self._hop_spans.occupied(min(self.changed), max(self.changed) + SLICE_SECONDS)
        if sum(occupied.get(start, 0) for start in self.changed) <= _MOST_WARMED_SPANS:
            self.figures(sorted(self.changed), late_after_seconds)

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

    def _join(self, slices: Sequence[int]) -> None:
        if not self._missing(slices):
            return
        with self._joining:
            # Whoever was first may have joined them meanwhile.
            missing = self._missing(slices)
            began = self._joining_since = time.monotonic()
            try:
                for batch in self._batches(missing):
                    hops = join(self._hop_spans, batch, None)
                    self._learn(hops)
                    hops = self._answered.waited_for(hops)
                    for start in batch:
                        self._keep(start, hops.filter(slice=start))
            finally:
                self._joining_since = None
                self._joined_seconds += time.monotonic() - began

    def _missing(self, slices: Sequence[int]) -> list[int]:
        with self._lock:
            return [start for start in slices if start not in self._joined]

    def _learn(self, hops: pl.DataFrame) -> None:
        """Notes who answers, also for later looks."""
        one: Seen | None = self
        while one is not None:
            with one._lock:
                one._answered = one._answered.also(hops)
                one = one._later

    def _keep(self, start: int, hops: pl.DataFrame) -> None:
        """Keeps the hops of a slice, also for later looks that were made before they were there."""
        one: Seen | None = self
        while one is not None:
            with one._lock:
                if start not in one._joined:
                    one._joined.put(start, hops)
                later = one._later
            one = later if later is not None and start not in later._stirred else None

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
