"""Which part of a window single calls are looked for in, when all of it would cost too much. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Spans among which calls are looked for; up to this many the whole window is searched.
MOST_SPANS = 1_200_000
# Beyond it, whole stretches as long as what spans are stored together by (otel_traces' time bucket): reading
# attributes costs as much for a few calls of a stretch as for many. Never fewer or more than this.
FEWEST_STRETCHES, MOST_STRETCHES = 3, 4
STRETCH_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Stretches:
    """Slices to search, what share of the window's spans they hold (1.0: all), and how many."""

    slices: list[int]
    share: float
    spans: int


def stretches_of(occupied: Mapping[int, int]) -> Stretches:
    """The part of a window to search: all, or stretches spread evenly over it.

    Args:
        occupied: Slices of the window that hold spans, with how many.
    """
    total = sum(occupied.values())
    if total <= MOST_SPANS:
        return Stretches(sorted(occupied), 1.0 if total else 0.0, total)
    by_stretch: dict[int, list[int]] = {}
    for start in sorted(occupied):
        by_stretch.setdefault(start // STRETCH_SECONDS, []).append(start)
    fitting = MOST_SPANS * len(by_stretch) // total
    chosen = _evenly(sorted(by_stretch), min(max(fitting, FEWEST_STRETCHES), MOST_STRETCHES))
    slices: list[int] = []
    for stretch in chosen:
        slices += _within(by_stretch[stretch], occupied, MOST_SPANS // len(chosen))
    spans = sum(occupied[start] for start in slices)
    return Stretches(slices, spans / total, spans)


def _within(slices: list[int], occupied: Mapping[int, int], most_spans: int) -> list[int]:
    """Slices spread evenly that hold at most so many spans; at least one."""
    spans = sum(occupied[start] for start in slices)
    return _evenly(slices, max(1, len(slices) * most_spans // max(spans, most_spans)))


def _evenly(items: list[int], most: int) -> list[int]:
    if len(items) <= most:
        return items
    return [items[place * len(items) // most] for place in range(most)]
