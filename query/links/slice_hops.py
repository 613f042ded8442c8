"""Hops of single slices that were joined, and their figures, in parts: few of them change when spans arrive.

Not safe to share between threads: `query.links.seen` locks. Asks no store.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from query.links.aggregate import figures_of
from query.links.joined import join_nothing
from query.links.trace_hops import TraceHops

# Hops taken over from look to look beyond those that will be asked for again surely.
MOST_BYTES = 128 * 1024 * 1024
# A slice that grows for ten seconds is looked at about so often; more parts become one.
MOST_PARTS = 16


@dataclass(slots=True)
class _Part:
    hops: pl.DataFrame
    # When the last caller was stored whose callee may only be late; None: nothing waits.
    pending_until: int | None
    # What `figures` were worked out for, and they.
    figures: tuple[int | None, pl.DataFrame] | None = None

    @classmethod
    def of(cls, hops: pl.DataFrame) -> _Part:
        latest = hops["pending_since"].max()
        assert latest is None or isinstance(latest, int)
        return cls(hops, latest)

    def settled(self, late_after_seconds: int) -> int | None:
        """What the figures depend on: equal values mean equal figures."""
        if self.pending_until is None or self.pending_until <= late_after_seconds:
            return None
        return late_after_seconds

    def without(self, traces: pl.DataFrame) -> _Part:
        rest = self.hops.join(traces, on="trace_id", how="anti", maintain_order="left")
        return self if len(rest) == len(self.hops) else _Part.of(rest)


class SliceHops:
    """Hops by slice (its first Unix second), the longest unused first."""

    def __init__(self) -> None:
        self._slices: OrderedDict[int, tuple[_Part, ...]] = OrderedDict()

    def __contains__(self, start: int) -> bool:
        return start in self._slices

    def of(self, starts: Iterable[int]) -> dict[int, pl.DataFrame]:
        """The hops of slices that are known, with `pending_since` (see `query.links.frames`)."""
        found = {}
        for start in starts:
            self._slices.move_to_end(start)
            found[start] = _together(self._slices[start])
        return found

    def put(self, start: int, hops: pl.DataFrame) -> None:
        """Keeps all hops of a slice."""
        self._slices[start] = (_Part.of(hops),)

    def replace(self, found: TraceHops) -> None:
        """Takes hops of some traces for those that were known of them, in the slices that are known."""
        by_slice = found.hops.partition_by("slice", as_dict=True)
        for start in found.slices & self._slices.keys():
            parts = [part.without(found.traces) for part in self._slices[start]]
            if (start,) in by_slice:
                parts.append(_Part.of(by_slice[start,]))
            parts = [part for part in parts if not part.hops.is_empty()]
            if len(parts) > MOST_PARTS:
                parts = [_Part.of(_together(parts))]
            self._slices[start] = tuple(parts)

    def figures(self, starts: Sequence[int], late_after_seconds: int) -> pl.DataFrame:
        """Figures per slice (`query.links.aggregate`), without calls that may be answered yet.

        Links come once per part.
        """
        parts = [(start, part) for start in starts for part in self._slices[start]]
        self._work_out(parts, late_after_seconds)
        found = [part.figures[1] for _, part in parts if part.figures]
        for start in starts:
            self._slices.move_to_end(start)
        return pl.concat([_no_figures(), *found])

    def copy(self, needed: Collection[int], *, without: Collection[int] = ()) -> SliceHops:
        """A copy without some slices, and of those that are not needed only the latest used."""
        kept = SliceHops()
        room = float(MOST_BYTES)
        for start, parts in reversed(self._slices.items()):
            if start in without:
                continue
            if start not in needed:
                room -= sum(part.hops.estimated_size() for part in parts)
            if start in needed or room > 0.0:
                # Their own figures: those of another look may be of another time.
                kept._slices[start] = tuple(replace(part) for part in parts)
                kept._slices.move_to_end(start, last=False)
        return kept

    def _work_out(self, parts: Sequence[tuple[int, _Part]], late_after_seconds: int) -> None:
        """The figures of parts that are not known, all at once."""
        settled = [part.settled(late_after_seconds) for _, part in parts]
        new = [
            (start, part, key)
            for (start, part), key in zip(parts, settled, strict=True)
            if part.figures is None or part.figures[0] != key
        ]
        if not new:
            return
        # Parts of one slice are told from one another by being slots of a second.
        numbered = [
            part.hops.with_columns(slice=pl.lit(number, pl.UInt32)) for number, (_, part, _) in enumerate(new)
        ]
        hops = pl.concat(numbered).filter(settled_before(late_after_seconds))
        by_part = figures_of(hops, 1, by_operation=False).partition_by("Start", as_dict=True)
        for number, (start, part, key) in enumerate(new):
            found = by_part.get((number,), _no_figures())
            part.figures = key, found.with_columns(Start=pl.lit(start, pl.UInt32))


def settled_before(late_after_seconds: int) -> pl.Expr:
    """Whether a hop is a call: it was answered, or its caller was stored long enough ago."""
    pending_since = pl.col("pending_since")
    return pending_since.is_null() | (pending_since <= late_after_seconds)


def _together(parts: Sequence[_Part]) -> pl.DataFrame:
    return parts[0].hops if len(parts) == 1 else pl.concat([join_nothing(), *(part.hops for part in parts)])


def _no_figures() -> pl.DataFrame:
    return figures_of(join_nothing(), 1, by_operation=False)
