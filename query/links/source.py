"""Brings the figures of links over any window: what was rolled up, and what must be joined at this moment."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from query.links import frames
from query.links.aggregate import figures_of
from query.links.settings import LinkSettings
from query.model.window import NS_PER_S, Window
from storage.hops import SLICE_SECONDS, HopSpans

# Spans joined at once; beyond this slices are joined in several goes (each go is exact by itself).
MOST_SPANS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True)
class LinkData:
    """Figures of one window; ask it for totals, slots or operations."""

    window: Window
    hops: pl.DataFrame

    def totals(self) -> list[pl.DataFrame]:
        """Frames of `query.links.aggregate` whose rows sum to the whole window."""
        return [self._tail(SLICE_SECONDS, by_operation=False)]

    def slots(self, seconds: int) -> pl.DataFrame:
        """One frame with rows per link and slot of this many seconds."""
        return self._tail(seconds, by_operation=False)

    def operations(self, caller: str, callee: str) -> list[pl.DataFrame]:
        """The same as `totals` by operation, of the links between two services."""
        return [self._tail(SLICE_SECONDS, by_operation=True).filter(Caller=caller, Callee=callee)]

    def _tail(self, seconds: int, *, by_operation: bool) -> pl.DataFrame:
        return figures_of(self.hops, seconds, by_operation=by_operation)


class LinkSource:
    """Finds the figures of a window."""

    def __init__(self, hop_spans: HopSpans, settings: LinkSettings) -> None:
        self._hop_spans = hop_spans
        self._settings = settings

    def open(self, window: Window, now_ns: int) -> LinkData:
        """The figures of a window as of now."""
        first = window.start_ns // NS_PER_S // SLICE_SECONDS * SLICE_SECONDS
        occupied = self._hop_spans.occupied(first, -(-window.end_ns // NS_PER_S))
        found = [self._joined(slices, now_ns) for slices in _batches(occupied)]
        hops = pl.concat(found) if found else self._joined([], now_ns)
        inside = (pl.col("start_ns") >= window.start_ns) & (pl.col("start_ns") < window.end_ns)
        return LinkData(window, hops.filter(inside))

    def _joined(self, slices: list[int], now_ns: int) -> pl.DataFrame:
        late_after = now_ns // NS_PER_S - self._settings.late_seconds
        hops = frames.find_hops(self._hop_spans.of_slices(slices), late_after_seconds=late_after)
        return hops.filter(pl.col("slice").is_in(slices))


def _batches(occupied: dict[int, int]) -> list[list[int]]:
    batches: list[list[int]] = []
    spans = 0
    for start, count in occupied.items():
        if not batches or spans + count > MOST_SPANS_AT_ONCE:
            batches.append([])
            spans = 0
        batches[-1].append(start)
        spans += count
    return batches
