"""Brings the figures of links over any window: what was rolled up, and what must be joined at this moment.

With the roll-up running, only the last seconds, slices that late spans reached and the cut slices at a
window's edges are joined; without it, everything is. The numbers are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from query.links import frames
from query.links.aggregate import figures_of
from query.links.coverage import Plan, plan
from query.links.settings import LinkSettings
from query.model.window import NS_PER_S, Window
from storage.hops import SLICE_SECONDS, HopSpans
from storage.links import LinkFigureStore
from storage.slots import HOUR, NO_STEPS, Slots

# Spans joined at once; beyond this slices are joined in several goes (each go is exact by itself).
MOST_SPANS_AT_ONCE = 1_000_000
# Arrival times are the store's, in whole seconds; nothing arrives later than this after "now".
_SOON_SECONDS = 60


class LinkSource:
    """Finds figures of links; safe to share between threads."""

    def __init__(self, hop_spans: HopSpans, store: LinkFigureStore, settings: LinkSettings) -> None:
        self.hop_spans = hop_spans
        self.store = store
        self.settings = settings

    def moment(self, now_ns: int) -> LinkMoment:
        """Everything as of now (Unix nanoseconds), for one question; ask it for windows."""
        return LinkMoment(self, now_ns)


class LinkMoment:
    """The store as one question sees it: what is joined for one window is kept for the next."""

    def __init__(self, source: LinkSource, now_ns: int) -> None:
        self._source = source
        self._late_after = now_ns // NS_PER_S - source.settings.late_seconds
        store_ns, self._rolled_up_to = source.store.clock()
        self._changed: set[int] = set()
        if self._rolled_up_to:
            until = store_ns // NS_PER_S + _SOON_SECONDS
            self._changed = set(source.store.changed_slices(self._rolled_up_to, until))
        self._hops: dict[int, pl.DataFrame] = {}

    def open(self, window: Window, *, longest: int = HOUR) -> LinkData:
        """The figures of one window, from slots no longer than `longest` seconds."""
        chosen = self.plan(window, longest=longest)
        hops = self._joined(chosen.joined)
        inside = (pl.col("start_ns") >= window.start_ns) & (pl.col("start_ns") < window.end_ns)
        return LinkData(window, self._source.store, chosen.rolled, hops.filter(inside))

    def plan(self, window: Window, *, longest: int = HOUR) -> Plan:
        """Which slots a window is read from, none longer than `longest` seconds."""
        store = self._source.store
        first = window.start_ns // NS_PER_S // SLICE_SECONDS * SLICE_SECONDS
        if not self._rolled_up_to:
            occupied = self._source.hop_spans.occupied(first, -(-window.end_ns // NS_PER_S))
            return Plan(Slots(), list(occupied))
        return plan(window, self._changed, store.slots, store.slices, longest=longest)

    def _joined(self, slices: Iterable[int]) -> pl.DataFrame:
        missing = [start for start in slices if start not in self._hops]
        if missing or not self._hops:
            for batch in self._batches(missing):
                hops = join(self._source.hop_spans, batch, self._late_after)
                self._hops |= {start: hops.filter(slice=start) for start in batch}
        return pl.concat([self._hops[start] for start in slices]) if slices else join_nothing()

    def _batches(self, slices: list[int]) -> list[list[int]]:
        if not slices:
            return []
        occupied = self._source.hop_spans.occupied(min(slices), max(slices) + SLICE_SECONDS)
        return batches(slices, occupied)


@dataclass(frozen=True, slots=True)
class LinkData:
    """Figures of one window; ask it for totals, slots or operations."""

    window: Window
    store: LinkFigureStore
    rolled: Slots
    hops: pl.DataFrame

    def totals(self) -> list[pl.DataFrame]:
        """Frames of `query.links.aggregate` whose rows sum to the whole window."""
        joined = figures_of(self.hops, NO_STEPS, by_operation=False)
        # The larger frame first: sums start from its histograms instead of adding to them.
        return [self.store.figures(self.rolled), joined] if self.rolled else [joined]

    def slots(self, seconds: int, *, caller: str = "", callee: str = "") -> pl.DataFrame:
        """Rows per link and slot of this many seconds; a slot may come in two rows."""
        joined = _between(figures_of(self.hops, seconds, by_operation=False), caller, callee)
        if not self.rolled:
            return joined
        rolled = self.store.figures(self.rolled, slot_seconds=seconds, caller=caller, callee=callee)
        return pl.concat([joined, rolled.select(joined.columns).cast(joined.schema)])

    def operations(self, caller: str, callee: str) -> list[pl.DataFrame]:
        """The same as `totals` by operation, of the links between two services."""
        frames = [_between(figures_of(self.hops, NO_STEPS, by_operation=True), caller, callee)]
        if self.rolled:
            frames.append(self.store.figures(self.rolled, by_operation=True, caller=caller, callee=callee))
        return frames


def join(hop_spans: HopSpans, slices: list[int], late_after_seconds: int | None) -> pl.DataFrame:
    """The hops that start in these slices."""
    hops = frames.find_hops(hop_spans.of_slices(slices), late_after_seconds=late_after_seconds)
    return hops.filter(pl.col("slice").is_in(slices))


def batches(slices: Iterable[int], occupied: Mapping[int, int]) -> list[list[int]]:
    """Slices in portions of at most `MOST_SPANS_AT_ONCE` spans, in order."""
    found: list[list[int]] = []
    spans = 0
    for start in sorted(slices):
        count = occupied.get(start, 0)
        if not found or spans + count > MOST_SPANS_AT_ONCE:
            found.append([])
            spans = 0
        found[-1].append(start)
        spans += count
    return found


def join_nothing() -> pl.DataFrame:
    """A frame of hops without rows."""
    return frames.find_hops(frames.NO_SPANS)


def _between(figures: pl.DataFrame, caller: str, callee: str) -> pl.DataFrame:
    if not caller and not callee:
        return figures
    return figures.filter((pl.col("Caller") == caller) & (pl.col("Callee") == callee))
