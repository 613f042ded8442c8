"""Where each span lies in time, as the page shows it, and the ruler above.

Owns the choice between skew-corrected and raw clocks and the mapping from time to percent. Pure; whatever
the clocks said, every share it returns lies within 0 and 100.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import add

from query.model.span_list import EventMoment, TreeColumns, span_list
from query.model.trace import Span

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Timeline:
    """Starts (ns after the first span's start) and durations (ns) by span position."""

    origin_ns: int
    total_ns: int
    start_ns: list[int]
    duration_ns: list[int]

    def percent(self, offset_ns: float) -> float:
        """An offset from the origin as percent of the whole, clamped to the drawing."""
        return min(max(offset_ns / self.total_ns * 100, 0.0), 100.0)

    def extent(self, index: int) -> tuple[float, float]:
        """Left edge and width of a span's bar, in percent."""
        left = self.percent(self.start_ns[index])
        right = self.percent(self.start_ns[index] + self.duration_ns[index])
        return left, right - left

    def event_offsets_ns(self, columns: TreeColumns, index: int, events: Sequence[EventMoment]) -> list[int]:
        """Offsets of a span's events from the origin: the distance by its own clock, on the shown clock."""
        shift_ns = self.start_ns[index] - columns.start_ns[index]
        return [event.time_ns + shift_ns for event in events]


def build_timeline(spans: Sequence[Span], *, raw: bool = False) -> Timeline:
    """Places spans on one axis.

    Args:
        spans: Spans of one trace.
        raw: Show what the clocks said instead of the skew-corrected times.
    """
    columns = span_list(spans).columns
    starts = columns.start_ns
    if not raw and any(columns.skew_ms):
        moves = zip(starts, columns.skew_ms, strict=True)
        starts = [start + round(skew_ms * NS_PER_MS) for start, skew_ms in moves]
    durations = [max(round(lasted_ms * NS_PER_MS), 0) for lasted_ms in columns.duration_ms]
    origin = min(starts, default=0)
    last = max(map(add, starts, durations), default=0)
    return Timeline(origin, max(last - origin, 1), [start - origin for start in starts], durations)


def ruler_ticks(total_ns: int, wanted: int = 5) -> list[int]:
    """Round offsets (1, 2 or 5 × a power of ten ns) from 0 to at most `total_ns`, about `wanted` steps."""
    rough = max(total_ns, 1) / max(wanted, 1)
    power = 1
    while power * 10 <= rough:
        power *= 10
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return list(range(0, total_ns + 1, step))
