"""Hops of single slices that were joined, and their figures, for as long as nothing arrives for the slice.

Not safe to share between threads: `query.links.seen` locks. Asks no store.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import polars as pl

from query.links.aggregate import figures_of
from query.links.joined import join_nothing
from storage.hops import SLICE_SECONDS

# Hops taken over from look to look beyond those that will be asked for again surely.
MOST_BYTES = 128 * 1024 * 1024


@dataclass(slots=True)
class _Slice:
    hops: pl.DataFrame
    # When the last caller was stored whose callee may only be late; None: nothing waits.
    pending_until: int | None
    # What `figures` were worked out for, and they.
    figures: tuple[int | None, pl.DataFrame] | None = None

    def settled(self, late_after_seconds: int) -> int | None:
        """What the figures depend on: equal values mean equal figures."""
        if self.pending_until is None or self.pending_until <= late_after_seconds:
            return None
        return late_after_seconds


class SliceHops:
    """Hops by slice (its first Unix second), the longest unused first."""

    def __init__(self) -> None:
        self._slices: OrderedDict[int, _Slice] = OrderedDict()

    def __contains__(self, start: int) -> bool:
        return start in self._slices

    def of(self, starts: Sequence[int]) -> dict[int, pl.DataFrame]:
        """The hops of slices that are known, with `pending_since` (see `query.links.frames`)."""
        for start in starts:
            self._slices.move_to_end(start)
        return {start: self._slices[start].hops for start in starts}

    def put(self, start: int, hops: pl.DataFrame) -> None:
        """Keeps the hops of a slice."""
        latest = hops["pending_since"].max()
        assert latest is None or isinstance(latest, int)
        self._slices[start] = _Slice(hops, latest)

    def figures(self, starts: Sequence[int], late_after_seconds: int) -> pl.DataFrame:
        """Figures per slice (`query.links.aggregate`), without calls that may be answered yet."""
        wanted = [self._slices[start] for start in starts]
        settled = [one.settled(late_after_seconds) for one in wanted]
        new = [
            (start, one)
            for start, one, key in zip(starts, wanted, settled, strict=True)
            if one.figures is None or one.figures[0] != key
        ]
        if new:
            hops = pl.concat([join_nothing(), *(one.hops for _, one in new)]).filter(
                settled_before(late_after_seconds)
            )
            by_start = figures_of(hops, SLICE_SECONDS, by_operation=False).partition_by("Start", as_dict=True)
            nothing = figures_of(join_nothing(), SLICE_SECONDS, by_operation=False)
            for start, one in new:
                one.figures = one.settled(late_after_seconds), by_start.get((start,), nothing)
        found = [one.figures[1] for one in wanted if one.figures]
        return pl.concat([figures_of(join_nothing(), SLICE_SECONDS, by_operation=False), *found])

    def without(self, stirred: Collection[int], needed: Collection[int]) -> SliceHops:
        """A copy without some slices, and of those that are not needed only the latest used."""
        kept = SliceHops()
        room = float(MOST_BYTES)
        for start, one in reversed(self._slices.items()):
            if start not in stirred:
                room -= 0.0 if start in needed else one.hops.estimated_size()
                if start in needed or room > 0.0:
                    # Its own figures: those of another look may be of another time.
                    kept._slices[start] = replace(one)
                    kept._slices.move_to_end(start, last=False)
        return kept


def settled_before(late_after_seconds: int) -> pl.Expr:
    """Whether a hop is a call: it was answered, or its caller was stored long enough ago."""
    pending_since = pl.col("pending_since")
    return pending_since.is_null() | (pending_since <= late_after_seconds)
