"""Decides which slots a window is read from, the coarsest that fit, and what must be joined now. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from query.model.window import NS_PER_S, Window
from storage.hops import SLICE_SECONDS
from storage.slots import HOUR, MINUTE, Slots

Range = tuple[int, int]
SlotsIn = Callable[[int, int, int], Mapping[int, bool]]
SlicesIn = Callable[[int, int], Iterable[int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read one window: `rolled` holds whole slots, `joined` slices to join (some in part)."""

    rolled: Slots
    joined: list[int]


def plan(
    window: Window, changed: set[int], slots_in: SlotsIn, slices_in: SlicesIn, *, longest: int = HOUR
) -> Plan:
    """The plan for one window.

    Args:
        window: When hops started.
        changed: Slices in which something has changed since they were rolled up, or that never were.
        slots_in: (resolution, first, end) → start of each summed slot, and whether it may be read.
        slices_in: (first, end) → slices that were rolled up.
        longest: No slot longer than this, in seconds.
    """
    start_ns, end_ns = window.start_ns, window.end_ns
    slice_ns = SLICE_SECONDS * NS_PER_S
    first, end = -(-start_ns // slice_ns) * SLICE_SECONDS, end_ns // slice_ns * SLICE_SECONDS
    outer_first, outer_end = start_ns // slice_ns * SLICE_SECONDS, -(-end_ns // slice_ns) * SLICE_SECONDS
    edges = {edge for edge in (outer_first, outer_end - SLICE_SECONDS) if not first <= edge < end}
    joined = {start for start in changed if outer_first <= start < outer_end} | edges
    rest = [(first, max(first, end))]
    hours: list[int] = []
    minutes: list[int] = []
    if longest >= HOUR:
        hours, rest = _take(HOUR, rest, joined, slots_in)
    if longest >= MINUTE:
        minutes, rest = _take(MINUTE, rest, joined, slots_in)
    slices = [start for gap in rest for start in slices_in(*gap) if start not in joined]
    return Plan(Slots(tuple(slices), tuple(minutes), tuple(hours)), sorted(joined))


def _take(
    seconds: int, ranges: list[Range], joined: set[int], slots_in: SlotsIn
) -> tuple[list[int], list[Range]]:
    """Slots of one length that lie whole in the ranges and may be read, and the ranges left over."""
    touched = {start // seconds * seconds for start in joined}
    taken: list[int] = []
    rest: list[Range] = []
    for first, end in ranges:
        inner_first, inner_end = -(-first // seconds) * seconds, end // seconds * seconds
        left = first
        if inner_first < inner_end:
            for start, valid in sorted(slots_in(seconds, inner_first, inner_end).items()):
                if valid and start not in touched:
                    taken.append(start)
                    rest.append((left, start))
                    left = start + seconds
        rest.append((left, end))
    return taken, [gap for gap in rest if gap[0] < gap[1]]
